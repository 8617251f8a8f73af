"""The slow pack: pandas joins over the tables of a portfolio, the oracle of the compiled one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.codes import decimals_of
from features.columns import ALLOCATION_KINDS, INVOICE_KINDS
from features.engine.ledger import (
    BILL,
    CASH,
    DILUTES,
    DISCOUNT,
    FOLLOWS,
    LOSS,
    MOVES,
    PAID,
    WHOLE_ITEM,
    Ledger,
)
from features.instants import FAR_FUTURE, day_of
from features.portfolio import Portfolio
from features.rates import rate_steps
from features.versions import day_starts, fact_versions

INSOLVENCY_KINDS = ("insolvency", "winding_up", "bankruptcy", "administration", "receivership", "liquidation")

_MEANING = {
    name: PAID * kind.counts_as_paid
    + DILUTES * kind.dilutes
    + LOSS * (kind.loss_sign > 0)
    + FOLLOWS * kind.follows_successor
    + MOVES * (kind.closes or kind.follows_successor)
    + DISCOUNT * (name == "discount")
    + BILL * (name == "bill")
    + CASH * kind.is_cash
    for name, kind in ALLOCATION_KINDS.items()
}

Ints = npt.NDArray[np.int64]


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


def pack(portfolio: Portfolio) -> Ledger:
    """Pack a portfolio.

    Parameters
    ----------
    portfolio : Portfolio

    Returns
    -------
    Block
        Buyers sorted by id, items by buyer; every version of every fact.
    """
    buyer_ids = tuple(portfolio.buyer_ids())
    currencies = _currencies(portfolio)
    items = item_versions(portfolio)
    return Ledger(
        **_invoices(portfolio, items, buyer_ids, currencies),
        **_allocations(portfolio, items),
        **_events(portfolio, buyer_ids),
        **_disputes(portfolio, items),
        **_limits(portfolio, buyer_ids, currencies),
        **_fx(portfolio, currencies),
    )


def item_ids(portfolio: Portfolio) -> pd.DataFrame:
    """Return buyer_id, invoice_id, instalment and item number of every item, in the numbering of `pack`."""
    items = item_versions(portfolio)
    return items[["buyer_id", *ITEM_KEY, "item"]].drop_duplicates("item").reset_index(drop=True)


def label_positions(values: pd.Series[Any], sorted_labels: tuple[str, ...]) -> Ints:
    """Return the position of each value among sorted labels; -1 where it is none of them."""
    labels = pd.Index(sorted_labels, dtype="object")
    return labels.get_indexer(pd.Index(values.astype(object))).astype(np.int64)


def _currencies(portfolio: Portfolio) -> tuple[str, ...]:
    used = {portfolio.seller.reporting_currency}
    for name in ("invoices", "allocations", "statements", "limits", "fx"):
        frame = portfolio.table(name)
        if "currency" in frame:
            used |= set(frame["currency"].dropna())
    return tuple(sorted(used))


def _invoices(
    portfolio: Portfolio, items: pd.DataFrame, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]
) -> dict[str, Any]:
    kinds = items["kind"]
    return {
        "invoice_start": _starts(label_positions(items["buyer_id"], buyer_ids), len(buyer_ids)),
        "item": items["item"].to_numpy(np.int32),
        "begins": _begins(portfolio, items["known_from"], items["issued_on"]),
        "ends": _ints(items["known_until"]),
        "issued_day": _days(items["issued_on"]),
        "due_day": _days(items["due_on"]),
        "amount_minor": _ints(items["amount_minor"]),
        "currency": label_positions(items["currency"], currencies).astype(np.int16),
        "sign": kinds.map({name: kind.sign for name, kind in INVOICE_KINDS.items()}).to_numpy(np.int8),
        "payable": kinds.map({name: kind.is_payable for name, kind in INVOICE_KINDS.items()}).to_numpy(
            np.int8
        ),
        "sale": items["is_sale"].to_numpy(np.int8),
    }


def _allocations(portfolio: Portfolio, items: pd.DataFrame) -> dict[str, Any]:
    versions = fact_versions(portfolio, "allocations")
    if "invoice_id" not in versions:
        versions = versions.assign(invoice_id=pd.Series(dtype="str"))
    versions = versions[versions["invoice_id"].notna()]
    versions = pd.concat([versions, matured_bills(items, versions)], ignore_index=True)
    numbers = items.drop_duplicates("item")[[*ITEM_KEY, "item"]]
    versions = versions.merge(numbers, on=ITEM_KEY, how="inner").sort_values(
        ["item", "settled_on", "allocation_id", "known_from"], kind="stable"
    )
    count = int(items["item"].max()) + 1 if len(items) else 0
    return {
        "allocation_start": _starts(_ints(versions["item"]), count),
        "allocation_begins": _begins(portfolio, versions["known_from"], versions["settled_on"]),
        "allocation_ends": _ints(versions["known_until"]),
        "settled_day": _days(versions["settled_on"]),
        "settled_minor": _ints(versions["amount_minor"]),
        "meaning": _meanings(versions),
    }


def _meanings(versions: pd.DataFrame) -> Ints:
    """Return meanings; a bill that no item of the ledger stands for leaves the balance with its invoice."""
    meaning = _ints(versions["kind"].map(_MEANING))
    if "successor_id" in versions:
        goes_nowhere = versions["successor_id"].isna()
    else:
        goes_nowhere = pd.Series(True, index=versions.index)
    stays = ((versions["kind"] == "bill") & goes_nowhere).to_numpy(bool)
    return np.where(stays, meaning & ~MOVES, meaning)


def _events(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> dict[str, Any]:
    versions = _by_buyer(fact_versions(portfolio, "events"), buyer_ids)
    return {
        "event_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "event_begins": _begins(portfolio, versions["known_from"], versions["occurred_on"]),
        "event_ends": _ints(versions["known_until"]),
        "event_day": _days(versions["occurred_on"]),
        "is_insolvency": versions["kind"].isin(INSOLVENCY_KINDS).to_numpy(np.int8),
    }


def _disputes(portfolio: Portfolio, items: pd.DataFrame) -> dict[str, Any]:
    numbers = items.drop_duplicates("item")[[*ITEM_KEY, "item"]]
    versions = fact_versions(portfolio, "disputes").merge(numbers, on=ITEM_KEY)
    versions = versions.sort_values(["item", "raised_on", "dispute_id", "known_from"], kind="stable")
    nothing = pd.Series(pd.NaT, index=versions.index)
    resolved = versions.get("resolved_on", nothing).astype("datetime64[s]").fillna(pd.Timestamp(FAR_FUTURE))
    amounts = versions.get("amount_minor", pd.Series(pd.NA, index=versions.index, dtype="Int64"))
    count = int(items["item"].max()) + 1 if len(items) else 0
    return {
        "dispute_start": _starts(_ints(versions["item"]), count),
        "dispute_begins": _begins(portfolio, versions["known_from"], versions["raised_on"]),
        "dispute_ends": _ints(versions["known_until"]),
        "dispute_resolves": _begins(portfolio, versions["known_from"], resolved),
        "dispute_day": _days(versions["raised_on"]),
        "resolved_day": _days(resolved),
        "disputed_minor": _ints(amounts.fillna(WHOLE_ITEM)),
    }


def _limits(portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Any]:
    versions = _by_buyer(fact_versions(portfolio, "limits"), buyer_ids)
    # Reason: no feature reads what banks lend to the buyer.
    versions = versions[versions["kind"] != "bank"]
    ends = versions.get("valid_to", pd.Series(pd.NaT, index=versions.index)).astype("datetime64[s]")
    return {
        "limit_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "limit_begins": _ints(versions["known_from"]),
        "limit_ends": _ints(versions["known_until"]),
        "limit_valid_from": _days(versions["valid_from"]),
        "limit_valid_to": _days(ends.fillna(pd.Timestamp(FAR_FUTURE))),
        "limit_minor": _ints(versions["amount_minor"]),
        "limit_currency": label_positions(versions["currency"], currencies).astype(np.int16),
        "is_own": (versions["kind"] == "own").to_numpy(np.int8),
    }


def _fx(portfolio: Portfolio, currencies: tuple[str, ...]) -> dict[str, Any]:
    own = portfolio.seller.reporting_currency
    fx = fact_versions(portfolio, "fx")
    steps = rate_steps(fx[fx["currency"] != own], portfolio.seller.timezone)
    positions = np.append(label_positions(steps["currency"], currencies), currencies.index(own))
    times = np.append(_ints(steps["known_from"]), np.iinfo(np.int64).min)
    minor_per_unit = 10.0 ** np.array([decimals_of(code) for code in [*steps["currency"], own]])
    rates = np.append(steps["rate"].to_numpy(np.float64), 1.0) / minor_per_unit
    order = np.argsort(positions, kind="stable")
    days = day_of(pd.to_datetime(steps["known_from"], unit="s"), portfolio.seller.timezone)
    local_days = np.append(_days(pd.Series(days)), np.iinfo(np.int32).min).astype(np.int32)
    return {
        "fx_start": _starts(positions[order], len(currencies)),
        "fx_begins": times[order],
        "fx_day": local_days[order],
        "fx_rate": rates[order],
    }


def _by_buyer(versions: pd.DataFrame, buyer_ids: tuple[str, ...]) -> pd.DataFrame:
    versions = versions.assign(buyer=label_positions(versions["buyer_id"], buyer_ids))
    return versions.sort_values(["buyer", "known_from"], kind="stable")


def _starts(sorted_positions: Ints, count: int) -> Ints:
    return np.searchsorted(sorted_positions, np.arange(count + 1)).astype(np.int64)


def _ints(values: pd.Series[Any]) -> Ints:
    return values.to_numpy(np.int64)


def _days(values: pd.Series[Any]) -> npt.NDArray[np.int32]:
    return values.to_numpy().astype("datetime64[D]").astype(np.int32)


def _begins(portfolio: Portfolio, known_from: pd.Series[Any], days: pd.Series[Any]) -> Ints:
    """Return the instants from which facts are in force: known, and their own day has come."""
    return np.maximum(_ints(known_from), day_starts(days, portfolio.seller.timezone))
