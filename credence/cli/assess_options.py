"""Options of ``credence assess`` that go together, and the parts of an assessment that they ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from credit.extras import Extras

__all__ = ["ASKS", "check_options", "check_suffix", "extras_of"]

ASKS = ("letter_kind", "offers", "raises", "peers", "since", "previous", "published_file")
"""Options of one buyer's assessment beside its request, by the names of their values."""


def check_options(
    wanted: tuple[bool, bool, bool], weeks: int | None, out: str | None, asks: Mapping[str, Any]
) -> None:
    """Refuse options that do not go together (click.UsageError)."""
    one_buyer, everybody, wants_receipts = wanted
    if sum(wanted) != 1:
        raise click.UsageError(
            "expected one of --buyer ID, --all, --receipts; found several or none; name one of them"
        )
    _check_out(one_buyer, everybody, out)
    given = [name for name, value in asks.items() if value is not None and value is not False]
    alone = [name for name in given if not (everybody and name == "since")]
    if alone and not one_buyer:
        option = alone[0].removesuffix("_file").removesuffix("_kind").removesuffix("_days")
        raise click.UsageError(f"expected --{option} with --buyer ID; found it alone; leave it out")
    if asks["since"] and asks["previous"]:
        raise click.UsageError("expected --since or --previous; found both; the file names its own moment")
    if weeks is not None and not wants_receipts:
        raise click.UsageError("expected --weeks with --receipts; found it alone; leave it out")


def extras_of(asks: Mapping[str, Any]) -> Extras:
    """Return the parts of an assessment that the options ask for."""
    from credit.extras import Extras

    parts = {name: value for name, value in asks.items() if name not in ("letter_kind", "published_file")}
    file = parts["previous"]
    return Extras(**{**parts, "previous": None if file is None else _previous(Path(file))})


def _previous(file: Path) -> Any:
    from features.errors import InputError

    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        step = "name a file that `credence assess DIR --buyer ID --json` wrote"
        raise InputError.of("a JSON file with an earlier assessment", "something else", step) from None


def _check_out(one_buyer: bool, everybody: bool, out: str | None) -> None:
    if out is None:
        if everybody:
            raise click.UsageError(
                "expected --out FILE with --all; found none; name a .parquet, .csv or .xlsx file"
            )
        return
    if one_buyer:
        raise click.UsageError("expected --out with --all or --receipts; found it with --buyer; leave it out")
    check_suffix(Path(out))


def check_suffix(out: Path) -> None:
    """Refuse a list of a kind that is not written (click.UsageError)."""
    from credit.listing import SUFFIXES

    if out.suffix not in SUFFIXES:
        raise click.UsageError(
            f"expected --out to end in {' or '.join(SUFFIXES)}; found '{out.suffix}'; rename it"
        )
