"""One subject as arrays, without the cost of a frame: what an online call asks about."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from features.as_of import epoch_day
from features.block import NO_ITEM, SubjectArrays

__all__ = ["Asked", "subject_of"]


class Asked(NamedTuple):
    """A request as its caller says it; None for what is not said."""

    amount: float | None = None
    currency: str | None = None
    terms_days: float | None = None
    due_on: date | None = None


def subject_of(position: int, second: int, timezone: str, asked: Asked, rate: float = 1.0) -> SubjectArrays:
    """Return one subject as arrays, as `features.build.subject_arrays` would.

    Parameters
    ----------
    position : int
        Of the buyer in its block; -1 for none.
    second : int
        The moment, seconds since 1970.
    timezone : str
        The seller's.
    asked : Asked
    rate : float
        Reporting currency for one unit of the currency of `asked`; NaN where none was known.
    """
    day = _local_day(second, timezone)
    terms = np.nan if asked.terms_days is None else float(asked.terms_days)
    due = day + terms if asked.due_on is None else float(epoch_day(asked.due_on))
    terms = due - day if np.isnan(terms) else terms
    numbers = (np.nan if asked.amount is None else asked.amount * rate, terms, due - day, due)
    return SubjectArrays(
        np.array([position], np.int64),
        np.array([second], np.int64),
        np.array([day], np.int64),
        np.array([NO_ITEM], np.int64),
        *(np.array([number], np.float64) for number in numbers),
    )


@lru_cache(maxsize=1024)
def _local_day(second: int, timezone: str) -> int:
    return epoch_day(datetime.fromtimestamp(second, ZoneInfo(timezone)).date())
