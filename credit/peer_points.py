"""A score beside that of the buyer's peers: own group points less the mean group points of its kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from credit.answer import Answer
from credit.group_points import GroupPoints
from credit.peers import ANY
from credit.scale import Scale
from credit.wording import Catalog

__all__ = ["peer_points"]


def peer_points(
    answer: Answer,
    groups: Sequence[GroupPoints],
    kind: tuple[float, float],
    scale: Scale,
    catalog: Catalog,
) -> dict[str, Any]:
    """Return the reading of a score against peers.

    ``difference = points - mean_points`` of each group; the differences add up to the buyer's score less that
    of its peers, because both begin at one base.

    Parameters
    ----------
    answer : Answer
        That the score is of.
    groups : sequence of GroupPoints
        Of the same answer.
    kind : (float, float)
        Size class and industry section; missing takes all.
    scale : Scale
    catalog : Catalog

    Returns
    -------
    dict
        ``status`` is ``no_peers`` where the model keeps no means of peers.
    """
    mean = None if answer.peers is None else answer.peers.of(*kind)
    if mean is None or answer.base_log_odds is None:
        return {"status": "no_peers", "size_class": None, "section": None, "buyers": None, "points": None,
                "groups": []}  # fmt: skip
    parts: dict[str, list[float]] = {}
    for name, added in zip(answer.contributions, mean.contributions.tolist(), strict=True):
        parts.setdefault(catalog.group_of(name), []).append(scale.contribution_points(added))
    means = {name: math.fsum(found) for name, found in parts.items()}
    return {
        "status": "ok",
        "size_class": None if mean.size_class == ANY else mean.size_class,
        "section": None if mean.section == ANY else mean.section,
        "buyers": mean.buyers,
        "points": scale.points(float(answer.base_log_odds)) + math.fsum(means.values()),
        "groups": [
            {
                "group": each.group,
                "points": each.points,
                "mean_points": means[each.group],
                "difference": each.points - means[each.group],
            }
            for each in groups
        ],
    }
