"""Until when what is known of a buyer stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter

import numpy as np

from features.block import Block
from features.engine.ledger import NEVER

__all__ = ["INSTANTS", "next_change"]

INSTANTS: Mapping[str, tuple[str, ...]] = {
    "ledger": (
        "begins",
        "ends",
        "allocation_begins",
        "allocation_ends",
        "dispute_begins",
        "dispute_ends",
        "dispute_resolves",
        "event_begins",
        "event_ends",
        "limit_begins",
        "limit_ends",
        "fx_begins",
    ),
    "statements": ("known_from", "known_until"),
    "profiles": (
        "known_from",
        "known_until",
        "group_known_from",
        "group_known_until",
        "rating_known_from",
        "rating_known_until",
    ),
}
"""Arrays of a block that hold instants, by its part."""

_READ = attrgetter(*(f"{part}.{name}" for part, names in INSTANTS.items() for name in names))


def next_change(block: Block, second: int) -> int:
    """Return the first instant after another at which a row of a block begins or ceases to count.

    On one local day, all features of a buyer are the same at every instant before it.

    Parameters
    ----------
    block : Block
    second : int
        Seconds since 1970.

    Returns
    -------
    int
        Seconds since 1970; `features.engine.ledger.NEVER` or later where nothing changes any more.
    """
    instants = np.concatenate(_READ(block))
    later = instants[instants > second]
    return int(later.min()) if len(later) else NEVER
