"""The latent health of each buyer, month by month, and the insolvencies that it leads to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.markets import INDUSTRIES
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import Days, Flags, Floats, Ints, Window, later, next_business_day

__all__ = ["Health", "draw_health"]

_PERSISTENCE = 0.97
_CYCLE_PERSISTENCE = 0.97
_SHOCKS_A_MONTH = 0.004
_SHOCK_DECAY = 0.96
_BASE_LOG_HAZARD = -8.0
_HAZARD_SLOPE = 2.0
_LARGEST_HAZARD = 0.20
_SHARE_WITH_A_SLIDE = 0.65
_DISTRESS_BELOW = -0.15


@dataclass(frozen=True)
class Health:
    """How well the buyers are.

    Parameters
    ----------
    level : float64 ndarray, shape (n, months)
        About 0.7 on average with standard deviation 1.1; larger is better.
    insolvent_on : datetime64[D] ndarray, shape (n,)
        Day of the insolvency event, NaT where there is none.
    stops_on : datetime64[D] ndarray, shape (n,)
        From this day the buyer pays nothing any more, NaT where it never stops.
    """

    level: Floats
    insolvent_on: Days
    stops_on: Days

    def distress(self, buyer: Ints, month: Ints) -> Floats:
        """Return how far the health of these buyers lies below the line of distress; 0 above it."""
        return np.maximum(0.0, _DISTRESS_BELOW - self.level[buyer, month])


def draw_health(rng: np.random.Generator, profiles: Profiles, window: Window) -> Health:
    """Draw the buyers' health and insolvencies.

    Parameters
    ----------
    rng : numpy.random.Generator
    profiles : Profiles
    window : Window

    Notes
    -----
    ``level = mean + x + cycle + shocks``: ``mean`` is the buyer's own, ``x`` an AR(1) in months, ``cycle`` an
    AR(1) shared by the industry, and shocks come at a fixed rate and fade. The monthly hazard of
    insolvency is ``min(0.2, exp(-8 - 2 level))``; most insolvent buyers slide for months before.
    """
    steady = _draw_level(rng, profiles, len(window.months))
    insolvent_month = _draw_insolvent_month(rng, steady, profiles, window)
    fails = (insolvent_month >= 0) & ~profiles.public_body
    day = later(window.months[np.maximum(insolvent_month, 0)], rng.integers(0, 28, len(fails)))
    insolvent_on = np.where(fails, next_business_day(day), np.datetime64("NaT", "D"))
    stops_on = later(insolvent_on, -rng.integers(45, 170, len(fails)))
    return Health(_with_slide(rng, steady, insolvent_month, fails), insolvent_on, stops_on)


def _draw_level(rng: np.random.Generator, profiles: Profiles, months: int) -> Floats:
    count = len(profiles)
    own = 0.76 + rng.normal(0.0, 0.95, count)
    sections = sorted({*INDUSTRIES, *profiles.industry.tolist()})
    section = np.searchsorted(np.array(sections, dtype=str), profiles.industry.astype(str))
    moving = _ar1(rng.normal(0.0, 0.45, (months, count)), _PERSISTENCE)
    cycle = _ar1(rng.normal(0.0, 0.10, (months, len(sections))), _CYCLE_PERSISTENCE)
    hits = -rng.exponential(1.5, (months, count)) * (rng.random((months, count)) < _SHOCKS_A_MONTH)
    shocks = np.zeros_like(hits)
    for month in range(1, months):
        shocks[month] = _SHOCK_DECAY * shocks[month - 1] + hits[month]
    return np.asarray((own + moving + cycle[:, section] + shocks).T)


def _ar1(noise: Floats, persistence: float) -> Floats:
    """Turn independent noise (months, series) into a stationary AR(1) with the same standard deviation."""
    series = noise.copy()
    step = np.sqrt(1.0 - persistence**2)
    for month in range(1, len(series)):
        series[month] = persistence * series[month - 1] + step * noise[month]
    return series


def _draw_insolvent_month(
    rng: np.random.Generator, level: Floats, profiles: Profiles, window: Window
) -> Ints:
    """Return the position of the month of insolvency, -1 for none; not in the first months with us."""
    hazard = np.minimum(_LARGEST_HAZARD, np.exp(_BASE_LOG_HAZARD - _HAZARD_SLOPE * level))
    fails = rng.random(level.shape) < hazard
    earliest = np.maximum(window.month_of(profiles.joined) + 4, window.first_month + 1)
    fails &= np.arange(level.shape[1]) >= earliest[:, None]
    return np.where(fails.any(axis=1), fails.argmax(axis=1), -1)


def _with_slide(rng: np.random.Generator, level: Floats, insolvent_month: Ints, fails: Flags) -> Floats:
    slides = fails & (rng.random(len(fails)) < _SHARE_WITH_A_SLIDE)
    length = rng.integers(6, 16, len(fails))
    depth = rng.uniform(0.6, 2.0, len(fails))
    ahead = insolvent_month[:, None] - np.arange(level.shape[1])
    progress = np.clip(1.0 - ahead / length[:, None], 0.0, 1.0)
    return level - np.where(slides, depth, 0.0)[:, None] * progress
