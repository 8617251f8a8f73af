"""A sound pack has few issues; each thing that goes wrong has its own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from training.report.issues import issues_of

Pack = dict[str, Any]


def put(*path: Any, value: Any) -> Callable[[Pack], None]:
    def change(pack: Pack) -> None:
        part = pack
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value

    return change


def figure(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def metric(name: str, *edges: float) -> Callable[[Pack], None]:
    return put("performance", "metrics", name, value=figure(*edges))


def failed(test: str) -> Callable[[Pack], None]:
    def change(pack: Pack) -> None:
        row = next(row for row in pack["explanations"]["tests"] if row["test"] == test)
        row.update(found=0.5, passed=False)

    return change


WRONG: dict[str, tuple[str, Callable[[Pack], None]]] = {
    "slope": ("high", metric("calibration_slope", 1.9, 1.3, 2.6)),
    "ece": ("medium", metric("ece", 0.3, 0.25, 0.4)),
    "level": ("medium", put("performance", "views", "per_subject", "observed_to_expected",
                            value=figure(1.5, 1.2, 1.9))),
    "auc": ("high", metric("auc", 0.55, 0.48, 0.62)),
    "few_events": ("medium", put("performance", "bad_buyers", value=59)),
    "looks": ("medium", put("performance", "looks", value=6)),
    "not_the_same": ("high", put("performance", "recomputed_difference", value=0.001)),
    "coverage": ("medium", put("missing_data", "cannot_say_share", value=0.06)),
    "psi": ("high", put("stability", "score", "status", value="act")),
    "psi_unknown": ("low", put("stability", "score", "enough", value=False)),
    "csi": ("medium", put("stability", "features", 0, value={
        "label": "x", "psi": 0.3, "status": "act", "weight": 0.5})),
    "deletion": ("medium", failed("deletion")),
    "additivity": ("high", failed("additivity")),
    "polarity": ("high", failed("polarity")),
    "limit_backtest": ("medium", put("limits_backtest", "difference_at_review",
                                     value=figure(-0.1, -0.3, 0.1))),
    "challenger": ("high", put("challengers", "items", value=[
        {"name": "extra_trees", "differences": {"auc": figure(-0.05, -0.08, -0.01)}}])),
    "missing_is_good": ("high", put("missing_data", "withheld", 0, "least_over_worst_quartiles", value=-0.1)),
    "withholding_pays": ("medium", put("missing_data", "withheld", 0, "mean_shift_points", value=1.5)),
    "stress_looks_good": ("medium", put("sensitivity", "scenarios", 2, "mean_shift_points", value=0.5)),
    "parity": ("high", put("parity", "passed", value=False)),
    "booking_lag": ("high", put("knowledge_time", value={
        "status": "ok", "tables": ["invoices"], "lags": [{"auc_difference": figure(-0.03, -0.04, -0.02)}]})),
    "assumed_knowledge": ("medium", put("knowledge_time", value={
        "status": "ok", "tables": ["invoices"], "lags": [{"auc_difference": None}]})),
    "no_owner": ("medium", put("sign_off", 2, "name", value=None)),
    "not_independent": ("high", put("sign_off", 1, "independent", value=False)),
    "code_changed": ("low", put("lineage", "code_now", value="differs")),
}  # fmt: skip


@pytest.fixture
def sound(late_pack: Pack) -> Pack:
    """The real pack with all that its small book gets wrong put right."""
    pack = copy.deepcopy(late_pack)
    for change in (
        metric("calibration_slope", 1.1, 0.9, 1.3), metric("ece", 0.001, 0.0, 0.002),
        metric("auc", 0.8, 0.75, 0.85),
        put("performance", "bad_buyers", value=60), put("performance", "segments", value={}),
        put("performance", "views", "per_subject", "observed_to_expected", value=figure(1.0, 0.9, 1.1)),
        put("stability", "features", value=[{"label": "x", "psi": 0.0, "status": "stable", "weight": 0.5}]),
        put("stability", "score", "status", value="stable"), put("stability", "score", "enough", value=True),
        put("features", "items", value=[]),
        put("challengers", "status", value="from_run"),
    ):  # fmt: skip
        change(pack)
    for row in pack["explanations"]["tests"]:
        row["passed"] = True
    return pack


def test_a_sound_pack_has_no_issue(sound: Pack):
    assert issues_of(sound) == []


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_found_with_its_severity(sound: Pack, code: str):
    severity, change = WRONG[code]
    change(sound)
    issues = {issue["code"]: issue["severity"] for issue in issues_of(sound)}
    assert issues[code] == severity
    assert set(issues) <= {code, "assumed_knowledge"}


def test_the_gravest_come_first(sound: Pack):
    for code in ("code_changed", "looks", "parity"):
        WRONG[code][1](sound)
    assert [issue["code"] for issue in issues_of(sound)] == ["parity", "looks", "code_changed"]


@pytest.mark.parametrize(
    ("gap", "severity"), [(figure(0.1, -0.1, 0.3), "low"), (figure(0.2, 0.1, 0.3), None), (None, None)]
)
def test_limits_that_are_surely_tighter_where_buyers_default_are_sound(
    sound: Pack, gap: dict[str, float] | None, severity: str | None
):
    put("limits_backtest", "difference_at_review", value=gap)(sound)
    found = {issue["code"]: issue["severity"] for issue in issues_of(sound)}
    assert found == ({} if severity is None else {"limit_backtest": severity})
