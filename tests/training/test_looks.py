from __future__ import annotations

from pathlib import Path

import pytest

from features.build import Packed
from features.errors import InputError
from training.evaluate import evaluate
from training.home import Home
from training.looks import look
from training.train import train

PERIOD = {"from": "2025-01-01", "to": "2025-07-01"}


def test_each_look_at_an_overlapping_period_is_counted(tmp_path: Path):
    home = Home(tmp_path)
    assert look(home, "train", "late_30", "a", PERIOD) == 0
    assert look(home, "train", "late_30", "b", {"from": "2025-06-30", "to": "2026-01-01"}) == 1
    assert look(home, "train", "late_30", "a", {"from": "2026-01-01", "to": "2026-07-01"}) == 0
    assert look(home, "train", "late_0", "a", PERIOD) == 0
    assert look(home, "evaluate late@1", "late_30", "a", PERIOD) == 2
    assert len((tmp_path / "looks.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_a_broken_record_is_told_and_not_overwritten(tmp_path: Path):
    record = tmp_path / "looks.jsonl"
    record.write_text("no json\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"looks\.jsonl"):
        look(Home(tmp_path), "train", "late_30", "a", PERIOD)
    assert record.read_text(encoding="utf-8") == "no json\n"


def test_training_and_evaluating_tell_how_often_the_period_was_looked_at(small: Packed, tmp_path: Path):
    home, told = Home(tmp_path), []
    first = train(small, "late", home=home, test_from="2025-07-01", say=told.append)
    assert first.report["looks"] == 0
    assert not any("looked at" in line for line in told)
    again = train(small, "late", home=home, test_from="2025-08-01", say=told.append)
    assert again.report["looks"] == 1
    assert any("looked at 1 times before" in line for line in told)
    assert evaluate(first.version, small, home=home)["looks"] == 2
    assert evaluate(first.version, small)["looks"] is None
