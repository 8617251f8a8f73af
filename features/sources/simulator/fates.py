"""What becomes of buyers: crises that pass, failures that last, insolvencies, and leaving in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from features.engine.kernel import outermost
from features.sources.simulator.health import Health, moving_sd, plain_risk
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.rings import LONGEST_DAYS, SHORTEST_DAYS
from features.sources.simulator.window import Days, Floats, Ints, Window, next_business_day

__all__ = [
    "CRISIS_DAYS",
    "INSOLVENCY_DAYS",
    "MOST_STOPS",
    "NEVER",
    "Fates",
    "draw_fates",
    "failure_hazard",
    "leaving_hazard",
]

NEVER = 10**6
"""A day (in the year 4707) after everything."""

MOST_STOPS = 4
"""Spells without payment that a buyer can have, the last of which may have no end."""

CRISIS_DAYS = (120, 241)
"""Length of a crisis: from the first to before the second number of days, uniformly."""

INSOLVENCY_DAYS = (30, 271)
"""Days from the last payment to the insolvency event, in the same way."""

_QUANTILES = 400


@dataclass(frozen=True)
class Fates:
    """Fates by buyer; days are numbers since 1970, `NEVER` where there is none.

    Parameters
    ----------
    stops, resumes : int64 ndarray, shape (n, MOST_STOPS)
        First day without payment, and the day on which all arrears are paid, in the order of time.
    insolvent : int64 ndarray, shape (n,)
        Day of the insolvency event, a working day.
    leaves : int64 ndarray, shape (n,)
        Day after which the buyer orders nothing.
    """

    stops: Ints
    resumes: Ints
    insolvent: Ints
    leaves: Ints

    @property
    def fails(self) -> Ints:
        """Day from which nothing is ever paid."""
        return np.asarray(np.where(self.resumes == NEVER, self.stops, NEVER).min(axis=1))

    @property
    def insolvent_on(self) -> Days:
        """Day of the insolvency event; NaT where there is none."""
        day = self.insolvent.astype("datetime64[D]")
        return np.where(self.insolvent < NEVER, day, np.datetime64("NaT", "D"))


def failure_hazard(level: Floats, knobs: Knobs) -> Floats:
    """Return the chance of a failure in a month at these levels of health.

    Notes
    -----
    ``min(largest_hazard, exp(a - failure_slope level))``; a is such that buyers of the health with which a
    world begins fail at the knob ``failures_a_year``.
    """
    if knobs.failures_a_year == 0.0:
        return np.zeros_like(level)
    return _hazard(level, _hazard_base(knobs), knobs)


def _hazard(level: Floats, base: float, knobs: Knobs) -> Floats:
    return np.asarray(np.minimum(knobs.largest_hazard, np.exp(base - knobs.failure_slope * level)))


def _hazard_base(knobs: Knobs) -> float:
    shares = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    level = knobs.health_mean + np.hypot(knobs.health_own, moving_sd(knobs)) * ndtri(shares)
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        a_year = float(np.mean(1.0 - (1.0 - _hazard(level, middle, knobs)) ** 12))
        low, high = (middle, high) if a_year < knobs.failures_a_year else (low, middle)
    return low


def leaving_hazard(level: Floats, knobs: Knobs) -> Floats:
    """Return the chance that a buyer leaves in a month: buyers leave before they fail."""
    return knobs.leavers_a_month + knobs.leavers_in_distress * plain_risk(level, knobs)


def draw_fates(
    rng: np.random.Generator, profiles: Profiles, health: Health, window: Window, knobs: Knobs
) -> Fates:
    """Draw the fates: month by month, a buyer may leave, and then may fail on any day of the month.

    Reason: a buyer is at risk from the month after it came, and not before the books begin, because who
    failed earlier is no buyer of these books.
    """
    months = len(window.months)
    edges = np.append(window.months, window.months[-1] + 1).astype("datetime64[D]").astype(np.int64)
    hazard = failure_hazard(health.level, knobs)
    hazard[profiles.public_body | (profiles.ring > 0)] = 0.0
    first = np.maximum(window.month_of(profiles.joined) + 1, window.first_month)
    shape = (len(profiles), months)
    draws = rng.random((3, *shape))
    lasts = rng.random(shape) >= knobs.crisis_share
    lengths = rng.integers(*CRISIS_DAYS, size=shape)
    stops, resumes, leaves = _sweep(
        first, edges, (hazard, leaving_hazard(health.level, knobs)), draws, (lasts, lengths)
    )
    _vanish(rng, profiles, stops)
    return Fates(stops, resumes, _draw_insolvent(rng, stops, resumes, profiles, knobs), leaves)


@outermost
def _sweep(first, edges, hazards, draws, ends):  # type: ignore[no-untyped-def]
    (fail, leave), (lasts, lengths) = hazards, ends
    buyers, months = fail.shape
    stops, resumes = np.full((buyers, MOST_STOPS), NEVER), np.full((buyers, MOST_STOPS), NEVER)
    leaves = np.full(buyers, NEVER)
    for buyer in range(buyers):
        count, month = 0, first[buyer]
        while month < months and count < MOST_STOPS:
            day = edges[month] + int(draws[2, buyer, month] * (edges[month + 1] - edges[month]))
            if leaves[buyer] == NEVER and draws[0, buyer, month] < leave[buyer, month]:
                leaves[buyer] = day
            if draws[1, buyer, month] < fail[buyer, month]:
                stops[buyer, count] = day
                if lasts[buyer, month]:
                    break
                resumes[buyer, count] = day + lengths[buyer, month]
                while month < months and edges[month + 1] <= resumes[buyer, count]:
                    month += 1
                count += 1
            month += 1
    return stops, resumes, leaves


def _vanish(rng: np.random.Generator, profiles: Profiles, stops: Ints) -> None:
    """Let the members of rings stop for good, in place."""
    days = rng.integers(SHORTEST_DAYS, LONGEST_DAYS + 1, len(profiles))
    is_fraud = profiles.ring > 0
    stops[is_fraud, 0] = (profiles.joined.astype("datetime64[D]").astype(np.int64) + days)[is_fraud]


def _draw_insolvent(
    rng: np.random.Generator, stops: Ints, resumes: Ints, profiles: Profiles, knobs: Knobs
) -> Ints:
    fails = np.where(resumes == NEVER, stops, NEVER).min(axis=1)
    days = rng.integers(*INSOLVENCY_DAYS, size=len(fails))
    has_event = (rng.random(len(fails)) < knobs.insolvency_share) & (fails < NEVER) & (profiles.ring == 0)
    day = next_business_day(np.where(has_event, fails + days, 0).astype("datetime64[D]"))
    return np.where(has_event, day.astype(np.int64), NEVER)
