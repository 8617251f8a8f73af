"""Reads stored facts as a portfolio: each row known from when the store may say that it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Column, Connection, or_, select

from features.columns import TABLES, Table
from features.money import decimals_array
from features.parts import parts_of
from features.portfolio import Portfolio
from features.seller import Seller
from serving.store.changes import ledger_row
from serving.store.rows import read_rows
from serving.store.schema import FACTS
from serving.store.types import AMOUNT_DECIMALS

__all__ = [
    "buyers_of_invoices", "connected_invoices", "facts_of_buyers", "portfolio_of", "shared_portfolio",
    "stored_portfolio",
]  # fmt: skip

_AT_ONCE = 5_000
"""Ids in one query: databases take a limited number."""

_BY_BUYER = ("buyers", "statements", "events", "limits", "securities", "orders", "attributes", "balances")


def stored_portfolio(
    connection: Connection, buyer_ids: Sequence[str] | None = None, *, invoice_ids: Iterable[str] = ()
) -> Portfolio:
    """Return the facts of some buyers, or of all, as they were known to the store.

    Parameters
    ----------
    connection : Connection
    buyer_ids : sequence of str, optional
        Without it, all. Facts of others are among the result where items of both are linked.
    invoice_ids : iterable of str
        Further invoices, whoever owes them.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    if buyer_ids is None:
        frames = {name: read_rows(connection, name) for name in TABLES}
    else:
        frames = facts_of_buyers(connection, buyer_ids, invoice_ids)
    return portfolio_of(connection, frames)


def shared_portfolio(connection: Connection) -> Portfolio:
    """Return the facts that buyers share: exchange rates, and who belongs to which group."""
    return portfolio_of(connection, {name: read_rows(connection, name) for name in ("buyers", "fx")})


def portfolio_of(connection: Connection, frames: Mapping[str, pd.DataFrame]) -> Portfolio:
    """Return facts as `serving.store.rows` reads them, by table, as they were known to the store."""
    head = ledger_row(connection)
    currency = _currency_by_invoice(frames["invoices"]) if "invoices" in frames else pd.Series(dtype="str")
    tables = {
        name: _as_known(_with_minor(frame, TABLES[name], currency), TABLES[name])
        for name, frame in frames.items()
        if len(frame)
    }
    return Portfolio(
        Seller(**head["seller"]), tables, _naive(head["observed_from"]), _naive(head["observed_until"])
    )


def facts_of_buyers(
    connection: Connection, buyer_ids: Sequence[str], invoice_ids: Iterable[str] = ()
) -> dict[str, pd.DataFrame]:
    """Return all that the dossiers of some buyers depend on; arguments as in `stored_portfolio`."""
    buyers = sorted(set(buyer_ids))
    own = _values(connection, FACTS["invoices"].c.invoice_id, FACTS["invoices"].c.buyer_id, buyers)
    items = sorted(connected_invoices(connection, own | set(invoice_ids)))
    frames = {name: _rows_in(connection, name, {"buyer_id": buyers}) for name in _BY_BUYER}
    frames["invoices"] = _rows_in(connection, "invoices", {"invoice_id": items})
    frames["disputes"] = _rows_in(connection, "disputes", {"invoice_id": items})
    frames["allocations"] = _rows_in(connection, "allocations", {"invoice_id": items, "buyer_id": buyers})
    return {name: frames[name] for name in TABLES if name in frames}


def connected_invoices(connection: Connection, invoice_ids: Iterable[str]) -> set[str]:
    """Return invoices with those that took over from them or that they took over from, however far away."""
    allocations = FACTS["allocations"].c
    found: set[str] = set()
    new = set(invoice_ids)
    while new:
        found |= new
        ids = sorted(new)
        after = _values(connection, allocations.successor_id, allocations.invoice_id, ids)
        before = _values(connection, allocations.invoice_id, allocations.successor_id, ids)
        new = (after | before) - found
    return found


def buyers_of_invoices(connection: Connection, invoice_ids: Iterable[str]) -> set[str]:
    """Return who owes or owed some invoices."""
    invoices = FACTS["invoices"].c
    return _values(connection, invoices.buyer_id, invoices.invoice_id, sorted(set(invoice_ids)))


def _values(connection: Connection, column: Column, by: Column, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in parts_of(ids, _AT_ONCE):
        query = select(column).distinct().where(by.in_(some), column.is_not(None))
        found.update(connection.scalars(query))
    return found


def _rows_in(connection: Connection, name: str, by: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Return rows of which one of some columns has one of some values, each row once."""
    parts = [
        read_rows(connection, name, FACTS[name].c[column].in_(some))
        for column, ids in by.items()
        for some in parts_of(ids, _AT_ONCE)
    ]
    if len(parts) < 2:
        return parts[0] if parts else read_rows(connection, name, or_(False))
    key = [*TABLES[name].key, TABLES[name].knowledge]
    return pd.concat(parts).drop_duplicates(key).sort_values(key, ignore_index=True)


def _currency_by_invoice(invoices: pd.DataFrame) -> pd.Series[Any]:
    return invoices.drop_duplicates("invoice_id").set_index("invoice_id")["currency"]


def _with_minor(frame: pd.DataFrame, table: Table, by_invoice: pd.Series[Any]) -> pd.DataFrame:
    """Replace decimal text by minor units, as many to the unit as the currency has."""
    money = [column for column in table.columns if column.kind == "money"]
    if not money:
        return frame
    currency = frame["currency"] if "currency" in frame else pd.Series(pd.NA, frame.index, dtype="str")
    if "invoice_id" in frame and table.name != "invoices":
        currency = currency.fillna(frame["invoice_id"].map(by_invoice).astype("str"))
    unit = 10 ** (AMOUNT_DECIMALS - decimals_array(currency))
    for column in money:
        texts = frame.pop(column.name)
        missing = texts.isna().to_numpy(bool)
        digits = texts.str.replace(".", "", regex=False).fillna("0").astype("int64").to_numpy()
        minor = pd.Series(digits // unit, frame.index)
        frame[column.stored_as] = minor if column.required else minor.astype("Int64").mask(missing)
    return frame


def _as_known(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return versions with the instant at which the store knew each, without those that never counted.

    A version that came after one that was recorded later never was the latest one known.
    """
    is_history = frame.pop("history").to_numpy(bool)
    loaded = frame.pop("loaded_at")
    if is_history.all():
        return frame
    recorded = frame[table.knowledge]
    known = recorded.where(is_history | (recorded >= loaded).to_numpy(bool), loaded)
    key = list(table.key)
    if frame.duplicated(key).any():
        later = pd.DataFrame({**{name: frame[name] for name in key}, "known": known, "recorded": recorded})
        later = later.sort_values("recorded", ascending=False, kind="stable")
        later["first"] = later.groupby(key, sort=False)["known"].cummin()
        first = later.groupby(key, sort=False)["first"].shift(1).reindex(frame.index)
        counts = (first.isna() | (first > known)).to_numpy(bool)
        frame, known = frame[counts], known[counts]
    return frame.assign(**{table.knowledge: known}).reset_index(drop=True)


def _naive(instant: datetime) -> pd.Timestamp:
    return pd.Timestamp(instant).tz_localize(None).as_unit("s")
