"""What ``credence features build`` may be asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from credence.cli.common import Books

__all__ = ["SUFFIXES", "check_files", "check_moments", "moment_of", "names_of"]

SUFFIXES = (".parquet", ".csv")


def check_files(out: Path, subjects: Path | None, as_of: str | None, *, overwrite: bool) -> None:
    """Refuse files that cannot be read or must not be written, before anything is read.

    Raises
    ------
    click.UsageError
        Where subjects and a moment are both named, or the ending of `out` is none that can be written.
    InputError
        Where `out` is there already or is the file of subjects, or that cannot be read.
    """
    from features.errors import InputError
    from features.instants import parse_as_of
    from features.subject_files import check_subject_file

    if subjects is not None and as_of is not None:
        raise click.UsageError("expected --subjects or --as-of; found both; each subject has its own as_of")
    if out.suffix not in SUFFIXES:
        endings = " or ".join(SUFFIXES)
        raise click.UsageError(f"expected --out to end in {endings}; found '{out.suffix}'; rename it")
    if subjects is not None:
        check_subject_file(subjects)
        if out.resolve() == subjects.resolve():
            raise InputError.of("--out beside the subjects", "the file of subjects", "name another file")
    if as_of is not None:
        parse_as_of(as_of, "UTC")
    if out.exists() and not overwrite:
        raise InputError.of("a new file as --out", "one that is there", "name another, or add --overwrite")


def names_of(columns: str | None, without: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features to write, in their order.

    Raises
    ------
    InputError
        Where a name is unknown, or none is left.

    Examples
    --------
    >>> names_of("overdue_amount,exposure", ())
    ('overdue_amount', 'exposure')
    """
    from features.catalog import FEATURES, NAMES
    from features.errors import InputError
    from training.options import references_of

    named = NAMES if columns is None else tuple(dict.fromkeys(name.strip() for name in columns.split(",")))
    unknown = [name for name in named if name not in FEATURES]
    if unknown:
        raise InputError.of("names of features in --columns", f"{unknown}", "see docs/features.md")
    left_out = {reference for name in without for reference in references_of(name)}
    names = tuple(name for name in named if not left_out & {name, *FEATURES[name].reads})
    if not names:
        raise InputError.of("a feature to write", "none that is left", "leave out less with --without")
    return names


def moment_of(books: Books, as_of: str | None) -> pd.Timestamp:
    """Return a moment of all buyers; the end of the books where none is named.

    Raises
    ------
    InputError
        Where it lies so far after the end of the books that what was paid meanwhile would look unpaid.
    """
    import pandas as pd

    from features.errors import InputError
    from features.instants import parse_as_of

    if as_of is None:
        return books.observed_until
    moment = parse_as_of(as_of, books.timezone)
    if moment > _latest(books):
        raise InputError.of(_expected(books), "a later one", _LOAD, column="as_of")
    return pd.Timestamp(moment)


def check_moments(books: Books, as_of: pd.Series) -> list[str]:
    """Return what must be said of the moments of subjects.

    Raises
    ------
    InputError
        As `moment_of`.
    """
    import numpy as np

    from features.errors import InputError, Problem

    late = np.flatnonzero((as_of > _latest(books)).to_numpy())
    if len(late):
        shown = tuple(int(row) + 1 for row in late[:5])
        problem = Problem(_expected(books), "a later one", _LOAD, "subjects", "as_of", len(late), shown)
        raise InputError(problem)
    after = int((as_of > books.observed_until).sum())
    before = int((as_of < books.observed_from).sum())
    said = []
    if after:
        said.append(f"{after:,} subjects after the end of the books: what was paid since is not known")
    if before:
        said.append(f"{before:,} subjects before the start of the books: little or nothing was known then")
    return said


_LOAD = "load later books: what was paid since would look unpaid"


def _latest(books: Books) -> pd.Timestamp:
    import pandas as pd

    from credit.assessor import MAX_DAYS_BEHIND

    return books.observed_until + pd.Timedelta(days=MAX_DAYS_BEHIND)


def _expected(books: Books) -> str:
    from credit.assessor import MAX_DAYS_BEHIND

    return f"a moment at most {MAX_DAYS_BEHIND} days after the books end ({books.observed_until:%Y-%m-%d})"
