"""The timing model's P(unpaid at due + k) beside the late model's, on the same invoices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import RiskModel
from credit.timing.model import TimingModel
from features.build import Packed, build_packed
from training.metrics import metrics_of
from training.paired import paired_difference
from training.subjects import Outcome, sample_of

__all__ = ["MOST_COMPARED", "against_late"]

Floats = npt.NDArray[np.float64]

MOST_COMPARED = 10_000
"""Invoices that are compared at most; of more, so many are drawn."""

_METRICS = ("auc", "brier", "calibration_slope")
_FEWEST = 2
"""Of each outcome below which nothing can be compared."""


def against_late(
    packed: Packed,
    timing: TimingModel,
    late: RiskModel,
    start: pd.Timestamp,
    stop: pd.Timestamp,
    most: int | None = None,
) -> dict[str, Any]:
    """Hold both models' probabilities of late payment against what happened.

    Parameters
    ----------
    packed : Packed
    timing : TimingModel
    late : RiskModel
        Its horizon k is the one that is compared.
    start, stop : Timestamp
        Subjects are invoices at their issue with ``start <= as_of < stop`` whose window has ended, that
        neither model was fitted on and both can speak of.
    most : int or None
        Subjects that are compared at most; of more, so many are drawn.

    Returns
    -------
    dict
        ``status`` (``ok``, or ``no_subjects`` where too few are left), ``horizon_days``, ``subjects``,
        ``base_rate``, ``timing`` and ``late`` (each with AUC, Brier score and calibration slope with 95 %
        intervals, and its mean probability), ``mean_difference`` (timing less late), ``correlation`` (of
        Pearson), ``rank_correlation`` (of Spearman) and ``difference`` (of AUC and Brier, timing less late,
        with 95 % intervals from draws of buyers).
    """
    days = late.spec.horizon_days
    subjects = sample_of(packed, Outcome("late", days)).subjects
    inside = subjects[(subjects["as_of"] >= start) & (subjects["as_of"] < stop)]
    if len(inside):
        inside = inside[~(timing.was_fitted_on(inside) | late.was_fitted_on(inside))].reset_index(drop=True)
    if most is not None and len(inside) > most:
        rows = np.random.default_rng(0).choice(len(inside), most, replace=False)
        inside = inside.iloc[np.sort(rows)].reset_index(drop=True)
    told: dict[str, Any] = {"status": "no_subjects", "horizon_days": days, "subjects": 0}
    if not len(inside):
        return told
    if len(inside) > MOST_COMPARED:
        rows = np.random.default_rng(0).choice(len(inside), MOST_COMPARED, replace=False)
        inside = inside.iloc[np.sort(rows)].reset_index(drop=True)
    values = build_packed(packed, inside)
    said = timing.predict(values, inside, packed.seller.timezone)
    by_timing = said.late_at(days)
    by_late = late.predict(values, contributions=False).probability
    known = ~np.isnan(by_timing) & ~np.isnan(by_late)
    outcome = inside["outcome"].to_numpy(np.float64)[known]
    if min(outcome.sum(), (1 - outcome).sum()) < _FEWEST:
        return told
    buyer = inside["buyer_id"].to_numpy()[known]
    return told | {"status": "ok"} | _compared(outcome, by_timing[known], by_late[known], buyer)


def _compared(outcome: Floats, by_timing: Floats, by_late: Floats, buyer: Any) -> dict[str, Any]:
    told = {}
    for name, said in (("timing", by_timing), ("late", by_late)):
        metrics = metrics_of(outcome, said, buyer)
        told[name] = {metric: metrics[metric] for metric in _METRICS} | {"mean": float(said.mean())}
    ranks = [pd.Series(said).rank().to_numpy(np.float64) for said in (by_timing, by_late)]
    return {
        "subjects": len(outcome),
        "base_rate": float(outcome.mean()),
        **told,
        "mean_difference": float((by_timing - by_late).mean()),
        "correlation": float(np.corrcoef(by_timing, by_late)[0, 1]),
        "rank_correlation": float(np.corrcoef(ranks[0], ranks[1])[0, 1]),
        "difference": {
            name: paired_difference(outcome, by_timing, by_late, buyer, name).to_json()
            for name in ("auc", "brier")
        },
    }
