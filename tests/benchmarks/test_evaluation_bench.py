"""The benchmark of evaluations compares equal draws and says where they differ."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks import evaluation


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["evaluation.py", "--subjects", "2000", "--draws", "3", *arguments])
    code = evaluation.main()
    return code, capsys.readouterr().out


def test_it_measures_equal_draws(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    code, out = run(monkeypatch, capsys, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["largest_difference"] < 1e-12
    assert told["subjects"] == 2000
    assert set(told["seconds"]) == {"scikit_learn_auc_and_ap", "metrics_with_intervals", "whole_evaluation"}


def test_draws_that_differ_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    right = evaluation.draws_of

    def wrong(*asked: object, **more: object) -> dict:
        return {name: values + 1e-6 for name, values in right(*asked, **more).items()}

    monkeypatch.setattr(evaluation, "draws_of", wrong)
    code, out = run(monkeypatch, capsys)
    assert code == 1
    assert "largest difference of a draw    1.0e-06" in out
