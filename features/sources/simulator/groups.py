"""Groups of companies, and what the books have of them: some links are wrong, some become known late."""

from __future__ import annotations

import numpy as np

from features.sources.simulator.knobs import Knobs
from features.sources.simulator.window import Ints

__all__ = ["draw_groups", "told_groups"]

_BUYERS_A_GROUP = 60


def draw_groups(rng: np.random.Generator, buyers: int, knobs: Knobs) -> Ints:
    """Return the number of each buyer's group, shape (buyers,); 0 for none."""
    group = rng.integers(1, 2 + buyers // _BUYERS_A_GROUP, buyers)
    return np.where(rng.random(buyers) < knobs.group_members, group, 0)


def told_groups(rng: np.random.Generator, group: Ints, knobs: Knobs) -> Ints:
    """Return the groups as the books have them in the end.

    At the knob ``group_errors`` a link of a member is missing or leads to another group; as many links are
    told of buyers that belong to none.
    """
    buyers, groups = len(group), int(group.max(initial=0))
    is_wrong = (rng.random(buyers) < knobs.group_errors) & (group > 0)
    other = np.where(
        rng.random(buyers) < 0.5,
        0,
        1 + (group + rng.integers(0, max(groups - 1, 1), buyers)) % max(groups, 1),
    )
    invented = (group == 0) & (rng.random(buyers) < knobs.group_errors * knobs.group_members)
    told = np.where(is_wrong, other, group)
    return np.where(invented & (groups > 0), rng.integers(1, groups + 2, buyers), told)
