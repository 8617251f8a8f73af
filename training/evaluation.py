"""All that is said of how good a model was in a period, in one object of JSON."""

from __future__ import annotations

from typing import Any

from credit.policy import Policy
from training.cohort_tests import cohort_tests
from training.curves import curves_of
from training.metrics import metrics_of
from training.scored import ScoredPeriod
from training.segments import segments_of, views_of

__all__ = ["evaluation_of"]


def evaluation_of(
    period: ScoredPeriod,
    *,
    policy: Policy | None = None,
    horizon_months: int = 12,
    correlation: float | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the evaluation of a scored period; the same for the same input and seed.

    Parameters
    ----------
    period : ScoredPeriod
    policy : Policy, optional
        With it the grades of a default model are tested on independent cohorts; a late model has no grades.
    horizon_months : int
        Of the default definition.
    correlation : float, optional
        Of assets, for the bound of a bad year.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``n``, ``cannot_say``, ``buyers``, ``events``, ``bad_buyers``, ``base_rate``, ``seed``, ``metrics``
        (`training.metrics.metrics_of`), ``views`` and ``segments`` (`training.segments`), ``cohorts``
        (`training.cohort_tests`; null without a policy) and ``curves`` (`training.curves`). No NaN and no
        infinity: what cannot be told is null.
    """
    tested = None
    if policy is not None:
        tested = cohort_tests(
            period.scored, policy,
            horizon_months=horizon_months, correlation=correlation, timezone=period.timezone,
        )  # fmt: skip
    return {
        "n": len(period.outcome),
        "cannot_say": period.cannot_say,
        "buyers": period.clusters.count,
        "events": int(period.outcome.sum()),
        "bad_buyers": int((period.clusters.sums(period.outcome)[0] > 0).sum()),
        "base_rate": float(period.outcome.mean()),
        "seed": seed,
        "metrics": metrics_of(period.outcome, period.probability, period.buyer, seed=seed),
        "views": views_of(period, seed=seed),
        "segments": segments_of(period, seed=seed),
        "cohorts": tested,
        "curves": curves_of(period, seed=seed),
    }
