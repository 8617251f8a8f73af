from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from features.build import Packed, pack_portfolio
from features.errors import InputError
from training.config import FewDefaults, TrainConfig
from training.home import Home
from training.registry import Registry, Version
from training.reproduce import reproduce
from training.train import train

TRAINED = {"late": "late@1", "final": "late@2", "prior": "default@1"}


@pytest.fixture(scope="module")
def desk(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("reproduce") / "home")
    train(small, "late", home=home, test_from="2025-07-01")
    train(small, "late", home=home, final=True)
    train(small, "default", home=home)
    return home


def version(home: Home, name: str) -> Version:
    return Registry(home).version(TRAINED[name])


@pytest.mark.parametrize("name", TRAINED)
def test_the_same_model_comes_out_to_the_last_bit(desk: Home, small: Packed, name):
    found = reproduce(version(desk, name), small)
    assert found["same"]
    assert found["largest_difference_log_odds"] == 0.0
    assert {found[part] for part in ("learned", "calibration", "predictions", "code")} == {"same"}


def test_other_data_is_refused_with_both_hashes(desk: Home, small: Packed):
    invoices = small.portfolio.tables["invoices"]
    fewer = {**small.portfolio.tables, "invoices": invoices.iloc[:-1]}
    other = pack_portfolio(replace(small.portfolio, tables=fewer))
    one = version(desk, "late")
    with pytest.raises(InputError, match=one.load().spec.data_hash[:12]):
        reproduce(one, other)


def test_another_seed_gives_other_trees_and_says_so(desk: Home, small: Packed):
    one = version(desk, "late")
    recipe = json.loads(one.tags["recipe"])
    recipe["config"]["seed"] = 99
    found = reproduce(replace(one, tags={**one.tags, "recipe": json.dumps(recipe)}), small)
    assert not found["same"]
    assert (found["learned"], found["predictions"]) == ("differ", "differ")
    assert found["largest_difference_log_odds"] > 0


def test_a_tampered_version_is_refused(desk: Home, small: Packed, tmp_path: Path):
    one = version(desk, "late")
    folder = tmp_path / "model"
    shutil.copytree(one.folder, folder)
    (folder / "booster.txt").write_text("no trees", encoding="utf-8")
    with pytest.raises(InputError, match="other content in"):
        reproduce(replace(one, folder=folder), small)


def test_a_config_with_few_defaults_is_replayed_as_it_was(small: Packed, tmp_path: Path):
    config = TrainConfig(few_defaults=FewDefaults(prior_strength=9.0))
    result = train(small, "default", home=Home(tmp_path), config=config)
    assert reproduce(result.version, small)["same"]
