"""What the sections of real packs say agrees with the models and books that they are of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from credit.stability import months_of, stability_of
from features.build import Packed
from training.report.identity import sign_off_of
from training.report.missing_data import missing_data_of
from training.report.sections import Pack as Sections
from training.report.stability import stability_section
from training.report.study import People, Study

Pack = dict[str, Any]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_no_section_takes_what_is_no_number(late_pack: Pack, value: float):
    broken = {**late_pack, "parity": {**late_pack["parity"], "largest_difference_log_odds": value}}
    with pytest.raises(ValidationError, match="finite"):
        Sections.model_validate(broken)


def test_a_field_that_nobody_knows_is_refused(late_pack: Pack):
    with pytest.raises(ValidationError, match="extra"):
        Sections.model_validate({**late_pack, "opinion": "good"})


@pytest.mark.parametrize("name", ["late_pack", "default_pack", "prior_pack"])
def test_features_are_all_those_of_the_model_the_most_important_first(
    request: pytest.FixtureRequest, name: str
):
    pack = request.getfixturevalue(name)
    items, explained = pack["features"]["items"], pack["explanations"]
    weights = [item["mean_absolute_points"] for item in items]
    assert weights == sorted(weights, reverse=True)
    assert sum(item["share_of_points"] for item in items) == pytest.approx(1.0)
    assert [item["name"] for item in items] == [row["name"] for row in explained["importance"]]
    for item in items:
        assert sum(row["n"] for row in item["bins"]) == pack["features"]["subjects"]
        assert sum(row["bad"] for row in item["bins"]) == pack["features"]["events"]
    assert [row["name"] for row in explained["swarm"]] == [item["name"] for item in items[:20]]
    assert [row["name"] for row in explained["dependence"]] == [item["name"] for item in items[:6]]
    lengths = {len(row["points"]) for row in (*explained["swarm"], *explained["dependence"])}
    assert lengths == {explained["subjects"]}


def test_the_features_subjects_are_those_of_the_model(study_of: Callable[..., Study], late_pack: Pack):
    spec = study_of("late@1").model.spec
    assert (late_pack["features"]["subjects"], late_pack["features"]["events"]) == (
        spec.subjects,
        spec.events,
    )


def test_stability_is_that_of_the_frozen_bins(study_of: Callable[..., Study], late_pack: Pack):
    study, told = study_of("late@1"), late_pack["stability"]
    log_odds = study.model.predict(study.test_values, contributions=False).log_odds
    score, *inputs = stability_of(
        study.model.reference, study.test_values, log_odds,
        study.scored["buyer_id"].to_numpy(), months_of(study.scored["as_of"]),
    )  # fmt: skip
    assert (told["score"]["psi"], told["score"]["critical"]) == (score["psi"], score["critical"])
    assert [row["psi"] for row in told["features"]] == sorted((row["psi"] for row in inputs), reverse=True)


def test_too_few_independent_subjects_cannot_say(late_pack: Pack, default_pack: Pack):
    rows = [row for pack in (late_pack, default_pack) for row in pack["stability"]["features"]]
    assert {row["status"] == "cannot_say" for row in rows if not row["enough"]} == {True}
    assert "cannot_say" not in {row["status"] for row in rows if row["enough"]}


def test_a_test_that_moved_is_told(study_of: Callable[..., Study]):
    study = study_of("late@1")
    name = study.model.reference.ranked[0]
    study.__dict__["test_values"] = study.test_values.assign(**{name: study.test_values[name] * 3 + 50})
    told = stability_section(study)
    assert told is not None
    row = next(row for row in told["features"] if row["name"] == name)
    assert (row["status"], row["unseen"] > 0.2) == ("act", True)


def test_withholding_never_beats_the_worst_quartiles(late_pack: Pack, default_pack: Pack):
    for pack in (late_pack, default_pack):
        rows = pack["missing_data"]["withheld"]
        assert "payments" in {row["source"] for row in rows}
        assert all(row["least_over_worst_quartiles"] >= -1e-9 for row in rows if row["n"])


def test_a_model_that_rewards_withholding_is_found_out(study_of: Callable[..., Study]):
    study = study_of("late@1")
    spec = study.model.spec
    flipped = [f.model_copy(update={"fill": f.reference}) if f.sign else f for f in spec.features]
    best = [
        f.model_copy(update={"fill": -1e9 * f.sign}) if f.sign and not f.name.startswith("has_") else f
        for f in flipped
    ]
    generous = type(study.model)(
        spec.model_copy(update={"features": tuple(best)}), study.margin, study.model.score_reference,
        study.model.fitted,
    )  # fmt: skip
    values = study.test_values
    study.__dict__.update(model=generous, test_values=values)
    row = next(row for row in missing_data_of(study)["withheld"] if row["source"] == "payments")
    assert row["mean_shift_points"] > 0
    assert row["share_better"] > 0.5


def test_patterns_count_every_subject(late_pack: Pack):
    rows = late_pack["missing_data"]["patterns"]
    assert sum(row["test"] for row in rows) == late_pack["missing_data"]["subjects"]
    assert sum(row["training_share"] for row in rows) == pytest.approx(1.0)


def test_one_variant_of_the_definition_is_the_own_one(late_pack: Pack, default_pack: Pack):
    for pack in (late_pack, default_pack):
        own = [row for row in pack["definition"]["sensitivity"] if row["is_own"]]
        assert len(own) == 1
        assert own[0]["subjects"] == pack["waterfall"][-1]["left"]
        assert own[0]["auc"] == pytest.approx(pack["performance"]["metrics"]["auc"]["value"])
    rates = [row["rate"] for row in late_pack["definition"]["sensitivity"]]
    assert rates == sorted(rates, reverse=True)


def test_stress_makes_scores_worse(late_pack: Pack, default_pack: Pack):
    late = {row["code"]: row for row in late_pack["sensitivity"]["scenarios"]}
    assert late["payments_15_days_later"]["mean_shift_points"] < -1
    assert late["sales_fall_20_percent"]["mean_shift_points"] == 0.0
    default = {row["code"]: row for row in default_pack["sensitivity"]["scenarios"]}
    for row in default.values():
        assert row["mean_probability_after"] >= row["mean_probability_before"]
        assert sum(state["n"] for state in row["states"]) == row["n"]
    assert default["sales_fall_20_percent"]["grades_down"] > default["sales_fall_20_percent"]["grades_up"]


def test_lineage_names_what_the_version_was_made_from(
    study_of: Callable[..., Study], demo_packed: Packed, late_pack: Pack
):
    told, version = late_pack["lineage"], study_of("late@1").version
    assert told["hashes"]["data"] == version.tags["data_hash"]
    assert told["sources"] == dict(sorted(demo_packed.portfolio.sources.items()))
    assert told["reproduce"].startswith("credence models reproduce late@1 ")
    assert {row["table"]: row["rows"] for row in told["tables"]} == {
        name: len(frame) for name, frame in demo_packed.portfolio.tables.items()
    }
    assert late_pack["identity"]["registered_at"] == version.registered_at
    assert late_pack["changes"][0]["version"] == "late@1"


def test_what_buyers_owe_makes_the_tier(demo_packed: Packed, late_pack: Pack):
    tier = late_pack["identity"]["tier"]
    equity = demo_packed.seller.equity
    assert tier["share_of_equity"] == (None if not equity else pytest.approx(tier["exposure"] / equity))
    assert 0 < tier["buyers"] <= len(demo_packed.block.buyer_ids)


@pytest.mark.parametrize(
    ("people", "independent"),
    [(People("Ada", "ada "), False), (People("Ada", "Blaise"), True), (People("Ada"), None)],
)
def test_who_validates_is_another_person(people: People, independent: bool | None):
    told = {row["role"]: row for row in sign_off_of(people)}
    assert told["validated_by"]["independent"] is independent
    assert told["owner"]["name"] is None


def test_knowledge_that_is_given_is_said_to_be(late_pack: Pack):
    assert late_pack["knowledge_time"]["status"] == "not_applicable"
    assert np.isfinite(late_pack["explanations"]["base_points"])
