"""The side facts of a whole portfolio, read once and told buyer by buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from credit.order_rules import OrderRules
from credit.side_tables import (
    Rows,
    bank_limits,
    bill_items,
    countries_and_groups,
    orders,
    references,
    securities,
)
from credit.sides import Holding, Moment, SideReader, SideRows, Sides, moment_of
from features.build import Packed
from features.shared import Member, Rates

__all__ = ["Moment", "SideFacts", "SideTables", "Sides", "moment_of"]


class SideTables:
    """The side rows of every buyer of a portfolio.

    Parameters
    ----------
    packed : Packed
    """

    def __init__(self, packed: Packed) -> None:
        portfolio, self._ids = packed.portfolio, packed.block.buyer_ids
        tables = (securities, bank_limits, orders, references, countries_and_groups)
        self._tables: list[Rows] = [table(portfolio, self._ids) for table in tables]
        self._bills = bill_items(packed)
        self._members: dict[str, list[Member]] = {}
        for buyer, known_from, known_until, _, group in self._tables[-1].all():
            if group:
                self._members.setdefault(group, []).append((self._ids[buyer], known_from, known_until))

    def of(self, position: int) -> SideRows:
        """Return the rows of one buyer; bills are items of the whole block."""
        secured, banks, ordered, told, buyers = (table.of(position) for table in self._tables)
        return SideRows(secured, banks, ordered, told, buyers, self._bills.get(position, ()))

    def members(self, group: str) -> Sequence[Member]:
        """Return who is known to be of a group, and when."""
        return self._members.get(group, ())


class SideFacts:
    """The side facts of a portfolio under a policy.

    Parameters
    ----------
    packed : Packed
    rules : OrderRules
        Which orders are closed, and the credit horizon.
    tables : SideTables or None
        Where they were read before.
    """

    def __init__(self, packed: Packed, rules: OrderRules, tables: SideTables | None = None) -> None:
        self.tables = tables or SideTables(packed)
        self._block = packed.block
        own, rates = packed.seller.reporting_currency, Rates.of_block(packed.block)
        self._reader = SideReader(rules, own, rates, self.tables.members)

    def of(
        self, buyer: int, moment: Moment, exposures: Mapping[str, float], *, without_order: str = ""
    ) -> Sides:
        """Return what was known of the buyer at a position of the block; see `credit.sides.SideReader.of`."""
        holding = Holding(self._block, buyer, self.tables.of(buyer))
        return self._reader.of(holding, moment, exposures, without_order=without_order)
