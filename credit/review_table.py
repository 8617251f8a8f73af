"""A review as a table, and what is in force read back from one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from credit.publish import Published
from credit.review import Reviewed
from features.errors import InputError

__all__ = ["published_of", "review_frame"]

_READ = ("buyer_id", "grade", "computed_grade", "limit", "currency", "reviewed_on", "valid_until")
_STEP = "name a list that `credence review DIR --out FILE` wrote"
_NUMBERS = ("limit", "limit_before", "limit_change", "computed_limit", "exposure", "headroom")


def review_frame(rows: Sequence[Reviewed]) -> pd.DataFrame:
    """Return a review as a table.

    Parameters
    ----------
    rows : sequence of Reviewed, length n

    Returns
    -------
    DataFrame, shape (n, 17)
        In the order of the rows. ``limit`` and ``grade`` are in force to the end of ``valid_until``; days are
        ISO texts. Amounts in ``currency``; what is not there is missing. ``headroom`` is that of the limit in
        force.
    """
    frame = pd.DataFrame([_row(each) for each in rows], columns=_COLUMNS)
    texts = [name for name in _COLUMNS if name not in _NUMBERS]
    return frame.astype({**dict.fromkeys(_NUMBERS, "float64"), **dict.fromkeys(texts, "str")})


def published_of(frame: pd.DataFrame) -> dict[str, Published]:
    """Return what is in force by buyer.

    Parameters
    ----------
    frame : DataFrame
        As `review_frame` gives it, whatever kind of file it went through.

    Raises
    ------
    InputError
        Where the table is no such list, names a buyer twice, or has a value that cannot be read.
    """
    lacking = [name for name in _READ if name not in frame]
    if lacking:
        raise InputError.of("a list of a review", f"a table without {', '.join(lacking)}", _STEP)
    ids = frame["buyer_id"].astype("str")
    if ids.duplicated().any() or frame["buyer_id"].isna().any():
        raise InputError.of("a list with one row a buyer", "buyers with several, or rows without", _STEP)
    rows = frame[list(_READ)].astype(object).where(frame[list(_READ)].notna(), None)
    told = (dict(zip(_READ, row, strict=True)) for row in rows.itertuples(index=False, name=None))
    return {str(row["buyer_id"]): _published(row) for row in told}


def _published(row: Mapping[str, Any]) -> Published:
    try:
        return Published(
            grade=_text(row["grade"]),
            computed_grade=_text(row["computed_grade"]),
            amount=_amount(row["limit"]),
            currency=str(row["currency"]),
            reviewed_on=date.fromisoformat(str(row["reviewed_on"])[:10]),
            valid_until=_day(row["valid_until"]),
        )
    except ValueError as error:
        expected = "amounts of at least 0 as limit, and days as reviewed_on and valid_until"
        raise InputError.of(expected, "something else", _STEP) from error


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value)[:10])


def _amount(value: Any) -> float | None:
    if value is None:
        return None
    amount = float(value)
    if not math.isfinite(amount) or amount < 0.0:
        raise ValueError("an amount is needed")
    return amount


def _row(row: Reviewed) -> dict[str, Any]:
    now, before = row.review.published, row.before
    owed = row.exposure
    return {
        "buyer_id": row.buyer_id,
        "limit": now.amount,
        "currency": now.currency,
        "grade": now.grade,
        "valid_until": None if now.valid_until is None else now.valid_until.isoformat(),
        "limit_code": row.review.limit_code,
        "limit_before": None if before is None else before.amount,
        "limit_change": row.limit_change,
        "grade_code": row.review.grade_code,
        "grade_before": None if before is None else before.grade,
        "computed_limit": row.computed_amount,
        "computed_grade": now.computed_grade,
        "limit_status": row.status,
        "binding": row.binding,
        "exposure": owed,
        "headroom": None if now.amount is None or owed is None else max(0.0, now.amount - owed),
        "reviewed_on": now.reviewed_on.isoformat(),
    }


_COLUMNS = (
    "buyer_id", "limit", "currency", "grade", "valid_until", "limit_code", "limit_before", "limit_change",
    "grade_code", "grade_before", "computed_limit", "computed_grade", "limit_status", "binding", "exposure",
    "headroom", "reviewed_on",
)  # fmt: skip
