"""Files of subjects: the rows to compute features for, read and checked whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from features.checks import Checked, check_table
from features.columns import Column, Table
from features.errors import InputError, Problem

__all__ = ["LARGEST_AMOUNT", "LONGEST_TERMS_DAYS", "SUBJECTS", "check_subject_file", "read_subjects"]

SUBJECTS = Table(
    "subjects",
    (
        Column("subject_id"),
        Column("buyer_id", required=True),
        Column("as_of", "instant", required=True),
        Column("amount", "number", sign="positive"),
        Column("currency", "currency"),
        Column("terms_days", "integer", sign="not_negative"),
        Column("due_on", "date"),
        Column("invoice_id"),
        Column("instalment", "integer", sign="positive"),
    ),
    key=("buyer_id", "as_of"),
    event_date="",
)
"""The columns of a file of subjects; one without a time zone is meant in the seller's."""

LARGEST_AMOUNT = 9.2e14
"""Beyond it an amount has no exact minor units."""

LONGEST_TERMS_DAYS = 3650

_UNREADABLE = (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error)

_LIMITS = {
    "amount": (LARGEST_AMOUNT, f"an amount of at most {LARGEST_AMOUNT:.0f}"),
    "terms_days": (LONGEST_TERMS_DAYS, f"terms of at most {LONGEST_TERMS_DAYS} days"),
}


def check_subject_file(path: Path) -> None:
    """Refuse a file that cannot hold subjects, from its first bytes: before anything long is begun.

    Parameters
    ----------
    path : Path
        ``.parquet`` or ``.csv``.

    Raises
    ------
    InputError
        Where it cannot be read, is of another format, has no rows, lacks a column or has an unknown one.
    """
    if path.suffix not in _READERS:
        raise _unfit(f"a file that ends in {' or '.join(_READERS)}", "another ending", "convert it")
    if not path.is_file():
        raise _unfit("a file of subjects", "none at the path given", "check the path")
    try:
        names, has_rows = _HEADS[path.suffix](path)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    if not names:
        raise _unfit("a header with the names of columns", "an empty file", "write it again")
    _check_names(names)
    if not has_rows:
        raise _unfit("at least one subject", "no rows", "fill the file")


def read_subjects(path: Path, timezone: str) -> pd.DataFrame:
    """Read and check a file of subjects.

    Parameters
    ----------
    path : Path
        ``.parquet`` or ``.csv`` with the columns of `SUBJECTS`.
    timezone : str
        The seller's, in which days end and instants without a zone are meant.

    Returns
    -------
    DataFrame
        As `features.build.build` takes it, in the order of the file; ``as_of`` is a naive UTC instant.

    Raises
    ------
    InputError
        Names every column and the count of rows that are wrong: a broken file is refused whole.
    """
    check_subject_file(path)
    try:
        table = _READERS[path.suffix](path)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    wrong = _not_a_number(table)
    checked = check_table(SUBJECTS, _frame(table), timezone=timezone)
    checked.add("amount", wrong, "a number above 0, or nothing where there is no request", "NaN")
    _check_limits(checked)
    if checked.findings:
        raise InputError(finding.problem for finding in checked.findings)
    return checked.frame


def _check_names(names: list[str]) -> None:
    known = [column.name for column in SUBJECTS.columns]
    lacking = [name for name in SUBJECTS.required if name not in names]
    unknown = [name for name in names if name not in known]
    twice = sorted({name for name in names if names.count(name) > 1})
    found = f"columns {names}"
    problems = []
    if lacking:
        problems.append(Problem(f"columns {lacking}", found, "add them", SUBJECTS.name))
    if unknown:
        step = f"remove or rename {unknown}"
        problems.append(Problem(f"columns among {known}", found, step, SUBJECTS.name))
    if twice:
        problems.append(Problem("each column once", f"{twice} more than once", "remove one", SUBJECTS.name))
    if problems:
        raise InputError(problems)


def _check_limits(checked: Checked) -> None:
    for name, (largest, expected) in _LIMITS.items():
        if name in checked.frame:
            numbers = checked.frame[name].astype("float64").to_numpy(np.float64, na_value=np.nan)
            checked.add(name, numbers > largest, expected, "a larger number")


def _frame(table: pa.Table) -> pd.DataFrame:
    return pd.DataFrame({name: _plain(table.column(name)).to_pandas() for name in table.column_names})


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values of the few types that the checks of tables know."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_date(values.type):
        return values.cast(pa.timestamp("s"))
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("s", values.type.tz), safe=False)
    return values.cast(pa.string()) if pa.types.is_decimal(values.type) else values


def _not_a_number(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Return rows whose amount is NaN and not missing: a frame cannot tell the two apart."""
    if "amount" not in table.column_names or not pa.types.is_floating(table.column("amount").type):
        return np.zeros(table.num_rows, bool)
    wrong: npt.NDArray[np.bool_] = pc.fill_null(pc.is_nan(table.column("amount")), False).to_numpy()
    return wrong


def _parquet(path: Path) -> pa.Table:
    return pq.read_table(path)


def _csv(path: Path) -> pa.Table:
    names, _ = _csv_head(path)
    text = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    return pa.csv.read_csv(path, convert_options=text)


def _parquet_head(path: Path) -> tuple[list[str], bool]:
    head = pq.read_metadata(path)
    return list(head.schema.to_arrow_schema().names), head.num_rows > 0


def _csv_head(path: Path) -> tuple[list[str], bool]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        return next(rows, []), next(rows, None) is not None


_READERS: dict[str, Callable[[Path], pa.Table]] = {".parquet": _parquet, ".csv": _csv}
_HEADS: dict[str, Callable[[Path], tuple[list[str], bool]]] = {".parquet": _parquet_head, ".csv": _csv_head}


def _unreadable(path: Path, error: Exception) -> InputError:
    # Reason: Arrow tells damaged pages as OSError, like a right that lacks.
    reason = getattr(error, "strerror", None) or type(error).__name__
    found = f"one that is none ({reason})"
    return _unfit(f"a readable UTF-8 {path.suffix[1:]} file with a header", found, "write it again")


def _unfit(expected: str, found: str, next_step: str) -> InputError:
    return InputError.of(expected, found, next_step, table=SUBJECTS.name)
