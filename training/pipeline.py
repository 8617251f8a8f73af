"""Trains a model: subjects, features, split, folds, calibration, artefact, test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from credit.encoding import encode, pattern_texts, sources_of
from credit.model import subject_hashes
from credit.spec import ModelSpec
from features.build import Packed, build_packed
from features.catalog import CATALOG_HASH, NAMES
from features.errors import Refused
from training.artefact import write_model
from training.calibration import platt
from training.contract import Choice, choose_features
from training.learner import Fit, fit_trees, fold_predictions
from training.metrics import metrics_of
from training.periods import date_text, day_after
from training.run import Recipe, Run
from training.splits import Split, rolling_folds, split
from training.subjects import Sample, sample_of

__all__ = ["data_hash", "fit_final", "fit_tested", "period_metrics"]

Say = Callable[[str], None]
Shape = tuple[str, int]
"""Kind and number of trees."""

_MIN_PATTERN = 20
"""Training subjects that a pattern of present sources needs before the model may speak of it."""


def fit_tested(packed: Packed, recipe: Recipe, folder: Path, say: Say) -> Run:
    """Fit on what was known before the test period and measure on it.

    Raises
    ------
    Refused
        Where the history is too short to learn or to test from.
    """
    sample, values = _sample(packed, recipe, say)
    timezone = packed.portfolio.seller.timezone
    parts = split(sample.subjects, recipe.test_from, timezone)
    say(_split_text(sample.subjects, parts, timezone))
    train, train_values = sample.subjects.iloc[parts.train], values.iloc[parts.train]
    work = _Work(packed, recipe, train.reset_index(drop=True), train_values.to_numpy())
    run = _fit(work, folder, say)
    test = sample.subjects.iloc[parts.test]
    scored = test.assign(
        probability=run.model.predict(values.iloc[parts.test], contributions=False).probability
    )
    metrics = period_metrics(scored, parts.test_from, day_after(test["as_of"].max(), timezone), timezone)
    return Run(
        run.model, run.folder, run.choice, sample.excluded, scored, metrics,
        {
            **run.parameters, "test_from": str(parts.test_from), "test_subjects": len(test),
            "gap_subjects": parts.gap,
        },
    )  # fmt: skip


def fit_final(packed: Packed, recipe: Recipe, shape: Shape, folder: Path, say: Say) -> Run:
    """Refit a tested recipe on every mature subject."""
    sample, values = _sample(packed, recipe, say)
    subjects = sample.subjects.reset_index(drop=True)
    run = _fit(_Work(packed, recipe, subjects, values.to_numpy(), shape), folder, say)
    return Run(run.model, run.folder, run.choice, sample.excluded, None, {}, run.parameters)


def data_hash(packed: Packed) -> str:
    """Return a hash over the content of all tables."""
    digest = hashlib.sha256()
    for name, frame in sorted(packed.portfolio.tables.items()):
        digest.update(name.encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def period_metrics(
    scored: pd.DataFrame, start: pd.Timestamp, stop: pd.Timestamp, timezone: str
) -> dict[str, Any]:
    """Return the metrics of scored subjects in the shape of ``--json``, counting those that cannot be scored.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        ``buyer_id``, ``outcome`` and ``probability`` (missing where the model cannot say).
    start, stop : Timestamp
        The period, start <= as_of < stop.
    timezone : str
        The seller's, in which the days of the period are told.
    """
    known = scored[scored["probability"].notna()]
    if not len(known):
        raise Refused("expected subjects that the model can score; found none; widen the period")
    outcome, probability = known["outcome"].to_numpy(), known["probability"].to_numpy()
    return {
        "from": date_text(start, timezone),
        "to": date_text(stop, timezone),
        "n": len(known),
        "cannot_say": len(scored) - len(known),
        "base_rate": float(outcome.mean()),
        "metrics": metrics_of(outcome, probability, known["buyer_id"].to_numpy()),
    }


def _sample(packed: Packed, recipe: Recipe, say: Say) -> tuple[Sample, pd.DataFrame]:
    sample = sample_of(packed, recipe.outcome)
    say(f"{len(sample.subjects)} mature subjects; left out: {_counts(sample.excluded)}")
    return sample, build_packed(packed, sample.subjects)


@dataclass(frozen=True)
class _Work:
    """What a model is fitted on; the shape of the trees is given for a refit, else the folds choose it."""

    packed: Packed
    recipe: Recipe
    subjects: pd.DataFrame
    values: np.ndarray
    shape: Shape | None = None

    @property
    def outcome(self) -> np.ndarray:
        return self.subjects["outcome"].to_numpy()


def _fit(work: _Work, folder: Path, say: Say) -> Run:
    recipe = work.recipe
    frame = pd.DataFrame(work.values, columns=list(NAMES))
    choice = choose_features(recipe.outcome.model, work.packed.portfolio, frame, recipe.without)
    left_out = pd.Series(choice.dropped).value_counts().to_dict()
    say(f"{len(choice.features)} features; left out: {_counts(left_out)}")
    inputs = encode(frame[[feature.name for feature in choice.features]].to_numpy(), choice.features)
    fit = _folds(work, inputs, choice, say)
    kind, trees = work.shape or (fit.kind, fit.trees)
    say(f"{trees} trees with {kind.replace('_', ' ')}")
    booster = fit_trees(inputs, work.outcome, choice.features, kind, trees, recipe.seed)
    spec = _spec(work, choice, fit, (kind, trees))
    fitted = subject_hashes(work.subjects, spec.salt)
    model = write_model(folder, spec, booster, work.values, fitted)
    return Run(model, folder, choice, {}, None, {}, _parameters(recipe, spec, work.packed))


def _folds(work: _Work, inputs: np.ndarray, choice: Choice, say: Say) -> Fit:
    folds = rolling_folds(work.subjects)
    if not folds:
        raise Refused(
            "expected rolling folds inside the training period, in which earlier subjects predict later "
            "ones, with at least five bad and five good outcomes each; found too short a training period; "
            "move --test-from to a later day, or load a longer history"
        )
    say(f"{len(folds)} rolling folds")
    return fold_predictions(inputs, work.outcome, choice.features, folds, work.recipe.seed)


def _spec(work: _Work, choice: Choice, fit: Fit, shape: Shape) -> ModelSpec:
    asked, subjects = work.recipe.outcome, work.subjects
    hashed = data_hash(work.packed)
    return ModelSpec(
        model=asked.model,
        outcome=asked.tag,
        definition_hash=asked.hash,
        horizon_days=asked.days,
        seller_id=work.packed.portfolio.seller.seller_id,
        features=choice.features,
        catalog_hash=CATALOG_HASH,
        calibration=platt(fit.raw, work.outcome[fit.rows], work.recipe.population_rate),
        patterns=_patterns(work.values, choice),
        fitted_from=subjects["as_of"].min().isoformat(),
        fitted_until=subjects["as_of"].max().isoformat(),
        final=work.shape is not None,
        subjects=len(subjects),
        events=int(work.outcome.sum()),
        data_hash=hashed,
        tree_kind=shape[0],
        trees=shape[1],
        salt=hashed[:16],
    )


def _patterns(values: np.ndarray, choice: Choice) -> tuple[str, ...]:
    sources = sources_of([feature.name for feature in choice.features])
    patterns, counts = np.unique(pattern_texts(values, sources), return_counts=True)
    least = min(_MIN_PATTERN, len(values))
    return tuple(str(pattern) for pattern, n in zip(patterns, counts, strict=True) if n >= least)


def _parameters(recipe: Recipe, spec: ModelSpec, packed: Packed) -> dict[str, Any]:
    return {
        "outcome": spec.outcome,
        "definition_hash": spec.definition_hash,
        "data_hash": spec.data_hash,
        "seller_id": spec.seller_id,
        "population_rate": recipe.population_rate,
        "without": json.dumps(recipe.without),
        "seed": recipe.seed,
        "horizon_days": spec.horizon_days,
        "tree_kind": spec.tree_kind,
        "trees": spec.trees,
        "features": len(spec.features),
        "subjects": spec.subjects,
        "events": spec.events,
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "observed_until": packed.portfolio.observed_until.isoformat(),
    }


def _counts(counts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _split_text(subjects: pd.DataFrame, parts: Split, timezone: str) -> str:
    outcome = subjects["outcome"].to_numpy()
    texts = [f"{name} {len(rows)} ({outcome[rows].mean():.1%} bad)" for name, rows in
             (("training", parts.train), ("test", parts.test))]  # fmt: skip
    return f"{', '.join(texts)}, gap {parts.gap}, test from {date_text(parts.test_from, timezone)}"
