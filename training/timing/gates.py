"""Gates of a timing model by itself: its interval holds what it says, and it beats the terms date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.gate import Gate

__all__ = ["LEEWAY", "NOMINAL", "timing_gates"]

NOMINAL, LEEWAY = 0.80, 0.05
"""What the interval is to hold, and how far from that its coverage may be, allowing for sampling error."""


def timing_gates(metrics: Mapping[str, Any]) -> list[Gate]:
    """Return the gates that follow from a version's own test.

    Coverage must lie between 75 and 85 %. Whole days seldom allow 80 %: where intervals say that they hold
    more (``nominal_80``), they may hold as much more.

    Parameters
    ----------
    metrics : mapping
        In the shape of ``--json``; a refit has those of its tested twin.

    Examples
    --------
    >>> told = {"coverage_80": {"value": 0.73, "low": 0.71, "high": 0.76}}
    >>> told |= {"mean_absolute_error_days": {"value": 6.0}, "mean_absolute_error_days_terms": {"value": 8.5}}
    >>> [gate.passed for gate in timing_gates({"metrics": told})]
    [True, True, True]
    """
    measured = metrics.get("metrics", {})
    said = measured.get("nominal_80", {}).get("value") or NOMINAL
    error, terms = (
        measured.get(name, {}).get("value")
        for name in ("mean_absolute_error_days", "mean_absolute_error_days_terms")
    )
    return [
        Gate.of("coverage_80_high", _end(measured, "high"), ">=", NOMINAL - LEEWAY),
        Gate.of("coverage_80_low", _end(measured, "low"), "<=", max(said, NOMINAL) + LEEWAY),
        Gate.of("mean_absolute_error_days", error, "<=", terms),
    ]


def _end(measured: Mapping[str, Any], end: str) -> float | None:
    """Return an end of the interval of the coverage; the coverage itself where there is none."""
    coverage = measured.get("coverage_80", {})
    return coverage.get("value") if coverage.get(end) is None else coverage[end]
