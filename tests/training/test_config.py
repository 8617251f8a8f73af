from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from features.errors import InputError
from training.config import TrainConfig


def written(folder: Path, text: str) -> Path:
    path = folder / "train.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_printed_is_what_is_read(tmp_path: Path):
    config = TrainConfig(seed=3, without=("due_on",), weights={"recency_half_life_days": 365})
    again = TrainConfig.load(written(tmp_path, config.text))
    assert again == config
    assert again.hash == config.hash != TrainConfig().hash


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sead: 3", "sead"),
        ("tuning: {trails: 3}", "tuning.trails"),
        ("population_rate: 2", "population_rate"),
        ("population_rate: .nan", "population_rate"),
        ("weights: {recency_half_life_days: 0}", "weights.recency_half_life_days"),
        ("without: [nothing_such]", "nothing_such"),
        ("leaks: {allowed: [nothing_such]}", "nothing_such"),
        ("exclude: [tall]", "exclude.0"),
        ("masked: {payments: 0.5, accounts: 0.5}", "masked"),
        ("[1, 2]", "keys and values"),
        ("a: : b", "YAML"),
        ("seed: -1", "'seed'"),
        ("seed: 2147483648", "'seed'"),
        ("seed: true", "'seed'"),
        ("weights: {recency_half_life_days: 1e-320}", "weights.recency_half_life_days"),
        ("sead: 3", "expected keys that the configuration has; found 'sead'"),
    ],
)
def test_what_is_not_legal_is_named(tmp_path: Path, text, named):
    with pytest.raises(InputError, match=named):
        TrainConfig.load(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(InputError, match="FileNotFoundError"):
        TrainConfig.load(tmp_path / "none.yaml")


def test_options_go_before_the_file_and_leave_the_rest_of_a_section(tmp_path: Path):
    path = written(tmp_path, yaml.safe_dump({"seed": 3, "tuning": {"trials": 5, "minutes": 2.0}}))
    found = TrainConfig.load(path, seed=None, tuning={"minutes": 4.0}, population_rate=0.01)
    assert (found.seed, found.tuning.trials, found.tuning.minutes, found.population_rate) == (3, 5, 4.0, 0.01)


def test_an_empty_file_is_the_defaults(tmp_path: Path):
    assert TrainConfig.load(written(tmp_path, "")) == TrainConfig()
