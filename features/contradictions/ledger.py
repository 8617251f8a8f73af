"""Contradictions between invoices and what settles them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import ALLOCATION_KINDS
from features.contradictions.books import Books

__all__ = [
    "closed_above_amount",
    "credit_used_above_amount",
    "disputed_before_issue",
    "due_long_after_issue",
    "duplicate_invoices",
    "excess_parts",
    "settled_before_issue",
    "settles_cancelled_invoice",
    "written_off_and_paid",
]

MAX_TERMS_YEARS = 5
"""Longest terms that are believed; retentions are paid after two to five years."""

_PAID = [kind for kind, meaning in ALLOCATION_KINDS.items() if meaning.counts_as_paid]
_SAME_INVOICE = ["buyer_id", "issued_on", "amount_minor", "currency", "kind"]
_BOOKING_ORDER = ["settled_on", "recorded_at", "allocation_id"]


def settled_before_issue(books: Books) -> pd.DataFrame:
    """Find allocations dated before the issue of their item.

    Money that came before its invoice and was unmatched at first is a prepayment, and no contradiction.
    """
    entries = books.entries
    early = entries["settled_on"] < entries["issued_on"]
    return _told(entries[early & ~entries["allocation_id"].isin(_once_loose(books))])


def excess_parts(books: Books) -> pd.DataFrame:
    """Return the closing allocations above the amount of their items, the last ones booked first.

    Returns
    -------
    DataFrame, index of row labels of allocations
        Columns of `Books.entries`; ``excess_minor`` (1 to the row's amount; they sum to what the item is
        closed above its amount); ``is_lost_and_paid`` (the item has a write-off and is paid in full without
        it); ``is_after_write_off`` (settled on or after the item's first write-off).
    """
    closing = books.entries[books.entries["closes"]]
    excess = _item_sums(closing, books) - books.items["amount_minor"].to_numpy(np.int64)
    chosen = closing[excess[closing["item"]] > 0]
    lost = chosen[chosen["kind"] == "write_off"].groupby("item")
    paid = chosen[chosen["kind"].isin(_PAID)].groupby("item")["amount_minor"].sum()
    last_first = chosen[chosen["amount_minor"] > 0].sort_values(_BOOKING_ORDER, ascending=False)
    amounts = last_first["amount_minor"]
    later = amounts.groupby(last_first["item"]).cumsum() - amounts
    left = excess[last_first["item"]] - later
    of_item = last_first["item"]
    lost_minor = lost["amount_minor"].sum().reindex(of_item).fillna(0).to_numpy()
    paid_minor = paid.reindex(of_item).fillna(0).to_numpy()
    parts: pd.DataFrame = last_first.assign(
        excess_minor=np.minimum(amounts, left),
        is_lost_and_paid=(lost_minor > 0) & (paid_minor >= last_first["item_minor"]),
        is_after_write_off=last_first["settled_on"] >= lost["settled_on"].min().reindex(of_item).to_numpy(),
    )
    return parts[parts["excess_minor"] > 0]


def closed_above_amount(books: Books) -> pd.DataFrame:
    """Find what closes an invoice above its amount."""
    parts = excess_parts(books)
    return _told_excess(parts[parts["is_payable"] & ~parts["is_lost_and_paid"]])


def written_off_and_paid(books: Books) -> pd.DataFrame:
    """Find what is too much on invoices with a write-off that are paid in full without it."""
    parts = excess_parts(books)
    return _told_excess(parts[parts["is_payable"] & parts["is_lost_and_paid"]])


def credit_used_above_amount(books: Books) -> pd.DataFrame:
    """Find uses of a credit memo or prepayment above what it gives."""
    parts = excess_parts(books)
    return _told_excess(parts[~parts["is_payable"]])


def settles_cancelled_invoice(books: Books) -> pd.DataFrame:
    """Find allocations in force on invoices that were taken back."""
    allocations = books.facts("allocations")
    if "invoice_id" not in allocations:
        return books.hits("allocations", np.zeros(len(allocations), bool))
    cancelled = allocations["invoice_id"].notna().to_numpy(bool) & (books.position(allocations) < 0)
    return books.hits("allocations", cancelled)


def due_long_after_issue(books: Books) -> pd.DataFrame:
    """Find invoices with terms of more than five years."""
    invoices = books.facts("invoices")
    latest = invoices["issued_on"] + pd.DateOffset(years=MAX_TERMS_YEARS)
    return books.hits("invoices", invoices["due_on"] > latest)


def duplicate_invoices(books: Books) -> pd.DataFrame:
    """Find invoices that repeat another one's buyer, issue date, amount and currency under another id."""
    sales = books.items[books.items["kind"].isin(["invoice", "debit_note"])]
    whole = sales.drop_duplicates(["invoice_id", *_SAME_INVOICE])
    again = whole.index[whole.duplicated(_SAME_INVOICE, keep="first")]
    return books.hits("invoices", books.facts("invoices").index.isin(again))


def disputed_before_issue(books: Books) -> pd.DataFrame:
    """Find disputes raised before their invoice was issued."""
    disputes = books.facts("disputes")
    position = books.position(disputes)
    issued = books.items["issued_on"].to_numpy()
    early = np.zeros(len(disputes), bool)
    named = position >= 0
    early[named] = disputes["raised_on"].to_numpy()[named] < issued[position[named]]
    return books.hits("disputes", early)


def _item_sums(rows: pd.DataFrame, books: Books) -> npt.NDArray[np.int64]:
    sums = np.zeros(len(books.items), np.int64)
    np.add.at(sums, rows["item"].to_numpy(np.int64), rows["amount_minor"].to_numpy(np.int64))
    return sums


def _once_loose(books: Books) -> pd.Series[str]:
    """Return ids of allocations that no invoice had at first."""
    versions = books.portfolio.table("allocations")
    if "invoice_id" not in versions:
        return versions["allocation_id"]
    loose = versions["invoice_id"].isna() & ~versions["withdrawn"]
    return versions.loc[loose, "allocation_id"]


def _told(entries: pd.DataFrame) -> pd.DataFrame:
    return entries[["amount_minor"]].assign(currency=entries["item_currency"])


def _told_excess(parts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"amount_minor": parts["excess_minor"], "currency": parts["item_currency"]})
