"""Rolling origins: what was learned before each origin, measured on what came until the next one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.raw_columns import raw_columns
from credit.encoding import encode
from features.build import Packed, build_packed
from features.instants import start_of_day
from training.challengers import Lesson, challengers_of
from training.challengers.ensembles import hist_gradient_boosting
from training.contract import choose_features
from training.learner import fit_trees, fold_predictions
from training.metrics import calibration_line, metrics_of
from training.paired import paired_difference
from training.pipeline import fit_tested
from training.run import Recipe
from training.splits import rolling_folds, split
from training.subjects import Outcome, sample_of

__all__ = ["OURS", "Task", "measure"]

OURS = "credence"
DIFFERENCES = ("auc", "average_precision")
CALIBRATION = ("brier", "calibration_slope")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """A data set with an outcome and the days from which models are tested.

    Parameters
    ----------
    name : str
    packed : Packed
    outcome : Outcome
    origins : sequence of str
        Days; each test ends where the next one starts. Empty: the latest fifth of the subjects.
    calibrated : bool
        Whether probabilities are measured too, and not only ranks.
    """

    name: str
    packed: Packed
    outcome: Outcome
    origins: Sequence[str]
    calibrated: bool


@dataclass
class _Predictions:
    """Predictions of all origins by learner; of a learner that could not say, why."""

    subjects: list[pd.DataFrame] = field(default_factory=list)
    by_name: dict[str, list[np.ndarray]] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    unsaid: int = 0

    def add(self, rows: pd.DataFrame, told: Mapping[str, np.ndarray | str]) -> None:
        """Take the predictions of one origin, of the subjects of whom ours can say something."""
        known = ~np.isnan(np.asarray(told[OURS], dtype=np.float64))
        self.unsaid += int((~known).sum())
        self.subjects.append(rows[known])
        for name, said in told.items():
            if isinstance(said, str):
                self.silent[name] = said
            else:
                self.by_name.setdefault(name, []).append(said[known])

    def whole(self) -> dict[str, np.ndarray]:
        """Return predictions of the learners that spoke at every origin."""
        return {name: np.concatenate(parts) for name, parts in self.by_name.items()
                if name not in self.silent}  # fmt: skip


def measure(task: Task, say: Say) -> dict[str, Any]:
    """Return what every learner attains on a task, and how far ours is from each.

    All origins are pooled: each subject is predicted once, by models that were fitted before it. Intervals
    draw buyers.
    """
    sample = sample_of(task.packed, task.outcome)
    values = build_packed(task.packed, sample.subjects)
    timezone = task.packed.portfolio.seller.timezone
    starts = [start_of_day(day, timezone) for day in task.origins]
    found = _Predictions()
    by_origin = {}
    for start, stop in pairwise([*(starts or [None]), None]):
        rows, told = _origin(task, sample.subjects, values, start, stop, say)
        found.add(rows, told)
        last = {name: parts[-1] for name, parts in found.by_name.items() if name in told}
        by_origin[str(rows["as_of"].min().date())] = _aucs(found.subjects[-1], last)
    return {"task": task.name, **_report(task, found), "by_origin": by_origin}


def _origin(
    task: Task,
    subjects: pd.DataFrame,
    values: pd.DataFrame,
    start: pd.Timestamp | None,
    stop: pd.Timestamp | None,
    say: Say,
) -> tuple[pd.DataFrame, dict[str, np.ndarray | str]]:
    parts = split(subjects, start, task.packed.portfolio.seller.timezone)
    test = subjects.iloc[parts.test]
    inside = np.ones(len(test), bool) if stop is None else (test["as_of"] < stop).to_numpy()
    test = parts.test[inside]
    say(f"{task.name}: {len(parts.train)} subjects before {parts.test_from.date()}, {len(test)} from then on")
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(task.outcome, parts.test_from)
        run = fit_tested(task.packed, recipe, Path(folder) / "model", lambda _: None)
    spec = run.model.spec
    say(f"ours is {'a prior' if spec.learner == 'scorecard' else f'{spec.trees} trees'} of {spec.events} bad")
    told: dict[str, np.ndarray | str] = {OURS: run.test["probability"].to_numpy()[inside]}
    train_values, test_values = values.iloc[parts.train], values.iloc[test]
    outcome = subjects["outcome"].to_numpy(np.float64)[parts.train]
    chosen = choose_features(task.outcome.model, task.packed.portfolio, train_values, ())
    names = tuple(feature.name for feature in chosen.features)
    lesson = Lesson(task.outcome.model, train_values, names, outcome)
    told |= challengers_of(lesson, test_values, say)
    told["credence_without_signs"] = _without_signs(lesson, chosen, subjects.iloc[parts.train], test_values)
    raw = raw_columns(task.packed, subjects)
    plain = Lesson(task.outcome.model, raw.iloc[parts.train], tuple(raw), outcome)
    told["hist_gradient_boosting_raw"] = hist_gradient_boosting(plain)(raw.iloc[test])
    known = subjects["buyer_id"].iloc[parts.train].unique()
    rows = subjects.iloc[test]
    return rows.assign(is_known=rows["buyer_id"].isin(known), learner=spec.learner), told


def _without_signs(lesson: Lesson, chosen: Any, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Return what our trees say without monotone constraints: the price, or the gain, of the signs."""
    free = [feature.model_copy(update={"sign": 0}) for feature in chosen.features]
    inputs = encode(lesson.inputs, chosen.features)
    folds = rolling_folds(train.reset_index(drop=True))
    fit = fold_predictions(inputs, lesson.outcome, free, folds, lesson.seed)
    slope, intercept = calibration_line(lesson.outcome[fit.rows], fit.raw)
    booster = fit_trees(inputs, lesson.outcome, free, fit.shape, lesson.seed)
    raw = np.asarray(booster.predict(encode(lesson.of(test), chosen.features), raw_score=True))
    return np.asarray(1 / (1 + np.exp(-((slope or 1.0) * raw + (intercept or 0.0)))))


def _aucs(rows: pd.DataFrame, said: Mapping[str, np.ndarray]) -> dict[str, Any]:
    outcome, buyer = rows["outcome"].to_numpy(np.float64), rows["buyer_id"].to_numpy()
    aucs = {name: metrics_of(outcome, one, buyer)["auc"] for name, one in said.items()}
    return {"n": len(rows), "bad": int(outcome.sum()), "auc": aucs}


def _report(task: Task, found: _Predictions) -> dict[str, Any]:
    rows = pd.concat(found.subjects)
    outcome, buyer = rows["outcome"].to_numpy(np.float64), rows["buyer_id"].to_numpy()
    said = found.whole()
    kept = ("auc", "average_precision", *(CALIBRATION if task.calibrated else ()))
    metrics = {name: metrics_of(outcome, one, buyer) for name, one in said.items()}
    return {
        "n": len(rows),
        "unsaid": found.unsaid,
        "learner": sorted(rows["learner"].unique()),
        "bad": int(outcome.sum()),
        "buyers": len(np.unique(buyer)),
        "learners": {name: {metric: told[metric] for metric in kept} for name, told in metrics.items()},
        "ours_less_theirs": {
            name: {
                metric: paired_difference(outcome, said[OURS], one, buyer, metric).to_json()
                for metric in DIFFERENCES
            }
            for name, one in said.items()
            if name != OURS
        },
        "new_buyers": _of_new_buyers(rows, said[OURS]),
        "cannot_say": found.silent,
    }


def _of_new_buyers(rows: pd.DataFrame, ours: np.ndarray) -> dict[str, Any]:
    """Return what ours attains on buyers of whom training had no subject."""
    new = ~rows["is_known"].to_numpy()
    if not new.any():
        return {"n": 0, "bad": 0, "auc": None}
    outcome = rows["outcome"].to_numpy(np.float64)[new]
    metrics = metrics_of(outcome, ours[new], rows["buyer_id"].to_numpy()[new])
    return {"n": int(new.sum()), "bad": int(outcome.sum()), "auc": metrics["auc"]}
