"""Fraud rings: new buyers that pay their first invoices, order more and more, and vanish together."""

from __future__ import annotations

import numpy as np

from features.sources.simulator.knobs import Knobs
from features.sources.simulator.window import Days, Flags, Ints, Window, days

__all__ = ["LONGEST_DAYS", "SHORTEST_DAYS", "draw_rings", "joined_together"]

SHORTEST_DAYS, LONGEST_DAYS = 70, 150
"""Days from the first order to the one after which nothing is paid any more."""


def draw_rings(rng: np.random.Generator, may_join: Flags, window: Window, knobs: Knobs) -> Ints:
    """Return the number of each buyer's ring, shape (n,); 0 for honest buyers.

    Parameters
    ----------
    rng : numpy.random.Generator
    may_join : bool ndarray, shape (n,)
        Buyers that came while the books ran and are neither people nor public.
    window : Window
    knobs : Knobs
    """
    years = (window.end - window.start).astype(np.int64) / 365.25
    rings = int(rng.poisson(knobs.fraud_rings * len(may_join) / 1000.0 * years))
    candidates = rng.permutation(np.flatnonzero(may_join))
    members = candidates[: min(rings * knobs.ring_size, len(candidates))]
    ring = np.zeros(len(may_join), np.int64)
    ring[members] = 1 + np.arange(len(members)) // knobs.ring_size
    return ring


def joined_together(rng: np.random.Generator, joined: Days, ring: Ints) -> Days:
    """Return the days on which buyers came; members of a ring come within a month of its first one."""
    first = np.full(int(ring.max(initial=0)) + 1, np.datetime64("2200-01-01", "D"))
    np.minimum.at(first, ring, joined)
    together = np.busday_offset(first[ring] + days(rng.integers(0, 30, len(ring))), 0, roll="forward")
    return np.where(ring > 0, together, joined)
