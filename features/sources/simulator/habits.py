"""How buyers are invoiced and pay while they are well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from features.sources.simulator.calendar import RUNS
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.markets import COUNTRIES
from features.sources.simulator.window import Flags, Floats, Ints, Texts

__all__ = ["LATE_SHARES", "Habits", "draw_habits"]

LATE_SHARES = ((0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0), (0.0, 0.02, 0.08, 0.20, 0.39, 0.62, 0.95))
"""Quantiles over companies of the share of invoices not paid on time: statutory UK payment practices reports
2017-2026 for 10 to 90 %."""

_PULL_OF_HEALTH = 0.35
_PULL_OF_POWER = 1.2
_LATE_SHARE_OF_RINGS = 0.02
_DICTATED_TERMS_DAYS = 30
_SPREAD_OF_DELAYS = 0.45
_PULL_ON_DELAY = 0.25
_EARLY_PAYERS = 0.35
_LONGEST_LEAD_DAYS = 18.0


@dataclass(frozen=True)
class Habits:
    """Habits by buyer, shape (n,).

    Parameters
    ----------
    terms_days, due_at_month_end, invoiced_in
        The usual terms, and the currency of the invoices.
    run : int64
        Payment run: see `calendar.RUNS`.
    phase : int64
        In which months the buyer clears its arrears.
    late_share : float64
        Share of the invoices that are paid late over the years, failure left out.
    delay_days : float64
        Mean days that a late invoice waits for the run that pays it, at health above 0.
    lead_days : int64
        Days before the due date at which punctual invoices are paid, or at the last run before.
    takes_discount, uses_bills, dictates : bool
    """

    terms_days: Ints
    due_at_month_end: Flags
    invoiced_in: Texts
    run: Ints
    phase: Ints
    late_share: Floats
    delay_days: Floats
    lead_days: Ints
    takes_discount: Flags
    uses_bills: Flags
    dictates: Flags


@dataclass(frozen=True)
class Kind:
    """What of a buyer its habits depend on; arrays of shape (n,)."""

    country: Texts
    is_large: Flags
    public_body: Flags
    ring: Ints
    own_health: Floats


def draw_habits(rng: np.random.Generator, kind: Kind, knobs: Knobs) -> Habits:
    """Draw habits; strong buyers dictate long terms and pay late all the same."""
    count, country = len(kind.country), kind.country
    dictates = kind.is_large & (rng.random(count) < knobs.dictating)
    late_share = _draw_late_share(rng, kind, dictates)
    foreign = rng.random(count) < np.array([COUNTRIES[name].share_invoiced_in for name in country])
    invoiced_in = np.array([COUNTRIES[name].invoiced_in for name in country], dtype=object)
    in_discount_countries = np.isin(country, ["DE", "NL", "PL"]) & ~kind.public_body & (kind.ring == 0)
    lead = np.where(rng.random(count) < _EARLY_PAYERS, rng.random(count) * _LONGEST_LEAD_DAYS, 0.0)
    return Habits(
        terms_days=_draw_terms(rng, country) + _DICTATED_TERMS_DAYS * dictates,
        due_at_month_end=(rng.random(count) < 0.4) & np.isin(country, ["FR", "IT", "CN"]),
        invoiced_in=np.where(foreign, invoiced_in, "EUR").astype(object),
        run=np.where(rng.random(count) < 0.75, rng.integers(0, 5, count), rng.integers(5, RUNS, count)),
        phase=rng.integers(0, knobs.clearing_months, count),
        late_share=late_share,
        delay_days=_draw_delays(rng, late_share, knobs),
        lead_days=lead.astype(np.int64),
        takes_discount=(rng.random(count) < knobs.discount_takers) & in_discount_countries,
        uses_bills=(rng.random(count) < knobs.bill_users) & (country == "CN") & (kind.ring == 0),
        dictates=dictates,
    )


def _draw_late_share(rng: np.random.Generator, kind: Kind, dictates: Flags) -> Floats:
    """Return late shares of the published quantiles, higher for the unwell and the powerful."""
    count = len(kind.country)
    scale = kind.own_health.std() or 1.0
    pull = -_PULL_OF_HEALTH * (kind.own_health - kind.own_health.mean()) / scale
    tendency = rng.standard_normal(count) + pull + _PULL_OF_POWER * dictates
    rank = ndtr((tendency - _PULL_OF_POWER * dictates.mean()) / np.hypot(1.0, _PULL_OF_HEALTH))
    if count >= 50:
        # Reason: ranks hold the published quantiles whatever pulls at the tendency.
        rank = (np.argsort(np.argsort(tendency, kind="stable"), kind="stable") + 0.5) / count
    share = np.interp(rank, *LATE_SHARES)
    return np.where(kind.ring > 0, _LATE_SHARE_OF_RINGS, np.clip(share, 0.002, 0.95))


def _draw_delays(rng: np.random.Generator, late_share: Floats, knobs: Knobs) -> Floats:
    pull = _PULL_ON_DELAY * np.log(late_share / LATE_SHARES[1][3])
    noise = _SPREAD_OF_DELAYS * rng.standard_normal(len(late_share))
    return np.clip(knobs.delay_days * np.exp(np.clip(pull, -1.0, 0.5) + noise), 1.0, 60.0)


def _draw_terms(rng: np.random.Generator, country: Texts) -> Ints:
    pick = rng.random(len(country))
    offered = [COUNTRIES[name].terms_days for name in country]
    return np.array(
        [days[int(share * len(days))] for days, share in zip(offered, pick, strict=True)], np.int64
    )
