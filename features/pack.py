"""Packs a portfolio's tables into a `Block`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import DILUTES, FOLLOWS, LOSS, MOVES, PAID, Block, StatementBlock
from features.codes import decimals_of
from features.columns import ALLOCATION_KINDS, INVOICE_KINDS, LINE_ITEMS
from features.instants import FAR_FUTURE
from features.items import ITEM_KEY, item_versions, matured_bills
from features.portfolio import Portfolio
from features.rates import rate_steps
from features.versions import fact_versions

__all__ = ["INSOLVENCY_KINDS", "ITEM_KEY", "item_ids", "label_positions", "pack"]

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
    items = item_versions(portfolio)
    return Block(
        buyer_ids=buyer_ids,
        currencies=currencies,
        **_invoices(items, buyer_ids, currencies),
        **_allocations(portfolio, items),
        **_events(portfolio, buyer_ids),
        **_disputes(portfolio, items, buyer_ids),
        **_limits(portfolio, buyer_ids, currencies),
        **_fx(portfolio, currencies),
        statements=_statements(portfolio, buyer_ids, currencies),
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


def _invoices(items: pd.DataFrame, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Any]:
    kinds = items["kind"]
    return {
        "invoice_start": _starts(label_positions(items["buyer_id"], buyer_ids), len(buyer_ids)),
        "item": _ints(items["item"]),
        "known_from": _ints(items["known_from"]),
        "known_until": _ints(items["known_until"]),
        "issued_day": _days(items["issued_on"]),
        "due_day": _days(items["due_on"]),
        "amount_minor": _ints(items["amount_minor"]),
        "currency": label_positions(items["currency"], currencies),
        "sign": _ints(kinds.map({name: kind.sign for name, kind in INVOICE_KINDS.items()})),
        "payable": _ints(kinds.map({name: int(kind.is_payable) for name, kind in INVOICE_KINDS.items()})),
        "sale": _ints(items["is_sale"]),
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
        "allocation_known_from": _ints(versions["known_from"]),
        "allocation_known_until": _ints(versions["known_until"]),
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
        "event_known_from": _ints(versions["known_from"]),
        "event_known_until": _ints(versions["known_until"]),
        "event_day": _days(versions["occurred_on"]),
        "is_insolvency": _ints(versions["kind"].isin(INSOLVENCY_KINDS)),
    }


def _disputes(portfolio: Portfolio, items: pd.DataFrame, buyer_ids: tuple[str, ...]) -> dict[str, Any]:
    numbers = items.drop_duplicates("item")[[*ITEM_KEY, "item", "buyer_id"]]
    # Reason: whose invoice a dispute is about is known no sooner than the invoice.
    first_known = items.groupby("item")["known_from"].min()
    versions = _by_buyer(fact_versions(portfolio, "disputes").merge(numbers, on=ITEM_KEY), buyer_ids)
    known_from = np.maximum(_ints(versions["known_from"]), _ints(versions["item"].map(first_known)))
    return {
        "dispute_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "dispute_known_from": known_from,
        "dispute_known_until": _ints(versions["known_until"]),
        "dispute_day": _days(versions["raised_on"]),
        "dispute_item": _ints(versions["item"]),
    }


def _limits(portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Any]:
    versions = _by_buyer(fact_versions(portfolio, "limits"), buyer_ids)
    # Reason: no feature reads what banks lend to the buyer.
    versions = versions[versions["kind"] != "bank"]
    ends = versions.get("valid_to", pd.Series(pd.NaT, index=versions.index)).astype("datetime64[s]")
    return {
        "limit_start": _starts(_ints(versions["buyer"]), len(buyer_ids)),
        "limit_known_from": _ints(versions["known_from"]),
        "limit_known_until": _ints(versions["known_until"]),
        "limit_valid_from": _days(versions["valid_from"]),
        "limit_valid_to": _days(ends.fillna(pd.Timestamp(FAR_FUTURE))),
        "limit_minor": _ints(versions["amount_minor"]),
        "limit_currency": label_positions(versions["currency"], currencies),
        "is_own": _ints(versions["kind"] == "own"),
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
    return {
        "fx_start": _starts(positions[order], len(currencies)),
        "fx_known_from": times[order],
        "fx_rate": rates[order],
    }


def _statements(
    portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]
) -> StatementBlock:
    versions = _by_buyer(fact_versions(portfolio, "statements"), buyer_ids)
    items = [
        versions[item] if item in versions else pd.Series(np.nan, index=versions.index) for item in LINE_ITEMS
    ]
    return StatementBlock(
        start=_starts(_ints(versions["buyer"]), len(buyer_ids)),
        known_from=_ints(versions["known_from"]),
        known_until=_ints(versions["known_until"]),
        period_end=_days(versions["period_end"]),
        months=_ints(versions["months"]),
        consolidated=_ints(versions["consolidated"]),
        currency=label_positions(versions["currency"], currencies),
        items=np.column_stack([item.to_numpy(np.float64, na_value=np.nan) for item in items]),
    )


def _by_buyer(versions: pd.DataFrame, buyer_ids: tuple[str, ...]) -> pd.DataFrame:
    versions = versions.assign(buyer=label_positions(versions["buyer_id"], buyer_ids))
    return versions.sort_values(["buyer", "known_from"], kind="stable")


def _starts(sorted_positions: Ints, count: int) -> Ints:
    return np.searchsorted(sorted_positions, np.arange(count + 1)).astype(np.int64)


def _ints(values: pd.Series[Any]) -> Ints:
    return values.to_numpy(np.int64)


def _days(values: pd.Series[Any]) -> Ints:
    return values.to_numpy().astype("datetime64[D]").astype(np.int64)
