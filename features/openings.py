"""What is open by the portfolio's own facts: of each item, of each buyer on a day, in sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import ALLOCATION_KINDS, INVOICE_KINDS, TABLES
from features.portfolio import Portfolio

__all__ = ["balance_on", "closing_rows", "latest", "open_items", "totals"]

_ITEM = ["invoice_id", "instalment"]
_ACCOUNT = ["buyer_id", "currency"]


def latest(portfolio: Portfolio, name: str) -> pd.DataFrame:
    """Return the latest version of each fact of a table, without facts that were taken back.

    Parameters
    ----------
    portfolio : Portfolio
    name : str
        A table.
    """
    table, frame = TABLES[name], portfolio.table(name)
    key = [column for column in table.key if column in frame]
    last = frame.sort_values(table.knowledge, kind="stable").drop_duplicates(key, keep="last")
    return last[~last["withdrawn"].astype(bool)] if "withdrawn" in last else last


def open_items(portfolio: Portfolio) -> pd.DataFrame:
    """Return the open amount of each item of the ledger as the books stand at their end.

    Returns
    -------
    DataFrame, columns invoice_id, instalment, buyer_id, currency, open_minor
        Minor units; positive for what an invoice still asks and for what a credit memo still gives.

    Examples
    --------
    >>> from features.portfolio import Seller, from_frames
    >>> invoices = pd.DataFrame(
    ...     {
    ...         "invoice_id": ["1"],
    ...         "buyer_id": ["B"],
    ...         "issued_on": ["2026-01-05"],
    ...         "due_on": ["2026-02-04"],
    ...         "amount": ["12.50"],
    ...         "currency": ["EUR"],
    ...     }
    ... )
    >>> payment = pd.DataFrame(
    ...     {"invoice_id": ["1"], "settled_on": ["2026-02-01"], "amount": ["10"], "kind": ["payment"]}
    ... )
    >>> items = open_items(from_frames({"invoices": invoices, "allocations": payment}, Seller("me")))
    >>> items["open_minor"].tolist()
    [250]
    """
    invoices = latest(portfolio, "invoices")
    closing = _closing(portfolio)
    open_minor = invoices["amount_minor"].to_numpy(np.int64)
    if "invoice_id" in closing and len(closing):
        closed = closing.groupby(_ITEM)["amount_minor"].sum()
        keys = pd.MultiIndex.from_frame(invoices[_ITEM])
        open_minor = open_minor - closed.reindex(keys).fillna(0).to_numpy(np.int64)
    return invoices[[*_ITEM, *_ACCOUNT]].assign(open_minor=open_minor).reset_index(drop=True)


def balance_on(portfolio: Portfolio, accounts: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return what each buyer owed in a currency at the end of a day, by event dates.

    Parameters
    ----------
    portfolio : Portfolio
    accounts : DataFrame, shape (n, 3)
        Columns ``buyer_id``, ``currency``, ``on_date``.

    Returns
    -------
    int64 ndarray, shape (n,)
        Minor units; credit memos and money not yet matched reduce it.
    """
    entries = _entries(portfolio)
    balances = np.zeros(len(accounts), np.int64)
    for day, rows in accounts.reset_index(drop=True).groupby("on_date"):
        until = entries[entries["day"] <= day].groupby(_ACCOUNT)["amount_minor"].sum()
        keys = pd.MultiIndex.from_frame(rows[_ACCOUNT])
        balances[rows.index.to_numpy()] = until.reindex(keys).fillna(0).to_numpy(np.int64)
    return balances


def totals(portfolio: Portfolio) -> dict[tuple[str, str], int]:
    """Return sums in minor units by measure and currency; credit memos count negative.

    Measures are ``invoiced``, ``closed`` (what allocations close) and ``open``, the difference.
    """
    entries = _entries(portfolio)
    sums: dict[tuple[str, str], int] = {}
    for is_item, measure in ((True, "invoiced"), (False, "closed")):
        amounts = entries[entries["is_item"] == is_item].groupby("currency")["amount_minor"].sum()
        for currency, amount in amounts.items():
            sums[measure, str(currency)] = int(amount) if is_item else -int(amount)
            sums["open", str(currency)] = sums.get(("open", str(currency)), 0) + int(amount)
    return sums


def closing_rows(allocations: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which allocations reduce the open balance of their item.

    Parameters
    ----------
    allocations : DataFrame, shape (n, columns)
        Columns ``kind`` and, where there are bills as items, ``successor_id``.
    """
    kinds = [kind for kind, meaning in ALLOCATION_KINDS.items() if meaning.closes]
    closes = allocations["kind"].isin(kinds)
    if "successor_id" in allocations:
        # Reason: a bill that is an item of the ledger owes the amount instead of the invoice.
        closes |= allocations["kind"].eq("bill") & allocations["successor_id"].notna()
    return closes.to_numpy(bool)


def _closing(portfolio: Portfolio) -> pd.DataFrame:
    allocations = latest(portfolio, "allocations")
    return allocations[closing_rows(allocations)]


def _entries(portfolio: Portfolio) -> pd.DataFrame:
    """Bookings with account, day and signed amount: items add, allocations take away what they close."""
    invoices = latest(portfolio, "invoices")
    sign = (
        invoices["kind"].map({kind: meaning.sign for kind, meaning in INVOICE_KINDS.items()}).astype("int64")
    )
    items = invoices[_ACCOUNT].assign(
        day=invoices["issued_on"], amount_minor=invoices["amount_minor"] * sign, is_item=True
    )
    closing = _with_account(_closing(portfolio), invoices.assign(sign=sign))
    closed = closing[_ACCOUNT].assign(
        day=closing["settled_on"], amount_minor=-closing["amount_minor"] * closing["sign"], is_item=False
    )
    return pd.concat([items, closed], ignore_index=True)


def _with_account(closing: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """Allocations with the buyer, currency and sign of their item; money not yet matched keeps its own."""
    if "invoice_id" not in closing:
        lacking = pd.Series(pd.NA, index=closing.index, dtype="str")
        return closing.assign(sign=1, **{name: lacking for name in _ACCOUNT if name not in closing})
    of_item = invoices[[*_ITEM, *_ACCOUNT, "sign"]].rename(
        columns={name: f"item_{name}" for name in _ACCOUNT}
    )
    both = closing.merge(of_item, on=_ITEM, how="left")
    own: dict[str, Any] = {}
    for name in _ACCOUNT:
        own[name] = both[f"item_{name}"].fillna(both[name]) if name in both else both[f"item_{name}"]
    return both.assign(**own, sign=both["sign"].fillna(1).astype("int64"))
