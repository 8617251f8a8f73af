"""Facts of a buyer beside the feature catalog: securities, bank limits, open orders, bills and its group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from credit.cover import Security
from credit.order_rules import OrderRules
from credit.side_tables import (
    NO_SHARE,
    SECURITY_KINDS,
    SHARE_UNIT,
    bank_limits,
    bill_items,
    countries_and_groups,
    open_orders,
    references,
    securities,
)
from features.build import Packed
from features.codes import decimals_of
from features.engine.compute import rates_of
from features.engine.ledger import MOVES

__all__ = ["Moment", "SideFacts", "Sides", "moment_of"]

_KEPT_RATES = 512
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Moment:
    """A moment as the arrays of a block count it: seconds, and the seller's local day, since 1970."""

    second: int
    day: int

    @property
    def date(self) -> date:
        """The local day."""
        return date.fromordinal(self.day + _EPOCH)


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
    second = int(instant.replace(tzinfo=UTC).timestamp())
    local = datetime.fromtimestamp(second, ZoneInfo(timezone)).date()
    return Moment(second, local.toordinal() - _EPOCH)


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
    """

    values: Mapping[str, float]
    securities: tuple[Security, ...] = ()
    country: str = ""


class SideFacts:
    """The side facts of a portfolio, indexed once.

    Parameters
    ----------
    packed : Packed
    rules : OrderRules
        Which orders are closed, and the credit horizon.
    """

    def __init__(self, packed: Packed, rules: OrderRules) -> None:
        portfolio, ids = packed.portfolio, packed.block.buyer_ids
        self._block, self._own = packed.block, portfolio.seller.reporting_currency
        self._horizon = rules.credit_horizon_days
        self._securities = securities(portfolio, ids)
        self._banks = bank_limits(portfolio, ids)
        self._orders = open_orders(portfolio, ids, rules.closed_states)
        self._references = references(portfolio, ids)
        self._buyers = countries_and_groups(portfolio, ids)
        self._members = self._members_of_groups()
        self._bills = bill_items(packed)
        self._rate = lru_cache(maxsize=_KEPT_RATES)(self._find_rate)

    def of(
        self, buyer: int, moment: Moment, exposures: Mapping[str, float], *, without_order: str = ""
    ) -> Sides:
        """Return what was known of a buyer.

        Parameters
        ----------
        buyer : int
            Position in the block.
        moment : Moment
        exposures : mapping of str to float
            What buyers owed at the month end before, for the sum of the group's other members.
        without_order : str
            Id of an order that is asked about and must not count twice.
        """
        country, group = self._country_and_group(buyer, moment.second)
        values = {
            **self._bank(buyer, moment),
            **self._open_orders(buyer, moment, without_order),
            **self._open_bills(buyer, moment.second),
            **self._reference(buyer, moment),
            **self._others_of_group(buyer, group, moment.second, exposures),
        }
        return Sides(values, self._secured(buyer, moment), country)

    def _secured(self, buyer: int, moment: Moment) -> tuple[Security, ...]:
        rows = self._securities.known(buyer, moment.second)
        return tuple(
            Security(
                SECURITY_KINDS[kind],
                self._money(minor, self._securities.words[currency], moment.second),
                None if share == NO_SHARE else share / SHARE_UNIT,
            )
            for _, first, last, kind, minor, currency, share in rows
            if first <= moment.day <= last
        )

    def _bank(self, buyer: int, moment: Moment) -> dict[str, float]:
        amounts = [
            self._money(minor, self._banks.words[currency], moment.second)
            for _, first, last, minor, currency in self._banks.known(buyer, moment.second)
            if first <= moment.day <= last
        ]
        return {"bank_limit": math.fsum(amounts)} if amounts else {}

    def _open_orders(self, buyer: int, moment: Moment, without: str) -> dict[str, float]:
        soon, later = [0.0], [0.0]
        rows, until = self._orders.known(buyer, moment.second), moment.day + self._horizon
        for row, ordered, deliver, is_open, minor, currency in rows:
            if is_open and ordered <= moment.day and self._orders.names[row] != without:
                amount = self._money(minor, self._orders.words[currency], moment.second)
                (soon if deliver <= until else later).append(amount)
        return {"open_orders_amount": math.fsum(soon), "open_orders_later_amount": math.fsum(later)}

    def _open_bills(self, buyer: int, second: int) -> dict[str, float]:
        items = self._bills.get(buyer, ())
        return {"bills_amount": math.fsum(self._open_of_item(buyer, item, second) for item in items)}

    def _open_of_item(self, buyer: int, item: int, second: int) -> float:
        ledger = self._block.ledger
        first, last = int(ledger.invoice_start[buyer]), int(ledger.invoice_start[buyer + 1])
        rows = slice(*np.searchsorted(ledger.item[first:last], [item, item + 1]) + first)
        known = np.flatnonzero((ledger.begins[rows] <= second) & (second < ledger.ends[rows]))
        if not len(known):
            return 0.0
        row = rows.start + int(known[0])
        paid = slice(int(ledger.allocation_start[item]), int(ledger.allocation_start[item + 1]))
        counts = (ledger.allocation_begins[paid] <= second) & (second < ledger.allocation_ends[paid])
        counts &= (ledger.meaning[paid] & MOVES) != 0
        minor = int(ledger.amount_minor[row]) - int(ledger.settled_minor[paid][counts].sum())
        return self._money(max(minor, 0), self._block.currencies[ledger.currency[row]], second)

    def _reference(self, buyer: int, moment: Moment) -> dict[str, float]:
        rows = self._references.known(buyer, moment.second)
        told = [hundredths for _, last, hundredths in rows if moment.day <= last]
        if not told:
            return {}
        readable = [hundredths / 100.0 for hundredths in told if hundredths >= 0]
        found = {"unreadable_references": float(len(told) - len(readable))}
        return {**found, "reference_high_credit": median(readable)} if readable else found

    def _country_and_group(self, buyer: int, second: int) -> tuple[str, int]:
        rows = self._buyers.known(buyer, second)
        if not rows:
            return "", -1
        _, country, group = rows[0]
        return self._buyers.words[country] if country >= 0 else "", group

    def _others_of_group(
        self, buyer: int, group: int, second: int, exposures: Mapping[str, float]
    ) -> dict[str, float]:
        if group < 0:
            return {}
        members = {
            other
            for other, begins, ends in self._members[group]
            if other != buyer and begins <= second < ends
        }
        owed = [exposures.get(self._block.buyer_ids[other], 0.0) for other in sorted(members)]
        return {"group_others_exposure": math.fsum(owed), "group_others_count": float(len(members))}

    def _members_of_groups(self) -> dict[int, list[tuple[int, int, int]]]:
        """Return by group its members with the instants between which they are known to be."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        start = self._buyers.start
        owner = np.repeat(np.arange(len(start) - 1), np.diff(start)).tolist()
        for buyer, (begins, ends, _, group) in zip(owner, self._buyers.numbers.tolist(), strict=True):
            if group >= 0:
                found.setdefault(group, []).append((buyer, begins, ends))
        return found

    def _money(self, minor: int, currency: str, second: int) -> float:
        return minor / 10.0 ** decimals_of(currency) * self._rate(currency, second)

    def _find_rate(self, currency: str, second: int) -> float:
        if currency == self._own:
            return 1.0
        if currency not in self._block.currencies:
            return math.nan
        position = self._block.currencies.index(currency)
        return float(rates_of(self._block, position, np.array([second], np.int64))[0])
