"""What is in force, read from the list of a review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from credit.publish import Published

__all__ = ["published_option", "read_published"]

published_option = click.option(
    "--published", "published_file", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
    help="Limits in force: a list of `credence review` (.parquet, .csv or .xlsx).",
)  # fmt: skip


def read_published(file: str) -> dict[str, Published]:
    """Return by buyer what is in force.

    Raises
    ------
    InputError
        A file of another kind, one that cannot be read, or one that is no list of a review.
    """
    from credit.review_table import published_of

    return published_of(_table(Path(file)))


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    from credit.listing import SUFFIXES, plain_texts
    from features.errors import InputError

    as_text: dict[str, Any] = {"dtype": "str", "keep_default_na": False, "na_values": [""]}
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix == ".xlsx":
            return pd.read_excel(path, **as_text)
        if path.suffix == ".csv":
            return plain_texts(pd.read_csv(path, encoding="utf-8-sig", **as_text))
    except (OSError, ValueError, KeyError) as error:
        step = "name a list that `credence review DIR --out FILE` wrote"
        raise InputError.of("a list of a review", type(error).__name__, step) from error
    expected = f"a file that ends in {' or '.join(SUFFIXES)}"
    raise InputError.of(expected, f"'{path.suffix}'", "name a list of `credence review`")
