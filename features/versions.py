"""Which version of a fact counts when."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import TABLES
from features.instants import FAR_FUTURE, end_of_day
from features.keys import known_until
from features.portfolio import Portfolio, without_rows

__all__ = ["day_starts", "fact_versions", "seconds", "starts_of_days"]


def fact_versions(portfolio: Portfolio, name: str) -> pd.DataFrame:
    """Return the versions of a table's facts with the interval in which each counts.

    Parameters
    ----------
    portfolio : Portfolio
    name : str
        A table.

    Returns
    -------
    DataFrame
        The table's columns and ``known_from``, ``known_until`` (int64 seconds since 1970, the end excluded).
        A withdrawal ends the version before it and is no version itself.
    """
    if name not in portfolio.tables:
        return _no_versions(name).copy()
    return _versions(name, portfolio.table(name))


@cache
def _no_versions(name: str) -> pd.DataFrame:
    return _versions(name, without_rows(name))


def _versions(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    table = TABLES[name]
    ends = known_until(frame, table.key, table.knowledge, FAR_FUTURE)
    versions = frame.assign(known_from=seconds(frame[table.knowledge]), known_until=seconds(ends))
    return versions[~frame["withdrawn"]]


def day_starts(days: pd.Series[Any], timezone: str) -> npt.NDArray[np.int64]:
    """Return the first second of each day in `timezone`, as seconds since 1970."""
    ends = end_of_day(days - pd.Timedelta(days=1), timezone)
    return ends.to_numpy().astype(np.int64) + 1


def starts_of_days(days: npt.NDArray[np.int32], timezone: str) -> npt.NDArray[np.int64]:
    """Return the first second of each of many days (days since 1970), each distinct day asked once.

    Examples
    --------
    >>> starts_of_days(np.array([1, 0, 1], np.int32), "Europe/Berlin").tolist()
    [82800, -3600, 82800]
    """
    if not len(days):
        return np.zeros(0, np.int64)
    first, last = int(days.min()), int(days.max())
    distinct = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[s]")
    starts: npt.NDArray[np.int64] = day_starts(pd.Series(distinct), timezone).take(days - np.int32(first))
    return starts


def seconds(instants: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Return instants as seconds since 1970."""
    return instants.astype("datetime64[s]").to_numpy().astype(np.int64)
