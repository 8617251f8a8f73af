"""Figures across buyers: one row a month end, made from what was known then and never changed afterwards."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import Block
from features.engine.context import CONTEXT, GROUPS, Context, MonthEnds, figures, sums_of_buyers
from features.engine.profile import section_of_buyer
from features.instants import day_of, month_ends

__all__ = ["book_context"]

_BUYERS = 5_000
"""Buyers that are summed at a time."""


def book_context(block: Block, start: pd.Timestamp, stop: pd.Timestamp, timezone: str) -> Context:
    """Return figures of the book and of each industry at each month end in ``start <= instant < stop``.

    Parameters
    ----------
    block : Block
        Facts of all buyers.
    start, stop : Timestamp
        Naive UTC instants.
    timezone : str
        The seller's, in which months end.
    """
    ends = month_ends(start, stop, timezone)
    if not len(block.ledger.item):
        return Context(np.empty(0, np.int64), np.empty((0, GROUPS, len(CONTEXT))))
    months = MonthEnds(
        ends.to_numpy().astype("datetime64[s]").astype(np.int64),
        day_of(ends, timezone).to_numpy().astype("datetime64[D]").astype(np.int64),
    )
    sections = _sections(block, months)

    def work(first: int) -> npt.NDArray[np.int64]:
        last = min(first + _BUYERS, len(block.buyer_ids))
        sums: npt.NDArray[np.int64] = sums_of_buyers(block.ledger, (first, last), sections, months)
        return sums

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        parts = list(pool.map(work, range(0, len(block.buyer_ids), _BUYERS)))
    return Context(months.as_of, figures(block.ledger, sum(parts), months.as_of))


def _sections(block: Block, months: MonthEnds) -> npt.NDArray[np.int8]:
    """Return each buyer's section at each month end, -1 where it is unknown."""
    columns = [section_of_buyer(block.profiles, int(as_of)) for as_of in months.as_of]
    return np.ascontiguousarray(np.array(columns, np.int8).T.reshape(len(block.buyer_ids), len(months.day)))
