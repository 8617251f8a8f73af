"""The items of a ledger: invoices by instalment, bills, residuals and money that no invoice has yet."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from features.columns import ALLOCATION_KINDS, INVOICE_KINDS
from features.portfolio import Portfolio
from features.versions import day_starts, fact_versions

__all__ = ["ITEM_KEY", "item_versions", "matured_bills"]

ITEM_KEY = ["invoice_id", "instalment"]

Rules = dict[str, list[tuple[int, int, pd.Timestamp]]]

_MAX_CHAIN = 10
"""Residuals of residuals are followed this far."""

_CLOSING = [name for name, kind in ALLOCATION_KINDS.items() if kind.closes]
_SALES = [name for name, kind in INVOICE_KINDS.items() if kind.is_payable and name != "bill"]


def item_versions(portfolio: Portfolio) -> pd.DataFrame:
    """Return every version of every item, sorted by buyer, item and knowledge time.

    Parameters
    ----------
    portfolio : Portfolio

    Returns
    -------
    DataFrame
        Columns of invoices, ``known_from``, ``known_until``, ``item`` (its number) and ``is_sale``: false
        for bills, residuals, credit memos and prepayments, which are no new business. A residual has the
        due date of the item that it goes on for, from when the transfer was known.
    """
    versions = fact_versions(portfolio, "invoices")
    allocations = fact_versions(portfolio, "allocations")
    unmatched = _unmatched_money(allocations)
    if len(unmatched):
        versions = pd.concat([versions, unmatched], ignore_index=True)
    versions = versions.assign(is_sale=versions["kind"].isin(_SALES))
    versions = _with_residuals(versions, _transfers(allocations, portfolio.seller.timezone))
    versions = versions.sort_values(["buyer_id", *ITEM_KEY, "known_from"], kind="stable", ignore_index=True)
    names = versions[["buyer_id", *ITEM_KEY]]
    return versions.assign(item=(names != names.shift()).any(axis=1).cumsum() - 1)


def matured_bills(items: pd.DataFrame, allocations: pd.DataFrame) -> pd.DataFrame:
    """Return the payments that nobody books: a bill without any booking of its own is paid when it matures.

    Parameters
    ----------
    items : DataFrame
        From `item_versions`.
    allocations : DataFrame
        Versions of allocations.

    Returns
    -------
    DataFrame
        Allocations on the bills' due dates, each until a booking on its bill becomes known.
    """
    bills = items[items["kind"] == "bill"]
    touched = allocations.groupby(ITEM_KEY)["known_from"].min().rename("touched").reset_index()
    bills = bills.merge(touched, on=ITEM_KEY, how="left")
    until = bills["known_until"].where(~(bills["touched"] < bills["known_until"]), bills["touched"])
    paid = bills[[*ITEM_KEY, "amount_minor", "known_from"]].assign(
        allocation_id="", kind="payment", settled_on=bills["due_on"], known_until=until.astype("int64")
    )
    return paid[paid["known_until"] > paid["known_from"]]


def _unmatched_money(allocations: pd.DataFrame) -> pd.DataFrame:
    """Return money of a buyer that no invoice has yet, which counts like a prepayment."""
    if "buyer_id" not in allocations or "currency" not in allocations:
        return pd.DataFrame()
    loose = allocations["buyer_id"].notna() & allocations["kind"].isin(_CLOSING)
    if "invoice_id" in allocations:
        loose &= allocations["invoice_id"].isna()
    rows = allocations[loose]
    same = rows[["buyer_id", "amount_minor", "currency", "known_from", "known_until"]]
    return same.assign(
        invoice_id="\x1funmatched\x1f" + rows["allocation_id"],
        instalment=1,
        issued_on=rows["settled_on"],
        due_on=rows["settled_on"],
        kind="prepayment",
    )


def _transfers(allocations: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Return the links from an item to its residual, from the day of the transfer on."""
    if "successor_id" not in allocations or "invoice_id" not in allocations:
        return pd.DataFrame()
    is_transfer = (allocations["kind"] == "transfer") & (allocations["amount_minor"] > 0)
    named = allocations["successor_id"].notna() & allocations["invoice_id"].notna()
    rows = allocations[is_transfer & named]
    begins = np.maximum(rows["known_from"], day_starts(rows["settled_on"], timezone))
    return rows[[*ITEM_KEY, "successor_id", "known_until"]].assign(known_from=begins)


def _with_residuals(items: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Give residuals the first due date, or else a transfer would wash lateness away."""
    if not len(transfers):
        return items
    is_residual = items["invoice_id"].isin(transfers["successor_id"])
    if not is_residual.any():
        return items
    residuals, others = items[is_residual], items[~is_residual]
    current = residuals
    for _ in range(_MAX_CHAIN):
        rules = _inherited(pd.concat([others, current]), transfers)
        following = pd.DataFrame(_pieces(residuals, rules)).astype(residuals.dtypes)
        if following.equals(current):
            break
        current = following
    return pd.concat([others, current], ignore_index=True)


def _inherited(items: pd.DataFrame, transfers: pd.DataFrame) -> Rules:
    """Return by successor the due dates that it inherits, each with the interval in which that is known."""
    both = items[[*ITEM_KEY, "known_from", "known_until", "due_on"]].merge(
        transfers, on=ITEM_KEY, suffixes=("", "_transfer")
    )
    start = both[["known_from", "known_from_transfer"]].max(axis=1)
    stop = both[["known_until", "known_until_transfer"]].min(axis=1)
    rules: Rules = {}
    for successor, begins, ends, due in zip(both["successor_id"], start, stop, both["due_on"], strict=True):
        if begins < ends:
            rules.setdefault(successor, []).append((begins, ends, due))
    return rules


def _pieces(residuals: pd.DataFrame, rules: Rules) -> Iterable[dict[Hashable, Any]]:
    """Yield versions of residuals, cut where an inherited due date becomes known or ends."""
    for row in residuals.to_dict("records"):
        mine = rules.get(row["invoice_id"], [])
        begins, ends = row["known_from"], row["known_until"]
        inside = {edge for rule in mine for edge in rule[:2] if begins < edge < ends}
        edges = [begins, *sorted(inside), ends]
        for start, stop in pairwise(edges):
            due = [rule[2] for rule in mine if rule[0] <= start < rule[1]]
            piece = {"known_from": start, "known_until": stop, "due_on": min([row["due_on"], *due])}
            yield row | piece | {"is_sale": row["is_sale"] and not due}
