"""Trains a model: subjects, features, split, folds, calibration, artefact, test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from credit.encoding import encode, pattern_texts, sources_of
from credit.model import RiskModel, subject_hashes
from credit.spec import ModelSpec
from features.build import Packed, build_packed
from features.catalog import CATALOG_HASH, NAMES
from features.errors import Refused
from training.artefact import write_model
from training.calibration import platt
from training.contract import Choice, choose_features
from training.learner import Fit, fit_trees, fold_predictions
from training.metrics import metrics_of
from training.splits import Split, rolling_folds, split
from training.subjects import Outcome, Sample, sample_of

__all__ = ["Recipe", "Run", "data_hash", "fit_final", "fit_tested"]

Say = Callable[[str], None]

_MIN_PATTERN = 20
"""Training subjects that a pattern of present sources needs before the model may speak of it."""


@dataclass(frozen=True)
class Recipe:
    """All that decides what a training gives, next to the data.

    Parameters
    ----------
    outcome : Outcome
    test_from : Timestamp, optional
    population_rate : float, optional
    without : tuple of str
    seed : int
    """

    outcome: Outcome
    test_from: pd.Timestamp | None = None
    population_rate: float | None = None
    without: tuple[str, ...] = ()
    seed: int = 7


@dataclass(frozen=True)
class Run:
    """A trained model with what is known of it.

    Parameters
    ----------
    model : RiskModel
    folder : Path
    choice : Choice
    excluded : mapping of str to int
        Subjects left out, by reason.
    test : DataFrame or None
        Test subjects with ``outcome`` and ``probability``; None for a refit.
    metrics : mapping
        Of the test period, in the shape of ``--json``.
    parameters : mapping
        What the registry logs.
    """

    model: RiskModel
    folder: Path
    choice: Choice
    excluded: Mapping[str, int]
    test: pd.DataFrame | None
    metrics: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)


def fit_tested(packed: Packed, recipe: Recipe, folder: Path, say: Say) -> Run:
    """Fit on what was known before the test period and measure on it.

    Raises
    ------
    Refused
        Where the history is too short to learn or to test from.
    """
    sample, values = _sample(packed, recipe, say)
    parts = split(sample.subjects, recipe.test_from)
    say(_split_text(sample.subjects, parts))
    train, train_values = sample.subjects.iloc[parts.train], values.iloc[parts.train]
    run = _fit(packed, recipe, train.reset_index(drop=True), train_values.to_numpy(), folder, say, final=False)
    test = sample.subjects.iloc[parts.test]
    scored = test.assign(probability=run.model.predict(values.iloc[parts.test], contributions=False).probability)
    metrics = period_metrics(run.model, scored, parts.test_from, _after(test["as_of"].max()))
    return Run(
        run.model, run.folder, run.choice, sample.excluded, scored, metrics,
        {**run.parameters, "test_from": str(parts.test_from), "test_subjects": len(test), "gap_subjects": parts.gap},
    )  # fmt: skip


def fit_final(packed: Packed, recipe: Recipe, trees: int, folder: Path, say: Say) -> Run:
    """Refit a tested recipe on every mature subject."""
    sample, values = _sample(packed, recipe, say)
    subjects = sample.subjects.reset_index(drop=True)
    run = _fit(packed, recipe, subjects, values.to_numpy(), folder, say, final=True, trees=trees)
    return Run(run.model, run.folder, run.choice, sample.excluded, None, {}, run.parameters)


def data_hash(packed: Packed) -> str:
    """Return a hash over the content of all tables."""
    digest = hashlib.sha256()
    for name, frame in sorted(packed.portfolio.tables.items()):
        digest.update(name.encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def period_metrics(model: RiskModel, scored: pd.DataFrame, start: pd.Timestamp, stop: pd.Timestamp) -> dict[str, Any]:
    """Return the metrics of scored subjects in the shape of ``--json``; subjects that cannot be scored are counted."""
    known = scored[scored["probability"].notna()]
    if not len(known):
        raise Refused("expected subjects that the model can score; found none; widen the period")
    outcome, probability = known["outcome"].to_numpy(), known["probability"].to_numpy()
    return {
        "from": start.strftime("%Y-%m-%d"),
        "to": stop.strftime("%Y-%m-%d"),
        "n": len(known),
        "cannot_say": len(scored) - len(known),
        "base_rate": float(outcome.mean()),
        "metrics": metrics_of(outcome, probability, known["buyer_id"].to_numpy()),
    }


def _sample(packed: Packed, recipe: Recipe, say: Say) -> tuple[Sample, pd.DataFrame]:
    sample = sample_of(packed, recipe.outcome)
    say(f"{len(sample.subjects)} mature subjects; left out: {_counts(sample.excluded)}")
    return sample, build_packed(packed, sample.subjects)


def _fit(
    packed: Packed, recipe: Recipe, subjects: pd.DataFrame, values: np.ndarray, folder: Path, say: Say, *,
    final: bool, trees: int | None = None,
) -> Run:  # fmt: skip
    frame = pd.DataFrame(values, columns=list(NAMES))
    choice = choose_features(recipe.outcome.model, packed.portfolio, frame, recipe.without)  # type: ignore[arg-type]
    say(f"{len(choice.features)} features; left out: {_counts(pd.Series(choice.dropped).value_counts().to_dict())}")
    inputs = encode(frame[[feature.name for feature in choice.features]].to_numpy(), choice.features)
    outcome = subjects["outcome"].to_numpy()
    fit = _folds(inputs, outcome, choice, subjects, recipe.seed, say)
    booster = fit_trees(inputs, outcome, choice.features, trees or fit.trees, recipe.seed)
    spec = _spec(packed, recipe, choice, fit, subjects, values, final, trees or fit.trees)
    fitted = subject_hashes(subjects, spec.salt)
    model = write_model(folder, spec, booster, values, fitted)
    return Run(model, folder, choice, {}, None, {}, _parameters(recipe, spec, packed))


def _folds(
    inputs: np.ndarray, outcome: np.ndarray, choice: Choice, subjects: pd.DataFrame, seed: int, say: Say
) -> Fit:
    folds = rolling_folds(subjects)
    if not folds:
        raise Refused(
            "expected a history in which earlier subjects can predict later ones, with at least five bad and five good "
            "outcomes each; found too short a history; load more of it"
        )
    say(f"{len(folds)} rolling folds")
    return fold_predictions(inputs, outcome, choice.features, folds, seed)


def _spec(
    packed: Packed, recipe: Recipe, choice: Choice, fit: Fit, subjects: pd.DataFrame, values: np.ndarray,
    final: bool, trees: int,
) -> ModelSpec:  # fmt: skip
    outcome = subjects["outcome"].to_numpy()
    names = [feature.name for feature in choice.features]
    patterns, counts = np.unique(pattern_texts(values, sources_of(names)), return_counts=True)
    hashed = data_hash(packed)
    return ModelSpec(
        model=recipe.outcome.model,  # type: ignore[arg-type]
        outcome=recipe.outcome.tag,
        definition_hash=recipe.outcome.hash,
        horizon_days=recipe.outcome.days,
        seller_id=packed.portfolio.seller.seller_id,
        features=choice.features,
        catalog_hash=CATALOG_HASH,
        calibration=platt(fit.raw, outcome[fit.rows], recipe.population_rate),
        patterns=tuple(str(p) for p, n in zip(patterns, counts, strict=True) if n >= min(_MIN_PATTERN, len(values))),
        fitted_from=subjects["as_of"].min().isoformat(),
        fitted_until=subjects["as_of"].max().isoformat(),
        final=final,
        subjects=len(subjects),
        events=int(outcome.sum()),
        data_hash=hashed,
        trees=trees,
        salt=hashed[:16],
    )


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
        "trees": spec.trees,
        "features": len(spec.features),
        "subjects": spec.subjects,
        "events": spec.events,
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "observed_until": packed.portfolio.observed_until.isoformat(),
    }


def _after(last: pd.Timestamp) -> pd.Timestamp:
    """Return the day after, since periods are half-open."""
    return last.normalize() + pd.Timedelta(days=1)


def _counts(counts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _split_text(subjects: pd.DataFrame, parts: Split) -> str:
    outcome = subjects["outcome"].to_numpy()
    texts = [f"{name} {len(rows)} ({outcome[rows].mean():.1%} bad)" for name, rows in
             (("training", parts.train), ("test", parts.test))]  # fmt: skip
    return f"{', '.join(texts)}, gap {parts.gap}, test from {parts.test_from.date()}"
