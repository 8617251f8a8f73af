from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.build import Packed, pack_portfolio
from features.errors import Refused
from training.config import TrainConfig
from training.period import period_metrics
from training.pipeline import data_hash, fit_tested
from training.run import Recipe, Run
from training.subjects import Outcome

LATE = Recipe(Outcome("late"), pd.Timestamp("2025-06-30T22:00:00"))


def silent(text: str) -> None:
    return None


@pytest.fixture(scope="module")
def run(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fit_tested(small, LATE, tmp_path_factory.mktemp("one") / "model", silent)


def test_two_runs_give_the_same_bytes(small: Packed, run: Run, tmp_path: Path):
    again = fit_tested(small, LATE, tmp_path / "model", silent)
    for name in ("booster.txt", "model.json"):
        assert (again.folder / name).read_bytes() == (run.folder / name).read_bytes()
    assert again.metrics == run.metrics


def test_the_population_rate_shifts_every_log_odds_by_the_same(small: Packed, run: Run, tmp_path: Path):
    recipe = Recipe(LATE.outcome, LATE.test_from, TrainConfig(population_rate=0.009))
    shifted = fit_tested(small, recipe, tmp_path / "model", silent)
    assert run.test is not None
    assert shifted.test is not None

    def log_odds(scored: pd.DataFrame) -> np.ndarray:
        return np.log(scored["probability"] / (1 - scored["probability"])).to_numpy()

    difference = log_odds(shifted.test) - log_odds(run.test)
    np.testing.assert_allclose(difference, shifted.model.spec.calibration.prior_shift, atol=1e-9)
    assert shifted.metrics["metrics"]["auc"] == run.metrics["metrics"]["auc"]


def test_what_was_done_is_told(small: Packed, tmp_path: Path):
    told: list[str] = []
    fit_tested(small, LATE, tmp_path / "model", told.append)
    text = "\n".join(told)
    for part in (
        "mature subjects; left out: ",
        "immature",
        "test from 2025-07-01",
        "gap",
        "features",
        "rolling folds",
    ):
        assert part in text


def test_the_spec_counts_what_it_learned_from(small: Packed, run: Run):
    spec = run.model.spec
    assert run.test is not None
    assert spec.subjects + len(run.test) + run.parameters["gap_subjects"] > 1000
    assert 0 < spec.events < spec.subjects
    assert spec.data_hash == data_hash(small)
    assert spec.fitted_until < "2025-06-30T22:00:00"
    assert "payments" in spec.patterns


def test_the_data_hash_follows_every_row(small: Packed):
    whole = small.portfolio
    hashes = {data_hash(small)}
    for name, frame in whole.tables.items():
        fewer = replace(whole, tables={**whole.tables, name: frame.iloc[1:]})
        hashes.add(data_hash(pack_portfolio(fewer)))
    assert len(hashes) == len(whole.tables) + 1


def test_subjects_that_cannot_be_scored_are_counted_apart():
    rows = pd.DataFrame({
        "buyer_id": ["A", "B", "C", "D"], "outcome": [0.0, 1.0, 0.0, 1.0],
        "probability": [0.1, 0.8, np.nan, 0.7],
    })  # fmt: skip
    day = pd.Timestamp("2025-12-31T23:00:00")
    found = period_metrics(rows, day, day + pd.Timedelta(days=31), "Europe/Berlin")
    assert (found["n"], found["cannot_say"], found["base_rate"]) == (3, 1, 2 / 3)
    assert (found["from"], found["to"]) == ("2026-01-01", "2026-02-01")


def test_a_period_in_which_nothing_can_be_scored_is_refused():
    rows = pd.DataFrame({"buyer_id": ["A"], "outcome": [0.0], "probability": [np.nan]})
    with pytest.raises(Refused, match="subjects that the model can score"):
        period_metrics(rows, pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01"), "UTC")
