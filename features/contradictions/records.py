"""Contradictions of master data, limits, rates, orders and securities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.columns import TABLES
from features.contradictions.books import Books
from features.instants import FAR_FUTURE
from features.versions import day_starts, seconds

__all__ = [
    "delivered_before_ordered",
    "overlapping_limits",
    "share_above_one",
    "unknown_buyers",
    "without_rate",
]


def unknown_buyers(books: Books, table: str) -> pd.DataFrame:
    """Find facts of buyers that the table of buyers lacks; none where there is no such table."""
    frame = books.facts(table)
    known = books.facts("buyers")["buyer_id"]
    named = frame["buyer_id"].notna() if "buyer_id" in frame else pd.Series(False, index=frame.index)
    return books.hits(table, named & ~frame.get("buyer_id", named).isin(known) & bool(len(known)))


def overlapping_limits(books: Books) -> pd.DataFrame:
    """Find limits that begin while another one of the same buyer and kind is in force."""
    limits = books.facts("limits").sort_values("valid_from", kind="stable")
    far = pd.Timestamp(FAR_FUTURE)
    ends = limits["valid_to"].fillna(far) if "valid_to" in limits else pd.Series(far, index=limits.index)
    groups = [limits["buyer_id"], limits["kind"]]
    latest_end = _days(ends).groupby(groups).cummax()
    before = latest_end.groupby(groups).shift(1)
    overlaps = _days(limits["valid_from"]) <= before
    return books.hits("limits", overlaps.reindex(books.facts("limits").index))


def without_rate(books: Books, table: str) -> pd.DataFrame:
    """Find facts in a foreign currency of which no rate is known when they are, and the books have begun."""
    frame = books.facts(table)
    seller = books.portfolio.seller
    fx = books.portfolio.table("fx")
    fx = fx[~fx["withdrawn"]]
    starts = np.maximum(seconds(fx["recorded_at"]), day_starts(fx["on_date"], seller.timezone))
    first = pd.Series(starts, index=fx.index, dtype="int64").groupby(fx["currency"]).min()
    foreign = frame["currency"].notna() & (frame["currency"] != seller.reporting_currency)
    never = int(FAR_FUTURE.astype(np.int64))
    known_from = frame["currency"].map(first).fillna(never).astype("int64")
    begins = int(books.portfolio.observed_from.timestamp())
    known = np.maximum(seconds(frame[TABLES[table].knowledge]), begins)
    return books.hits(table, foreign & (known < known_from.to_numpy()))


def delivered_before_ordered(books: Books) -> pd.DataFrame:
    """Find orders to be delivered before they were placed."""
    orders = books.facts("orders")
    early = orders["deliver_on"] < orders["ordered_on"] if "deliver_on" in orders else _none(orders)
    return books.hits("orders", early)


def share_above_one(books: Books) -> pd.DataFrame:
    """Find securities that cover more than the whole: 80 for 80 %."""
    securities = books.facts("securities")
    above = securities["share"] > 1 if "share" in securities else _none(securities)
    return books.hits("securities", above)


def _none(frame: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(False, index=frame.index)


def _days(values: pd.Series[Any]) -> pd.Series[Any]:
    days = values.to_numpy().astype("datetime64[D]").astype(np.int64)
    return pd.Series(days, index=values.index)
