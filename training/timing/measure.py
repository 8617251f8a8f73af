"""How right pay dates were, out of time, beside what a credit department says without a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.timing.dates import PayDates
from credit.timing.model import TimingModel
from features.build import Packed
from features.errors import Refused
from training.bootstrap import FEWEST_BUYERS, REPEATS, Clusters
from training.metrics import metrics_of
from training.periods import date_text, day_after
from training.timing.baselines import own_median_delay, paid_delays
from training.timing.brier import brier_by_subject

__all__ = [
    "WITHIN_DAYS",
    "Measured",
    "cluster_mean",
    "concordance",
    "figures",
    "integrated_brier",
    "is_covered",
    "is_mature",
    "measured",
    "scored",
]

Floats = npt.NDArray[np.float64]

WITHIN_DAYS = 90
"""Days after due within which pay dates are measured: an invoice counts once they have ended, whatever became
of it, and one that is unpaid then counts as paid on the last of them."""

LATE_DAYS = 30
LEVEL = 0.8
_PAID_BY = (0, 30, 60, 90)
_MOST_PAIRED = 2_000
_BRIER_STEP = 3

_WIDTH = 50
"""Draws of buyers at a time."""


@dataclass(frozen=True)
class Measured:
    """Test subjects with what was said of them and what came, and the figures."""

    subjects: pd.DataFrame
    metrics: Mapping[str, Any]
    evaluation: Mapping[str, Any]


def is_mature(subjects: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return of which subjects the days within which pay dates are measured had ended."""
    return np.asarray(subjects["due_day"] + WITHIN_DAYS <= subjects["seen_day"])


def measured(
    packed: Packed, model: TimingModel, subjects: pd.DataFrame, values: pd.DataFrame, start: pd.Timestamp
) -> Measured:
    """Return the figures of test subjects.

    Parameters
    ----------
    packed : Packed
    model : TimingModel
    subjects : DataFrame, shape (n, ...)
        Of `training.timing.subjects.timing_subjects`. All but the Brier score, which weighs for censoring,
        are of those that are mature.
    values : DataFrame, shape (n, len(NAMES))
    start : Timestamp
        Where the test starts.

    Raises
    ------
    Refused
        Where the model can speak of none, or all were credited.
    """
    timezone = packed.portfolio.seller.timezone
    said = model.predict(values, subjects, timezone)
    told = scored(packed, subjects, said)
    brier = integrated_brier(subjects, said)
    told = told[is_mature(told)].reset_index(drop=True)
    counted = told[(told["status"] == "ok") & ~told["credited"]]
    if not len(counted):
        raise Refused("expected invoices of which the model can speak; found none; widen the test period")
    metrics = {
        "from": date_text(start, timezone),
        "to": date_text(day_after(told["as_of"].max(), timezone), timezone),
        "n": len(counted),
        "cannot_say": int((told["status"] != "ok").sum()),
        "credited": int(told["credited"].sum()),
        "within_days": WITHIN_DAYS,
        "metrics": {**figures(counted), "integrated_brier": brier},
    }
    parts = {"at_issue": counted[counted["is_first"]], "already_open": counted[~counted["is_first"]]}
    evaluation = {
        "parts": {
            name: {"n": len(part), "metrics": figures(part)} for name, part in parts.items() if len(part)
        },
        "paid_by": _paid_by_table(counted),
        "late": _as_late_model(counted),
    }
    return Measured(told, metrics, evaluation)


def integrated_brier(subjects: pd.DataFrame, said: PayDates) -> dict[str, float | None]:
    """Return the integrated Brier score of the 90 days after as_of, of subjects mature or not."""
    known = said.status == "ok"
    rows = subjects[known]
    days = np.arange(_BRIER_STEP, WITHIN_DAYS + 1, _BRIER_STEP, dtype=np.float64)
    end = np.minimum(rows["closed_day"], rows["seen_day"]).to_numpy(np.float64)
    still_open = np.stack([said.open_at(said.entry + day)[known] for day in days], axis=1)
    closed = (rows["closed_day"] <= rows["seen_day"]).to_numpy()
    told = brier_by_subject(still_open, end - rows["as_of_day"].to_numpy(np.float64), closed, days)
    return cluster_mean(told, rows["buyer_id"].to_numpy())


def scored(packed: Packed, subjects: pd.DataFrame, said: PayDates) -> pd.DataFrame:
    """Return subjects with what was said of them, by the model and without it, and what came.

    Returns
    -------
    DataFrame
        `subjects` with ``status``; ``day`` (paid on, from due; infinite where not by due + `WITHIN_DAYS`),
        ``credited`` (by then); ``median``, ``low``, ``high`` and ``nominal`` of the model; ``own_median`` and
        ``terms``; ``paid_by_<days>``; for invoices at their issue ``outcome`` (unpaid at due + 30) and
        ``probability`` of it, for comparison with a late model.
    """
    day = (subjects["closed_day"] - subjects["due_day"]).to_numpy(np.float64)
    within = day <= WITHIN_DAYS
    paid = np.where(within & (subjects["cause"] == 1).to_numpy(), day, np.inf)
    low, high, nominal = said.interval(LEVEL)
    first_possible = said.entry + 1
    own = own_median_delay(subjects, paid_delays(packed, pd.Index(subjects["buyer_id"].unique())))
    is_late_subject = subjects["is_first"].to_numpy(bool) & (said.entry < LATE_DAYS)
    credited_by = (subjects["cause"] == 2).to_numpy() & (day <= LATE_DAYS)
    return subjects.assign(
        status=said.status,
        day=paid,
        credited=within & (subjects["cause"] == 2).to_numpy(),
        median=said.median,
        low=low,
        high=high,
        nominal=nominal,
        own_median=np.maximum(own, first_possible),
        terms=np.maximum(0.0, first_possible),
        **{f"paid_by_{days}": np.where(said.entry < days, said.paid_by(days), np.nan) for days in _PAID_BY},
        outcome=np.where(is_late_subject & ~credited_by, (paid > LATE_DAYS).astype(np.float64), np.nan),
        probability=np.where(is_late_subject, said.late_at(LATE_DAYS), np.nan),
    )


def figures(told: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of subjects of which the model can speak and that were not credited."""
    buyer = told["buyer_id"].to_numpy()
    day = np.minimum(told["day"].to_numpy(np.float64), WITHIN_DAYS)
    columns = {
        "coverage_80": is_covered(told).astype(np.float64),
        "nominal_80": told["nominal"].to_numpy(np.float64),
        "interval_days": _capped(told["high"]) - _capped(told["low"]),
        "mean_absolute_error_days": np.abs(_capped(told["median"]) - day),
        "mean_absolute_error_days_own_median": np.abs(_capped(told["own_median"]) - day),
        "mean_absolute_error_days_terms": np.abs(_capped(told["terms"]) - day),
        "unresolved": np.isinf(told["day"].to_numpy()).astype(np.float64),
    }
    ordered = {"value": concordance(_capped(told["median"]), day), "low": None, "high": None}
    return {**{name: cluster_mean(one, buyer) for name, one in columns.items()}, "concordance": ordered}


def is_covered(told: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which pay dates lie in their interval; all days beyond `WITHIN_DAYS` count as one."""
    beyond = WITHIN_DAYS + 1.0
    day, low, high = (
        np.minimum(told[name].fillna(np.inf).to_numpy(np.float64), beyond) for name in ("day", "low", "high")
    )
    return np.asarray((low <= day) & (day <= high))


def cluster_mean(values: Floats, buyer: npt.NDArray[Any], seed: int = 0) -> dict[str, float | None]:
    """Return a mean with its 95 % interval from draws of whole buyers; without one below ten buyers.

    Examples
    --------
    >>> cluster_mean(np.array([1.0, 3.0]), np.array(["A", "B"]))
    {'value': 2.0, 'low': None, 'high': None}
    """
    clusters = Clusters.of(buyer)
    told: dict[str, float | None] = {"value": float(values.mean()), "low": None, "high": None}
    if clusters.count < FEWEST_BUYERS:
        return told
    sums = clusters.sums(values, np.ones(len(values)))
    drawn = [
        total / count for total, count in (sums @ counts for counts in clusters.counts(seed, REPEATS, 50))
    ]
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    return {**told, "low": float(low), "high": float(high)}


def concordance(said: Floats, day: Floats, seed: int = 0) -> float | None:
    """Return how often of two invoices the one said to be paid first was (ties in what was said: half).

    Of very many a part is drawn. None where all were paid on the same day.

    Examples
    --------
    >>> concordance(np.array([1.0, 2.0, 3.0]), np.array([0.0, 5.0, 5.0]))
    1.0
    """
    if len(day) > _MOST_PAIRED:
        rows = np.random.default_rng(seed).choice(len(day), _MOST_PAIRED, replace=False)
        said, day = said[rows], day[rows]
    before = day[:, None] < day[None, :]
    pairs = int(before.sum())
    if not pairs:
        return None
    right = (said[:, None] < said[None, :]) + 0.5 * (said[:, None] == said[None, :])
    return float(right[before].sum() / pairs)


def _paid_by_table(told: pd.DataFrame) -> list[dict[str, float | int]]:
    """Return by days after due how many were said to be paid by then, and how many were."""
    rows = []
    for days in _PAID_BY:
        part = told[told[f"paid_by_{days}"].notna()]
        if len(part):
            rows.append({"days": days, "n": len(part), "said": float(part[f"paid_by_{days}"].mean()),
                         "came": float((part["day"] <= days).mean())})  # fmt: skip
    return rows


def _as_late_model(told: pd.DataFrame) -> dict[str, Any]:
    """Return how well P(unpaid at due + 30) of invoices at their issue separates and matches what came."""
    rows = told[told["outcome"].notna() & told["probability"].notna()]
    outcome, probability = (rows[name].to_numpy(np.float64) for name in ("outcome", "probability"))
    if not len(rows):
        return {"n": 0, "metrics": {}}
    return {"n": len(rows), "metrics": metrics_of(outcome, probability, rows["buyer_id"].to_numpy())}


def _capped(days: pd.Series) -> Floats:
    """Return days, those beyond the measured ones or never reached as the last of them."""
    return np.minimum(days.fillna(np.inf).to_numpy(np.float64), float(WITHIN_DAYS))
