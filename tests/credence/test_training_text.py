from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from credence.cli.training_text import training_text

GOLDEN = Path(__file__).parent / "golden" / "training.txt"


def figure(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


REPORT: dict[str, Any] = {
    "model": "default", "version": 2, "outcome": "default_obligor_90", "tested_twin": None, "looks": 3,
    "from": "2025-01-31", "to": "2025-07-01", "n": 1200, "cannot_say": 5, "base_rate": 0.0125,
    "metrics": {"auc": figure(0.81, 0.72, 0.88), "ks": figure(None)},
    "waterfall": [
        {"step": "candidates", "left_out": 0, "left": 9000},
        {"step": "in_default", "left_out": 40, "left": 8960},
    ],
    "segments": {
        "delinquency": [
            {"category": "current", "n": 1100, "rate": 0.01, "mean_probability": 0.011, "auc": figure(0.78)},
            {"category": "60-89", "n": 4, "rate": None, "mean_probability": None, "auc": None},
            {"category": "90 and more", "n": 0, "rate": None, "mean_probability": None, "auc": None},
        ],
        "country": [{"category": "DE", "n": 9, "rate": 0.0, "mean_probability": 0.1, "auc": None}],
    },
    "definition_sensitivity": [
        {"days_past_due": 60, "cures": True, "subjects": 8000, "bad_buyers": 60, "rate": 0.02, "auc": None},
        {"days_past_due": 90, "cures": False, "subjects": 8960, "bad_buyers": 31, "rate": 0.0125,
         "auc": 0.81},
    ],
    "challengers": [
        {"name": "extra_trees", "status": "ok", "differences": {"auc": figure(0.012, -0.004, 0.03)}},
        {"name": "catboost", "status": "not_installed", "differences": {}},
    ],
}  # fmt: skip


def test_a_training_is_told_as_agreed(request: pytest.FixtureRequest):
    text = training_text(REPORT, "candidate", "") + "\n"
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_refit_tells_its_twin_and_a_release_what_serves():
    refit = {name: REPORT[name] for name in ("model", "version", "outcome", "from", "to", "n", "cannot_say",
                                             "base_rate", "metrics")}  # fmt: skip
    text = training_text({**refit, "tested_twin": "default@1"}, "champion", "r0002-abc")
    assert "refit on every mature subject; tested twin default@1) is now champion" in text
    assert text.endswith("release r0002-abc serves it")
    assert "looked at" not in text
