"""Figures of a part of the subjects, or of all under other weights, with intervals clustered by buyer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from credit.calibration_tests import jeffreys_interval
from training.bootstrap import Clusters, Resampled, draws_of, interval_of

__all__ = ["FEWEST_SUBJECTS", "effective_subjects", "figures_of", "observed_to_expected"]

Floats = npt.NDArray[np.float64]

FEWEST_SUBJECTS = 20
"""Fewer subjects say nothing about a group of them."""

FEWEST_OF_AN_OUTCOME = 5
"""Draws of fewer buyers of an outcome repeat what these few did; what others would do they do not show."""

_RANKED = ("auc", "average_precision")


def figures_of(
    outcome: Floats,
    probability: Floats,
    clusters: Clusters,
    *,
    weight: Floats | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Return counts, rates, ranking and calibration of subjects.

    Parameters
    ----------
    outcome, probability : float64 ndarray, shape (n,)
    clusters : Clusters
        Of these subjects alone.
    weight : float64 ndarray, shape (n,), optional
        Default 1.
    seed : int

    Returns
    -------
    dict
        ``status`` (``ok``, ``too_few_subjects`` below 20, ``one_outcome``), counts ``n``, ``buyers``, ``bad``
        and ``bad_buyers`` (buyers with a bad subject), weighted ``rate`` and ``mean_probability``, and
        ``{"value", "low", "high"}`` of ``auc``, ``average_precision`` and ``observed_to_expected``. Where the
        status is another than ``ok`` all but the counts are None. Rankings have no interval with fewer than
        five buyers of an outcome.
    """
    n, bad = len(outcome), int(outcome.sum())
    bad_buyers, good_buyers = ((clusters.sums(of)[0] > 0).sum() for of in (outcome, 1 - outcome))
    counts = {"n": n, "buyers": clusters.count, "bad": bad, "bad_buyers": int(bad_buyers)}
    status = "too_few_subjects" if n < FEWEST_SUBJECTS else "one_outcome" if bad in (0, n) else "ok"
    if status != "ok":
        names = ("rate", "mean_probability", *_RANKED, "observed_to_expected")
        return {"status": status, **counts, **dict.fromkeys(names)}
    resampled = Resampled(outcome, probability, clusters, weight)
    enough = min(bad_buyers, good_buyers) >= FEWEST_OF_AN_OUTCOME
    whole, draws = resampled.whole(), draws_of(resampled, seed=seed) if enough else {}
    ranked = {}
    for name in _RANKED:
        low, high = interval_of(name, whole[name], draws)
        ranked[name] = {"value": whole[name], "low": low, "high": high}
    return {
        "status": status,
        **counts,
        "rate": whole["rate"],
        "mean_probability": whole["mean_probability"],
        **ranked,
        "observed_to_expected": observed_to_expected(outcome, probability, clusters, weight),
    }


def observed_to_expected(
    outcome: Floats, probability: Floats, clusters: Clusters, weight: Floats | None = None
) -> dict[str, float | None]:
    """Return observed over expected bad outcomes with a 95 % Jeffreys interval of the observed rate.

    The interval is that of as many independent subjects as tell as much as these (`effective_subjects`). All
    is None where none are expected.

    Examples
    --------
    >>> told = observed_to_expected(
    ...     np.array([1.0, 0.0, 0.0, 0.0]), np.full(4, 0.5), Clusters.of(np.arange(4))
    ... )
    >>> {name: round(value, 3) for name, value in told.items()}
    {'value': 0.5, 'low': 0.057, 'high': 1.432}
    """
    shares = np.ones(len(outcome)) if weight is None else weight
    rate = float(np.average(outcome, weights=shares))
    stated = float(np.average(probability, weights=shares))
    if stated <= 0:
        return {"value": None, "low": None, "high": None}
    n = effective_subjects(outcome, clusters, shares)
    low, high = jeffreys_interval(n, rate * n)
    return {"value": rate / stated, "low": low / stated, "high": high / stated}


def effective_subjects(outcome: Floats, clusters: Clusters, weight: Floats) -> float:
    """Return how many independent subjects tell as much of the rate as these.

    ``r (1 - r) / v`` with v the variance of the weighted rate r over buyers, who are independent, while their
    subjects are not (Kish 1965; as in Korn and Graubard 1998, Survey Methodology 24); at most the number of
    subjects, which is what it is where each subject is a buyer's only one. With one outcome alone nothing
    tells how alike a buyer's subjects are: each buyer counts once.

    Examples
    --------
    >>> outcome = np.array([1.0, 1.0, 0.0, 0.0])
    >>> [
    ...     effective_subjects(outcome, Clusters.of(np.array(b)), np.ones(4))
    ...     for b in ([1, 2, 3, 4], [1, 1, 2, 2])
    ... ]
    [4.0, 2.0]
    """
    total = weight.sum()
    rate = float((weight * outcome).sum() / total)
    by_buyer = clusters.sums(weight * (outcome - rate))[0] / total
    variance = float((by_buyer**2).sum())
    n = float(len(outcome))
    if outcome.min() == outcome.max():
        return min(n, float(clusters.count))
    return n if variance <= 0 else min(n, rate * (1 - rate) / variance)
