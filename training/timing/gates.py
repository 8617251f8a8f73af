"""Gates of a timing model by itself: its interval holds what it says, and it beats the terms date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.gate import Gate

__all__ = ["COVERAGE", "timing_gates"]

COVERAGE = (0.75, 0.85)
"""Shares of pay dates between which the 80 % interval must hold, allowing for the interval of that share."""


def timing_gates(metrics: Mapping[str, Any]) -> list[Gate]:
    """Return the gates that follow from a version's own test.

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
    least, most = COVERAGE
    error, terms = (
        measured.get(name, {}).get("value")
        for name in ("mean_absolute_error_days", "mean_absolute_error_days_terms")
    )
    return [
        Gate.of("coverage_80_high", _end(measured, "high"), ">=", least),
        Gate.of("coverage_80_low", _end(measured, "low"), "<=", most),
        Gate.of("mean_absolute_error_days", error, "<=", terms),
    ]


def _end(measured: Mapping[str, Any], end: str) -> float | None:
    """Return an end of the interval of the coverage; the coverage itself where there is none."""
    coverage = measured.get("coverage_80", {})
    return coverage.get("value") if coverage.get(end) is None else coverage[end]
