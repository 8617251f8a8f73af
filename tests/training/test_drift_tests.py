from __future__ import annotations

from typing import Any

import pytest

from features.errors import InputError
from training.drift_tests import TESTS, verdict_of
from training.drift_thresholds import Thresholds


def row(name: str = "score", psi: float = 0.01, critical: float = 0.05, **changed: Any) -> dict[str, Any]:
    return {
        "name": name, "label": name.title(), "psi": psi, "critical": critical, "enough": True, "n": 900,
        "effective": 300.0, "missing_change": 0.0, "missing": 0.1, "missing_reference": 0.1, "unseen": 0.0,
        **changed,
    }  # fmt: skip


def figure(value: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def measured(**changed: Any) -> dict[str, Any]:
    """Return what was measured of a period in which nothing has moved."""
    return {
        "score": row(),
        "inputs": [row(f"input {number}") for number in range(8)],
        "states": {"psi": 0.01, "critical": 0.05, "items": []},
        "patterns": {"unseen": 0.0, "items": []},
        "realised": {
            "n": 500, "of": 900, "observed_to_expected": figure(1.02, 0.9, 1.2),
            "auc": figure(0.8, 0.75, 0.85), "tested_auc": 0.81,
        },
        "proxy": None,
        **changed,
    }  # fmt: skip


def colours(told: dict[str, Any], thresholds: Thresholds | None = None) -> dict[str, str]:
    tests = verdict_of(told, thresholds or Thresholds())["tests"]
    assert [test["test"] for test in tests] == [test.code for test in TESTS]
    return {test["test"]: test["colour"] for test in tests}


def realised(**changed: Any) -> dict[str, Any]:
    return {"realised": {**measured()["realised"], **changed}}


def early(low: float, high: float) -> dict[str, Any]:
    now = {"n": 400, "rate": (low + high) / 2, "low": low, "high": high}
    then = {"n": 900, "rate": 0.05, "low": 0.04, "high": 0.06}
    return {"proxy": {"days_past_due": 30, "months": 3, "now": now, "then": then, "auc": None}}


def test_where_nothing_moved_all_is_green_and_nothing_is_to_be_done():
    verdict = verdict_of(measured(), Thresholds())
    assert (verdict["colour"], verdict["alarm"]) == ("green", False)
    assert {test["colour"] for test in verdict["tests"]} == {"green", "grey"}
    assert {test["action"] for test in verdict["tests"]} == {"nothing to do", "nothing to do yet"}


@pytest.mark.parametrize(
    ("changed", "test", "colour"),
    [
        ({"score": row(psi=0.12)}, "score", "amber"),
        ({"score": row(psi=0.26)}, "score", "red"),
        ({"score": row(psi=0.26, critical=0.3)}, "score", "green"),
        ({"score": row(psi=9.0, enough=False)}, "score", "grey"),
        ({"inputs": [row("a", psi=0.3), *[row("b")] * 7]}, "leading inputs", "red"),
        ({"inputs": [row("a", psi=0.3, enough=False), *[row("b")] * 7]}, "leading inputs", "green"),
        ({"inputs": [*[row("b")] * 7, row("a", psi=0.3)]}, "other inputs", "red"),
        ({"inputs": [row("a")]}, "other inputs", "grey"),
        ({"inputs": [row("a", missing_change=0.06)]}, "missing values", "amber"),
        ({"inputs": [row("a", missing_change=0.3)]}, "missing values", "red"),
        ({"inputs": [row("a", missing_change=-0.3)]}, "missing values", "amber"),
        ({"inputs": [row("a", unseen=0.06)]}, "values never seen", "amber"),
        ({"inputs": [row("a", unseen=0.21)]}, "values never seen", "red"),
        ({"states": {"psi": 0.2, "critical": 0.05, "items": []}}, "information", "amber"),
        ({"states": {"psi": 0.3, "critical": 0.05, "items": []}}, "information", "red"),
        ({"states": {"psi": 0.3, "critical": 0.4, "items": []}}, "information", "green"),
        ({"patterns": {"unseen": 0.5, "items": []}}, "information", "red"),
        (realised(observed_to_expected=figure(1.08, 1.02, 1.15)), "calibration", "amber"),
        (realised(observed_to_expected=figure(1.5, 1.2, 1.9)), "calibration", "red"),
        (realised(observed_to_expected=figure(0.5, 0.3, 0.8)), "calibration", "red"),
        (realised(n=0, observed_to_expected=None, auc=None), "calibration", "grey"),
        (realised(auc=figure(0.75, 0.7, 0.79)), "ranking", "amber"),
        (realised(auc=figure(0.6, 0.55, 0.65)), "ranking", "red"),
        (realised(auc=figure(0.6, None, None)), "ranking", "grey"),
        ({"score": row(n=19), "inputs": [row("a", unseen=0.9)]}, "values never seen", "grey"),
        (early(0.045, 0.06), "early arrears", "green"),
        (early(0.07, 0.09), "early arrears", "amber"),
        (early(0.11, 0.15), "early arrears", "red"),
        (early(0.005, 0.02), "early arrears", "red"),
    ],
)
def test_each_question_has_its_colour(changed, test, colour):
    assert colours(measured(**changed))[test] == colour


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.code)
def test_every_colour_of_every_test_has_an_action(test):
    assert all(test.actions[colour] for colour in ("green", "grey", "amber", "red"))


@pytest.mark.parametrize(
    ("changed", "alarm", "colour"),
    [
        ({"score": row(psi=0.26)}, True, "red"),
        ({"inputs": [row("a", psi=0.3)]}, True, "red"),
        (realised(observed_to_expected=figure(1.5, 1.2, 1.9)), True, "red"),
        ({"inputs": [*[row("b")] * 7, row("a", psi=0.3)]}, False, "amber"),
        ({"inputs": [row("a", unseen=0.9)]}, False, "amber"),
        ({"score": row(psi=0.2)}, False, "amber"),
    ],
)
def test_only_deciding_tests_raise_the_alarm(changed, alarm, colour):
    verdict = verdict_of(measured(**changed), Thresholds())
    assert (verdict["alarm"], verdict["colour"]) == (alarm, colour)


def test_thresholds_move_the_colours():
    told = measured(score=row(psi=0.12), inputs=[row("b"), row("a", psi=0.3)])
    assert colours(told, Thresholds.of(["psi=0.11"]))["score"] == "red"
    assert colours(told, Thresholds.of(["psi=0.5"]))["score"] == "amber"
    assert colours(told, Thresholds.of(["inputs=1"]))["leading inputs"] == "green"
    assert colours(told, Thresholds.of(["inputs=1"]))["other inputs"] == "red"


def test_the_level_is_corrected_for_the_number_that_decides():
    assert Thresholds.of(["inputs=4"]).level == pytest.approx(0.99)
    assert Thresholds().level == pytest.approx(1 - 0.05 / 6)


@pytest.mark.parametrize("text", ["other=1", "=1", "", "psi", "psi=", "psi=x", "psi=0", "psi=-1", "psi=nan",
                                  "psi=inf", "inputs=2.5", "inputs=0", "inputs=1e3"])  # fmt: skip
def test_what_is_no_threshold_is_refused_without_repeating_it(text):
    with pytest.raises(InputError, match="--threshold") as refused:
        Thresholds.of([text])
    assert "1e3" not in str(refused.value)
