"""Trains a model: subjects, features, split, folds, calibration, artefact, test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from credit.model import subject_hashes
from credit.spec import ModelSpec
from features.build import Packed, build_packed
from features.catalog import CATALOG_HASH
from features.errors import Refused
from training.artefact import write_model
from training.calibration import Staged, calibrate
from training.learner import Fit, Shape, fit_trees, fold_predictions
from training.material import Material
from training.metrics import metrics_of
from training.periods import date_text, day_after
from training.run import Recipe, Run
from training.splits import Split, rolling_folds, split
from training.subjects import Sample, sample_of

__all__ = ["data_hash", "fit_final", "fit_tested", "period_metrics"]

Say = Callable[[str], None]


def fit_tested(
    packed: Packed, recipe: Recipe, folder: Path, say: Say, shape: Mapping[str, Any] | None = None
) -> Run:
    """Fit on what was known before the test period and measure on it.

    Parameters
    ----------
    packed : Packed
    recipe : Recipe
    folder : Path
        Where the model is written; must not exist.
    say : callable
        Told what is going on.
    shape : mapping, optional
        Hyper-parameters that an earlier run chose; without them the rolling folds choose.

    Raises
    ------
    Refused
        Where the history is too short to learn or to test from.
    """
    sample, values = _sample(packed, recipe, say)
    timezone = packed.portfolio.seller.timezone
    parts = split(sample.subjects, recipe.test_from, timezone)
    say(_split_text(sample.subjects, parts, timezone))
    train = sample.subjects.iloc[parts.train].reset_index(drop=True)
    train_values = values.iloc[parts.train].reset_index(drop=True)
    run = _fit(Material(packed, recipe, train, train_values), shape, folder, say)
    test = sample.subjects.iloc[parts.test]
    scored = test.assign(
        probability=run.model.predict(values.iloc[parts.test], contributions=False).probability
    )
    metrics = period_metrics(scored, parts.test_from, day_after(test["as_of"].max(), timezone), timezone)
    told = {"test_from": str(parts.test_from), "test_subjects": len(test), "gap_subjects": parts.gap}
    return replace(
        run, excluded=sample.excluded, test=scored, metrics=metrics, parameters={**run.parameters, **told}
    )


def fit_final(packed: Packed, recipe: Recipe, shape: Mapping[str, Any], folder: Path, say: Say) -> Run:
    """Refit a tested recipe, with the hyper-parameters that it chose, on every mature subject."""
    sample, values = _sample(packed, recipe, say)
    run = _fit(Material(packed, recipe, sample.subjects, values), shape, folder, say, final=True)
    return replace(run, excluded=sample.excluded)


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
    values = build_packed(packed, sample.subjects)
    sample, values = _without_excluded(sample, values, recipe.config.exclude)
    say(f"{len(sample.subjects)} mature subjects; left out: {_counts(sample.excluded)}")
    return sample, values


def _without_excluded(
    sample: Sample, values: pd.DataFrame, flags: tuple[str, ...]
) -> tuple[Sample, pd.DataFrame]:
    """Leave out and count the subjects that have one of the flags."""
    kept, counts = np.ones(len(values), bool), dict(sample.excluded)
    for flag in flags:
        found = kept & (values[flag] == 1.0).to_numpy()
        counts[flag] = int(found.sum())
        kept &= ~found
    subjects = sample.subjects[kept].reset_index(drop=True)
    return Sample(subjects, counts), values[kept].reset_index(drop=True)


def _fit(
    material: Material, shape: Mapping[str, Any] | None, folder: Path, say: Say, *, final: bool = False
) -> Run:
    choice = material.choice
    left_out = pd.Series(choice.dropped).value_counts().to_dict()
    say(f"{len(choice.features)} features; left out: {_counts(left_out)}")
    fit = _folds(material, None if shape is None else Shape(**shape), say)
    say(f"{fit.shape.trees} trees with {fit.shape.kind.replace('_', ' ')}")
    seed = material.recipe.config.seed
    booster = fit_trees(material.inputs, material.outcome, choice.features, fit.shape, seed, material.weight)
    spec = _spec(material, fit, final=final)
    model = write_model(
        folder, spec, booster, material.values.to_numpy(), subject_hashes(material.subjects, spec.salt)
    )
    parameters = _parameters(material.recipe, spec, material.packed, fit.shape)
    return Run(model, folder, choice, {}, None, {}, parameters, asdict(fit.shape))


def _folds(material: Material, shape: Shape | None, say: Say) -> Fit:
    folds = rolling_folds(material.subjects)
    if not folds:
        raise Refused(
            "expected rolling folds inside the training period, in which earlier subjects predict later "
            "ones, with at least five bad and five good outcomes each; found too short a training period; "
            "move --test-from to a later day, or load a longer history"
        )
    say(f"{len(folds)} rolling folds")
    return fold_predictions(
        material.inputs, material.outcome, material.choice.features, material.with_copies(folds),
        material.recipe.config.seed, material.weight, shape,
    )  # fmt: skip


def _spec(material: Material, fit: Fit, *, final: bool) -> ModelSpec:
    asked, subjects, rows = material.recipe.outcome, material.subjects, fit.rows
    told = Staged(fit.raw, material.outcome[rows], material.state[rows], rows >= len(subjects))
    hashed = data_hash(material.packed)
    return ModelSpec(
        model=asked.model,
        outcome=asked.tag,
        definition_hash=asked.hash,
        horizon_days=asked.days,
        seller_id=material.packed.portfolio.seller.seller_id,
        features=material.choice.features,
        catalog_hash=CATALOG_HASH,
        calibration=calibrate(told, material.sources, material.recipe.config.population_rate),
        patterns=material.patterns,
        fitted_from=subjects["as_of"].min().isoformat(),
        fitted_until=subjects["as_of"].max().isoformat(),
        final=final,
        subjects=len(subjects),
        events=int(subjects["outcome"].sum()),
        data_hash=hashed,
        trees=fit.shape.trees,
        salt=hashed[:16],
    )


def _parameters(recipe: Recipe, spec: ModelSpec, packed: Packed, shape: Shape) -> dict[str, Any]:
    return {
        "outcome": spec.outcome,
        "definition_hash": spec.definition_hash,
        "data_hash": spec.data_hash,
        "seller_id": spec.seller_id,
        "horizon_days": spec.horizon_days,
        "features": len(spec.features),
        "subjects": spec.subjects,
        "events": spec.events,
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "observed_until": packed.portfolio.observed_until.isoformat(),
        "config_hash": recipe.config.hash,
        **{
            f"config.{name}": json.dumps(value)
            for name, value in recipe.config.model_dump(mode="json").items()
        },
        **{f"shape.{name}": value for name, value in asdict(shape).items()},
    }


def _counts(counts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _split_text(subjects: pd.DataFrame, parts: Split, timezone: str) -> str:
    outcome = subjects["outcome"].to_numpy()
    texts = [f"{name} {len(rows)} ({outcome[rows].mean():.1%} bad)" for name, rows in
             (("training", parts.train), ("test", parts.test))]  # fmt: skip
    return f"{', '.join(texts)}, gap {parts.gap}, test from {date_text(parts.test_from, timezone)}"
