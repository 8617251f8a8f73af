"""What came of a subject: late payment by the kinds table, default by the versioned definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.booked import complete_until
from credit.definition import DefaultDefinition
from credit.exposed import is_exposed
from credit.settlements import effects_of, final_amounts, paid_and_diluted
from credit.spells import Spells, day_numbers, default_spells, group_spells, without_rate
from features.build import Packed
from features.instants import day_of, end_of_day
from features.money import decimals_array
from features.openings import latest

__all__ = ["DEFAULT_REASONS", "LATE_REASONS", "default_outcomes", "late_outcomes", "late_tag", "tolerance_of"]

LATE_REASONS = ("unobserved", "withdrawn", "past_horizon", "settled", "immature", "moved", "diluted")
"""Why an invoice is no subject; the first that holds is told."""

DEFAULT_REASONS = ("unobserved", "in_default", "immature", "no_rate", "stopped_buying")
"""Why a buyer is no subject at a moment; the first that holds is told."""

_TOLERANCE_UNITS, _TOLERANCE_SHARE = 1, 0.01


def late_tag(horizon_days: int) -> str:
    """Return the name of the late outcome in the registry: ``late_30``."""
    return f"late_{horizon_days}"


def tolerance_of(subjects: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return in minor units how much of each invoice may be open while it counts as paid."""
    units = _TOLERANCE_UNITS * 10 ** decimals_array(subjects["currency"])
    return np.maximum(units, _TOLERANCE_SHARE * subjects["amount_minor"].to_numpy(np.int64)).astype(
        np.float64
    )


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
        ``outcome`` (1 late, 0 not, NaN cannot say), ``exclusion`` (empty, or ``unobserved``, ``withdrawn``,
        ``past_horizon``, ``settled``, ``immature``, ``moved``, ``diluted``), ``window_end`` (instant at which
        the window has ended).

    Notes
    -----
    Late means that the part of the invoice which was neither paid nor credited by the end of due + k is above
    max(1.00, 1 % of the invoice). A write-off is no payment; what was credited is neither on time nor late;
    what went on in a bill or a residual item is paid when that is; disputes do not pause it. The due date is
    the one that was known at as_of; an amount that a later version of the invoice lowers counts as lowered.
    A window has ended where the books tell of its last day: payments of their very last days may be booked
    after them (`credit.booked.complete_until`), and would look as if they never came.
    """
    portfolio = packed.portfolio
    timezone = portfolio.seller.timezone
    window_end = pd.Series(
        end_of_day(subjects["due_on"] + pd.Timedelta(days=horizon_days), timezone), index=subjects.index
    )
    day = pd.Series(day_of(subjects["as_of"], timezone), index=subjects.index)
    amount = subjects["amount_minor"].to_numpy(np.int64)
    tolerance = tolerance_of(subjects)
    final = final_amounts(portfolio, subjects)
    owed = np.minimum(amount, final.fillna(0).to_numpy(np.int64))
    effects = effects_of(portfolio)
    at_start = paid_and_diluted(effects, subjects, day)
    at_end = paid_and_diluted(effects, subjects, subjects["due_on"] + pd.Timedelta(days=horizon_days))
    base = owed - at_end["diluted"].to_numpy()
    exclusion = _first_reason(
        {
            "unobserved": subjects["as_of"] < portfolio.observed_from,
            "withdrawn": final.isna(),
            "past_horizon": day > subjects["due_on"] + pd.Timedelta(days=horizon_days),
            "settled": owed - at_start["paid"] - at_start["diluted"] <= tolerance,
            "immature": window_end > complete_until(portfolio),
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
    DataFrame, shape (n, 4)
        As `late_outcomes`; exclusions are ``unobserved``, ``in_default``, ``immature``, ``no_rate`` (part of
        what the buyer owes is in a currency that has no rate, so that nobody knows whether it is material)
        and ``stopped_buying``. ``contagion``: another company of its group defaulted in the window.

    Notes
    -----
    A buyer that owed nothing on any day of the window could not go past due. Where the books tell of
    insolvencies, whether it failed is known all the same; where they tell of none, it is left out as
    ``stopped_buying``: nobody knows, and none of those left out has a default, which keeps the rate true.
    """
    portfolio = packed.portfolio
    window_end = (subjects["as_of"] + pd.DateOffset(months=definition.horizon_months)).astype("datetime64[s]")
    first = day_numbers(subjects["as_of"], portfolio.seller.timezone)
    last = day_numbers(window_end, portfolio.seller.timezone)
    spells = default_spells(packed, definition)
    block = packed.block
    buyer = pd.Index(block.buyer_ids, dtype="object").get_indexer(
        pd.Index(subjects["buyer_id"], dtype="object")
    )
    inside, ahead = _match(buyer, first, last, spells)
    of_group = _match(buyer, first, last, group_spells(packed, spells))[1] & ~ahead
    exclusion = _first_reason(
        {
            "unobserved": subjects["as_of"] < portfolio.observed_from,
            "in_default": inside,
            "immature": window_end > portfolio.observed_until,
            "no_rate": subjects["buyer_id"].isin(without_rate(block)),
            "stopped_buying": _stopped(packed, definition) & ~is_exposed(block, buyer, first, last),
        },
        subjects.index,
    )
    bad = ahead | of_group if definition.group_contagion else ahead
    outcome = np.where(exclusion == "", bad.astype(np.float64), np.nan)
    return pd.DataFrame({
        "outcome": outcome, "exclusion": exclusion, "window_end": window_end, "contagion": of_group,
    })  # fmt: skip


def _stopped(packed: Packed, definition: DefaultDefinition) -> bool:
    """Return whether a buyer that owes nothing is out of sight: by a ledger that tells of no insolvency."""
    events = latest(packed.portfolio, "events")
    has_ledger = len(packed.block.ledger.item) > 0
    tells = bool(events["kind"].isin(definition.event_kinds).any())
    return definition.censor_stopped_buyers and has_ledger and not tells


def _match(
    buyer: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    spells: Spells,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which subjects lie inside a default, and which have one starting after `first` and by `last`."""
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
