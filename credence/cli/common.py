"""What several commands share: options, printing, progress."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    import pandas as pd

    from features.build import Packed

__all__ = [
    "Books", "as_json", "books_of", "folder", "load_packed", "metrics_table", "print_json", "progress_bar",
    "say", "without_collector",
]  # fmt: skip

folder = click.Path(exists=False, file_okay=True, dir_okay=True)
"""A path argument; whether a portfolio is there is told by the reader, in its own words."""

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else."
)


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    """Print JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


@contextmanager
def progress_bar(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr where that is a terminal; gives the function to call with the steps done."""
    from tqdm import tqdm

    with tqdm(total=total, desc=label, disable=None, leave=False) as bar:
        yield lambda steps: (bar.update(steps), None)[1]


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles of objects while many are made that have none.

    Each look walks through all that was made before: about a fifth of the time of a long list.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_packed(directory: str) -> Packed:
    """Read a portfolio and pack it, saying so."""
    from credence.cli.packs import packs_folder, prune
    from features.packing import pack_folder

    say(f"reading {directory}")
    folder = packs_folder()
    packed = pack_folder(directory, folder)
    prune(folder)
    return packed


class Books(NamedTuple):
    """From when to when the books of a seller are complete, and in which zone its days end."""

    timezone: str
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp


def books_of(packed: Packed) -> Books:
    """Return the books that a packed portfolio was made from."""
    return Books(packed.seller.timezone, packed.observed_from, packed.observed_until)


def metrics_table(metrics: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return metrics as lines of text, with intervals where there are any."""
    lines, width = [], max([22, *map(len, metrics)]) + 2
    for name, value in metrics.items():
        number = "cannot say" if value["value"] is None else f"{value['value']:.4f}"
        interval = "" if value["low"] is None else f"  (95 % {value['low']:.4f} to {value['high']:.4f})"
        lines.append(f"  {name.replace('_', ' '):<{width}}{number}{interval}")
    return "\n".join(lines)
