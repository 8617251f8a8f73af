"""Facts of a buyer beside the feature catalog: securities, bank limits, open orders, bills and its group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from credit.cover import Security
from credit.order_rules import OrderRules
from features.as_of import epoch_day, second_of
from features.block import Block
from features.codes import decimals_of
from features.engine.ledger import MOVES
from features.shared import Members, Rates

__all__ = [
    "NO_SHARE",
    "SECURITY_KINDS",
    "SHARE_UNIT",
    "Holding",
    "Moment",
    "Row",
    "SideReader",
    "SideRows",
    "Sides",
    "moment_of",
]

_EPOCH = date(1970, 1, 1).toordinal()

SECURITY_KINDS = ("guarantee", "deposit", "bank_guarantee", "retention_of_title", "credit_insurance")

SHARE_UNIT, NO_SHARE = 1_000_000, -1
"""Shares are held in millionths; one that is not stated is less than none."""


@dataclass(frozen=True)
class Moment:
    """A moment as the arrays of a block count it: seconds, and the seller's local day, since 1970."""

    second: int
    day: int

    @property
    def date(self) -> date:
        """The local day."""
        return date.fromordinal(self.day + _EPOCH)


@lru_cache(maxsize=1024)
def moment_of(instant: datetime, timezone: str) -> Moment:
    """Return an instant as a moment.

    Parameters
    ----------
    instant : datetime or Timestamp
        Naive UTC.
    timezone : str
        The seller's.

    Examples
    --------
    >>> moment_of(datetime(2026, 6, 30, 22, 0, 0), "Europe/Berlin").date
    datetime.date(2026, 7, 1)
    """
    second = second_of(instant)
    return Moment(second, epoch_day(datetime.fromtimestamp(second, ZoneInfo(timezone)).date()))


@dataclass(frozen=True)
class Sides:
    """What is known of a buyer at a moment beside its features.

    Parameters
    ----------
    values : mapping of str to float
        In the reporting currency, NaN where a part has no rate: ``bank_limit`` (absent: none in force),
        ``open_orders_amount`` and ``open_orders_later_amount`` (to be delivered within the credit horizon,
        and later), ``bills_amount``, ``reference_high_credit`` (median of what other suppliers let it owe),
        ``unreadable_references``, ``group_others_exposure`` and ``group_others_count`` (absent: of no group).
    securities : tuple of Security
        Known, and in force on the day.
    country : str
        ISO 3166-1 alpha-2; empty where unknown.
    insolvent_since : int or None
        Second since 1970 at which an insolvency became known, after the moment and before somebody asks.
    """

    values: Mapping[str, float]
    securities: tuple[Security, ...] = ()
    country: str = ""
    insolvent_since: int | None = None


Row = Sequence[Any]
Ints = npt.NDArray[np.int64]


class SideRows(NamedTuple):
    """Versions of a buyer's side facts; each row begins with the seconds from and until which it is known.

    Days are days since 1970, amounts minor units.

    Parameters
    ----------
    securities : sequence
        First and last day, kind, amount, currency, share in millionths.
    bank_limits : sequence
        First and last day, amount, currency.
    orders : sequence
        Day, day of delivery (without one that of the order), state ("" unknown), amount, currency, id.
    references : sequence
        Last day, hundredths of the reporting currency; -1 for what is no amount.
    buyers : sequence
        Country and group; "" unknown.
    bills : sequence of int
        Items of the buyer's block that are bills.
    """

    securities: Sequence[Row] = ()
    bank_limits: Sequence[Row] = ()
    orders: Sequence[Row] = ()
    references: Sequence[Row] = ()
    buyers: Sequence[Row] = ()
    bills: Sequence[int] = ()

    @property
    def groups(self) -> list[str]:
        """Ids of all groups of which the buyer was ever known to be a member, sorted."""
        return sorted({row[3] for row in self.buyers if row[3]})


class Holding(NamedTuple):
    """A buyer's block, its position there, and its side rows."""

    block: Block
    position: int
    rows: SideRows

    @property
    def buyer_id(self) -> str:
        """The buyer."""
        return self.block.buyer_ids[self.position]


class SideReader:
    """Tells what side rows say at a moment.

    Parameters
    ----------
    rules : OrderRules
        Which orders are closed, and the credit horizon.
    reporting_currency : str
    rates : Rates
    members : callable
        See `features.shared.Members`.
    """

    def __init__(self, rules: OrderRules, reporting_currency: str, rates: Rates, members: Members) -> None:
        self._closed = frozenset(state.lower() for state in rules.closed_states)
        self._horizon, self._own = rules.credit_horizon_days, reporting_currency
        self._rates, self._members = rates, members

    def of(
        self,
        holding: Holding,
        moment: Moment,
        exposures: Mapping[str, float],
        *,
        without_order: str = "",
        asked: int | None = None,
    ) -> Sides:
        """Return what was known of a buyer.

        Parameters
        ----------
        holding : Holding
        moment : Moment
        exposures : mapping of str to float
            What buyers owed at the month end before, for the sum of the group's other members.
        without_order : str
            Id of an order that is asked about and must not count twice.
        asked : int, optional
            Second since 1970 at which somebody asks, where that is later than the moment.
        """
        rows = holding.rows
        country, group = next(iter(_known(rows.buyers, moment.second)), ("", ""))
        values = {
            **self._bank(rows.bank_limits, moment),
            **self._open_orders(rows.orders, moment, without_order),
            **self._open_bills(holding, moment.second),
            **_reference(rows.references, moment),
            **self._others_of_group(holding.buyer_id, group, moment.second, exposures),
        }
        since = None if asked is None or asked <= moment.second else _insolvent_since(holding, moment, asked)
        return Sides(values, self._secured(rows.securities, moment), country, since)

    def _secured(self, rows: Sequence[Row], moment: Moment) -> tuple[Security, ...]:
        return tuple(
            Security(
                SECURITY_KINDS[kind],
                self._money(minor, currency, moment.second),
                None if share == NO_SHARE else share / SHARE_UNIT,
            )
            for first, last, kind, minor, currency, share in _known(rows, moment.second)
            if first <= moment.day <= last
        )

    def _bank(self, rows: Sequence[Row], moment: Moment) -> dict[str, float]:
        amounts = [
            self._money(minor, currency, moment.second)
            for first, last, minor, currency in _known(rows, moment.second)
            if first <= moment.day <= last
        ]
        return {"bank_limit": math.fsum(amounts)} if amounts else {}

    def _open_orders(self, rows: Sequence[Row], moment: Moment, without: str) -> dict[str, float]:
        second, day, closed = moment.second, moment.day, self._closed
        until = day + self._horizon
        soon, later = [0.0], [0.0]
        for begins, ends, ordered, deliver, state, minor, currency, order_id in rows:
            # Reason: a buyer has hundreds of orders, nearly all of them closed.
            if state in closed or not begins <= second < ends or ordered > day or order_id == without:
                continue
            amount = self._money(minor, currency, second)
            (soon if deliver <= until else later).append(amount)
        return {"open_orders_amount": math.fsum(soon), "open_orders_later_amount": math.fsum(later)}

    def _open_bills(self, holding: Holding, second: int) -> dict[str, float]:
        if not holding.rows.bills:
            return {"bills_amount": 0.0}
        minor, currency = _open_of_items(holding, second)
        owed = (
            self._money(int(minor[currency == code].sum()), holding.block.currencies[code], second)
            for code in np.unique(currency).tolist()
        )
        return {"bills_amount": math.fsum(owed)}

    def _others_of_group(
        self, buyer_id: str, group: str, second: int, exposures: Mapping[str, float]
    ) -> dict[str, float]:
        if not group:
            return {}
        members = {
            other
            for other, begins, ends in self._members(group)
            if other != buyer_id and begins <= second < ends
        }
        owed = [exposures.get(other, 0.0) for other in sorted(members)]
        return {"group_others_exposure": math.fsum(owed), "group_others_count": float(len(members))}

    def _money(self, minor: int, currency: str, second: int) -> float:
        rate = 1.0 if currency == self._own else self._rates.unit(currency, second)
        return minor / 10.0 ** decimals_of(currency) * rate


def _known(rows: Sequence[Row], second: int) -> list[Row]:
    """Return the further columns of what is known at an instant."""
    return [row[2:] for row in rows if row[0] <= second < row[1]]


def _insolvent_since(holding: Holding, moment: Moment, asked: int) -> int | None:
    """Return when an insolvency became known between two instants, the first excluded, and still is."""
    ledger = holding.block.ledger
    rows = slice(*ledger.event_start[holding.position : holding.position + 2].tolist())
    begins, ends = ledger.event_begins[rows], ledger.event_ends[rows]
    found = (begins > moment.second) & (begins <= asked) & (asked < ends) & (ledger.is_insolvency[rows] != 0)
    return int(begins[found].min()) if found.any() else None


def _reference(rows: Sequence[Row], moment: Moment) -> dict[str, float]:
    told = [hundredths for last, hundredths in _known(rows, moment.second) if moment.day <= last]
    if not told:
        return {}
    readable = [hundredths / 100.0 for hundredths in told if hundredths >= 0]
    found = {"unreadable_references": float(len(told) - len(readable))}
    return {**found, "reference_high_credit": median(readable)} if readable else found


def _open_of_items(holding: Holding, second: int) -> tuple[Ints, Ints]:
    """Return what is open of each bill that is known, in minor units, and the position of its currency."""
    ledger, buyer = holding.block.ledger, holding.position
    rows = slice(int(ledger.invoice_start[buyer]), int(ledger.invoice_start[buyer + 1]))
    item = ledger.item[rows]
    known = (ledger.begins[rows] <= second) & (second < ledger.ends[rows])
    found = np.flatnonzero(known & np.isin(item, np.array(holding.rows.bills)))
    items, first = np.unique(item[found].astype(np.int64), return_index=True)
    found = found[first] + rows.start
    if not len(items):
        return items, items
    start = ledger.allocation_start[int(items[0]) : int(items[-1]) + 2]
    paid = slice(int(start[0]), int(start[-1]))
    counts = (ledger.allocation_begins[paid] <= second) & (second < ledger.allocation_ends[paid])
    counts &= (ledger.meaning[paid] & MOVES) != 0
    settled = np.concatenate([[0], np.cumsum(np.where(counts, ledger.settled_minor[paid], 0))])
    edges = start - start[0]
    own = items - items[0]
    left = ledger.amount_minor[found] - (settled[edges[own + 1]] - settled[edges[own]])
    return np.maximum(left, 0), ledger.currency[found].astype(np.int64)
