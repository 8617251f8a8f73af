"""Figures across buyers: one row a month end, made from what was known then and never changed afterwards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.block import NO_ITEM, Block, SubjectArrays
from features.engine.compute import BOOK, Context
from features.engine.ledger import ledger_of
from features.engine.payments import ARREARS_FROM, PAYMENTS, payments
from features.instants import day_of, month_ends

__all__ = ["book_context"]


def book_context(block: Block, start: pd.Timestamp, stop: pd.Timestamp, timezone: str) -> Context:
    """Return the book's figures at each month end in ``start <= instant < stop``.

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
    if not len(block.item):
        return Context(np.empty(0, np.int64), np.empty((0, len(BOOK))))
    seconds = ends.to_numpy().astype("datetime64[s]").astype(np.int64)
    days = day_of(ends, timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
    nothing = np.full(len(ends), np.nan)
    book = SubjectArrays(
        np.zeros(len(ends), np.int64), seconds, days, np.full(len(ends), NO_ITEM, np.int64), *[nothing] * 4
    )
    values = np.empty((len(ends), ARREARS_FROM))
    payments(ledger_of(block.as_one_buyer()), book, values)
    return Context(seconds, values[:, [PAYMENTS.index(name) for name in BOOK]])
