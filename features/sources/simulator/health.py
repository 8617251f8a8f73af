"""The latent health of buyers: lasting and moving parts, cycles of sectors and of all, and a shock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.knobs import Knobs
from features.sources.simulator.markets import INDUSTRIES
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import Floats, Ints, Window

__all__ = ["Health", "distress", "draw_health", "moving_sd", "plain_risk", "shock_position"]

_EYE_WIDTH = 0.35


@dataclass(frozen=True)
class Health:
    """How well the buyers are; larger is better.

    Parameters
    ----------
    level : float64 ndarray, shape (n, months)
        Lasting and moving part together, by month of the window.
    """

    level: Floats


def moving_sd(knobs: Knobs) -> float:
    """Return the standard deviation of all that moves, the hits left out."""
    return float(np.sqrt(knobs.health_moving**2 + knobs.health_sector**2 + knobs.health_macro**2))


def shock_position(window: Window, knobs: Knobs) -> int | None:
    """Return the position of the month of the shock in the window; None without one in it."""
    position = window.first_month + knobs.shock_month - 1
    return position if knobs.shock_month and position < len(window.months) else None


def distress(level: Floats) -> Floats:
    """Return how far health lies below 0."""
    return np.maximum(0.0, -level)


def plain_risk(level: Floats, knobs: Knobs) -> Floats:
    """Return how much of the risk the seller sees, 0 to 1: a half at the knob ``sellers_eye``."""
    return np.asarray(1.0 / (1.0 + np.exp((level - knobs.sellers_eye) / _EYE_WIDTH)))


def draw_health(rng: np.random.Generator, profiles: Profiles, window: Window, knobs: Knobs) -> Health:
    """Draw the health of every buyer in every month.

    Notes
    -----
    ``level = own + moving``; ``moving`` is the sum of autoregressions of one persistence: the buyer's (of
    which members of a group share a part), its sector's and that of all. A sum of such is again one, so that
    a buyer's future depends on the sum alone, which is what makes the true probabilities computable. Hits
    and the shock fade with the same persistence.
    """
    count, months = len(profiles), len(window.months)
    noise = knobs.health_moving * _shared_noise(rng, profiles.group, months, knobs)
    sector, sectors = _sector_numbers(profiles)
    noise += knobs.health_sector * rng.standard_normal((months, sectors))[:, sector]
    noise += knobs.health_macro * rng.standard_normal((months, 1))
    hits = rng.exponential(knobs.hit_size, (months, count)) * (
        rng.random((months, count)) < knobs.hits_a_month
    )
    shock = shock_position(window, knobs)
    if shock is not None:
        hits[shock] += knobs.shock_size
    return Health(
        np.ascontiguousarray((profiles.own_health + _moving(noise, hits, knobs.health_persistence)).T)
    )


def _shared_noise(rng: np.random.Generator, group: Ints, months: int, knobs: Knobs) -> Floats:
    """Return noise of standard deviation 1, of which members of a group share a part."""
    noise = rng.standard_normal((months, len(group)))
    shared = rng.standard_normal((months, int(group.max(initial=0)) + 1))[:, group]
    most = min(1.0, knobs.health_group / knobs.health_moving) if knobs.health_moving > 0 else 0.0
    part = np.where(group > 0, most, 0.0)
    return np.asarray(part * shared + np.sqrt(1.0 - part**2) * noise)


def _sector_numbers(profiles: Profiles) -> tuple[Ints, int]:
    sections = sorted({*INDUSTRIES, *profiles.industry.tolist()})
    return np.searchsorted(np.array(sections, str), profiles.industry.astype(str)), len(sections)


def _moving(noise: Floats, hits: Floats, persistence: float) -> Floats:
    """Turn noise of each month into an autoregression that starts in its stationary state."""
    moving = noise.copy()
    step = np.sqrt(1.0 - persistence**2)
    for month in range(1, len(noise)):
        moving[month] = persistence * moving[month - 1] + step * noise[month] - hits[month]
    return moving
