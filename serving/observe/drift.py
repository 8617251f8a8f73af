"""How far the scores that a worker gives are from those that its models were trained on."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from credit.psi import critical_value, effective_size, psi
from credit.release import Release
from credit.stability import Reference
from features.errors import InputError
from serving.observe.metrics import Metrics

__all__ = ["Drift"]

_MOST_WAITING, _MOST_BUYERS = 10_000, 100_000
_SAID = ("ok", "unseen_pattern")
"""Statuses of models that were asked; the second one is the Missing of the reference."""


class Drift:
    """Counts scores since a release began to serve, and tells their PSI.

    Parameters
    ----------
    metrics : Metrics

    Notes
    -----
    A call adds to a queue and no more; bins are counted when it is told, at a beat of the worker's pulse.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._release: Release | None = None
        self._waiting: deque[tuple[Release, str, str, float]] = deque(maxlen=_MOST_WAITING)
        self._models: dict[str, _Counted] = {}

    def note(self, said: Mapping[str, Any], release: Release) -> None:
        """Take an assessment into account."""
        for model in ("default", "late"):
            answer = said.get(model)
            if answer and answer["status"] in _SAID:
                self._waiting.append((release, model, said["buyer_id"], _log_odds(answer["probability"])))

    def tell(self) -> None:
        """Count what waits, and set the gauges of the models that it is of."""
        touched = set()
        while self._waiting:
            release, model, buyer_id, log_odds = self._waiting.popleft()
            if release is not self._release:
                self._begin(release)
            if model in self._models:
                self._models[model].add(buyer_id, log_odds)
                touched.add(model)
        for model in touched:
            value, critical = self._models[model].figures()
            self._metrics.drift.labels(model).set(value)
            self._metrics.drift_critical.labels(model).set(critical)

    def _begin(self, release: Release) -> None:
        self._release, self._models = release, {}
        for name, model in release.models.items():
            # Reason: models that were made before references were kept have none to compare with.
            try:
                self._models[name] = _Counted(model.reference)
            except InputError:
                continue


class _Counted:
    """Scores of one model, by the bins of its reference."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._bins = np.zeros_like(reference.score.bins.counts)
        self._added: list[float] = []
        self._buyers: Counter[int] = Counter()

    def add(self, buyer_id: str, log_odds: float) -> None:
        self._added.append(log_odds)
        key = hash(buyer_id)
        if key in self._buyers or len(self._buyers) < _MOST_BUYERS:
            self._buyers[key] += 1

    def figures(self) -> tuple[float, float]:
        """Return the PSI so far, and what it stays below by chance."""
        score, reference = self._reference.score, self._reference
        self._bins = self._bins + score.bins.count(score.bins.settled(np.array(self._added)))
        self._added = []
        n = int(self._bins.sum())
        filled = int(((score.bins.counts > 0) | (self._bins > 0)).sum())
        calls = np.fromiter(self._buyers.values(), np.float64)
        effective = effective_size(n, (float((calls**2).sum() / calls.sum()), score.of_buyer))
        critical = critical_value(filled, reference.effective(score), effective)
        return psi(score.bins.counts, self._bins), critical


def _log_odds(probability: float | None) -> float:
    if probability is None:
        return math.nan
    # Reason: a probability of 0 or 1 has no log-odds; it lies beyond every bin.
    return math.log(probability / (1 - probability)) if 0 < probability < 1 else math.inf
