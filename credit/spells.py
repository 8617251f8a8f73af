"""Defaults in the books: material arrears, insolvency events and write-offs, each with its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.definition import DefaultDefinition
from features.arrays import label_positions
from features.block import Block
from features.build import Packed
from features.engine.axis import Rules
from features.engine.ledger import LOSS, rates_at
from features.engine.spells import NEVER, find_spells
from features.instants import day_of
from features.openings import latest

__all__ = ["Spells", "day_numbers", "default_spells", "group_spells", "without_rate"]

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
    rules = Rules(
        definition.material_amount, definition.material_share, definition.days_past_due, definition.cure_days
    )
    tables = [np.column_stack(find_spells(block.ledger, _ALL_KNOWN, until_day, rules))]
    tables.append(_event_defaults(packed, definition))
    if definition.write_off:
        tables.append(_write_off_defaults(block, definition))
    table = np.concatenate(tables)
    table = table[np.lexsort(table.T[::-1])]
    return Spells(table[:, 0], table[:, 1], table[:, 2])


def group_spells(packed: Packed, spells: Spells) -> Spells:
    """Return the defaults of each buyer's group: those of the other companies that belong to it.

    A company belongs to the group that the books last knew.
    """
    buyers = latest(packed.portfolio, "buyers")
    if "group_id" not in buyers or not len(spells.buyer):
        return Spells(*np.empty((3, 0), np.int64))
    member = label_positions(buyers["buyer_id"], packed.block.buyer_ids)
    of_buyer = pd.DataFrame({"buyer": member, "group": buyers["group_id"].to_numpy()}).dropna()
    told = pd.DataFrame({"source": spells.buyer, "first": spells.first, "last": spells.last})
    told = told.merge(of_buyer.rename(columns={"buyer": "source"}), on="source").merge(of_buyer, on="group")
    told = told[told["buyer"] != told["source"]].sort_values(["buyer", "first"], kind="stable")
    return Spells(*(told[name].to_numpy(np.int64) for name in ("buyer", "first", "last")))


def _last_rates(block: Block) -> npt.NDArray[np.float64]:
    rates = np.empty(len(block.currencies))
    rates_at(block.ledger, _ALL_KNOWN, rates)
    return rates


def without_rate(block: Block) -> set[str]:
    """Return the buyers with an item in a currency that has no rate at all."""
    rows = np.flatnonzero(np.isnan(_last_rates(block))[block.ledger.currency])
    buyer = np.searchsorted(block.ledger.invoice_start, rows, side="right") - 1
    return {block.buyer_ids[position] for position in np.unique(buyer)}


def _event_defaults(packed: Packed, definition: DefaultDefinition) -> npt.NDArray[np.int64]:
    events = latest(packed.portfolio, "events")
    events = events[events["kind"].isin(definition.event_kinds)]
    days = events["occurred_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return _for_ever(label_positions(events["buyer_id"], packed.block.buyer_ids), days)


def _for_ever(buyer: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.column_stack([buyer, days, np.full(len(days), NEVER)]).astype(np.int64)


def _write_off_defaults(block: Block, definition: DefaultDefinition) -> npt.NDArray[np.int64]:
    """Return write-offs above the absolute threshold: a small difference written off is no default."""
    ledger = block.ledger
    is_final = ledger.allocation_ends > _ALL_KNOWN
    lost = np.flatnonzero(((ledger.meaning & LOSS) > 0) & (ledger.settled_minor > 0) & is_final)
    item = np.searchsorted(ledger.allocation_start, lost, side="right") - 1
    row = np.searchsorted(ledger.item, item, side="left")
    days = ledger.settled_day[lost].astype(np.int64)
    amount = ledger.settled_minor[lost] * _rates_on(block, ledger.currency[row], days)
    is_material = amount > definition.material_amount
    buyer = np.searchsorted(ledger.invoice_start, row, side="right") - 1
    return _for_ever(buyer[is_material], days[is_material])


def _rates_on(
    block: Block, currency: npt.NDArray[np.int16], days: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the latest rate of each currency known by the end of each day; NaN: none."""
    ledger, rates = block.ledger, np.full(len(days), np.nan)
    for position in np.unique(currency).tolist():
        mine, first = np.flatnonzero(currency == position), ledger.fx_start[position]
        known = np.searchsorted(
            ledger.fx_day[first : ledger.fx_start[position + 1]], days[mine], side="right"
        )
        rates[mine] = np.append(np.nan, ledger.fx_rate[first : ledger.fx_start[position + 1]])[known]
    return rates


def day_numbers(instants: pd.Series[Any], timezone: str) -> npt.NDArray[np.int64]:
    """Return the local day of naive UTC instants, in days since 1970."""
    return day_of(instants, timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
