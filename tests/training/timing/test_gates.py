from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.gates import gates_for
from training.tested import Pair
from training.timing.gates import timing_gates
from training.timing.kept import LEAST_BUYERS, error_difference, non_inferior_error
from training.versions import Version


def metrics(coverage: float, width: float | None, error: float, terms: float) -> dict:
    ends = (
        {"low": None, "high": None} if width is None else {"low": coverage - width, "high": coverage + width}
    )
    return {
        "metrics": {
            "coverage_80": {"value": coverage, **ends},
            "mean_absolute_error_days": {"value": error, "low": None, "high": None},
            "mean_absolute_error_days_terms": {"value": terms, "low": None, "high": None},
        }
    }


@pytest.mark.parametrize(
    ("coverage", "width", "error", "failed"),
    [
        (0.80, 0.02, 5.0, set()),
        (0.73, 0.03, 5.0, set()),
        (0.73, 0.01, 5.0, {"coverage_80_high"}),
        (0.90, 0.02, 5.0, {"coverage_80_low"}),
        (0.73, None, 5.0, {"coverage_80_high"}),
        (0.80, 0.02, 9.1, {"mean_absolute_error_days"}),
    ],
)
def test_an_interval_must_hold_what_it_says_and_the_error_beat_the_terms(coverage, width, error, failed):
    gates = timing_gates(metrics(coverage, width, error, 9.0))
    assert {gate.name for gate in gates if not gate.passed} == failed


def test_an_interval_that_says_that_it_holds_more_may_hold_more():
    # given payments that gather on few days, so that no interval of whole days holds 80 %
    told = metrics(0.88, 0.01, 5.0, 9.0)
    assert {gate.name for gate in timing_gates(told) if not gate.passed} == {"coverage_80_low"}
    told["metrics"]["nominal_80"] = {"value": 0.84, "low": None, "high": None}
    assert all(gate.passed for gate in timing_gates(told))


def test_a_version_without_figures_does_not_pass():
    assert not any(gate.passed for gate in timing_gates({}))


def pair(worse_by: float, buyers: int = 60) -> Pair:
    """Errors of 8 days on average for the champion, and of as much more as named for the version."""
    random = np.random.default_rng(4)
    count = buyers * 10
    day, noise = random.normal(10, 3, count), random.normal(0, 10, count)
    said = day + noise + np.sign(noise) * (worse_by + random.normal(0, 0.5, count))
    return Pair(day, said, day + noise, np.repeat(np.arange(buyers), 10), "a test")


@pytest.mark.parametrize(("worse_by", "passed"), [(-0.5, True), (0.0, True), (0.2, True), (1.0, False)])
def test_a_version_may_lose_a_twentieth_of_the_champions_error(worse_by: float, passed: bool):
    [gate] = non_inferior_error(pair(worse_by))
    assert gate.passed is passed
    assert gate.threshold == pytest.approx(0.05 * 8, rel=0.1)


def test_few_buyers_show_nothing():
    [gate] = non_inferior_error(pair(-0.5, LEAST_BUYERS - 1))
    assert (gate.passed, gate.value) == (None, "cannot_say")
    assert str(LEAST_BUYERS) in gate.reason


def test_the_difference_is_paired_and_has_an_interval():
    told = error_difference(pair(1.0))
    assert told.low < told.value < told.high
    assert told.value == pytest.approx(1.0, abs=0.15)
    assert told.share_above_0 == 1.0


def test_a_version_of_pay_dates_is_asked_for_its_own_figures(tmp_path: Path):
    tags = {"seller_id": "acme", "outcome": "timing", "metrics": json.dumps(metrics(0.8, 0.02, 5.0, 9.0))}
    version = Version("timing", 2, (), tags, tmp_path)
    champion = Version("timing", 1, (), tags, tmp_path)
    names = [gate.name for gate in gates_for(version, champion, "acme", pair(0.0))]
    assert names == [
        "seller", "loads_with_golden_predictions", "coverage_80_high", "coverage_80_low",
        "mean_absolute_error_days", "outcome", "definition", "non_inferior_mean_absolute_error_days",
    ]  # fmt: skip
