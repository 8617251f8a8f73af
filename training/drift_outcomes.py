"""What came of the subjects of a period, what was foreseen of them, and what shows early."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.calibration_tests import jeffreys_interval
from credit.definition import DefaultDefinition
from credit.model import RiskModel
from credit.outcomes import default_outcomes
from credit.timing.model import TimingModel
from features.build import Packed
from training.bootstrap import Clusters
from training.confidence import ASSUMPTION, expected_figures, rate_by_rank
from training.figures import effective_subjects, observed_to_expected
from training.metrics import metrics_of
from training.subjects import Outcome, default_subjects
from training.tested import Scored
from training.versions import Version

__all__ = ["PROXY_DAYS", "PROXY_MONTHS", "Watched", "estimate_of", "proxy_of", "realised_of"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PROXY_DAYS, PROXY_MONTHS = 30, 3
"""Days past due within so many months that foretell a default long before its window has closed."""


@dataclass(frozen=True)
class Watched:
    """Subjects of a period as a model scores them.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        With ``outcome``, missing where the window has not closed.
    log_odds, probability : float64 ndarray, shape (n,)
        NaN where the model cannot say. Of a timing model median pay dates in days from due, and P(unpaid 30
        days after due) of invoices at their issue.
    was_fitted : bool ndarray, shape (n,)
        Which of them the model was fitted on.
    """

    subjects: pd.DataFrame
    log_odds: Floats
    probability: Floats
    was_fitted: Flags

    @cached_property
    def clusters(self) -> Clusters:
        """Buyers of the subjects."""
        return Clusters.of(self.subjects["buyer_id"].to_numpy())

    @property
    def is_scored(self) -> Flags:
        """Of which subjects the model speaks."""
        return ~np.isnan(self.probability)

    @property
    def is_mature(self) -> Flags:
        """Whose window has closed."""
        return self.subjects["outcome"].notna().to_numpy()

    def rows(self, which: Flags) -> tuple[Floats, Floats, npt.NDArray[Any]]:
        """Return outcome, probability and buyer of some of the subjects."""
        part = self.subjects[which]
        return part["outcome"].to_numpy(np.float64), self.probability[which], part["buyer_id"].to_numpy()


def estimate_of(watched: Watched, test: Scored | None) -> dict[str, Any] | None:
    """Return what the model's own probabilities foresee; None where it speaks of no subject.

    Parameters
    ----------
    watched : Watched
    test : Scored, optional
        Scored test subjects of the version.

    Returns
    -------
    dict
        ``assumption``, ``n``, `training.confidence.expected_figures` and ``rate_by_rank``, which takes the
        order of the probabilities alone and is None without test subjects of an earlier time.
    """
    known = watched.is_scored
    if not known.any():
        return None
    _, probability, buyer = watched.rows(known)
    by_rank = None
    if test is not None and len(test.outcome):
        by_rank = rate_by_rank((test.outcome, test.probability), probability)
    return {
        "assumption": ASSUMPTION,
        "n": int(known.sum()),
        **expected_figures(probability, Clusters.of(buyer)),
        "rate_by_rank": by_rank,
    }


def realised_of(watched: Watched, version: Version) -> dict[str, Any]:
    """Return what came true of the subjects whose window has closed and that the model was not fitted on.

    Returns
    -------
    dict
        ``n`` of ``of`` subjects, ``bad``, ``rate``, ``mean_probability``, ``observed_to_expected``, ``auc``,
        ``brier`` and ``expected`` (what was foreseen of the same subjects), and ``tested_auc``, with which
        the version was registered. All figures are None where ``n`` is 0.
    """
    which = watched.is_scored & watched.is_mature & ~watched.was_fitted
    counts = {"n": int(which.sum()), "of": len(watched.subjects), "tested_auc": version.auc}
    if not which.any():
        names = ("bad", "rate", "mean_probability", "observed_to_expected", "auc", "brier", "expected")
        return {**counts, **dict.fromkeys(names)}
    outcome, probability, buyer = watched.rows(which)
    metrics = metrics_of(outcome, probability, buyer)
    return {
        **counts,
        "bad": int(outcome.sum()),
        "rate": float(outcome.mean()),
        "mean_probability": float(probability.mean()),
        "observed_to_expected": observed_to_expected(outcome, probability, Clusters.of(buyer)),
        "auc": metrics["auc"],
        "brier": metrics["brier"],
        "expected": expected_figures(probability, Clusters.of(buyer)),
    }


def proxy_of(
    packed: Packed, model: RiskModel | TimingModel, outcome: Outcome, watched: Watched
) -> dict[str, Any] | None:
    """Return how many buyers came to be 30 days past due within three months, now and in training's time.

    Returns
    -------
    dict or None
        ``then`` and ``now`` (``n``, ``rate``, ``low``, ``high``; figures None where no window has closed),
        ``auc``: how well the model ranks the proxy now. None for a late and a timing model, whose own
        outcomes are known as early, and without a ledger.

    Notes
    -----
    Material arrears are those of the default definition, with 30 days instead of its own and without its
    events; who is already there is left out, as who is in default is.
    """
    if outcome.definition is None or not len(packed.portfolio.table("invoices")):
        return None
    early = outcome.definition.changed(
        days_past_due=PROXY_DAYS, horizon_months=PROXY_MONTHS, event_kinds=[], write_off=False,
        group_contagion=False,
    )  # fmt: skip
    everyone = default_subjects(packed)
    first, last = pd.Timestamp(model.spec.fitted_from), pd.Timestamp(model.spec.fitted_until)
    then = everyone[(everyone["as_of"] >= first) & (everyone["as_of"] <= last)].reset_index(drop=True)
    proxy = default_outcomes(packed, watched.subjects, early)["outcome"].to_numpy(np.float64)
    scored = ~np.isnan(proxy) & watched.is_scored
    ranked = metrics_of(proxy[scored], *watched.rows(scored)[1:])["auc"] if scored.any() else None
    return {
        "days_past_due": PROXY_DAYS,
        "months": PROXY_MONTHS,
        "then": _rate(_known(packed, then, early)),
        "now": _rate((proxy, watched.subjects["buyer_id"])),
        "auc": ranked,
    }


def _known(packed: Packed, subjects: pd.DataFrame, early: DefaultDefinition) -> tuple[Floats, pd.Series[Any]]:
    told = default_outcomes(packed, subjects, early)["outcome"] if len(subjects) else pd.Series(dtype=float)
    return told.to_numpy(np.float64), subjects["buyer_id"]


def _rate(of: tuple[Floats, pd.Series[Any]]) -> dict[str, Any]:
    """Return a rate with its 95 % interval, buyers being independent and their subjects not."""
    known = ~np.isnan(of[0])
    outcome = of[0][known]
    if not len(outcome):
        return {"n": 0, "rate": None, "low": None, "high": None}
    clusters, rate = Clusters.of(of[1].to_numpy()[known]), float(outcome.mean())
    effective = effective_subjects(outcome, clusters, np.ones(len(outcome)))
    low, high = jeffreys_interval(effective, rate * effective)
    return {"n": len(outcome), "rate": rate, "low": low, "high": high}
