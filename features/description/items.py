"""What became of each invoice by the end of the books."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.columns import ALLOCATION_KINDS
from features.contradictions.books import Books

__all__ = ["AGE_BUCKETS", "ageing", "items_of"]

AGE_BUCKETS = ("not_due", "1-30", "31-60", "61-90", "91-120", "121-180", "over_180")
"""Days past due of open items, by due date."""

_BUCKET_ENDS = (0, 30, 60, 90, 120, 180)


def items_of(books: Books) -> pd.DataFrame:
    """Return the payable items with what is open and when they were paid.

    Parameters
    ----------
    books : Books

    Returns
    -------
    DataFrame, one row a payable item
        ``buyer_id``, ``currency``, ``issued_on``, ``due_on``, ``amount_minor``, ``open_minor``, ``dpd`` (days
        from due to the end of the books), ``paid_on`` (the last day that counts as paid, where nothing is
        open), ``is_lost`` (written off in part or whole) and ``is_diluted`` (closed without any payment).
    """
    items, entries = books.items, books.entries
    closing = entries[entries["closes"]]
    at, count = closing["item"].to_numpy(np.int64), len(items)
    closed = np.zeros(count, np.int64)
    np.add.at(closed, at, closing["amount_minor"].to_numpy(np.int64))
    paid = closing["kind"].map({kind: one.counts_as_paid for kind, one in ALLOCATION_KINDS.items()})
    paid_days = np.where(paid, closing["settled_on"].to_numpy("datetime64[D]").astype(np.int64), -1)
    last = np.full(count, -1, np.int64)
    np.maximum.at(last, at, paid_days)
    lost = np.zeros(count, bool)
    lost[at[(closing["kind"] == "write_off").to_numpy(bool)]] = True
    open_minor = items["amount_minor"].to_numpy(np.int64) - closed
    settled = (open_minor <= 0) & (last >= 0)
    paid_on = np.where(settled, last, 0).astype("datetime64[D]").astype("datetime64[s]")
    names = ["buyer_id", "currency", "issued_on", "due_on", "amount_minor"]
    frame = items[names].assign(
        open_minor=open_minor,
        dpd=(books.end_day - items["due_on"]).dt.days,
        paid_on=pd.Series(paid_on, index=items.index).where(settled),
        is_lost=lost,
        is_diluted=(open_minor <= 0) & (last < 0) & ~lost,
    )
    return frame[items["is_payable"].to_numpy(bool)].reset_index(drop=True)


def ageing(items: pd.DataFrame, open_totals: dict[str, int]) -> pd.DataFrame:
    """Return the open ledger by days past due.

    Parameters
    ----------
    items : DataFrame
        From `items_of`.
    open_totals : dict of str to int
        What is open by currency, in minor units, by `features.openings.totals`.

    Returns
    -------
    DataFrame, one row a currency, index ``currency``
        `AGE_BUCKETS` and ``credits`` (open credit memos, prepayments and money not matched: what is open
        less the buckets), ``open``; minor units. The columns before the last add up to it.

    Examples
    --------
    >>> items = pd.DataFrame({"currency": ["EUR"], "open_minor": [500], "dpd": [31]})
    >>> ageing(items, {"EUR": 450}).loc["EUR", ["31-60", "credits", "open"]].tolist()
    [500, -50, 450]
    """
    bucket = np.searchsorted(_BUCKET_ENDS, items["dpd"].to_numpy(), side="left")
    sums = np.zeros((len(open_totals), len(AGE_BUCKETS)), np.int64)
    currencies = sorted(open_totals)
    row = items["currency"].map({name: number for number, name in enumerate(currencies)}).to_numpy(np.int64)
    np.add.at(sums, (row, bucket), items["open_minor"].to_numpy(np.int64))
    frame = pd.DataFrame(sums, columns=list(AGE_BUCKETS), index=pd.Index(currencies, name="currency"))
    total = np.array([open_totals[name] for name in currencies], np.int64)
    return frame.assign(credits=total - sums.sum(axis=1), open=total)
