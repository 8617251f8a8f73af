"""What came of a subject: late payment by the kinds table, default by the versioned definition."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from credit.settlements import paid_and_diluted
from features.block import LOSS, NO_ITEM, Block
from features.build import Packed
from features.engine.arrears import material_spells, timeline
from features.engine.ledger import Ledger, ledger_of, rates_at
from features.errors import InputError
from features.instants import day_of, end_of_day
from features.money import decimals_array

__all__ = ["DefaultDefinition", "default_outcomes", "default_spells", "late_outcomes", "late_tag"]

_NEVER = 10**6
"""A day (in the year 4707) after all that a ledger holds."""

_ALL_KNOWN = int(np.datetime64("2261-01-01", "s").astype(np.int64))

_TOLERANCE_UNITS, _TOLERANCE_SHARE = 1, 0.01


class DefaultDefinition(BaseModel):
    """A default definition: see ``definitions/obligor_90.yaml`` for the meaning of each key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    version: int
    days_past_due: int
    material_amount: float
    material_share: float
    cure_days: int
    event_kinds: list[str]
    write_off: bool
    horizon_months: int

    @classmethod
    def load(cls, path: Path | None = None) -> DefaultDefinition:
        """Read a definition; the shipped one where no path is given."""
        path = path or Path(__file__).parent / "definitions" / "obligor_90.yaml"
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            step = "take credit/definitions/obligor_90.yaml for a pattern"
            raise InputError.of("a default definition in YAML", f"{type(error).__name__}", step) from error

    @property
    def hash(self) -> str:
        """Hash of the whole definition."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def tag(self) -> str:
        """Name of the outcome in the registry."""
        return f"default_{self.id}"


def late_tag(horizon_days: int) -> str:
    """Return the name of the late outcome in the registry: ``late_30``."""
    return f"late_{horizon_days}"


def late_outcomes(packed: Packed, subjects: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Tell of invoices whether they were unpaid at due + k.

    Parameters
    ----------
    packed : Packed
    subjects : DataFrame, shape (n, ...)
        ``invoice_id``, ``instalment``, ``as_of``, ``due_on``, ``amount_minor``, ``currency``.
    horizon_days : int
        k: days after the due date.

    Returns
    -------
    DataFrame, shape (n, 3)
        ``outcome`` (1 late, 0 not, NaN cannot say), ``exclusion`` (empty, or ``settled``, ``past_horizon``,
        ``diluted``, ``moved``, ``immature``, ``unobserved``), ``window_end`` (instant at which the window has ended).

    Notes
    -----
    Late means that the part of the invoice which was neither paid nor credited by the end of due + k is above
    max(1.00, 1 % of the invoice). A write-off is no payment; what was credited is neither on time nor late; what went
    on in a bill or a residual item is paid when that is; disputes do not pause it.
    """
    portfolio = packed.portfolio
    timezone = portfolio.seller.timezone
    window_end = pd.Series(
        end_of_day(subjects["due_on"] + pd.Timedelta(days=horizon_days), timezone), index=subjects.index
    )
    day = pd.Series(day_of(subjects["as_of"], timezone), index=subjects.index)
    amount = subjects["amount_minor"].to_numpy(np.int64)
    tolerance = np.maximum(
        _TOLERANCE_UNITS * 10 ** decimals_array(subjects["currency"]), _TOLERANCE_SHARE * amount
    )
    at_start = paid_and_diluted(portfolio, subjects, day)
    at_end = paid_and_diluted(portfolio, subjects, subjects["due_on"] + pd.Timedelta(days=horizon_days))
    base = amount - at_end["diluted"].to_numpy()
    exclusion = _first_reason(
        {
            "unobserved": subjects["as_of"] < portfolio.observed_from,
            "settled": amount - at_start["paid"] - at_start["diluted"] <= tolerance,
            "past_horizon": day > subjects["due_on"] + pd.Timedelta(days=horizon_days),
            "immature": window_end > portfolio.observed_until,
            "moved": at_end["moved"],
            "diluted": base <= tolerance,
        },
        subjects.index,
    )
    late = (base - at_end["paid"].to_numpy() > tolerance).astype(np.float64)
    return pd.DataFrame(
        {"outcome": np.where(exclusion == "", late, np.nan), "exclusion": exclusion, "window_end": window_end}
    )


def default_outcomes(packed: Packed, subjects: pd.DataFrame, definition: DefaultDefinition) -> pd.DataFrame:
    """Tell of buyers whether they defaulted within the definition's horizon after as_of.

    Parameters
    ----------
    packed : Packed
    subjects : DataFrame, shape (n, ...)
        ``buyer_id`` and ``as_of``.
    definition : DefaultDefinition

    Returns
    -------
    DataFrame, shape (n, 3)
        As `late_outcomes`; exclusions are ``unobserved``, ``in_default`` and ``immature``.
    """
    portfolio = packed.portfolio
    window_end = (subjects["as_of"] + pd.DateOffset(months=definition.horizon_months)).astype("datetime64[s]")
    first = _local_days(subjects["as_of"], portfolio.seller.timezone)
    last = _local_days(window_end, portfolio.seller.timezone)
    spells = default_spells(packed, definition)
    inside, ahead = _match(packed.block, subjects["buyer_id"], first, last, spells)
    exclusion = _first_reason(
        {
            "unobserved": subjects["as_of"] < portfolio.observed_from,
            "in_default": inside,
            "immature": window_end > portfolio.observed_until,
        },
        subjects.index,
    )
    outcome = np.where(exclusion == "", ahead.astype(np.float64), np.nan)
    return pd.DataFrame({"outcome": outcome, "exclusion": exclusion, "window_end": window_end})


@dataclass(frozen=True)
class _Spells:
    """Defaults: index of the buyer, first day in default, last day before it is cured; sorted by buyer and day."""

    buyer: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def default_spells(packed: Packed, definition: DefaultDefinition) -> _Spells:
    """Return every default in the books, told with all that is known by their end."""
    block, until = packed.block, packed.portfolio.observed_until
    until_day = int(_local_days(pd.Series([until]), packed.portfolio.seller.timezone)[0])
    ledger = ledger_of(block)
    rates = np.empty(len(block.currencies))
    rates_at(ledger, _ALL_KNOWN, rates)
    rows: list[tuple[int, int, int]] = []
    for buyer in range(len(block.buyer_ids)):
        rows += _arrears_defaults(ledger, buyer, until_day, rates, definition)
    rows += _event_defaults(packed, definition)
    if definition.write_off:
        rows += _write_off_defaults(block)
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)
    return _Spells(table[:, 0], table[:, 1], table[:, 2])


def _arrears_defaults(
    ledger: Ledger, buyer: int, until_day: int, rates: npt.NDArray[np.float64], definition: DefaultDefinition
) -> list[tuple[int, int, int]]:
    if ledger.invoice_start[buyer] == ledger.invoice_start[buyer + 1]:
        return []
    days, exposure, overdue = timeline(ledger, buyer, _ALL_KNOWN, until_day, NO_ITEM, rates)
    first, last = material_spells(
        days, exposure, overdue, until_day, definition.material_amount, definition.material_share
    )
    start = first + definition.days_past_due - 1
    kept = last >= start
    ends = np.where(last == until_day, _NEVER, last + definition.cure_days)
    return [(buyer, int(a), int(b)) for a, b in zip(start[kept], ends[kept], strict=True)]


def _event_defaults(packed: Packed, definition: DefaultDefinition) -> list[tuple[int, int, int]]:
    events = packed.portfolio.table("events")
    events = events[events["kind"].isin(definition.event_kinds) & ~events["withdrawn"]]
    days = events["occurred_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return [
        (packed.block.position(buyer), int(day), _NEVER)
        for buyer, day in zip(events["buyer_id"], days, strict=True)
    ]


def _write_off_defaults(block: Block) -> list[tuple[int, int, int]]:
    lost = np.flatnonzero((block.meaning & LOSS) > 0)
    item = np.searchsorted(block.allocation_start, lost, side="right") - 1
    row = np.searchsorted(block.item, item, side="left")
    buyer = np.searchsorted(block.invoice_start, row, side="right") - 1
    return [(int(b), int(day), _NEVER) for b, day in zip(buyer, block.settled_day[lost], strict=True)]


def _match(
    block: Block,
    buyer_ids: pd.Series[Any],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    spells: _Spells,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which subjects lie inside a default, and which have one that starts after `first` and by `last`."""
    buyer = pd.Index(block.buyer_ids, dtype="object").get_indexer(buyer_ids.astype(object))
    inside = np.zeros(len(first), bool)
    ahead = np.zeros(len(first), bool)
    low, high = np.searchsorted(spells.buyer, buyer, "left"), np.searchsorted(spells.buyer, buyer, "right")
    for offset in range(int((high - low).max(initial=0))):
        row = np.minimum(low + offset, max(len(spells.buyer) - 1, 0))
        real = low + offset < high
        inside |= real & (spells.first[row] <= first) & (first <= spells.last[row])
        ahead |= real & (spells.first[row] > first) & (spells.first[row] <= last)
    return inside, ahead


def _first_reason(reasons: dict[str, Any], index: pd.Index) -> pd.Series[Any]:
    """Return the first reason that holds for each row, empty where none does."""
    masks = [np.asarray(mask, dtype=bool) for mask in reasons.values()]
    return pd.Series(np.select(masks, list(reasons), default=""), index=index, dtype="str")


def _local_days(instants: pd.Series[Any], timezone: str) -> npt.NDArray[np.int64]:
    return day_of(instants, timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
