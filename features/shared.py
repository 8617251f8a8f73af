"""What blocks of single buyers share: exchange rates and the members of groups, kept once beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from features.block import Block
from features.codes import decimals_of
from features.engine.ledger import NEVER, rates_over_time

__all__ = ["Member", "Members", "Rates", "alone", "joined"]

Ints = npt.NDArray[np.int64]

Member = tuple[str, int, int]
"""A buyer and the instants (seconds since 1970) from which and until which it is known to be a member."""

Members = Callable[[str], Sequence[Member]]
"""Gives the members of a group by its id."""

_KEPT = 512
_NO_SECONDS = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Rates:
    """Exchange rates into the reporting currency, as they were known.

    Parameters
    ----------
    currencies : tuple of str
        Sorted.
    start, begins, day, rate : ndarray
        As ``fx_start``, ``fx_begins``, ``fx_day`` and ``fx_rate`` of `features.engine.ledger.Ledger`.
    """

    currencies: tuple[str, ...]
    start: Ints
    begins: Ints
    day: npt.NDArray[np.int32]
    rate: npt.NDArray[np.float64]

    @classmethod
    def of_block(cls, block: Block) -> Rates:
        """Return the rates that a block of many buyers carries."""
        ledger = block.ledger
        return cls(block.currencies, ledger.fx_start, ledger.fx_begins, ledger.fx_day, ledger.fx_rate)

    def unit(self, currency: str, second: int) -> float:
        """Return the reporting currency for one unit, as known at an instant; NaN where no rate was."""
        return self._unit(currency, second)

    @cached_property
    def _unit(self) -> Callable[[str, int], float]:
        return lru_cache(maxsize=_KEPT)(self._find)

    def _find(self, currency: str, second: int) -> float:
        if currency not in self.currencies:
            return float("nan")
        per_minor, instants = np.empty(1), np.array([second], np.int64)
        rates_over_time(
            (self.start, self.begins, self.rate), self.currencies.index(currency), instants, per_minor
        )
        return float(per_minor[0] * 10.0 ** decimals_of(currency))

    def next_change(self, second: int) -> int:
        """Return the first instant after another from which a rate counts; `NEVER` where there is none."""
        place = int(np.searchsorted(self._instants, second, side="right"))
        return int(self._instants[place]) if place < len(self._instants) else NEVER

    @cached_property
    def _instants(self) -> Ints:
        return np.unique(self.begins)

    def columns(self, currencies: tuple[str, ...]) -> dict[str, Any]:
        """Return the arrays of a ledger in which these currencies occur; one without rates has no steps."""
        return self._columns(currencies)

    @cached_property
    def _columns(self) -> Callable[[tuple[str, ...]], dict[str, Any]]:
        return lru_cache(maxsize=_KEPT)(self._restricted)

    def _restricted(self, currencies: tuple[str, ...]) -> dict[str, Any]:
        if currencies == self.currencies:
            rows: Any = slice(None)
            start = self.start
        else:
            spans = [self._span(code) for code in currencies]
            start = np.cumsum([0, *map(len, spans)], dtype=np.int64)
            rows = np.concatenate([np.arange(span.start, span.stop) for span in spans])
        return {
            "fx_start": start,
            "fx_begins": self.begins[rows],
            "fx_day": self.day[rows],
            "fx_rate": self.rate[rows],
        }

    def _span(self, currency: str) -> range:
        if currency not in self.currencies:
            return range(0)
        position = self.currencies.index(currency)
        return range(int(self.start[position]), int(self.start[position + 1]))


def alone(block: Block, position: int, reporting_currency: str) -> Block:
    """Return the block of one buyer without what buyers share: no rates, no other members of its groups.

    Parameters
    ----------
    block : Block
        Of many buyers.
    position : int
    reporting_currency : str
        Is among the currencies of every block.

    Returns
    -------
    Block
        Only currencies that occur, and the buyer's own groups, numbered in the order of their ids. To be
        completed by `joined`.
    """
    own = block.of_buyer(position)
    ledger, statements, profiles = own.ledger, own.statements, own.profiles
    used = {block.currencies.index(reporting_currency)}
    for column in (ledger.currency, ledger.limit_currency, statements.currency):
        used.update(np.unique(column).tolist())
    kept = np.array(sorted(used - {-1}), np.int64)
    number = np.full(len(block.currencies) + 1, -1, np.int64)
    number[kept] = np.arange(len(kept))
    groups, group = np.unique(profiles.group[profiles.group >= 0]), profiles.group.copy()
    group[group >= 0] = np.searchsorted(groups, group[group >= 0])
    return Block(
        own.buyer_ids,
        tuple(block.currencies[place] for place in kept.tolist()),
        ledger._replace(
            currency=number[ledger.currency].astype(np.int16),
            limit_currency=number[ledger.limit_currency].astype(np.int16),
            fx_start=np.zeros(len(kept) + 1, np.int64),
            fx_begins=_NO_SECONDS,
            fx_day=np.empty(0, np.int32),
            fx_rate=np.empty(0),
        ),
        statements._replace(
            currency=number[statements.currency], minor_per_unit=statements.minor_per_unit[kept]
        ),
        profiles._replace(
            group=group,
            group_start=np.zeros(len(groups) + 1, np.int64),
            group_known_from=_NO_SECONDS,
            group_known_until=_NO_SECONDS,
        ),
    )


def joined(block: Block, rates: Rates, groups: Sequence[str], members: Members) -> Block:
    """Return the block of one buyer with what buyers share; the contrary of `alone`.

    Parameters
    ----------
    block : Block
    rates : Rates
    groups : sequence of str
        Ids of the buyer's own groups, sorted.
    members : callable
    """
    ledger = block.ledger._replace(**rates.columns(block.currencies))
    if not groups:
        return Block(block.buyer_ids, block.currencies, ledger, block.statements, block.profiles)
    known = [members(group) for group in groups]
    profiles = block.profiles._replace(
        group_start=np.cumsum([0, *map(len, known)], dtype=np.int64),
        group_known_from=np.array([at for each in known for at in sorted(m[1] for m in each)], np.int64),
        group_known_until=np.array([at for each in known for at in sorted(m[2] for m in each)], np.int64),
    )
    return Block(block.buyer_ids, block.currencies, ledger, block.statements, profiles)
