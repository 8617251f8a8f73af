"""Which features pay dates are learned from: those that a short pilot finds useful."""

from __future__ import annotations

import numpy as np

from training.contract import Choice
from training.timing.learner import HazardExamples, fit_hazard, member_for, shape_of

__all__ = ["MOST_FEATURES", "most_useful"]

MOST_FEATURES = 24
"""Features of the subject that are kept; more add little and cost time on every row."""

_PILOT_TREES = 60


def most_useful(choice: Choice, examples: HazardExamples, seed: int) -> Choice:
    """Return the features of the largest gain in a short fit; a distance from a feature counts for it.

    Parameters
    ----------
    choice : Choice
    examples : HazardExamples
        With all features of the choice.
    seed : int
    """
    if len(choice.features) <= MOST_FEATURES:
        return choice
    member = member_for(int(examples.found.closed.sum()))
    booster = fit_hazard(examples, shape_of(member, _PILOT_TREES), seed)
    gain = dict(zip(booster.feature_name(), booster.feature_importance("gain").tolist(), strict=True))
    names = [feature.name for feature in choice.features]
    of_feature = np.array([gain[name] + gain.get(f"day_less_{name}", 0.0) for name in names])
    kept = set(np.argsort(-of_feature, kind="stable")[:MOST_FEATURES].tolist())
    features = tuple(feature for place, feature in enumerate(choice.features) if place in kept)
    dropped = {name: "little gain" for place, name in enumerate(names) if place not in kept}
    return Choice(features, {**choice.dropped, **dropped})
