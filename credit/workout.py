"""What the seller's own defaults cost: loss given default from write-offs and what was recovered after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from credit.loss_rules import OwnRecoveries
from credit.minor_units import rates_of_minor_units
from features.block import Block
from features.engine.arrears import DEFAULT_DAYS
from features.engine.ledger import CASH, LOSS, MOVES, PAID, Ledger

__all__ = ["Cases", "Workout", "cases_of", "workout_of", "workout_of_cases"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Workout:
    """Own experience of losses.

    Parameters
    ----------
    lgd : float
        Net loss over exposure at default, both summed over all cases; 0 to 1.
    cases : int
        Buyers of whom something was written off.
    exposure : float
        Their exposure at default, in the reporting currency.
    """

    lgd: float
    cases: int
    exposure: float


class Cases(NamedTuple):
    """Items that were written off long enough ago.

    Parameters
    ----------
    exposure, lost : float64 ndarray, shape (n,)
        In the reporting currency; NaN where there is no rate.
    buyer : int64 ndarray, shape (n,)
        Number of the buyer.
    """

    exposure: Floats
    lost: Floats
    buyer: Ints


def workout_of(block: Block, second: int, day: int, rules: OwnRecoveries) -> Workout | None:
    """Return what is known of own losses at a moment; None where nothing was written off long enough ago.

    Parameters
    ----------
    block : Block
    second, day : int
        The moment in seconds since 1970, and its local day.
    rules : OwnRecoveries

    Notes
    -----
    A case is a buyer with an item that was written off at least ``days_to_recover`` days ago. The exposure of
    an item is what was open 90 days after its due date (at least what was written off), its loss what was
    written off less what came in afterwards. Defaults that were paid in full are no case: they are cures.
    """
    return workout_of_cases(cases_of(block, second, day, rules))


def cases_of(block: Block, second: int, day: int, rules: OwnRecoveries) -> Cases:
    """Return the items that were written off long enough ago; parameters as in `workout_of`."""
    ledger: Any = block.ledger
    item = _item_of_allocation(ledger)
    known = (ledger.allocation_begins <= second) & (second < ledger.allocation_ends)
    is_loss = known & ((ledger.meaning & LOSS) != 0)
    mature = _mature_items(item, is_loss, ledger, day - rules.days_to_recover)
    rows = np.flatnonzero((ledger.begins <= second) & (second < ledger.ends) & mature[ledger.item])
    if not len(rows):
        return Cases(np.empty(0), np.empty(0), np.empty(0, np.int64))
    written = _sum_by_item(item, is_loss, ledger)
    recovered = _sum_by_item(item, known & _is_recovery(ledger.meaning), ledger)
    exposure = np.maximum(_open_at_default(ledger, item, known & ~is_loss, rows), written[ledger.item[rows]])
    lost = np.maximum(written - recovered, 0)[ledger.item[rows]]
    rate = rates_of_minor_units(block, second)[ledger.currency[rows]]
    return Cases(exposure * rate, lost * rate, np.searchsorted(ledger.invoice_start, rows, "right"))


def workout_of_cases(cases: Cases) -> Workout | None:
    """Return the experience that cases add up to; None without any."""
    exposure, lost, buyer = cases
    priced = np.isfinite(exposure) & (exposure > 0.0)
    total = float(exposure[priced].sum())
    if total <= 0.0:
        return None
    return Workout(min(float(lost[priced].sum()) / total, 1.0), len(np.unique(buyer[priced])), total)


def _item_of_allocation(ledger: Ledger) -> Ints:
    return np.repeat(np.arange(len(ledger.allocation_start) - 1), np.diff(ledger.allocation_start))


def _is_recovery(meaning: npt.NDArray[np.int16]) -> Mask:
    return np.asarray(((meaning & CASH) != 0) & ((meaning & PAID) == 0))


def _mature_items(item: Ints, is_loss: Mask, ledger: Ledger, until: int) -> Mask:
    """Return which items were written off, none of it after a day."""
    last = np.full(len(ledger.allocation_start) - 1, np.iinfo(np.int32).max, np.int64)
    last[item[is_loss]] = np.iinfo(np.int32).min
    np.maximum.at(last, item[is_loss], ledger.settled_day[is_loss])
    return last <= until


def _sum_by_item(item: Ints, chosen: Mask, ledger: Ledger) -> Ints:
    sums = np.zeros(len(ledger.allocation_start) - 1, np.int64)
    np.add.at(sums, item[chosen], ledger.settled_minor[chosen])
    return sums


def _open_at_default(ledger: Ledger, item: Ints, counts: Mask, rows: Ints) -> Ints:
    """Return what of items was open 90 days after they were due."""
    due = np.full(len(ledger.allocation_start) - 1, np.iinfo(np.int32).min, np.int64)
    due[ledger.item[rows]] = ledger.due_day[rows]
    in_time = ledger.settled_day <= due[item] + DEFAULT_DAYS
    paid = _sum_by_item(item, counts & in_time & ((ledger.meaning & MOVES) != 0), ledger)
    return np.asarray(ledger.amount_minor[rows] - paid[ledger.item[rows]])
