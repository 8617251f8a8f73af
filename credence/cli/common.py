"""What several commands share: options, printing, progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from features.build import Packed

__all__ = ["as_json", "folder", "load_packed", "metrics_table", "print_json", "progress_bar", "say"]

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


def load_packed(directory: str) -> Packed:
    """Read a portfolio and pack it, saying so."""
    from features.build import pack_portfolio
    from features.files import read

    say(f"reading {directory}")
    return pack_portfolio(read(directory))


def metrics_table(metrics: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return metrics as lines of text, with intervals where there are any."""
    lines = []
    for name, value in metrics.items():
        number = "cannot say" if value["value"] is None else f"{value['value']:.4f}"
        interval = "" if value["low"] is None else f"  (95 % {value['low']:.4f} to {value['high']:.4f})"
        lines.append(f"  {name.replace('_', ' '):<24}{number}{interval}")
    return "\n".join(lines)
