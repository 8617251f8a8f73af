"""Packs a portfolio's tables into a `Block`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import DILUTES, FOLLOWS, LOSS, MOVES, PAID, Block, StatementBlock
from features.codes import decimals_of
from features.columns import ALLOCATION_KINDS, INVOICE_KINDS, LINE_ITEMS, TABLES
from features.instants import FAR_FUTURE
from features.keys import known_until
from features.portfolio import Portfolio

__all__ = ["INSOLVENCY_KINDS", "ITEM_KEY", "item_ids", "pack"]

ITEM_KEY = ["invoice_id", "instalment"]

INSOLVENCY_KINDS = ("insolvency", "winding_up", "bankruptcy", "administration", "receivership", "liquidation")
"""Kinds of events that are a default by themselves."""

_MEANING = {
    name: PAID * kind.counts_as_paid
    + DILUTES * kind.dilutes
    + LOSS * (kind.loss_sign > 0)
    + FOLLOWS * kind.follows_successor
    + MOVES * (kind.closes or kind.follows_successor)
    for name, kind in ALLOCATION_KINDS.items()
}

Ints = npt.NDArray[np.int64]


def pack(portfolio: Portfolio) -> Block:
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
    items = _items(portfolio)
    return Block(
        buyer_ids=buyer_ids,
        currencies=currencies,
        **_invoices(items, buyer_ids, currencies),
        **_allocations(portfolio, items),
        **_events(portfolio, buyer_ids),
        **_limits(portfolio, buyer_ids, currencies),
        **_fx(portfolio, currencies),
        statements=_statements(portfolio, buyer_ids, currencies),
    )


def item_ids(portfolio: Portfolio) -> pd.DataFrame:
    """Return invoice_id, instalment and item number of every item, in the numbering of `pack`."""
    items = _items(portfolio)
    return items[[*ITEM_KEY, "item"]].drop_duplicates("item").reset_index(drop=True)


def _currencies(portfolio: Portfolio) -> tuple[str, ...]:
    used = {portfolio.seller.reporting_currency}
    for name in ("invoices", "statements", "limits", "fx"):
        if name in portfolio.tables:
            used |= set(portfolio.tables[name]["currency"].dropna())
    return tuple(sorted(used))


def _versions(portfolio: Portfolio, name: str) -> pd.DataFrame:
    """Return all versions of a table with the interval in which each counts; withdrawals end a fact and are gone."""
    table, frame = TABLES[name], portfolio.table(name)
    ends = known_until(frame, table.key, table.knowledge, FAR_FUTURE)
    versions = frame.assign(known_from=_seconds(frame[table.knowledge]), known_until=_seconds(ends))
    return versions[~frame["withdrawn"]]


def _items(portfolio: Portfolio) -> pd.DataFrame:
    """Return invoice versions and unmatched money, sorted by buyer, with item numbers and due dates of residuals."""
    versions = _versions(portfolio, "invoices")
    unmatched = _unmatched_money(portfolio)
    if len(unmatched):
        versions = pd.concat([versions, unmatched], ignore_index=True)
    versions = versions.sort_values(["buyer_id", *ITEM_KEY, "known_from"], kind="stable").reset_index(drop=True)
    versions["item"] = _item_numbers(versions)
    return _inherit_due_dates(versions, portfolio)


def _item_numbers(versions: pd.DataFrame) -> pd.Series[Any]:
    changes = (versions[["buyer_id", *ITEM_KEY]] != versions[["buyer_id", *ITEM_KEY]].shift()).any(axis=1)
    return changes.cumsum() - 1


def _unmatched_money(portfolio: Portfolio) -> pd.DataFrame:
    """Money of a buyer that no invoice has yet counts like a prepayment."""
    allocations = _versions(portfolio, "allocations")
    if "buyer_id" not in allocations or "currency" not in allocations:
        return pd.DataFrame()
    loose = allocations["buyer_id"].notna()
    if "invoice_id" in allocations:
        loose &= allocations["invoice_id"].isna()
    rows = allocations[loose]
    return pd.DataFrame(
        {
            "invoice_id": "\x1funmatched\x1f" + rows["allocation_id"],
            "instalment": 1,
            "buyer_id": rows["buyer_id"],
            "issued_on": rows["settled_on"],
            "due_on": rows["settled_on"],
            "amount_minor": rows["amount_minor"],
            "currency": rows["currency"],
            "kind": "prepayment",
            "known_from": rows["known_from"],
            "known_until": rows["known_until"],
        }
    )


def _inherit_due_dates(items: pd.DataFrame, portfolio: Portfolio) -> pd.DataFrame:
    """A residual item keeps the first due date, or else a transfer would wash lateness away."""
    allocations = portfolio.table("allocations")
    if "successor_id" not in allocations:
        return items
    transfers = allocations[(allocations["kind"] == "transfer") & allocations["successor_id"].notna()]
    first_due = items.groupby("invoice_id")["due_on"].min()
    inherited = transfers["invoice_id"].map(first_due).groupby(transfers["successor_id"]).min()
    due = items["invoice_id"].map(inherited)
    return items.assign(due_on=items["due_on"].where(due.isna() | (due > items["due_on"]), due))


def _invoices(items: pd.DataFrame, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Ints]:
    kinds = items["kind"]
    return {
        "invoice_start": _starts(_positions(items["buyer_id"], buyer_ids), len(buyer_ids)),
        "item": _ints(items["item"]),
        "known_from": _ints(items["known_from"]),
        "known_until": _ints(items["known_until"]),
        "issued_day": _days(items["issued_on"]),
        "due_day": _days(items["due_on"]),
        "amount_minor": _ints(items["amount_minor"]),
        "currency": _positions(items["currency"], currencies),
        "sign": _ints(kinds.map({name: kind.sign for name, kind in INVOICE_KINDS.items()})),
        "payable": _ints(kinds.map({name: int(kind.is_payable) for name, kind in INVOICE_KINDS.items()})),
    }


def _allocations(portfolio: Portfolio, items: pd.DataFrame) -> dict[str, Ints]:
    versions = _versions(portfolio, "allocations")
    if "invoice_id" not in versions:
        versions = versions.assign(invoice_id=pd.Series(dtype="str"))
    versions = versions[versions["invoice_id"].notna()]
    numbers = items.drop_duplicates("item")[[*ITEM_KEY, "item"]]
    versions = versions.merge(numbers, on=ITEM_KEY, how="inner").sort_values(
        ["item", "settled_on", "allocation_id", "known_from"], kind="stable"
    )
    count = int(items["item"].max()) + 1 if len(items) else 0
    return {
        "allocation_start": _starts(_ints(versions["item"]), count),
        "allocation_known_from": _ints(versions["known_from"]),
        "allocation_known_until": _ints(versions["known_until"]),
        "settled_day": _days(versions["settled_on"]),
        "settled_minor": _ints(versions["amount_minor"]),
        "meaning": _ints(versions["kind"].map(_MEANING)),
    }


def _events(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> dict[str, Ints]:
    versions = _by_buyer(_versions(portfolio, "events"), buyer_ids)
    return {
        "event_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "event_known_from": _ints(versions["known_from"]),
        "event_known_until": _ints(versions["known_until"]),
        "event_day": _days(versions["occurred_on"]),
        "is_insolvency": _ints(versions["kind"].isin(INSOLVENCY_KINDS)),
    }


def _limits(portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Ints]:
    versions = _by_buyer(_versions(portfolio, "limits"), buyer_ids)
    ends = versions.get("valid_to", pd.Series(pd.NaT, index=versions.index)).astype("datetime64[s]")
    return {
        "limit_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "limit_known_from": _ints(versions["known_from"]),
        "limit_known_until": _ints(versions["known_until"]),
        "limit_valid_from": _days(versions["valid_from"]),
        "limit_valid_to": _days(ends.fillna(pd.Timestamp(FAR_FUTURE))),
        "limit_minor": _ints(versions["amount_minor"]),
        "limit_currency": _positions(versions["currency"], currencies),
        "is_own": _ints(versions["kind"] == "own"),
    }


def _fx(portfolio: Portfolio, currencies: tuple[str, ...]) -> dict[str, Any]:
    versions = _versions(portfolio, "fx").sort_values(["known_from", "on_date"], kind="stable")
    positions = _positions(versions["currency"], currencies)
    per_minor = versions["rate"].to_numpy(np.float64) / np.array([10.0 ** decimals_of(c) for c in versions["currency"]])
    own = currencies.index(portfolio.seller.reporting_currency)
    foreign = positions != own
    positions = np.append(positions[foreign], own)
    times = np.append(_ints(versions["known_from"])[foreign], np.iinfo(np.int64).min)
    rates = np.append(per_minor[foreign], 10.0 ** -decimals_of(currencies[own]))
    order = np.lexsort((np.arange(len(times)), times, positions))
    return {
        "fx_start": _starts(positions[order], len(currencies)),
        "fx_known_from": times[order],
        "fx_rate": rates[order],
    }


def _statements(portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> StatementBlock:
    versions = _by_buyer(_versions(portfolio, "statements"), buyer_ids)
    items = [versions[item] if item in versions else pd.Series(np.nan, index=versions.index) for item in LINE_ITEMS]
    return StatementBlock(
        start=_starts(_ints(versions["buyer"]), len(buyer_ids)),
        known_from=_ints(versions["known_from"]),
        known_until=_ints(versions["known_until"]),
        period_end=_days(versions["period_end"]),
        months=_ints(versions["months"]),
        consolidated=_ints(versions["consolidated"]),
        currency=_positions(versions["currency"], currencies),
        items=np.column_stack([item.to_numpy(np.float64, na_value=np.nan) for item in items]),
    )


def _by_buyer(versions: pd.DataFrame, buyer_ids: tuple[str, ...]) -> pd.DataFrame:
    versions = versions.assign(buyer=_positions(versions["buyer_id"], buyer_ids))
    return versions.sort_values(["buyer", "known_from"], kind="stable")


def _positions(values: pd.Series[Any], sorted_labels: tuple[str, ...]) -> Ints:
    return pd.Index(sorted_labels, dtype="object").get_indexer(values.astype(object)).astype(np.int64)


def _starts(sorted_positions: Ints, count: int) -> Ints:
    return np.searchsorted(sorted_positions, np.arange(count + 1)).astype(np.int64)


def _ints(values: pd.Series[Any]) -> Ints:
    return values.to_numpy(np.int64)


def _seconds(values: pd.Series[Any]) -> Ints:
    return values.astype("datetime64[s]").to_numpy().astype(np.int64)


def _days(values: pd.Series[Any]) -> Ints:
    return values.to_numpy().astype("datetime64[D]").astype(np.int64)
