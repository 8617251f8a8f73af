"""The list that a credit department works from: one row a buyer."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from credit.formulas_in_cells import neutral, plain
from credit.listing_sheet import write_sheet
from features.codes import decimals_of

__all__ = [
    "SUFFIXES",
    "ListRow",
    "book_list",
    "list_frame",
    "list_rows",
    "plain_texts",
    "write_list",
]

SUFFIXES = (".parquet", ".csv", ".xlsx")

_AMOUNTS = ("exposure", "overdue_amount", "current_limit", "suggested_limit", "headroom")
_MONEY = (*_AMOUNTS, "difference")


class ListRow(NamedTuple):
    """A buyer in the list, before amounts are rounded; what cannot be said is None or NaN."""

    buyer_id: str
    as_of: str
    currency: str
    exposure: float | None
    overdue_amount: float | None
    current_limit: float
    suggested_limit: float | None
    headroom: float | None
    action: str
    binding: str | None
    limit_status: str
    grade: str | None
    probability_of_default: float | None
    warnings: str
    reasons: str


def book_list(values: pd.DataFrame, assessments: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the list of all buyers.

    Parameters
    ----------
    values : DataFrame, shape (n, features)
        Catalog values, index buyer_id.
    assessments : sequence of mapping, length n

    Returns
    -------
    DataFrame, shape (n, 16)
        Amounts in the reporting currency, rounded to its decimals; what cannot be said is missing, with its
        code in ``limit_status``. ``warnings`` are codes with a blank between them.
    """
    return list_frame(list_rows(values, assessments))


def list_rows(values: pd.DataFrame, assessments: Iterable[Mapping[str, Any]]) -> list[ListRow]:
    """Return the rows of some buyers, of which nothing else is kept; see `book_list`."""
    return [
        _row(float(own_limit), assessment)
        for own_limit, assessment in zip(values["own_limit"].to_numpy(), assessments, strict=True)
    ]


def list_frame(rows: Sequence[ListRow]) -> pd.DataFrame:
    """Return rows as the list; see `book_list`."""
    columns = dict(zip(ListRow._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    frame = pd.DataFrame({name: list(columns.get(name, ())) for name in ListRow._fields})
    frame = frame.astype(dict.fromkeys((*_AMOUNTS, "probability_of_default"), "float64"))
    difference = frame["suggested_limit"] - frame["current_limit"]
    frame.insert(ListRow._fields.index("suggested_limit") + 1, "difference", difference)
    return frame.assign(**{name: _rounded(frame[name], frame["currency"]) for name in _MONEY})


def _row(own_limit: float, assessment: Mapping[str, Any]) -> ListRow:
    limit = assessment["limit"]
    return ListRow(
        buyer_id=assessment["buyer_id"],
        as_of=assessment["as_of"],
        currency=limit["currency"],
        exposure=limit["exposure"],
        overdue_amount=limit["overdue_amount"],
        current_limit=own_limit,
        suggested_limit=limit["amount"],
        headroom=limit["headroom"],
        action=limit["action"],
        binding=limit["binding"],
        limit_status=limit["status"],
        grade=assessment["grade"]["computed"],
        probability_of_default=assessment["default"]["probability"],
        warnings=_warnings(assessment),
        reasons=_reasons(assessment),
    )


def write_list(rows: pd.DataFrame, path: Path, suffix: str) -> None:
    """Write the list as Parquet, as CSV without cells that look like formulas, or as an Excel workbook.

    Parameters
    ----------
    rows : DataFrame
    path : Path
    suffix : {".parquet", ".csv", ".xlsx"}

    Raises
    ------
    InputError
        Where a workbook cannot hold so many rows.
    """
    if suffix == ".parquet":
        rows.to_parquet(path, index=False)
        return
    if suffix == ".xlsx":
        write_sheet(rows, path, "credit")
        return
    texts: list[str] = list(rows.select_dtypes("str").columns)
    safe = rows.assign(**{name: rows[name].map(neutral, na_action="ignore") for name in texts})
    # Reason: without the mark Excel reads Chinese as Latin text.
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def plain_texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts that was read from a CSV file of `write_list`, without its marks of formulas.

    Examples
    --------
    >>> plain_texts(pd.DataFrame({"buyer_id": ["'=A1", "B'1"]}))["buyer_id"].tolist()
    ['=A1', "B'1"]
    """
    told = {str(name): column.map(plain, na_action="ignore") for name, column in rows.items()}
    return rows.assign(**told)


def _reasons(assessment: Mapping[str, Any]) -> str:
    return " | ".join(reason["text"] for reason in assessment["reasons"])


def _warnings(assessment: Mapping[str, Any]) -> str:
    return " ".join(warning["code"] for warning in assessment["warnings"])


def _rounded(amounts: pd.Series[Any], currencies: pd.Series[Any]) -> pd.Series[Any]:
    scale = currencies.map(lambda currency: 10.0 ** decimals_of(currency)).astype("float64")
    return (amounts * scale).round() / scale
