"""Drift of what a service answered: its samples against what a version was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import RiskModel
from credit.spec import SOURCE_FLAGS
from credit.stability import months_of, stability_of
from features.catalog import NAMES
from features.errors import InputError
from features.instants import start_of_day
from training.drift_outcomes import Watched, estimate_of, realised_of
from training.drift_rows import chance_of_states, coloured, mix_of_labels, patterns_told
from training.drift_tests import TESTS, DriftTest, verdict_of
from training.drift_thresholds import Thresholds
from training.figures import FEWEST_SUBJECTS
from training.periods import date_text, day_after
from training.served_samples import Period, Samples, read_samples
from training.versions import Version

__all__ = ["served_drift"]

Floats = npt.NDArray[np.float64]

_UTC = "UTC"
_OF_OUTCOMES = frozenset({"calibration", "ranking", "early arrears"})
_OF_INPUTS = frozenset({"leading inputs", "other inputs", "missing values", "values never seen"})


def served_drift(
    version: Version,
    folder: Path,
    *,
    start: str | None = None,
    stop: str | None = None,
    thresholds: Thresholds | None = None,
) -> dict[str, Any]:
    """Tell how far the answers of a service are from the subjects that a version was trained on.

    Parameters
    ----------
    version : Version
        Of a risk model.
    folder : Path
        That ``CREDENCE_SAMPLES`` names to the service.
    start, stop : str, optional
        Days of as_of in UTC, half-open; default: all samples.
    thresholds : Thresholds, optional

    Returns
    -------
    dict
        As `training.drift.drift`, with ``samples`` (`training.served_samples.Samples.told`) beside.
        ``observed_until`` and ``proxy`` are None and nothing is realised: samples have no outcomes. Inputs
        are those of the explained score, which another model shares in part.

    Raises
    ------
    InputError
        A timing model, one without frozen bins, no samples of the version in the period.
    """
    if version.is_timing:
        raise InputError.of(
            "a version of late or default", version.name, "samples hold no pay dates: name DIR"
        )
    thresholds, model = thresholds or Thresholds(), version.load()
    samples = read_samples(folder, version.model, version.name, _period(start, stop))
    watched = Watched(
        samples.subjects, samples.log_odds, samples.probability, np.zeros(len(samples.subjects), bool)
    )
    inputs = _inputs(model, samples, thresholds)
    told = {
        "score": _score(model, samples, thresholds),
        "late": None,
        "inputs": inputs,
        "states": {
            **mix_of_labels(model.reference.states, samples.states),
            "critical": chance_of_states(model.reference, watched, thresholds),
        },
        "patterns": _patterns(model, samples),
        "cannot_say": float(np.isnan(samples.probability).mean()),
        "estimate": estimate_of(watched, None),
        "realised": realised_of(watched, version),
        "proxy": None,
    }
    return {
        "model": version.model,
        "version": version.number,
        "outcome": model.spec.outcome,
        "fitted_from": model.spec.fitted_from,
        "fitted_until": model.spec.fitted_until,
        **_period_told(samples.subjects["as_of"], start, stop),
        "observed_until": None,
        "n": len(samples.subjects),
        "buyers": watched.clusters.count,
        "mature": 0,
        "in_sample": 0,
        "excluded": _left_out(samples),
        "samples": dict(samples.told),
        "thresholds": thresholds.told,
        "verdict": verdict_of(told, thresholds, _asked(inputs)),
        "notes": _notes(model, samples, inputs),
        **told,
    }


def _period(start: str | None, stop: str | None) -> Period:
    first = datetime.min if start is None else start_of_day(start, _UTC).to_pydatetime()
    last = datetime.max if stop is None else start_of_day(stop, _UTC).to_pydatetime()
    if first >= last:
        raise InputError.of("--from before --to", f"{start} and {stop}", "name a later --to")
    return first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)


def _period_told(as_of: pd.Series[Any], start: str | None, stop: str | None) -> dict[str, str]:
    return {
        "from": start or date_text(as_of.min(), _UTC),
        "to": stop or date_text(day_after(as_of.max(), _UTC), _UTC),
    }


def _score(model: RiskModel, samples: Samples, thresholds: Thresholds) -> dict[str, Any]:
    nothing = np.full((len(samples.subjects), len(NAMES)), np.nan)
    return _rows(model, samples.subjects, (nothing, samples.log_odds), thresholds)[0]


def _inputs(model: RiskModel, samples: Samples, thresholds: Thresholds) -> list[dict[str, Any]]:
    """Return rows of the inputs that samples hold; none where too few do."""
    if samples.explained.sum() < FEWEST_SUBJECTS:
        return []
    shown = samples.subjects[samples.explained], (samples.values, samples.log_odds[samples.explained])
    return [row for row in _rows(model, *shown, thresholds)[1:] if row["name"] in samples.features]


def _rows(
    model: RiskModel,
    subjects: pd.DataFrame,
    said: tuple[Floats, Floats],
    thresholds: Thresholds,
) -> list[dict[str, Any]]:
    values, log_odds = said[0], model.reference.score.bins.settled(said[1])
    months = months_of(subjects["as_of"])
    found = stability_of(
        model.reference, values, log_odds, subjects["buyer_id"], months, level=thresholds.level
    )
    return [coloured(row) for row in found]


def _patterns(model: RiskModel, samples: Samples) -> dict[str, Any]:
    """Return shares of patterns where explained samples tell them; who was refused for one is told by all."""
    flags = {flag for flag in SOURCE_FLAGS.values() if flag in model.spec.names}
    known = samples.explained.any() and flags <= samples.features
    told = patterns_told(model, samples.values) if known else {"psi": None, "items": []}
    return {**told, "unseen": float(np.isnan(samples.probability).mean())}


def _asked(inputs: Sequence[Any]) -> list[DriftTest]:
    left_out = _OF_OUTCOMES if inputs else _OF_OUTCOMES | _OF_INPUTS
    return [test for test in TESTS if test.code not in left_out]


def _left_out(samples: Samples) -> dict[str, int]:
    told = samples.told
    counts = {**told["other_versions"], **told["silent"], "outside the period": told["outside"]}
    return {**counts, "broken": told["broken"]}


def _notes(model: RiskModel, samples: Samples, inputs: Sequence[Any]) -> list[str]:
    """Return what a reader must know of the samples."""
    names = model.spec.names
    missing = [name for name in names if name not in samples.features]
    notes = ["Samples are the answers that were asked for, not the whole book: who asks has a say in them."]
    if not inputs:
        explained = int(samples.explained.sum())
        notes.append(f"{explained} samples have inputs: of fewer than {FEWEST_SUBJECTS} nothing is told.")
    elif missing:
        notes.append(
            f"{len(missing)} of {len(names)} inputs are in no sample: those of the explained score only."
        )
    return notes
