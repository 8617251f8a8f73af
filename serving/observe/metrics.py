"""The figures of a worker's calls, for Prometheus: every label has values from a fixed set.

Whoever calls ten thousand addresses makes no new series. Over several workers the client library keeps them
in files that every worker reads (`PROMETHEUS_MULTIPROC_DIR`, which is set before the workers start).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from credit.reasons import PART
from credit.texts import DECISIONS, STATES, STATUSES
from features.catalog import GROUPS
from serving.access.scopes import ADDRESSES
from serving.errors import ERRORS

__all__ = ["METHODS", "OTHER", "Metrics", "exposition", "forget_dead_workers", "metrics"]

OTHER = "other"
"""Label of whatever is not in a fixed set."""

METHODS = ("GET", "HEAD", "POST", OTHER)
_STATUSES_OF_CALLS = ("200", *sorted({str(kind.status) for kind in ERRORS.values()}), OTHER)
_MODELS = ("default", "late")
_REASONS = frozenset(
    (*DECISIONS, *(f"{group.upper()}{end}" for group in GROUPS for end in ("", "_MISSING", PART)))
)
_SILENCES = frozenset(STATUSES) - {"ok"}

_CALL_SECONDS = (
    0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 60.0,
)  # fmt: skip
_POINTS = tuple(range(400, 801, 25))

_MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """Every series that workers count.

    Parameters
    ----------
    registry : CollectorRegistry
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.calls_now = 0
        made: dict[str, Any] = {"registry": registry}
        self._seconds = Histogram(
            "credence_call_seconds", "Time from a call's head to the end of its answer, by address.",
            ["route"], buckets=_CALL_SECONDS, **made,
        )  # fmt: skip
        self._calls = Counter(
            "credence_calls", "Calls, by address, method and status.", ["route", "method", "status"], **made
        )
        self.in_flight = _gauge(
            "credence_calls_in_flight", "Calls that are answered now, told twice a second.", "livesum", made
        )
        self._points = Histogram(
            "credence_score_points", "Points of the scores that were given.", buckets=_POINTS, **made
        )
        self._reasons = Counter(
            "credence_reasons", "Reasons that were given, by code (docs/reasons.md).", ["code"], **made
        )
        self._silences = Counter(
            "credence_cannot_say", "Models that could not say, by model and code.", ["model", "code"], **made
        )
        self._states = Counter(
            "credence_assessments",
            "Assessments, by what is known of the buyer.",
            ["information_state"],
            **made,
        )
        self.drift = _gauge(
            "credence_drift_psi", "PSI of the scores since the start against the training scores, by model.",
            "livemax", made, "model",
        )  # fmt: skip
        self.drift_critical = _gauge(
            "credence_drift_critical", "What that PSI stays below by chance (95 %), by model.",
            "livemax", made, "model",
        )  # fmt: skip
        self.recalled = Counter(
            "credence_recalled", "Assessments that were said again: nothing had changed.", **made
        )
        self.samples_lost = Counter(
            "credence_samples_lost", "Samples that were not written: too many waited, or no disk.", **made
        )
        self.lag = _gauge(
            "credence_loop_lag_seconds",
            "Longest delay of a worker's loop in the last minute.",
            "livemax",
            made,
        )
        self.memory = _gauge(
            "credence_memory_bytes", "Resident memory of all workers, shared pages counted in each.",
            "livesum", made,
        )  # fmt: skip
        self.pauses = Counter(
            "credence_collector_pause_seconds",
            "Time that the collector of garbage has stopped workers.",
            **made,
        )
        self.longest_pause = _gauge(
            "credence_collector_longest_pause_seconds", "Longest such stop since the start.", "livemax", made
        )
        self.tuning = _gauge(
            "credence_worker_tuning", "1 where every worker runs with this part.",
            "livemin", made, "part",
        )  # fmt: skip
        # Reason: looking a child up by its labels takes longer than counting.
        self._children: dict[Any, Any] = {}

    def call(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a call.

        Parameters
        ----------
        route : str
            One of `serving.access.scopes.ADDRESSES`; anything else is ``other``.
        method : str
        status : int
        seconds : float
        """
        route = route if route in ADDRESSES else OTHER
        key = (route, method, status)
        found = self._children.get(key)
        if found is None:
            said = str(status) if str(status) in _STATUSES_OF_CALLS else OTHER
            labels = (route, method if method in METHODS else OTHER, said)
            found = (self._calls.labels(*labels), self._seconds.labels(route))
            if labels == (route, method, str(status)):
                self._children[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def assessed(self, said: Mapping[str, Any]) -> None:
        """Count what an assessment says.

        Parameters
        ----------
        said : mapping of str to object
            As `credit.assess.assess` returns it, or the part of it that is the score alone.
        """
        points = (said.get("score") or {}).get("points")
        if points is not None:
            self._points.observe(points)
        self._count(self._states, STATES, said.get("information_state"))
        for model in _MODELS:
            status = (said.get(model) or {}).get("status", "ok")
            if status != "ok":
                self._silence(model, status)
        for reason in said.get("reasons") or ():
            self._count(self._reasons, _REASONS, reason["code"])

    def _silence(self, model: str, status: str) -> None:
        key = (model, status if status in _SILENCES else OTHER)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._silences.labels(*key)
        child.inc()

    def _count(self, counter: Counter, known: Any, value: Any) -> None:
        key = (counter, value if value in known else OTHER)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = counter.labels(key[1])
        child.inc()


def _gauge(name: str, meaning: str, mode: Any, made: dict[str, Any], *labels: str) -> Gauge:
    return Gauge(name, meaning, labels, multiprocess_mode=mode, **made)


metrics = Metrics(CollectorRegistry())
"""Those of this process."""


class _OfTheStatus:
    """What is known at the moment of reading, rather than counted."""

    def __init__(self, status: Mapping[str, Any], behind_seconds: float | None) -> None:
        self._status, self._behind = status, behind_seconds

    def collect(self) -> Iterator[Metric]:
        workers = GaugeMetricFamily(
            "credence_release_workers",
            "Workers that serve a release: in a swap two have some.",
            labels=["release"],
        )
        serving = [each.get("release") or "none" for each in self._status["workers"]]
        for release in sorted(set(serving)):
            workers.add_metric([release], serving.count(release))
        yield workers
        refused = any(each.get("refused") for each in self._status["workers"])
        yield GaugeMetricFamily(
            "credence_release_refused", "1 where a worker has refused the release in force.", int(refused)
        )
        ready = sum(each.get("state") == "ready" for each in self._status["workers"])
        yield GaugeMetricFamily("credence_workers_ready", "Workers that answer.", ready)
        if self._behind is not None:
            yield GaugeMetricFamily(
                "credence_facts_behind_seconds", "Seconds from the end of the books until now.", self._behind
            )


def exposition(status: Mapping[str, Any], behind_seconds: float | None) -> bytes:
    """Return every series of all workers in the text format of Prometheus.

    Parameters
    ----------
    status : mapping of str to object
        `serving.state.State.status`.
    behind_seconds : float or None
        From the end of the books until now; None where there are no books.
    """
    registry = CollectorRegistry()
    if _MULTIPROCESS in os.environ:
        MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:
        text = generate_latest(metrics.registry)
    told = CollectorRegistry()
    told.register(_OfTheStatus(status, behind_seconds))
    return text + generate_latest(told)


def forget_dead_workers() -> None:
    """Take the gauges of workers that have ended out of the figures."""
    folder = os.environ.get(_MULTIPROCESS)
    if folder is None:
        return
    pids = {path.stem.rpartition("_")[2] for path in Path(folder).glob("gauge_live*.db")}
    for pid in pids:
        if pid.isdigit() and not _is_alive(int(pid)):
            mark_process_dead(int(pid), folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
