"""The benchmark of explanations compares what it says, and tells no figure of what differs."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks import explain

ARGUMENTS = ["explain.py", "--rows", "500", "--trees", "20", "--rounds", "1", "--alone", "--json"]


def test_it_tells_both_and_that_they_agree(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ARGUMENTS)

    assert explain.main() == 0

    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"one_row_us", "batch_s", "ratio", "also", "max_abs_error"}
    assert set(told["ratio"]) == {"one_row_lightgbm", "batch_lightgbm"}
    for figures in (told["one_row_us"], told["batch_s"], told["also"]["300x15_one_row_us"]):
        assert set(figures) == {"credence", "lightgbm"}
    one_row = told["one_row_us"]
    assert told["ratio"]["one_row_lightgbm"] == round(one_row["lightgbm"] / one_row["credence"], 2)
    assert 0 < told["max_abs_error"] < explain.TOLERANCE


def test_it_tells_nothing_where_contributions_differ(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ARGUMENTS)
    monkeypatch.setattr(explain, "TOLERANCE", 0.0)

    assert explain.main() == 1
    assert capsys.readouterr().out == ""
