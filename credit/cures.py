"""How many of the seller's own defaults paid up after all: the cure rate from the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit.definition import DefaultDefinition
from credit.interval import interval_of
from credit.loss_rules import OwnCures
from credit.minor_units import rates_of_minor_units
from features.block import Block
from features.engine.axis import Rules
from features.engine.ledger import LOSS
from features.engine.spells import find_spells

__all__ = ["Cures", "cures_of", "shipped_definition", "together"]

Ints = npt.NDArray[np.int64]

_NEVER = np.iinfo(np.int64).max // 2


@dataclass(frozen=True)
class Cures:
    """Own experience of cures.

    Parameters
    ----------
    definition : str
        Definition of default that the cases are of.
    cases : int
        Buyers whose first default began at least ``days_to_cure`` days ago.
    cured : int
        Those of them that left the default within that time, without an insolvency or a write-off.
    """

    definition: str
    cases: int
    cured: int

    @property
    def share(self) -> float:
        """Share that cured."""
        return self.cured / self.cases

    def interval(self, lower: float, upper: float) -> tuple[float, float]:
        """Return quantiles of the Jeffreys posterior of the share.

        Examples
        --------
        >>> low, high = Cures("default_obligor_90", cases=40, cured=20).interval(0.1, 0.9)
        >>> round(low, 3), round(high, 3)
        (0.4, 0.6)
        """
        return interval_of(self.share, float(self.cases), lower, upper)

    def credible(self, assumed: float, rules: OwnCures) -> float:
        """Return ``(cured + k x assumed) / (cases + k)``, at most ``highest_rate``; k is what the rules say.

        Examples
        --------
        >>> Cures("default_obligor_90", cases=50, cured=30).credible(0.0, OwnCures(assumption_worth_cases=50))
        0.3
        """
        k = rules.assumption_worth_cases
        return min((self.cured + k * assumed) / (self.cases + k), rules.highest_rate)


def cures_of(
    block: Block, second: int, day: int, definition: DefaultDefinition, rules: OwnCures
) -> Cures | None:
    """Return what is known of own cures at a moment; None where no buyer defaulted long enough ago.

    Parameters
    ----------
    block : Block
    second, day : int
        The moment in seconds since 1970, and its local day.
    definition : DefaultDefinition
    rules : OwnCures

    Notes
    -----
    A case is a buyer, with the first of its defaults: material arrears, an insolvency, or a material
    write-off. It is told with what was known at the moment: a later answer never changes an earlier one.
    """
    axis = Rules(
        definition.material_amount, definition.material_share, definition.days_past_due, definition.cure_days
    )
    buyer, first, last = find_spells(block.ledger, second, day, axis)
    lost = _first_loss(block, second, definition)
    begins = np.minimum(lost, _first_of(len(lost), buyer, first))
    ends = np.full(len(lost), _NEVER)
    is_first = first == begins[buyer]
    ends[buyer[is_first]] = last[is_first]
    is_case = begins + rules.days_to_cure <= day
    cases = int(is_case.sum())
    if not cases:
        return None
    until = begins + rules.days_to_cure
    cured = is_case & (ends < until) & (lost > until)
    return Cures(definition.tag, cases, int(cured.sum()))


def together(parts: Iterable[Cures | None]) -> Cures | None:
    """Return what is known of the cures of all buyers from that of some at a time; None without a case.

    Examples
    --------
    >>> together([Cures("d", 2, 1), None, Cures("d", 3, 3)])
    Cures(definition='d', cases=5, cured=4)
    """
    known = [each for each in parts if each is not None]
    if not known:
        return None
    return Cures(known[0].definition, sum(each.cases for each in known), sum(each.cured for each in known))


def shipped_definition(tag: str) -> DefaultDefinition | None:
    """Return the definition by which own cures are told; None where a model is of another one."""
    definition = DefaultDefinition.load()
    return definition if definition.tag == tag else None


def _first_loss(block: Block, second: int, definition: DefaultDefinition) -> Ints:
    """Return by buyer the day of the first insolvency or material write-off."""
    ledger, count = block.ledger, len(block.buyer_ids)
    known = (ledger.event_begins <= second) & (second < ledger.event_ends) & (ledger.is_insolvency != 0)
    events = np.repeat(np.arange(count), np.diff(ledger.event_start))
    found = _first_of(count, events[known], ledger.event_day[known].astype(np.int64))
    if not definition.write_off:
        return found
    known = (ledger.allocation_begins <= second) & (second < ledger.allocation_ends)
    rows = np.flatnonzero(known & ((ledger.meaning & LOSS) != 0) & (ledger.settled_minor > 0))
    item = np.searchsorted(ledger.allocation_start, rows, "right") - 1
    version = np.searchsorted(ledger.item, item, "left")
    rate = rates_of_minor_units(block, second)[ledger.currency[version]]
    is_material = ledger.settled_minor[rows] * rate > definition.material_amount
    owner = np.searchsorted(ledger.invoice_start, version, "right") - 1
    days = ledger.settled_day[rows].astype(np.int64)
    return np.minimum(found, _first_of(count, owner[is_material], days[is_material]))


def _first_of(count: int, buyer: Ints, day: Ints) -> Ints:
    first = np.full(count, _NEVER)
    np.minimum.at(first, buyer, day)
    return first
