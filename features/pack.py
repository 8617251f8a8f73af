"""Packs a portfolio's tables into a `Block`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.arrays import by_buyer, day_numbers, label_positions, starts_of, whole_numbers
from features.block import Block
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
from features.facts import Facts, facts_of, known_until_rows
from features.instants import FAR_FUTURE, day_of
from features.item_lookup import Items
from features.items import ItemVersions, Labels, item_versions
from features.orders import Within, gathered, joined, ordered
from features.pack_accounts import pack_profiles, pack_statements
from features.portfolio import Portfolio
from features.rates import rate_steps
from features.texts import texts_of
from features.typed import Typed
from features.versions import day_starts, fact_versions, starts_of_days

__all__ = ["INSOLVENCY_KINDS", "pack", "pack_items"]

INSOLVENCY_KINDS = ("insolvency", "winding_up", "bankruptcy", "administration", "receivership", "liquidation")
"""Kinds of events that are a default by themselves."""

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

_KIND_MEANING = {name: np.int16(meaning) for name, meaning in _MEANING.items()}
_PAYABLE = np.array([kind.is_payable for kind in INVOICE_KINDS.values()], np.int8)
_SIGN = np.array([kind.sign for kind in INVOICE_KINDS.values()], np.int8)
_BILL_KIND = list(INVOICE_KINDS).index("bill")
_NEVER = int(FAR_FUTURE.astype(np.int64))

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
    return pack_items(portfolio)[0]


def pack_items(portfolio: Portfolio) -> tuple[Block, Items]:
    """Pack a portfolio and return the numbers of its items as well."""
    facts = facts_of(portfolio)
    timezone = portfolio.seller.timezone
    buyer_ids, currencies = _buyer_ids(portfolio, facts), _currencies(portfolio, facts)
    labels = Labels(
        {name: position for position, name in enumerate(buyer_ids)},
        {name: position for position, name in enumerate(currencies)},
    )
    versions, invoice_start, item, items = item_versions(facts, labels, timezone)
    ledger = Ledger(
        **_invoices(versions, invoice_start, item, timezone),
        **_allocations(facts, versions, items, timezone),
        **_events(portfolio, buyer_ids),
        **_disputes(portfolio, facts, items),
        **_limits(portfolio, buyer_ids, currencies),
        **_fx(portfolio, currencies),
    )
    return Block(
        buyer_ids,
        currencies,
        ledger,
        pack_statements(portfolio, buyer_ids, currencies),
        pack_profiles(portfolio, buyer_ids),
    ), items


def _buyer_ids(portfolio: Portfolio, facts: Facts) -> tuple[str, ...]:
    """Return every buyer that any table names, sorted."""
    named = {*facts.invoices.coded("buyer_id").labels, *facts.allocations.coded("buyer_id").labels}
    for name in portfolio.tables:
        if name not in ("invoices", "allocations"):
            named.update(portfolio.tables[name].get("buyer_id", pd.Series(dtype="str")).dropna())
    return tuple(sorted(named))


def _currencies(portfolio: Portfolio, facts: Facts) -> tuple[str, ...]:
    used = {portfolio.seller.reporting_currency}
    used |= {*facts.invoices.coded("currency").labels, *facts.allocations.coded("currency").labels}
    for name in ("statements", "limits", "fx"):
        used |= set(portfolio.table(name)["currency"].dropna())
    return tuple(sorted(used))


def _invoices(
    versions: ItemVersions, starts: Ints, item: npt.NDArray[np.int32], timezone: str
) -> dict[str, Any]:
    return {
        "invoice_start": starts,
        "item": item,
        "begins": np.maximum(versions.known_from, starts_of_days(versions.issued_day, timezone)),
        "ends": versions.known_until,
        "issued_day": versions.issued_day,
        "due_day": versions.due_day,
        "amount_minor": versions.amount_minor,
        "currency": versions.currency,
        "sign": _SIGN[versions.kind],
        "payable": _PAYABLE[versions.kind],
        "sale": versions.is_sale,
    }


class _Booked(NamedTuple):
    """Versions of allocations by item; `text` is the row of the id, -1 for what nobody booked."""

    item: npt.NDArray[np.int32]
    text: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    known_from: Ints
    known_until: Ints
    minor: Ints
    meaning: npt.NDArray[np.int16]


def _allocations(facts: Facts, versions: ItemVersions, items: Items, timezone: str) -> dict[str, Any]:
    booked = _booked(facts, items)
    matured = _matured_bills(facts, versions, items)
    if len(matured.item):
        booked = joined(booked, matured)
    ids = facts.allocations.texts("allocation_id")
    first = booked.day.min(initial=0)
    within = Within(
        number=(booked.day - first).astype(np.uint64),
        data=ids.data,
        offsets=ids.offsets,
        text=booked.text,
        tie=booked.known_from,
        last=booked.known_from,
    )
    starts, order = ordered(booked.item, len(items.buyer), within)
    booked = _Booked(*gathered(booked, order))
    return {
        "allocation_start": starts,
        "allocation_begins": np.maximum(booked.known_from, starts_of_days(booked.day, timezone)),
        "allocation_ends": booked.known_until,
        "settled_day": booked.day,
        "settled_minor": booked.minor,
        "meaning": booked.meaning,
    }


def _booked(facts: Facts, items: Items) -> _Booked:
    table = facts.allocations
    live = ~table.numbers("withdrawn").astype(bool) & (facts.allocation_fact >= 0)
    found = np.flatnonzero(live)
    positions, item = items.items_of(facts.allocation_fact[found])
    rows = found[positions].astype(np.int32)
    known = table.numbers("recorded_at")
    columns = (
        table.numbers("settled_on"),
        known,
        known_until_rows(facts.allocation_key, known),
        table.numbers("amount_minor"),
        _meanings(table),
    )
    is_every = len(rows) == table.rows and bool((rows == np.arange(table.rows)).all())
    return _Booked(item, rows, *(columns if is_every else gathered(columns, rows)))


def _meanings(table: Typed) -> npt.NDArray[np.int16]:
    """Return meanings; a bill that no item of the ledger stands for leaves the balance with its invoice."""
    kind = table.coded("kind")
    meaning = kind.numbers(_KIND_MEANING, np.int16)
    if "bill" in kind.labels:
        stays = kind.numbers({"bill": True}, bool) & table.missing("successor_id")
        meaning[stays] &= ~np.int16(MOVES)
    return meaning


def _matured_bills(facts: Facts, versions: ItemVersions, items: Items) -> _Booked:
    """Return the payments that nobody books: a bill without any booking of its own is paid when it matures.

    Each stands until a booking on its bill becomes known.
    """
    bills = versions.take(np.flatnonzero(versions.kind == _BILL_KIND))
    touched = np.full(facts.invoices.rows, _NEVER, np.int64)
    if len(bills.fact):
        live = ~facts.allocations.numbers("withdrawn").astype(bool) & (facts.allocation_fact >= 0)
        np.minimum.at(touched, facts.allocation_fact[live], facts.allocations.numbers("recorded_at")[live])
    until = np.minimum(bills.known_until, touched[bills.fact])
    positions, item = items.items_of(bills.fact)
    positions, item = _pairs_in_force(positions, item, until > bills.known_from)
    count = len(positions)
    return _Booked(
        item,
        np.full(count, -1, np.int32),
        bills.due_day[positions],
        bills.known_from[positions],
        until[positions],
        bills.amount_minor[positions],
        np.full(count, _KIND_MEANING["payment"], np.int16),
    )


def _pairs_in_force(
    positions: Ints, item: npt.NDArray[np.int32], in_force: npt.NDArray[np.bool_]
) -> tuple[Ints, npt.NDArray[np.int32]]:
    kept = in_force[positions]
    return positions[kept], item[kept]


def _events(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> dict[str, Any]:
    versions = by_buyer(fact_versions(portfolio, "events"), buyer_ids)
    return {
        "event_start": starts_of(whole_numbers(versions["buyer"]), len(buyer_ids)),
        "event_begins": _begins(portfolio, versions["known_from"], versions["occurred_on"]),
        "event_ends": whole_numbers(versions["known_until"]),
        "event_day": day_numbers(versions["occurred_on"]),
        "is_insolvency": versions["kind"].isin(INSOLVENCY_KINDS).to_numpy(np.int8),
    }


def _disputes(portfolio: Portfolio, facts: Facts, items: Items) -> dict[str, Any]:
    versions = fact_versions(portfolio, "disputes")
    found = facts.find(texts_of(versions["invoice_id"]), versions["instalment"].to_numpy(np.int64))
    positions, numbers = items.items_of(found)
    versions = versions.iloc[positions].assign(item=numbers)
    versions = versions.sort_values(["item", "raised_on", "dispute_id", "known_from"], kind="stable")
    nothing = pd.Series(pd.NaT, index=versions.index)
    resolved = versions.get("resolved_on", nothing).astype("datetime64[s]").fillna(pd.Timestamp(FAR_FUTURE))
    amounts = versions.get("amount_minor", pd.Series(pd.NA, index=versions.index, dtype="Int64"))
    return {
        "dispute_start": starts_of(whole_numbers(versions["item"]), len(items.buyer)),
        "dispute_begins": _begins(portfolio, versions["known_from"], versions["raised_on"]),
        "dispute_ends": whole_numbers(versions["known_until"]),
        "dispute_resolves": _begins(portfolio, versions["known_from"], resolved),
        "dispute_day": day_numbers(versions["raised_on"]),
        "resolved_day": day_numbers(resolved),
        "disputed_minor": whole_numbers(amounts.fillna(WHOLE_ITEM)),
    }


def _limits(portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]) -> dict[str, Any]:
    versions = by_buyer(fact_versions(portfolio, "limits"), buyer_ids)
    # Reason: no feature reads what banks lend to the buyer.
    versions = versions[versions["kind"] != "bank"]
    ends = versions.get("valid_to", pd.Series(pd.NaT, index=versions.index)).astype("datetime64[s]")
    return {
        "limit_start": starts_of(whole_numbers(versions["buyer"]), len(buyer_ids)),
        "limit_begins": whole_numbers(versions["known_from"]),
        "limit_ends": whole_numbers(versions["known_until"]),
        "limit_valid_from": day_numbers(versions["valid_from"]),
        "limit_valid_to": day_numbers(ends.fillna(pd.Timestamp(FAR_FUTURE))),
        "limit_minor": whole_numbers(versions["amount_minor"]),
        "limit_currency": label_positions(versions["currency"], currencies).astype(np.int16),
        "is_own": (versions["kind"] == "own").to_numpy(np.int8),
    }


def _fx(portfolio: Portfolio, currencies: tuple[str, ...]) -> dict[str, Any]:
    own = portfolio.seller.reporting_currency
    fx = fact_versions(portfolio, "fx")
    steps = rate_steps(fx[fx["currency"] != own], portfolio.seller.timezone)
    positions = np.append(label_positions(steps["currency"], currencies), currencies.index(own))
    times = np.append(whole_numbers(steps["known_from"]), np.iinfo(np.int64).min)
    minor_per_unit = 10.0 ** np.array([decimals_of(code) for code in [*steps["currency"], own]])
    rates = np.append(steps["rate"].to_numpy(np.float64), 1.0) / minor_per_unit
    order = np.argsort(positions, kind="stable")
    days = day_of(pd.to_datetime(steps["known_from"], unit="s"), portfolio.seller.timezone)
    local_days = np.append(day_numbers(pd.Series(days)), np.iinfo(np.int32).min).astype(np.int32)
    return {
        "fx_start": starts_of(positions[order], len(currencies)),
        "fx_begins": times[order],
        "fx_day": local_days[order],
        "fx_rate": rates[order],
    }


def _begins(portfolio: Portfolio, known_from: pd.Series[Any], days: pd.Series[Any]) -> Ints:
    """Return the instants from which facts are in force: known, and their own day has come."""
    return np.maximum(whole_numbers(known_from), day_starts(days, portfolio.seller.timezone))
