from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from features.build import Packed, pack_portfolio
from features.errors import InputError
from training.home import Home
from training.registry import Registry
from training.report.pack import pack_of, pack_text
from training.report.sections import Pack

KINDS = ("late_pack", "default_pack", "final_pack", "prior_pack", "blend_pack")


@pytest.fixture(params=KINDS)
def pack(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.getfixturevalue(request.param)


def test_every_pack_has_the_sections_and_is_plain_json(pack: dict[str, Any]):
    assert Pack.model_validate(pack).model_dump(mode="json") == pack
    assert json.loads(pack_text(pack)) == pack


def test_trees_beside_prior_knowledge_say_so_wherever_it_matters(blend_pack: dict[str, Any]):
    assert blend_pack["identity"]["learner"] == "blend"
    share = f"{blend_pack['purpose']['prior']['share']:.0%}"
    assert f"beside prior knowledge, whose share is {share} of the margin" in blend_pack["purpose"]["method"]
    limits = {limit["code"]: limit for limit in blend_pack["limits_of_use"]}
    assert limits["prior_beside"]["text"].startswith(f"{share} of every score is a scorecard's")
    assert limits["prior_beside"]["severity"] == "high"
    assert "prior" not in limits
    # then ranks are told and reasons are tested, as of trees
    assert blend_pack["performance"]["metrics"]["auc"]["value"] > 0.5
    tests = {test["test"]: test for test in blend_pack["explanations"]["tests"]}
    assert tests["shap"]["passed"] is tests["additivity"]["passed"] is True
    assert tests["top_4_seeds"]["found"] is not None
    # then the features are the trees' and those that the scorecard reads alone
    names = {item["name"] for item in blend_pack["features"]["items"]}
    assert {"population_default_rate", "external_pd"} <= names
    assert not names & blend_pack["features"]["left_out"].keys()
    assert blend_pack["challengers"]["status"] == "not_asked"


def test_the_same_version_and_portfolio_give_the_same_text(
    demo_home: Path, demo_packed: Packed, default_pack: dict[str, Any]
):
    registry = Registry(Home(demo_home))
    again = pack_portfolio(demo_packed.portfolio)
    assert pack_text(pack_of(registry, registry.version("default@1"), again)) == pack_text(default_pack)


def test_other_data_is_refused_before_anything_is_measured(demo_home: Path, demo_packed: Packed):
    portfolio = demo_packed.portfolio
    fewer = {**portfolio.tables, "invoices": portfolio.tables["invoices"].iloc[:-1]}
    registry, said = Registry(Home(demo_home)), []
    one = registry.version("late@1")
    with pytest.raises(InputError, match=one.load().spec.data_hash[:12]) as refused:
        pack_of(registry, one, pack_portfolio(replace(portfolio, tables=fewer)), say=said.append)
    assert "name the portfolio that it was trained on" in str(refused.value)
    assert said == []


def test_another_seller_is_refused(demo_home: Path, demo_packed: Packed):
    other = replace(
        demo_packed.portfolio, seller=replace(demo_packed.portfolio.seller, seller_id="someone_else")
    )
    registry = Registry(Home(demo_home))
    with pytest.raises(InputError, match="someone_else"):
        pack_of(registry, registry.version("late@1"), pack_portfolio(other))
