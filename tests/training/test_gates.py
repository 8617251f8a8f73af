from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.gates import gates_for
from training.registry import Version


def version(slope: float | None, tmp_path: Path, population_rate: float | None = None) -> Version:
    measured = {"auc": {"value": 0.8, "low": None, "high": None}}
    measured["calibration_slope"] = {"value": slope, "low": None, "high": None}
    tags = {
        "seller_id": "acme",
        "outcome": "late_30",
        "metrics": json.dumps({"metrics": measured}),
        "recipe": json.dumps({"population_rate": population_rate}),
    }
    return Version("late", 1, (), tags, tmp_path)


def failed(tested: Version) -> list[str]:
    """Names of the gates that fail, but for the one of the model's files, which are not there."""
    gates = gates_for(tested, None, "acme")
    return [gate.name for gate in gates if not gate.passed and gate.name != "loads_with_golden_predictions"]


@pytest.mark.parametrize("slope", [0.19, 5.1, -1.0, 0.0])
@pytest.mark.parametrize("rate", [None, 0.01])
def test_probabilities_far_off_do_not_pass_even_the_first_time(slope: float, rate: float | None, tmp_path):
    assert failed(version(slope, tmp_path, rate)) == ["calibration_slope"]


@pytest.mark.parametrize("slope", [0.2, 1.0, 5.0, None])
def test_a_slope_within_or_one_that_cannot_be_said_passes(slope: float | None, tmp_path: Path):
    assert failed(version(slope, tmp_path)) == []
