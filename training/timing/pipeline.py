"""Trains a timing model: subjects, features, split, folds, calibration, artefact, test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from credit.booked import booking_lag_days
from credit.model import subject_hashes
from credit.timing.exits import CAUSES
from credit.timing.spec import TimingSpec
from features.build import Packed, build_packed
from features.catalog import CATALOG_HASH
from features.errors import Refused
from features.instants import local_days
from training.parameters import run_parameters
from training.periods import date_text, day_start
from training.pipeline import data_hash
from training.run import Recipe
from training.splits import TEST_SHARE
from training.timing.artefact import write_timing
from training.timing.fit import LearnedTiming, learn_timing
from training.timing.material import Material
from training.timing.measure import WITHIN_DAYS, is_mature, measured
from training.timing.run import TimingRun
from training.timing.subjects import HORIZON_DAYS, TimingSample, timing_subjects

__all__ = ["fit_timing_final", "fit_timing_tested"]

Say = Callable[[str], None]

_DEFINITION = f"closed_within_{HORIZON_DAYS}"

_MOST_TESTED = 10_000
"""Test subjects that are measured at most."""


def fit_timing_tested(
    packed: Packed, recipe: Recipe, folder: Path, say: Say, shape: Mapping[str, Any] | None = None
) -> TimingRun:
    """Fit on what was known before the test period and measure on it.

    Parameters
    ----------
    packed : Packed
    recipe : Recipe
        Of its configuration count ``seed``, ``without``, ``exclude`` and ``weights``.
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
    work = _Work.of(packed, recipe, say)
    start = _test_start(work)
    subjects = work.sample.subjects
    earlier = np.flatnonzero((subjects["as_of"] < start).to_numpy())
    tested = _tested_rows(work, start)
    say(f"training {len(earlier)}, test {len(tested)} subjects, from {date_text(start, work.timezone)}")
    part = _Part(earlier, _day(start, work.timezone) - 1 - work.lag_days)
    run = _fit(work, part, shape, folder, say)
    say("measuring on the test period")
    test = subjects.iloc[tested].reset_index(drop=True)
    told = measured(packed, run.model, test, work.values.iloc[tested].reset_index(drop=True), start)
    head = {"test_from": str(start), "test_subjects": len(told.subjects)}
    return replace(
        run,
        test=told.subjects,
        metrics=told.metrics,
        parameters={**run.parameters, **head},
        evaluation={"waterfall": work.sample.waterfall, **told.evaluation},
    )


def fit_timing_final(
    packed: Packed, recipe: Recipe, shape: Mapping[str, Any], folder: Path, say: Say
) -> TimingRun:
    """Refit a tested recipe, with the hyper-parameters that it chose, on every subject."""
    work = _Work.of(packed, recipe, say)
    return _fit(work, _Part(np.arange(len(work.sample.subjects)), np.inf, final=True), shape, folder, say)


@dataclass(frozen=True)
class _Work:
    """All subjects with their values."""

    packed: Packed
    recipe: Recipe
    sample: TimingSample
    values: pd.DataFrame
    lag_days: int

    @classmethod
    def of(cls, packed: Packed, recipe: Recipe, say: Say) -> _Work:
        sample = timing_subjects(packed, recipe.config.seed)
        values = build_packed(packed, sample.subjects)
        kept, counts = np.ones(len(values), bool), dict(sample.excluded)
        for flag in recipe.config.exclude:
            found = kept & (values[flag] == 1.0).to_numpy()
            counts[flag] = int(found.sum())
            kept &= ~found
        subjects = sample.subjects[kept].reset_index(drop=True)
        told = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
        say(f"{len(subjects)} subjects of {sample.drawn} invoices; left out: {told}")
        if not len(subjects):
            raise Refused("expected open invoices to learn from; found none; load a longer history")
        sample = replace(sample, subjects=subjects, excluded=counts)
        return cls(
            packed, recipe, sample, values[kept].reset_index(drop=True), booking_lag_days(packed.portfolio)
        )

    @property
    def timezone(self) -> str:
        return self.packed.portfolio.seller.timezone


@dataclass(frozen=True)
class _Part:
    """Subjects to fit on, with what had happened by a day."""

    rows: np.ndarray
    until_day: float
    final: bool = False


def _test_start(work: _Work) -> pd.Timestamp:
    """Return where the test starts: as asked for, or the day with which the latest fifth starts."""
    if work.recipe.test_from is not None:
        return work.recipe.test_from
    as_of = work.sample.subjects["as_of"][is_mature(work.sample.subjects)]
    if not len(as_of):
        raise Refused(
            f"expected invoices whose {WITHIN_DAYS} days after due have ended, to test on; found none; "
            "load a longer history"
        )
    return day_start(as_of.iloc[min(int(len(as_of) * (1 - TEST_SHARE)), len(as_of) - 1)], work.timezone)


def _tested_rows(work: _Work, start: pd.Timestamp) -> np.ndarray:
    subjects = work.sample.subjects
    rows = np.flatnonzero((subjects["as_of"] >= start).to_numpy())
    if not is_mature(subjects.iloc[rows]).any():
        raise Refused(
            f"expected invoices whose {WITHIN_DAYS} days after due have ended in the test part (test from "
            f"{date_text(start, work.timezone)}); found none; move --test-from to an earlier day"
        )
    if len(rows) > _MOST_TESTED:
        rng = np.random.default_rng(work.recipe.config.seed)
        rows = np.sort(rng.choice(rows, _MOST_TESTED, replace=False))
    return rows


def _fit(work: _Work, part: _Part, shape: Mapping[str, Any] | None, folder: Path, say: Say) -> TimingRun:
    subjects = work.sample.subjects.iloc[part.rows].reset_index(drop=True)
    values = work.values.iloc[part.rows].reset_index(drop=True)
    material = Material(work.packed, work.recipe, subjects, values, part.until_day, work.lag_days)
    learned = learn_timing(material, shape, say)
    spec = _spec(material, learned, final=part.final)
    hashes = subject_hashes(subjects, spec.salt)
    model = write_timing(folder, spec, learned.booster, subjects, values, hashes)
    told = _parameters(work, spec, learned)
    excluded = work.sample.excluded
    return TimingRun(model, folder, material.choice, excluded, None, {}, told, learned.recorded)


def _spec(material: Material, learned: LearnedTiming, *, final: bool) -> TimingSpec:
    hashed, subjects = data_hash(material.packed), material.subjects
    return TimingSpec(
        definition_hash=_DEFINITION,
        horizon_days=HORIZON_DAYS,
        seller_id=material.packed.portfolio.seller.seller_id,
        features=material.features,
        catalog_hash=CATALOG_HASH,
        grid=material.grid.ends,
        causes=CAUSES,
        shares=learned.shares,
        calibration=learned.calibration,
        patterns=material.patterns,
        fitted_from=subjects["as_of"].min().isoformat(),
        fitted_until=subjects["as_of"].max().isoformat(),
        final=final,
        subjects=len(subjects),
        events=int(((subjects["cause"] == 1).to_numpy() & material.closed).sum()),
        rows=learned.rows,
        data_hash=hashed,
        trees=learned.shape.trees,
        base=learned.base,
        salt=hashed[:16],
    )


def _parameters(work: _Work, spec: TimingSpec, learned: LearnedTiming) -> dict[str, Any]:
    return {
        **run_parameters(work.packed, spec, work.recipe.config, learned.recorded),
        "rows": spec.rows,
        "invoices": work.sample.invoices,
        "invoices_drawn": work.sample.drawn,
        "booking_lag_days": work.lag_days,
        "calibration_level": spec.calibration.level,
        "calibration_shape": spec.calibration.shape,
    }


def _day(instant: pd.Timestamp, timezone: str) -> int:
    return int(local_days(np.array([int(instant.timestamp())], np.int64), timezone)[0])
