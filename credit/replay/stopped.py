"""What a policy would have stopped is not owed in what follows: open amounts of held invoices over time."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from credit.facts import SubjectFacts
from credit.replay.history import History
from credit.side_facts import moment_of
from features.block import NO_ITEM
from features.build import Packed, subject_arrays
from features.codes import decimals_of
from features.engine.compute import rates_of
from features.engine.ledger import MOVES

__all__ = ["Stopped"]

_SHARES = {"overdue_share": 0, "overdue_over_30_share": 30, "overdue_over_90_share": 90}
_NOTHING_OVERDUE = {
    "overdue_amount": 0.0, "days_material_overdue": 0.0, "oldest_open_days_past_due": 0.0
}  # fmt: skip
_HALF_A_CENT = 0.005


class _Item(NamedTuple):
    """Versions ``(begins, ends, due day, minor)`` and payments ``(begins, ends, minor)`` of an invoice."""

    currency: int
    versions: tuple[tuple[int, int, int, int], ...]
    paid: tuple[tuple[int, int, int], ...]

    def open_at(self, second: int) -> tuple[int, int]:
        """Return what is open in minor units, and the day on which it is due."""
        for begins, ends, due, minor in self.versions:
            if begins <= second < ends:
                paid = sum(part for begun, ended, part in self.paid if begun <= second < ended)
                return max(minor - paid, 0), due
        return 0, 0

    def is_over(self, second: int) -> bool:
        """Whether nothing is open and nothing more becomes known."""
        later = any(
            begins > second or second < ends < _FOREVER for begins, ends, *_ in (*self.versions, *self.paid)
        )
        return not later and self.open_at(second)[0] == 0


_FOREVER = int(np.datetime64("2261-01-01", "s").astype(np.int64))


class Stopped:
    """The invoices of one buyer after another that a policy held, and what of them would be missing later.

    Parameters
    ----------
    packed : Packed
    history : History
        Ordered by buyer and as_of.

    Notes
    -----
    An order that is held is taken as not sold. What a bill settles stays owed here: the bill is an item of
    its own. Payment record and models see the facts as they were, for nobody knows what else would have been.
    """

    def __init__(self, packed: Packed, history: History) -> None:
        arrays = subject_arrays(packed, history.invoices)
        self._block, self._zone = packed.block, packed.seller.timezone
        self._own = packed.seller.reporting_currency
        self._item, self._buyer, self._second = arrays.own_item, arrays.buyer, arrays.as_of
        self._rate = lru_cache(maxsize=4096)(self._find_rate)
        self._held: list[_Item] = []
        self._of = -1

    def without(self, row: int, facts: SubjectFacts) -> SubjectFacts:
        """Return what is known at an invoice without what was held before it: what is owed and overdue.

        Parameters
        ----------
        row : int
            Of the history; rows are asked in its order.
        facts : SubjectFacts
        """
        if self._buyer[row] != self._of:
            self._of, self._held = int(self._buyer[row]), []
        second = int(self._second[row])
        self._held = [each for each in self._held if not each.is_over(second)]
        exposure = facts.known("exposure")
        if not self._held or exposure is None:
            return facts
        today = moment_of(facts.as_of, self._zone).day
        missing = [self._missing(each, second, today) for each in self._held]
        return replace(facts, values={**facts.values, **_less(facts, exposure, missing)})

    def hold(self, row: int) -> None:
        """Note that an invoice was held."""
        item = int(self._item[row])
        if item != NO_ITEM:
            self._held.append(self._read(int(self._buyer[row]), item))

    def _missing(self, item: _Item, second: int, today: int) -> tuple[float, int]:
        """Return what is open in the reporting currency, and its days past due."""
        minor, due = item.open_at(second)
        return minor * self._rate(item.currency, second) if minor else 0.0, today - due

    def _read(self, buyer: int, item: int) -> _Item:
        ledger = self._block.ledger
        first, last = int(ledger.invoice_start[buyer]), int(ledger.invoice_start[buyer + 1])
        rows = slice(*np.searchsorted(ledger.item[first:last], [item, item + 1]) + first)
        paid = slice(int(ledger.allocation_start[item]), int(ledger.allocation_start[item + 1]))
        moves = (ledger.meaning[paid] & MOVES) != 0
        versions = (ledger.begins, ledger.ends, ledger.due_day, ledger.amount_minor)
        payments = (ledger.allocation_begins, ledger.allocation_ends, ledger.settled_minor)
        return _Item(
            int(ledger.currency[rows.start]),
            _rows(*(each[rows] for each in versions)),
            _rows(*(each[paid][moves] for each in payments)),
        )

    def _find_rate(self, currency: int, second: int) -> float:
        code = self._block.currencies[currency]
        unit = 10.0 ** decimals_of(code)
        if code == self._own:
            return 1.0 / unit
        found = float(rates_of(self._block, currency, np.array([second], np.int64))[0]) / unit
        return found if np.isfinite(found) else 0.0


def _rows(*columns: npt.NDArray[Any]) -> tuple[Any, ...]:
    return tuple(zip(*(each.tolist() for each in columns), strict=True))


def _less(facts: SubjectFacts, exposure: float, missing: list[tuple[float, int]]) -> dict[str, float]:
    """Return the values that change; where nothing overdue is left, no age of it is either."""
    left = exposure - sum(amount for amount, _ in missing)
    changed = {"exposure": left}
    for name, days in _SHARES.items():
        overdue = facts.value(name) * max(exposure, 0.0) - _older(missing, days)
        changed[name] = min(max(overdue, 0.0) / left, 1.0) if left > _HALF_A_CENT else 0.0
    overdue = facts.value("overdue_amount") - _older(missing, 0)
    return changed | (_NOTHING_OVERDUE if overdue <= _HALF_A_CENT else {"overdue_amount": overdue})


def _older(missing: list[tuple[float, int]], days: int) -> float:
    return sum(amount for amount, late in missing if late > days)
