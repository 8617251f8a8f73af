"""How right the pay dates of a timing model were out of time, whole and in parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.states import STATES, states_of
from training.bootstrap import FEWEST_BUYERS
from training.report.timing.study import TimingStudy
from training.timing.measure import LEVEL, WITHIN_DAYS, cluster_mean, is_covered

__all__ = ["PAID_BY", "paid_by_of", "performance_of", "receipts_of"]

Floats = npt.NDArray[np.float64]

PAID_BY = (0, 30, 60, 90)
"""Days after due by which payment is foreseen."""

_COMPARED = ("", "_own_median", "_terms")
_BINS = 10
_TERMS_BELOW = {"up to 14 days": 15.0, "15 to 30 days": 31.0, "31 to 60 days": 61.0, "above 60 days": np.inf}


def performance_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``performance``; see `training.report.timing.sections.Performance`."""
    told, metrics = study.counted, study.measured.metrics
    errors = _errors(told)
    buyer = told["buyer_id"].to_numpy()
    return {
        "speaks_for": study.twin.name,
        "is_twin": study.twin.name != study.version.name,
        "recomputed_difference": _difference(study),
        "test_from": study.twin.metrics["from"],
        "test_to": study.twin.metrics["to"],
        "looks": study.twin.metrics.get("looks"),
        **{name: metrics[name] for name in ("n", "cannot_say", "credited", "within_days")},
        "buyers": int(told["buyer_id"].nunique()),
        "level": LEVEL,
        "metrics": metrics["metrics"],
        "less_own_median": cluster_mean(errors[""] - errors["_own_median"], buyer),
        "less_terms": cluster_mean(errors[""] - errors["_terms"], buyer),
        "segments": {name: _by_category(told, labels) for name, labels in _labels(study).items()},
        "paid_by": paid_by_of(told),
        "causes": _causes(study),
    }


def paid_by_of(told: pd.DataFrame) -> list[dict[str, Any]]:
    """Return by days after due what was foreseen to be paid by then, and what was.

    Parameters
    ----------
    told : DataFrame, shape (n, ...)
        As `training.timing.measure.scored` gives it, of subjects that count.

    Returns
    -------
    list of dict
        ``days``, ``n``, ``said`` and ``came`` (shares), ``gap`` (came less said, with its interval),
        ``brier``, ``brier_constant`` (had the share that came been said of each) and ``bins`` of equal count.
    """
    rows = []
    for days in PAID_BY:
        part = told[told[f"paid_by_{days}"].notna()]
        if not len(part):
            continue
        said = part[f"paid_by_{days}"].to_numpy(np.float64)
        came = np.asarray(part["day"] <= days, np.float64)
        buyer = part["buyer_id"].to_numpy()
        rows.append({
            "days": days,
            "n": len(part),
            "said": float(said.mean()),
            "came": float(came.mean()),
            "gap": cluster_mean(came - said, buyer),
            "brier": cluster_mean((said - came) ** 2, buyer),
            "brier_constant": float(came.mean() * (1 - came.mean())),
            "bins": _bins(said, came.astype(np.float64)),
        })  # fmt: skip
    return rows


def receipts_of(study: TimingStudy) -> dict[str, Any] | None:
    """Return the back-test of receipts that the run kept, or make it now."""
    from training.timing.receipts_backtest import backtest

    kept = study.registry.kept(study.version, "receipts.json")
    if kept is None:
        study.say("back-testing the receipts of past month ends")
        kept = backtest(study.packed, study.judge, *study.period).to_json()
    return kept if kept["month_ends"] else None


def _errors(told: pd.DataFrame) -> dict[str, Floats]:
    day = np.minimum(told["day"].to_numpy(np.float64), WITHIN_DAYS)
    sources = dict(zip(_COMPARED, ("median", "own_median", "terms"), strict=True))
    return {
        name: np.abs(np.minimum(told[source].fillna(np.inf).to_numpy(np.float64), WITHIN_DAYS) - day)
        for name, source in sources.items()
    }


def _difference(study: TimingStudy) -> float | None:
    """Return the largest difference of figures measured now from those that the run kept."""
    if study.judge.spec.data_hash != study.spec.data_hash:
        return None
    now, then = study.measured.metrics["metrics"], study.twin.metrics["metrics"]
    names = ("coverage_80", "mean_absolute_error_days")
    return max(abs(now[name]["value"] - then[name]["value"]) for name in names)


def _labels(study: TimingStudy) -> dict[str, npt.NDArray[np.object_]]:
    told, values = study.counted, study.counted_values
    terms = values["request_terms_days"].to_numpy(np.float64)
    names = np.array(list(_TERMS_BELOW), object)
    place = np.digitize(np.nan_to_num(terms), list(_TERMS_BELOW.values()))
    fitted = study.judge.was_fitted_on(study.sample.subjects)
    known = told["buyer_id"].isin(set(study.sample.subjects.loc[fitted, "buyer_id"])).to_numpy()
    return {
        "moment": np.where(told["is_first"], "at issue", "already open").astype(object),
        "information_state": np.array(STATES, object)[states_of(values.to_numpy(np.float64))],
        "terms": np.where(np.isnan(terms), "unknown", names[np.minimum(place, len(names) - 1)]),
        "buyer": np.where(known, "known", "new").astype(object),
    }


def _by_category(told: pd.DataFrame, labels: npt.NDArray[np.object_]) -> list[dict[str, Any]]:
    ranked = ["at issue", "already open", *STATES, *_TERMS_BELOW, "known", "new", "unknown"]
    rows = []
    for category in sorted(set(labels), key=ranked.index):
        part = told[labels == category]
        buyer, errors = part["buyer_id"].to_numpy(), _errors(part)
        enough = part["buyer_id"].nunique() >= FEWEST_BUYERS
        means = {f"error{name}": float(error.mean()) if enough else None for name, error in errors.items()}
        covered = cluster_mean(is_covered(part).astype(np.float64), buyer) if enough else None
        rows.append({"category": category, "n": len(part), "buyers": int(part["buyer_id"].nunique()),
                     "coverage": covered, **means})  # fmt: skip
    return rows


def _causes(study: TimingStudy) -> list[dict[str, Any]]:
    """Return of what invoices closed: events of training, and of the mature test subjects."""
    closed = np.array(study.spec.shares.closed).sum(axis=0)
    tested = study.measured.subjects
    within = (tested["closed_day"] - tested["due_day"]) <= WITHIN_DAYS
    return [
        {"cause": cause, "training": int(closed[place]),
         "test": int(((tested["cause"] == place + 1) & within).sum())}
        for place, cause in enumerate(study.spec.causes)
    ]  # fmt: skip


def _bins(said: Floats, came: Floats) -> list[dict[str, float | int]]:
    order = np.argsort(said, kind="stable")
    return [
        {"n": len(rows), "said": float(said[rows].mean()), "came": float(came[rows].mean())}
        for rows in np.array_split(order, min(_BINS, len(order)))
    ]
