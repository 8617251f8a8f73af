from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.build import Packed
from training.challengers.table import CHALLENGERS
from training.config import TrainConfig, Tuning
from training.pipeline import fit_tested
from training.run import Recipe, Run
from training.subjects import Outcome

MOMENT = pd.Timestamp("2025-06-30T22:00:00")


def silent(text: str) -> None:
    return None


@pytest.fixture(scope="module")
def contested(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    recipe = Recipe(Outcome("late"), MOMENT, TrainConfig(challengers=True))
    return fit_tested(small, recipe, tmp_path_factory.mktemp("contest") / "model", silent)


def test_every_challenger_of_the_model_is_measured_on_the_same_subjects(contested: Run):
    told = {row["name"]: row for row in contested.evaluation["challengers"]}
    assert set(told) == {name for name, each in CHALLENGERS.items() if "late" in each.models}
    assert told["payment_index"]["status"] == "ok"
    assert {row["status"] for row in told.values()} <= {"ok", "not_installed"}
    for row in told.values():
        if row["status"] == "ok":
            gap = row["differences"]["auc"]
            assert gap["low"] <= gap["value"] <= gap["high"]
            assert set(row["differences"]) == {"auc", "average_precision", "brier"}


def test_the_model_knows_more_than_the_payment_index_alone(contested: Run):
    told = {row["name"]: row for row in contested.evaluation["challengers"]}
    assert told["payment_index"]["differences"]["auc"]["value"] > 0


def test_challengers_change_nothing_in_the_model(small: Packed, contested: Run, tmp_path: Path):
    alone = fit_tested(small, Recipe(Outcome("late"), MOMENT), tmp_path / "model", silent)
    assert (alone.folder / "booster.txt").read_bytes() == (contested.folder / "booster.txt").read_bytes()
    assert alone.evaluation["challengers"] == []


def test_a_search_is_kept_in_its_file_and_its_shape_learns_the_same_again(small: Packed, tmp_path: Path):
    recipe = Recipe(Outcome("late"), MOMENT, TrainConfig(tuning=Tuning(trials=2)))
    told: list[str] = []
    file = tmp_path / "searches.db"
    found = fit_tested(small, recipe, tmp_path / "one", told.append, searches=file)
    assert file.is_file()
    assert any("trial 2 of 2" in line for line in told)
    again = fit_tested(small, recipe, tmp_path / "two", silent, shape=found.shape)
    assert (again.folder / "booster.txt").read_bytes() == (found.folder / "booster.txt").read_bytes()
    assert again.model.spec == found.model.spec
