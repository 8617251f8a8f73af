"""The list that a credit department works from: one row a buyer."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from credit.listing_sheet import write_sheet
from features.codes import decimals_of

__all__ = ["SUFFIXES", "book_list", "plain_texts", "write_list"]

SUFFIXES = (".parquet", ".csv", ".xlsx")

_MONEY = ("exposure", "overdue_amount", "current_limit", "suggested_limit", "difference", "headroom")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that starts so for a formula."""


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
    limits = [assessment["limit"] for assessment in assessments]
    current = values["own_limit"].to_numpy()
    suggested = pd.Series([limit["amount"] for limit in limits], dtype="float64")
    rows = pd.DataFrame(
        {
            "buyer_id": [assessment["buyer_id"] for assessment in assessments],
            "as_of": [assessment["as_of"] for assessment in assessments],
            "currency": [limit["currency"] for limit in limits],
            "exposure": [limit["exposure"] for limit in limits],
            "overdue_amount": [limit["overdue_amount"] for limit in limits],
            "current_limit": current,
            "suggested_limit": suggested,
            "difference": suggested - current,
            "headroom": [limit["headroom"] for limit in limits],
            "action": [limit["action"] for limit in limits],
            "binding": [limit["binding"] for limit in limits],
            "limit_status": [limit["status"] for limit in limits],
            "grade": [assessment["grade"]["computed"] for assessment in assessments],
            "probability_of_default": [assessment["default"]["probability"] for assessment in assessments],
            "warnings": [_warnings(assessment) for assessment in assessments],
            "reasons": [_reasons(assessment) for assessment in assessments],
        }
    ).astype(dict.fromkeys((*_MONEY, "probability_of_default"), "float64"))
    return rows.assign(**{name: _rounded(rows[name], rows["currency"]) for name in _MONEY})


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
    safe = rows.assign(**{name: rows[name].map(_neutral, na_action="ignore") for name in texts})
    # Reason: without the mark Excel reads Chinese as Latin text.
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def plain_texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts that was read from a CSV file of `write_list`, without its marks of formulas.

    Examples
    --------
    >>> plain_texts(pd.DataFrame({"buyer_id": ["'=A1", "B'1"]}))["buyer_id"].tolist()
    ['=A1', "B'1"]
    """
    return rows.assign(**{name: rows[name].map(_without_mark, na_action="ignore") for name in map(str, rows)})


def _without_mark(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def _reasons(assessment: Mapping[str, Any]) -> str:
    return " | ".join(reason["text"] for reason in assessment["reasons"])


def _warnings(assessment: Mapping[str, Any]) -> str:
    return " ".join(warning["code"] for warning in assessment["warnings"])


def _rounded(amounts: pd.Series[Any], currencies: pd.Series[Any]) -> pd.Series[Any]:
    scale = currencies.map(lambda currency: 10.0 ** decimals_of(currency)).astype("float64")
    return (amounts * scale).round() / scale


def _neutral(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
