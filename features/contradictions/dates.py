"""Dates that cannot be: in the far future, before there were such books, before anybody knew."""

from __future__ import annotations

import pandas as pd

from features.columns import TABLES
from features.contradictions.books import MAX_DAYS_AHEAD, Books

__all__ = ["dated_far_ahead", "dated_too_early", "known_far_ahead", "known_later", "known_too_early"]

FIRST_DAY = pd.Timestamp("1990-01-01")
"""Earlier dates are the zero of some system's calendar, or a slip of the hand."""


def dated_far_ahead(books: Books, table: str) -> pd.DataFrame:
    """Find facts dated, or disputes resolved, more than 366 days after the end of the books."""
    latest, facts = books.end_day + pd.Timedelta(days=MAX_DAYS_AHEAD), books.facts(table)
    is_ahead = facts[TABLES[table].event_date] > latest
    if "resolved_on" in facts:
        # Reason: until its end, what is in dispute counts neither as overdue nor towards default.
        is_ahead |= facts["resolved_on"].astype("datetime64[s]") > latest
    return books.hits(table, is_ahead)


def dated_too_early(books: Books, table: str) -> pd.DataFrame:
    """Find facts dated before 1990."""
    return books.hits(table, books.facts(table)[TABLES[table].event_date] < FIRST_DAY)


def known_too_early(books: Books, table: str) -> pd.DataFrame:
    """Find facts known more than a day before the day on which they happened."""
    happened = books.facts(table)[TABLES[table].event_date]
    return books.hits(table, books.known_days(table) < happened - pd.Timedelta(days=1))


def known_later(books: Books, table: str) -> pd.DataFrame:
    """Find facts recorded after the end of the books, by at most 366 days."""
    known = books.facts(table)[TABLES[table].knowledge]
    return books.hits(table, (known > books.end) & (known <= books.end + pd.Timedelta(days=MAX_DAYS_AHEAD)))


def known_far_ahead(books: Books, table: str) -> pd.DataFrame:
    """Find facts recorded more than 366 days after the end of the books that are not dated there as well."""
    frame = books.facts(table)
    latest = books.end + pd.Timedelta(days=MAX_DAYS_AHEAD)
    late = frame[TABLES[table].knowledge] > latest
    event = TABLES[table].event_date
    if event:
        late &= frame[event] <= books.end_day + pd.Timedelta(days=MAX_DAYS_AHEAD)
    return books.hits(table, late)
