"""Defaults in the books: material arrears, insolvency events and write-offs, each with its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.definition import DefaultDefinition
from features.block import LOSS, NO_ITEM, Block
from features.build import Packed
from features.engine.arrears import material_spells, timeline
from features.engine.ledger import Ledger, ledger_of, rates_at
from features.instants import day_of
from features.openings import latest

__all__ = ["Spells", "day_numbers", "default_spells", "without_rate"]

_NEVER = 10**6
"""A day (in the year 4707) after all that a ledger holds."""

_ALL_KNOWN = int(np.datetime64("2261-01-01", "s").astype(np.int64))


@dataclass(frozen=True)
class Spells:
    """Defaults by buyer and day: index of the buyer, first day in default, last day before it is cured."""

    buyer: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def default_spells(packed: Packed, definition: DefaultDefinition) -> Spells:
    """Return every default in the books, told with all that is known by their end."""
    block, until = packed.block, packed.portfolio.observed_until
    until_day = int(day_numbers(pd.Series([until]), packed.portfolio.seller.timezone)[0])
    ledger, rates = ledger_of(block), _last_rates(block)
    rows: list[tuple[int, int, int]] = []
    for buyer in range(len(block.buyer_ids)):
        rows += _arrears_defaults(ledger, buyer, until_day, rates, definition)
    rows += _event_defaults(packed, definition)
    if definition.write_off:
        rows += _write_off_defaults(block, rates, definition)
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)
    return Spells(table[:, 0], table[:, 1], table[:, 2])


def _last_rates(block: Block) -> npt.NDArray[np.float64]:
    rates = np.empty(len(block.currencies))
    rates_at(ledger_of(block), _ALL_KNOWN, rates)
    return rates


def without_rate(block: Block) -> set[str]:
    """Return the buyers with an item in a currency that has no rate at all."""
    rows = np.flatnonzero(np.isnan(_last_rates(block))[block.currency])
    buyer = np.searchsorted(block.invoice_start, rows, side="right") - 1
    return {block.buyer_ids[position] for position in np.unique(buyer)}


def _arrears_defaults(
    ledger: Ledger, buyer: int, until_day: int, rates: npt.NDArray[np.float64], definition: DefaultDefinition
) -> list[tuple[int, int, int]]:
    if ledger.invoice_start[buyer] == ledger.invoice_start[buyer + 1]:
        return []
    days, exposure, overdue = timeline(ledger, buyer, _ALL_KNOWN, until_day, NO_ITEM, rates)
    first, last = material_spells(
        days, exposure, overdue, until_day, definition.material_amount, definition.material_share
    )
    return [(buyer, start, end) for start, end in _with_cure(first, last, until_day, definition)]


def _with_cure(
    first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], until_day: int, definition: DefaultDefinition
) -> list[tuple[int, int]]:
    """Return first and last day of defaults; material arrears of any length in the cure start it anew."""
    found: list[tuple[int, int]] = []
    for begun, ended in zip(first.tolist(), last.tolist(), strict=True):
        end = _NEVER if ended == until_day else ended + definition.cure_days
        if found and begun <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        elif ended - begun + 1 >= definition.days_past_due:
            found.append((begun + definition.days_past_due - 1, end))
    return found


def _event_defaults(packed: Packed, definition: DefaultDefinition) -> list[tuple[int, int, int]]:
    events = latest(packed.portfolio, "events")
    events = events[events["kind"].isin(definition.event_kinds)]
    days = events["occurred_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return [
        (packed.block.position(buyer), int(day), _NEVER)
        for buyer, day in zip(events["buyer_id"], days, strict=True)
    ]


def _write_off_defaults(
    block: Block, rates: npt.NDArray[np.float64], definition: DefaultDefinition
) -> list[tuple[int, int, int]]:
    """Return write-offs above the absolute threshold: a small difference written off is no default."""
    is_final = block.allocation_known_until > _ALL_KNOWN
    lost = np.flatnonzero(((block.meaning & LOSS) > 0) & (block.settled_minor > 0) & is_final)
    item = np.searchsorted(block.allocation_start, lost, side="right") - 1
    row = np.searchsorted(block.item, item, side="left")
    is_material = block.settled_minor[lost] * rates[block.currency[row]] > definition.material_amount
    buyer = np.searchsorted(block.invoice_start, row, side="right") - 1
    days = block.settled_day[lost]
    return [(int(b), int(d), _NEVER) for b, d in zip(buyer[is_material], days[is_material], strict=True)]


def day_numbers(instants: pd.Series[Any], timezone: str) -> npt.NDArray[np.int64]:
    """Return the local day of naive UTC instants, in days since 1970."""
    return day_of(instants, timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
