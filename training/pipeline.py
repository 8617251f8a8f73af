"""Trains a model: subjects, features, split, folds, calibration, artefact, test."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
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
from training.blend import LEFT_TO_THE_PRIOR, learn_blend, prior_share
from training.boosting import learn_trees
from training.config import TrainConfig
from training.contest import contest
from training.contract import Choice
from training.evaluation_artifacts import evaluation_artifacts
from training.few_defaults import PriorFit, figures_of
from training.learned import Learned
from training.material import Material
from training.parameters import run_parameters
from training.period import period_evaluation, period_metrics
from training.periods import date_text, day_after
from training.prior_model import learn_prior, own_experience
from training.run import Recipe, Run
from training.splits import MIN_PER_CLASS, Split, split
from training.subjects import Sample, sample_of, without_flagged

__all__ = ["data_hash", "fit_final", "fit_tested", "labelled"]

Say = Callable[[str], None]


def fit_tested(
    packed: Packed,
    recipe: Recipe,
    folder: Path,
    say: Say,
    shape: Mapping[str, Any] | None = None,
    searches: Path | None = None,
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
    searches : Path, optional
        File in which a search for better trees is kept, so that one that was cut goes on.

    Raises
    ------
    Refused
        Where the history is too short to learn or to test from.
    """
    sample, values = labelled(packed, recipe, say)
    timezone = packed.portfolio.seller.timezone
    may_be_prior = recipe.outcome.model == "default"
    parts = split(sample.subjects, recipe.test_from, timezone, least=0 if may_be_prior else MIN_PER_CLASS)
    say(_split_text(sample.subjects, parts, timezone))
    work = _Work(packed, recipe, sample.subjects, values, parts.train, searches)
    prior = _prior(work, shape)
    if may_be_prior and prior is None:
        split(sample.subjects, recipe.test_from, timezone)
    run = _fit(work, prior, shape, folder, say)
    scored = sample.subjects.iloc[parts.test].reset_index(drop=True)
    test_values = values.iloc[parts.test].reset_index(drop=True)
    scored["probability"] = run.model.predict(test_values, contributions=False).probability
    stop = day_after(scored["as_of"].max(), timezone)
    told = {"test_from": str(parts.test_from), "test_subjects": len(scored), "gap_subjects": parts.gap}
    say("measuring on the test period")
    evaluation = {
        "waterfall": sample.waterfall,
        **period_evaluation(packed, recipe.outcome, scored, test_values, known_buyers=work.known_buyers),
        "challengers": _challengers(work, prior, scored, test_values, say),
    }
    return replace(
        run,
        excluded=sample.excluded,
        test=scored,
        metrics=_metrics(scored, prior, period_metrics(scored, parts.test_from, stop, timezone)),
        parameters={**run.parameters, **told},
        evaluation=evaluation,
        extra=evaluation_artifacts(evaluation, run.model.spec.outcome),
    )


def fit_final(packed: Packed, recipe: Recipe, shape: Mapping[str, Any], folder: Path, say: Say) -> Run:
    """Refit a tested recipe, with the hyper-parameters that it chose, on every mature subject."""
    sample, values = labelled(packed, recipe, say)
    if not len(values):
        raise Refused("expected mature subjects to learn from; found none; load a longer history")
    work = _Work(packed, recipe, sample.subjects, values, np.arange(len(values)), None, final=True)
    run = _fit(work, _prior(work, shape), shape, folder, say)
    return replace(run, excluded=sample.excluded)


def data_hash(packed: Packed) -> str:
    """Return a hash over the content of all tables."""
    digest = hashlib.sha256()
    for name, frame in sorted(packed.portfolio.tables.items()):
        digest.update(name.encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def labelled(packed: Packed, recipe: Recipe, say: Say) -> tuple[Sample, pd.DataFrame]:
    """Return the mature subjects of a recipe, without those that it leaves out, and their values."""
    sample = sample_of(packed, recipe.outcome)
    values = build_packed(packed, sample.subjects)
    sample, values = without_flagged(sample, values, recipe.config.exclude)
    say(f"{len(sample.subjects)} mature subjects; left out: {_counts(sample.excluded)}")
    return sample, values


@dataclass(frozen=True)
class _Work:
    """All mature subjects with their values, and the rows of those that a model is fitted on."""

    packed: Packed
    recipe: Recipe
    subjects: pd.DataFrame
    values: pd.DataFrame
    rows: np.ndarray
    searches: Path | None
    final: bool = False

    @cached_property
    def fitted(self) -> pd.DataFrame:
        return self.subjects.iloc[self.rows].reset_index(drop=True)

    @cached_property
    def fitted_values(self) -> pd.DataFrame:
        return self.values.iloc[self.rows].reset_index(drop=True)

    @cached_property
    def material(self) -> Material:
        return Material(self.packed, self.recipe, self.fitted, self.fitted_values, self.searches)

    @cached_property
    def material_beside_prior(self) -> Material:
        return replace(self.material, left_to_prior=LEFT_TO_THE_PRIOR)

    @property
    def known_buyers(self) -> set[str]:
        return set(self.fitted["buyer_id"])

    @property
    def shown(self) -> pd.DataFrame:
        """Values that tell what is usual; of all subjects where none is old enough to be fitted on."""
        return self.fitted_values if len(self.rows) else self.values

    @property
    def shown_subjects(self) -> pd.DataFrame:
        """The subjects of `shown`."""
        return self.fitted if len(self.rows) else self.subjects


def _prior(work: _Work, shape: Mapping[str, Any] | None) -> PriorFit | None:
    """Return own experience where a prior has a share: as recorded, or for want of defaults."""
    if work.recipe.outcome.model != "default" or (shape and "prior_share" not in shape):
        return None
    found = own_experience(work.recipe, work.fitted, work.fitted_values)
    learner = found.learner if shape is None else "blend" if "prior_share" in shape else "prior"
    return None if learner == "lightgbm" else replace(found, learner=learner)


def _fit(work: _Work, prior: PriorFit | None, shape: Mapping[str, Any] | None, folder: Path, say: Say) -> Run:
    if prior is not None:
        say(_prior_text(prior, work.recipe.config))
    if prior is not None and prior.learner == "prior":
        learned = learn_prior(work.recipe, prior, work.shown)
        choice = Choice(learned.features, {})
    else:
        choice = _material(work, prior).choice
        say(f"{len(choice.features)} features; left out: {_reasons(choice.dropped)}")
        learned = _with_trees(work, prior, shape, say)
    spec = _spec(work, learned)
    hashes = subject_hashes(work.fitted, spec.salt)
    model = write_model(folder, spec, learned, work.shown.to_numpy(), work.shown_subjects, hashes)
    told = run_parameters(work.packed, spec, work.recipe.config, learned.shape)
    return Run(model, folder, choice, {}, None, {}, told, learned.shape)


def _material(work: _Work, prior: PriorFit | None) -> Material:
    return work.material if prior is None else work.material_beside_prior


def _with_trees(work: _Work, prior: PriorFit | None, shape: Mapping[str, Any] | None, say: Say) -> Learned:
    """Learn trees, alone or beside the prior, which speaks alone where they rank no better than chance."""
    material = _material(work, prior)
    if prior is None:
        return learn_trees(material, shape, say)
    try:
        return learn_blend(material, prior, shape, say)
    except Refused as refused:
        say(f"the prior speaks alone: {refused}")
        return learn_prior(work.recipe, prior, work.shown)


def _metrics(scored: pd.DataFrame, prior: PriorFit | None, told: dict[str, Any]) -> dict[str, Any]:
    """Return the metrics; of a prior those that so few defaults can tell, with the reason for the others."""
    if prior is None:
        return told
    few = figures_of(scored[scored["probability"].notna()])
    return {**told, "metrics": few["metrics"], "level": few["level"], "few_defaults": few["cannot_say"]}


def _challengers(
    work: _Work, prior: PriorFit | None, scored: pd.DataFrame, values: pd.DataFrame, say: Say
) -> list[dict[str, Any]]:
    """Hear the challengers where they are wanted and there is enough to learn from."""
    if (prior is not None and prior.learner == "prior") or not work.recipe.config.challengers:
        return []
    return contest(work.material, scored, values, say)


def _spec(work: _Work, learned: Learned) -> ModelSpec:
    asked, hashed = work.recipe.outcome, data_hash(work.packed)
    moments = (work.fitted if len(work.rows) else work.subjects)["as_of"]
    return ModelSpec(
        model=asked.model,
        outcome=asked.tag,
        definition_hash=asked.hash,
        horizon_days=asked.days,
        seller_id=work.packed.portfolio.seller.seller_id,
        features=learned.features,
        catalog_hash=CATALOG_HASH,
        calibration=learned.calibration,
        patterns=learned.patterns,
        fitted_from=moments.min().isoformat(),
        fitted_until=moments.max().isoformat() if len(work.rows) else moments.min().isoformat(),
        final=work.final,
        subjects=len(work.rows),
        events=int(work.fitted["outcome"].sum()),
        data_hash=hashed,
        learner=learned.learner,
        trees=learned.trees,
        prior=learned.prior,
        salt=hashed[:16],
    )


def _prior_text(prior: PriorFit, config: TrainConfig) -> str:
    told = "is prior knowledge"
    if prior.learner == "blend":
        share = prior_share(prior.defaulted_buyers)
        told = f"is {1 - share:.0%} trees and {share:.0%} prior knowledge"
    return (
        f"{prior.defaulted_buyers} buyers defaulted, fewer than {config.few_defaults.switch_at}: the model "
        f"{told}, whose level weighs {prior.prior_weight:.0%} beside own experience"
    )


def _reasons(dropped: Mapping[str, str]) -> str:
    return _counts(pd.Series(dropped, dtype="str").value_counts().to_dict())


def _counts(counts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _split_text(subjects: pd.DataFrame, parts: Split, timezone: str) -> str:
    outcome = subjects["outcome"].to_numpy()
    texts = [f"{name} {len(rows)} ({outcome[rows].mean() if len(rows) else 0.0:.1%} bad)" for name, rows in
             (("training", parts.train), ("test", parts.test))]  # fmt: skip
    return f"{', '.join(texts)}, gap {parts.gap}, test from {date_text(parts.test_from, timezone)}"
