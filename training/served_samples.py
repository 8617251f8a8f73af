"""What a service kept of its assessments (`CREDENCE_SAMPLES`), as subjects of one version."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from features.catalog import NAMES
from features.errors import InputError

__all__ = ["SAID", "Samples", "read_samples"]

Floats = npt.NDArray[np.float64]
Period = tuple[datetime, datetime]

SAID = ("ok", "unseen_pattern")
"""Statuses of a model that was asked; the second one is the Missing of the frozen bins."""

_FILES = "samples-*.jsonl"
_PLACE = {name: place for place, name in enumerate(NAMES)}
_STEP = "name the folder that CREDENCE_SAMPLES names to the service"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    status: str | None = None
    probability: float | None = Field(default=None, ge=0.0, le=1.0)


class _Sample(BaseModel):
    """A line: what later services add is no error."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    as_of: AwareDatetime
    buyer: str
    release: str
    versions: Mapping[str, str | None] = {}
    information_state: str | None = None
    default: _Said
    late: _Said
    inputs: Mapping[str, float | None] = {}

    def said(self, model: str) -> _Said:
        return self.late if model == "late" else self.default


@dataclass
class _Counts:
    files: int = 0
    broken: int = 0
    releases: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    outside: int = 0


@dataclass(frozen=True)
class Samples:
    """Samples of one version.

    Parameters
    ----------
    subjects : DataFrame, shape (n, 3)
        ``buyer_id`` (the salted hash), ``as_of`` and ``outcome``, which is missing: nobody knows it yet.
    probability, log_odds : float64 ndarray, shape (n,)
        NaN where the model was asked and could not say.
    states : str ndarray, shape (n,)
    values : float64 ndarray, shape (m, len(NAMES))
        Inputs of the m samples whose score was explained; NaN also of features that no sample holds.
    explained : bool ndarray, shape (n,)
        Which samples `values` are of.
    features : frozenset of str
        Features that the samples hold.
    told : mapping
        What was read, for the report: ``files``, ``lines``, ``broken``, ``of_the_version``, ``explained``,
        by name ``releases``, ``other_versions`` and ``silent``, and ``outside`` of the period.
    """

    subjects: pd.DataFrame
    probability: Floats
    log_odds: Floats
    states: npt.NDArray[np.str_]
    values: Floats
    explained: npt.NDArray[np.bool_]
    features: frozenset[str]
    told: Mapping[str, Any]


def read_samples(folder: Path, model: str, name: str, period: Period) -> Samples:
    """Read the samples in which a version was asked, counting the others and the lines that are none.

    Parameters
    ----------
    folder : Path
    model : {"default", "late"}
    name : str
        Of the version: ``late@3``.
    period : tuple of datetime
        Half-open, of as_of, in UTC.

    Raises
    ------
    InputError
        Where the folder has no samples, cannot be read, or none is of the version.
    """
    files = sorted(folder.glob(_FILES))
    if not files:
        raise InputError.of(f"samples of the service ({_FILES}) in the folder", "none", _STEP)
    counts = _Counts(files=len(files))
    kept = [one for one in _samples(files, counts) if _is_wanted(one, model, name, period, counts)]
    if not kept:
        found = ", ".join(f"{count} {what}" for what, count in _left_out(counts).items()) or "no line"
        step = "name a version that served, or another period; CREDENCE_SAMPLES_SHARE says how many are kept"
        raise InputError.of(f"samples in which {name} was asked", found, step)
    return _as_subjects(kept, model, counts)


def _samples(files: list[Path], counts: _Counts) -> Iterator[_Sample]:
    for file in files:
        # Reason: a service that runs may have taken its oldest file away.
        with suppress(FileNotFoundError):
            yield from _lines(file, counts)


def _lines(file: Path, counts: _Counts) -> Iterator[_Sample]:
    try:
        with file.open("rb") as lines:
            for line in lines:
                try:
                    yield _Sample.model_validate_json(line)
                except ValidationError:
                    counts.broken += 1
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError.of("samples that can be read", type(error).__name__, _STEP) from None


def _is_wanted(sample: _Sample, model: str, name: str, period: Period, counts: _Counts) -> bool:
    """Whether a sample is of the version, inside the period, and the version was asked; counts it."""
    served, said = sample.versions.get(model), sample.said(model)
    if served != name:
        counts.others[served or "no version named"] += 1
    elif not period[0] <= sample.as_of < period[1]:
        counts.outside += 1
    elif said.status not in SAID:
        counts.silent[said.status or "not asked"] += 1
    else:
        counts.releases[sample.release] += 1
        return True
    return False


def _left_out(counts: _Counts) -> dict[str, int]:
    """Return what was not taken, in words."""
    told = {**{f"of {who}": count for who, count in counts.others.items()}, **counts.silent}
    told |= {"outside the period": counts.outside, "broken": counts.broken}
    return {what: count for what, count in told.items() if count}


def _as_subjects(kept: list[_Sample], model: str, counts: _Counts) -> Samples:
    said = [sample.said(model) for sample in kept]
    probability = np.array([np.nan if one.probability is None else one.probability for one in said])
    explained = np.array([bool(sample.inputs) for sample in kept])
    subjects = pd.DataFrame({
        "buyer_id": [sample.buyer for sample in kept],
        "as_of": pd.to_datetime([sample.as_of for sample in kept], utc=True).tz_localize(None),
        "outcome": np.nan,
    })  # fmt: skip
    return Samples(
        subjects=subjects,
        probability=probability,
        log_odds=np.array([_log_odds(one) for one in probability.tolist()]),
        states=np.array([sample.information_state or "" for sample in kept]),
        values=_values(kept),
        explained=explained,
        features=frozenset(name for sample in kept for name in sample.inputs),
        told=_told(counts, int(explained.sum())),
    )


def _values(kept: list[_Sample]) -> Floats:
    explained = [sample.inputs for sample in kept if sample.inputs]
    values = np.full((len(explained), len(NAMES)), np.nan)
    for row, inputs in zip(values, explained, strict=True):
        for name, value in inputs.items():
            if value is not None and name in _PLACE:
                row[_PLACE[name]] = value
    return values


def _log_odds(probability: float) -> float:
    if math.isnan(probability):
        return math.nan
    # Reason: a probability of 0 or 1 has no log-odds; it lies beyond every bin.
    return math.log(probability / (1 - probability)) if 0 < probability < 1 else math.inf


def _told(counts: _Counts, explained: int) -> dict[str, Any]:
    taken = counts.releases.total()
    skipped = counts.others.total() + counts.silent.total() + counts.outside
    return {
        "files": counts.files,
        "lines": taken + skipped + counts.broken,
        "broken": counts.broken,
        "of_the_version": taken,
        "explained": explained,
        "releases": dict(sorted(counts.releases.items())),
        "other_versions": dict(sorted(counts.others.items())),
        "silent": dict(sorted(counts.silent.items())),
        "outside": counts.outside,
    }
