"""The comparison runs whole: on made ratios here, on the real files where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import accuracy, polish
from benchmarks.raw_columns import raw_columns
from features.build import Packed
from training.subjects import Outcome, sample_of

ROOT = Path(__file__).parents[2]
HEAD = "@relation made\n\n" + "".join(f"@attribute Attr{n} numeric\n" for n in range(1, 65))
HEAD += "@attribute class {0,1}\n\n@data\n"


def made_file(folder: Path, n: int = 400) -> Path:
    """A year file in which the second ratio tells of the class; every tenth line stands there twice."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(n, 64))
    outcome = (rng.random(n) < 1 / (1 + np.exp(2 - 2 * values[:, 1]))).astype(int)
    texts = np.where(rng.random(values.shape) < 0.02, "?", values.round(5).astype(str))
    lines = [f"{','.join(row)},{bad}" for row, bad in zip(texts, outcome, strict=True)]
    path = folder / "3year.arff"
    path.write_text(HEAD + "\n".join(lines + lines[::10]) + "\n", encoding="utf-8")
    return path


def assert_told(told: dict, folds: int) -> None:
    assert list(told) == ["n", "folds", "auc"]
    assert (told["n"], told["folds"]) == (400, folds)
    assert list(told["auc"]) == ["credence", "lightgbm", "catboost"]
    for figures in told["auc"].values():
        if figures is not None:
            assert list(figures) == ["mean", "low", "high"]
            assert 0.5 < figures["low"] <= figures["mean"] <= figures["high"] <= 1.0
    assert (told["auc"]["catboost"] is None) == (polish.catboost() is None)


def test_folds_tell_exactly_what_was_asked_for(tmp_path, capsys, monkeypatch):
    # given three folds, which take less time than ten
    monkeypatch.setattr(polish, "FOLDS", 3)
    assert accuracy.main(["--polish", str(made_file(tmp_path)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert_told(told, 3)
    assert accuracy.polish_text(told).startswith("polish: 400 firms, 3 folds, mean AUC\ncredence")
    absent = {**told, "auc": {**told["auc"], "catboost": None}}
    assert "not installed" in accuracy.polish_text(absent)


@pytest.mark.slow
def test_ten_folds_from_the_command_line(tmp_path):
    command = [sys.executable, "benchmarks/accuracy.py", "--polish", str(made_file(tmp_path)), "--json"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert_told(json.loads(found.stdout), 10)


@pytest.mark.parametrize("content", ["nothing", HEAD + "1,2,0\n", HEAD + "a" * 9])
def test_another_file_is_refused(tmp_path, capsys, content):
    path = tmp_path / "other.arff"
    path.write_text(content, encoding="utf-8")
    assert accuracy.main(["--polish", str(path), "--json"]) == 2
    assert capsys.readouterr().err.startswith("accuracy: expected an ARFF file of 64 ratios")


def test_absent_data_are_told_with_the_next_step(tmp_path, capsys):
    assert accuracy.main(["--polish", str(tmp_path / "5year.arff")]) == 2
    assert "name one, such as 5year.arff" in capsys.readouterr().err
    assert accuracy.main(["--data", str(tmp_path), "--only", "american"]) == 2
    assert "name their folder by --data" in capsys.readouterr().err


def test_learning_sees_no_outcome_of_the_rows_that_it_ranks():
    # given outcomes that the values do not tell
    rng = np.random.default_rng(3)
    values, outcome = rng.normal(size=(300, 64)), (rng.random(300) < 0.3).astype(float)
    found = polish.table(values, outcome, {"credence": polish.credence})["credence"]
    assert found["low"] < 0.5 < found["high"] + 0.05
    assert abs(found["mean"] - 0.5) < 0.12


def test_the_verdict_names_who_is_not_surely_led():
    def gap(low: float, high: float) -> dict:
        return {"auc": {"value": (low + high) / 2, "low": low, "high": high, "share_above_0": 0.5}}

    gaps = {
        "scorecard": gap(0.01, 0.03), "extra_trees": gap(-0.01, 0.03), "catboost": gap(-0.03, -0.01),
        "credence_without_signs": gap(-0.01, 0.01),
    }  # fmt: skip
    lines = accuracy.verdicts({"ours_less_theirs": gaps, "learner": ["trees"]})
    assert len(lines) == 3
    prior = accuracy.verdicts({"ours_less_theirs": gaps, "learner": ["scorecard", "trees"]})
    assert prior[:2] == lines[:2]
    assert prior[2].startswith("  ours is a prior here")
    assert lines[0].startswith("  extra trees: not separable: the interval holds 0")
    assert lines[1].startswith("  catboost: behind")
    assert lines[2].startswith("  what the signs give")
    led = {name: gaps[name] for name in ("scorecard", "credence_without_signs")}
    assert accuracy.verdicts({"ours_less_theirs": led, "learner": ["trees"]}) == [
        "  ours leads every challenger"
    ]


def test_raw_columns_are_numbers_known_by_then(demo_packed: Packed):
    subjects = sample_of(demo_packed, Outcome("late")).subjects
    found = raw_columns(demo_packed, subjects)
    assert len(found) == len(subjects)
    assert (found.dtypes == np.float64).all()
    assert {"amount", "terms_days", "buyer", "country", "days_until_due"} <= set(found)
    # then the accounts are those received last before the subject
    statements = demo_packed.portfolio.tables["statements"]
    row = int(np.flatnonzero(found["total_assets"].notna())[-1])
    buyer, as_of = subjects[["buyer_id", "as_of"]].iloc[row]
    known = statements[(statements["buyer_id"] == buyer) & (statements["received_at"] <= as_of)]
    latest = known.sort_values("received_at", kind="stable").iloc[-1]
    assert found["total_assets"].iloc[row] == pytest.approx(latest["total_assets"])
    assert pd.isna(found["total_assets"]).any()
