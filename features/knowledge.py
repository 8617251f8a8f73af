"""When the books knew each fact, and between which instants they are complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from features.checks import Checked
from features.columns import Table
from features.instants import end_of_day, is_day, parse_as_of, start_of_day
from features.keys import contradictions, repeats
from features.seller import Seller

__all__ = [
    "STATEMENT_DELAY_MONTHS",
    "fill_knowledge",
    "find_contradictions",
    "has_dates",
    "observed_end",
    "observed_start",
]

STATEMENT_DELAY_MONTHS = 6
"""Months after the period's end at which accounts are taken as received where nobody says when they were."""


def observed_start(
    checked: Mapping[str, Checked], given: str | pd.Timestamp | None, seller: Seller
) -> pd.Timestamp:
    """Return from when outcomes are complete: as given, or else the first event date."""
    if given is not None:
        if isinstance(given, str) and is_day(given):
            return start_of_day(given, seller.timezone)
        return given if isinstance(given, pd.Timestamp) else parse_as_of(given, seller.timezone)
    firsts = [
        table.frame[table.table.event_date].min()
        for table in checked.values()
        if table.table.event_date and table.table.name != "fx"
    ]
    first = min((day for day in firsts if pd.notna(day)), default=pd.Timestamp("1970-01-01"))
    return start_of_day(first.date(), seller.timezone)


def has_dates(checked: Mapping[str, Checked]) -> bool:
    """Whether any row tells a day on which something happened or was known; needs filled knowledge times."""
    return any(
        not table.assumed.all()
        or (table.table.event_date and table.frame[table.table.event_date].notna().any())
        for table in checked.values()
        if len(table.frame)
    )


def observed_end(
    checked: Mapping[str, Checked], given: str | pd.Timestamp | None, seller: Seller
) -> pd.Timestamp:
    """Return until when the books are complete: as given, or else the latest knowledge time."""
    if given is not None:
        return given if isinstance(given, pd.Timestamp) else parse_as_of(given, seller.timezone)
    latest = [table.frame[table.table.knowledge].max() for table in checked.values() if len(table.frame)]
    known = (instant for instant in latest if pd.notna(instant))
    return pd.Timestamp(max(known, default=pd.Timestamp("1970-01-01")))


def fill_knowledge(checked: Checked, start: pd.Timestamp, timezone: str) -> None:
    """Fill the knowledge times that rows lack, in place."""
    table, frame = checked.table, checked.frame
    given = frame.get(table.knowledge)
    checked.assumed = np.ones(len(frame), bool) if given is None else given.isna().to_numpy(bool)
    if given is None or checked.assumed.any():
        assumed = _assumed_knowledge(table, frame, start, timezone)
        frame[table.knowledge] = assumed if given is None else given.fillna(assumed)
        checked.knowledge = "assumed"
    frame[table.knowledge] = frame[table.knowledge].astype("datetime64[s]")


def _assumed_knowledge(
    table: Table, frame: pd.DataFrame, start: pd.Timestamp, timezone: str
) -> pd.Series[Any]:
    if not table.event_date:
        return pd.Series(start, index=frame.index, dtype="datetime64[s]")
    days = frame[table.event_date]
    if table.knowledge == "received_at":
        days = days + pd.DateOffset(months=STATEMENT_DELAY_MONTHS)
    return pd.Series(end_of_day(days, timezone), index=frame.index)


def find_contradictions(checked: Checked) -> None:
    """Mark repeated rows of a checked table and add a finding for contradictions, in place."""
    frame, table = checked.frame, checked.table
    checked.repeated = repeats(frame)
    distinct = ~checked.repeated & ~checked.bad
    wrong = np.zeros(len(frame), bool)
    wrong[distinct] = contradictions(frame[distinct], table.key, table.knowledge, checked.assumed[distinct])
    checked.add(
        ", ".join(table.key),
        wrong,
        f"one content for one key and {table.knowledge}",
        "rows with the same key and different content",
        f"remove the wrong rows, or give each version its {table.knowledge}",
    )
