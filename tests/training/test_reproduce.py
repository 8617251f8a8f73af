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
from training.lineage import code_hash, differing
from training.registry import Registry, Version
from training.reproduce import reproduce
from training.train import train

TRAINED = {"late": "late@1", "final": "late@2", "prior": "default@1"}


@pytest.fixture(scope="module")
def desk(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("reproduce") / "home")
    train(small, "late", home=home, test_from="2025-07-01", source="/somewhere/books")
    train(small, "late", home=home, final=True)
    train(small, "default", home=home)
    return home


def version(home: Home, name: str) -> Version:
    return Registry(home).version(TRAINED[name])


@pytest.mark.parametrize("name", TRAINED)
def test_the_same_trees_and_predictions_come_out(desk: Home, small: Packed, name):
    found = reproduce(version(desk, name), small)
    assert found.same
    assert (found.differences, found.largest_gap, found.changed) == ((), 0.0, ())


def test_a_version_remembers_from_what_it_came(desk: Home):
    lineage = json.loads(version(desk, "late").tags["lineage"])
    assert lineage["portfolio"] == "/somewhere/books"
    assert lineage["code"] == code_hash()
    assert lineage["data"] == version(desk, "late").load().spec.data_hash
    assert set(lineage["libraries"]) >= {"lightgbm", "numpy", "pandas", "scikit-learn"}


def test_other_data_is_refused_with_both_hashes(desk: Home, small: Packed):
    invoices = small.portfolio.tables["invoices"]
    fewer = {**small.portfolio.tables, "invoices": invoices.iloc[:-1]}
    other = pack_portfolio(replace(small.portfolio, tables=fewer))
    with pytest.raises(InputError, match=r"trained on \(hash [0-9a-f]{12}\); found other data \(hash"):
        reproduce(version(desk, "late"), other)


def test_another_recipe_gives_other_trees_and_says_what_differs(desk: Home, small: Packed, tmp_path: Path):
    one = version(desk, "late")
    recipe = json.loads(one.tags["recipe"])
    recipe["config"]["seed"] = 99
    changed = replace(one, tags={**one.tags, "recipe": json.dumps(recipe)})
    found = reproduce(changed, small)
    assert not found.same
    assert {"trees", "predictions"} <= set(found.differences)
    assert found.largest_gap > 0
    assert {"seed", "config"} <= set(found.changed)


def test_what_changed_since_is_told_beside_the_verdict(desk: Home, small: Packed):
    one = version(desk, "late")
    lineage = json.loads(one.tags["lineage"])
    lineage["libraries"]["lightgbm"] = "0.1"
    found = reproduce(replace(one, tags={**one.tags, "lineage": json.dumps(lineage)}), small)
    assert found.same
    assert found.changed == ("libraries.lightgbm",)


def test_a_tampered_version_is_refused(desk: Home, small: Packed, tmp_path: Path):
    one = version(desk, "late")
    folder = tmp_path / "model"
    shutil.copytree(one.folder, folder)
    (folder / "booster.txt").write_text("no trees", encoding="utf-8")
    with pytest.raises(InputError, match="other content in"):
        reproduce(replace(one, folder=folder), small)


def test_lineages_differ_by_their_parts_and_not_by_their_place():
    one = {"portfolio": "a", "seed": 1, "libraries": {"numpy": "2", "pandas": "3"}}
    other = {"portfolio": "b", "seed": 2, "libraries": {"numpy": "2"}}
    assert differing(one, other) == ["seed", "libraries.pandas"]
    assert differing(one, {**one, "portfolio": "c"}) == []


def test_a_config_with_few_defaults_is_replayed_as_it_was(small: Packed, tmp_path: Path):
    config = TrainConfig(few_defaults=FewDefaults(prior_strength=9.0))
    result = train(small, "default", home=Home(tmp_path), config=config)
    assert reproduce(result.version, small).same
