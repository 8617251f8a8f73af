from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.group_points import group_points
from credit.locales import ago_text, value_text
from credit.policy import Policy
from credit.reasons import PART, score_reasons
from credit.scale import Scale
from credit.wording import Catalog
from features.catalog import FEATURES, GROUPS
from tests.credit.builders import make_answer

RULES = Policy.default().reasons
SCALE = Scale()


@dataclass(frozen=True)
class Words:
    unit: str
    sign: int
    group: str
    phrase_en: str = "is {value} (typical: {reference})"
    phrase_zh: str = "为{value}（参考值{reference}）"


@dataclass(frozen=True)
class Label:
    label_en: str
    label_zh: str


CATALOG = Catalog(
    {
        "late": Words("share", 1, "timeliness"),
        "days": Words("days", 1, "timeliness"),
        "cash": Words("ratio", -1, "liquidity"),
        "growth": Words("share", 0, "growth"),
        "known": Words("flag", -1, "data", "No accounts are known."),
        "silent": Words("share", 1, "silent", ""),
        **{f"f{i}": Words("ratio", 1, f"group{i}") for i in range(8)},
    },
    {"timeliness": Label("Timeliness", "及时性"), "liquidity": Label("Liquidity", "流动性")},
)


def tell(contributions, values, references=None, lang="en"):
    answer = make_answer(contributions=contributions)
    groups = group_points(answer, values, SCALE, CATALOG)
    return score_reasons(groups, references or {}, CATALOG, RULES, lang=lang, currency="EUR")


NAMES = st.sampled_from([*CATALOG.features, "unheard_of"])


@given(st.dictionaries(NAMES, st.floats(-5, 5)), st.floats(0.001, 0.999))
def test_base_and_groups_add_up_to_the_score(contributions, pd):
    answer = make_answer(pd=pd, contributions=contributions)

    groups = group_points(answer, {}, SCALE, CATALOG)

    total = SCALE.points(answer.base_log_odds) + math.fsum(each.points for each in groups)
    assert total == pytest.approx(SCALE.points_of_pd(pd), abs=1e-6)


@given(st.dictionaries(NAMES, st.floats(-5, 5)), st.dictionaries(NAMES, st.floats(-9, 9)))
def test_reasons_are_few_and_adverse_ones_come_first(contributions, values):
    reasons = tell(contributions, values)

    directions = [each.direction for each in reasons]
    assert directions == sorted(directions)
    assert directions.count("adverse") <= RULES.most_adverse
    assert directions.count("strength") <= RULES.most_strengths
    assert all(abs(each.points) >= RULES.least_points for each in reasons)


@given(st.floats(0.11, 5), st.floats(-9, 9), st.floats(-9, 9), st.sampled_from(["late", "days", "cash"]))
def test_a_figure_better_than_usual_is_never_called_a_weakness(contribution, value, reference, name):
    (reason,) = tell({name: contribution}, {name: value}, {name: reference})

    cited = reason.facts.get("feature")
    is_worse = (value - reference) * CATALOG.features[name].sign > 0
    assert (cited == name) == is_worse


def test_a_group_cites_its_largest_member_on_the_adverse_side():
    contributions = {"late": 0.5, "days": 0.3}

    (reason,) = tell(contributions, {"late": 0.05, "days": 30.0}, {"late": 0.12, "days": 3.0})

    assert reason.code == "TIMELINESS"
    assert reason.points == pytest.approx(-SCALE.factor * 0.8)
    assert reason.text == "is 30 days (typical: 3 days)"
    assert dict(reason.facts) == {"feature": "days", "value": 30.0, "reference": 3.0}


KNOWN = st.dictionaries(st.sampled_from(sorted(CATALOG.features)), st.floats(-9, 9))


@given(st.dictionaries(NAMES, st.floats(-5, 5)), KNOWN, KNOWN)
def test_a_cited_value_always_lies_on_the_side_that_is_told(contributions, values, references):
    for reason in tell(contributions, values, references):
        name = reason.facts.get("feature")
        if name is None:
            continue
        sign, side = CATALOG.features[name].sign, 1.0 if reason.direction == "adverse" else -1.0
        assert contributions[name] * side > 0.0
        if CATALOG.features[name].unit == "flag":
            assert (reason.direction, values[name]) == ("adverse", float(sign > 0))
        elif sign and name in references:
            assert (values[name] - references[name]) * sign * side > 0.0


@given(
    st.sampled_from(sorted(name for name in FEATURES if FEATURES[name].unit != "flag")),
    st.floats(0.001, 9),
    st.floats(0.001, 9),
    st.sampled_from(["en", "zh"]),
)
def test_every_number_in_a_sentence_is_one_of_its_facts(name, value, reference, lang):
    catalog, feature = Catalog(FEATURES, GROUPS), FEATURES[name]
    answer = make_answer(contributions={name: 0.9})
    groups = group_points(answer, {name: value}, SCALE, catalog)
    (reason,) = score_reasons(groups, {name: reference}, catalog, RULES, lang=lang, currency="EUR")
    if not reason.facts:
        assert not re.search(r"\d", reason.text)
        return

    texts = [value_text(reason.facts[key], feature.unit, lang, "EUR") for key in ("value", "reference")]
    phrase = feature.phrase_zh if lang == "zh" else feature.phrase_en
    expected = phrase.format(value=texts[0], reference=texts[1], ago=ago_text(value, lang))

    assert (reason.facts["value"], reason.facts["reference"]) == (value, reference)
    assert reason.text == expected


@given(st.dictionaries(NAMES, st.floats(-5, 5), min_size=2), KNOWN, KNOWN, st.randoms(use_true_random=False))
def test_reasons_do_not_depend_on_the_order_of_features(contributions, values, references, chance):
    names = list(contributions)
    chance.shuffle(names)

    assert tell({name: contributions[name] for name in names}, values, references) == tell(
        contributions, values, references
    )


def test_an_adverse_part_of_a_group_that_nets_out_is_told_with_its_own_points():
    # given a group whose sum is a strength though one member of it is adverse
    reasons = tell({"late": -0.8, "days": 0.5}, {"late": 0.02, "days": 30.0}, {"late": 0.12, "days": 3.0})

    part, strength = reasons
    assert (part.code, part.direction) == ("TIMELINESS" + PART, "adverse")
    assert part.points == pytest.approx(-SCALE.factor * 0.5)
    assert part.text == "Timeliness, offset by other figures of it: is 30 days (typical: 3 days)"
    assert dict(part.facts) == {"feature": "days", "value": 30.0, "reference": 3.0}
    assert (strength.code, strength.direction) == ("TIMELINESS", "strength")
    assert strength.points == pytest.approx(SCALE.factor * 0.3)


def test_an_adverse_part_is_not_told_of_a_value_on_the_good_side_or_below_the_least_points():
    contributions, references = {"late": -0.8, "days": 0.5}, {"late": 0.12, "days": 3.0}
    good = tell(contributions, {"late": 0.02, "days": 1.0}, references)
    small = tell({"late": -0.8, "days": 2.9 / SCALE.factor}, {"late": 0.02, "days": 30.0}, references)

    assert [each.code for each in (*good, *small)] == ["TIMELINESS", "TIMELINESS"]


def test_adverse_groups_come_before_adverse_parts_of_others():
    many = {f"f{i}": 0.2 for i in range(4)}
    netted = {"late": -0.9, "days": 0.7}
    values = dict.fromkeys(many, 1.0) | {"late": 0.02, "days": 30.0}

    codes = [each.code for each in tell(many | netted, values, {"late": 0.12, "days": 3.0})]

    assert codes == ["GROUP0", "GROUP1", "GROUP2", "GROUP3", "TIMELINESS"]


def test_a_strength_cites_a_figure_on_the_good_side_in_chinese():
    (reason,) = tell({"cash": -0.5}, {"cash": 2.0}, {"cash": 1.0}, lang="zh")

    assert (reason.direction, reason.text) == ("strength", "为2.00（参考值1.00）")


def test_what_is_missing_is_a_reason_of_its_own():
    (reason,) = tell({"cash": 0.5}, {}, {"cash": 1.0})

    assert (reason.code, reason.text) == ("LIQUIDITY_MISSING", "Nothing is known of this: Liquidity.")


def test_what_is_missing_is_never_a_strength():
    # given a group of which nothing is known and a smaller one that is known
    reasons = tell({"cash": -0.9, "late": -0.4}, {"late": 0.05}, {"cash": 1.0, "late": 0.12})

    assert [(each.direction, each.code) for each in reasons] == [("strength", "TIMELINESS")]


@pytest.mark.parametrize(
    ("days", "lang", "text"),
    [
        (0.0, "en", "The last payment came today."),
        (1.0, "en", "The last payment came 1 day ago."),
        (0.0, "zh", "最近一次付款在当天。"),
        (40.0, "zh", "最近一次付款在40天前。"),
    ],
)
def test_time_that_has_passed_is_told_as_people_do(days, lang, text):
    answer = make_answer(contributions={"days_since_last_settlement": -0.9})
    catalog, values = Catalog(FEATURES, GROUPS), {"days_since_last_settlement": days}
    groups = group_points(answer, values, SCALE, catalog)

    (reason,) = score_reasons(groups, {}, catalog, RULES, lang=lang, currency="EUR")

    assert reason.text == text


def test_a_flags_phrase_is_told_of_the_adverse_state_only():
    (adverse,) = tell({"known": 0.5}, {"known": 0.0})
    (strength,) = tell({"known": -0.5}, {"known": 1.0})

    assert adverse.text == "No accounts are known."
    assert strength.text == "data: several figures together."


def test_a_feature_without_a_phrase_is_not_cited():
    (reason,) = tell({"silent": 0.5}, {"silent": 0.9})

    assert "feature" not in reason.facts


def test_small_groups_are_no_reasons():
    # given 3 points at least, and 5 % of all adverse points
    assert tell({"late": 2.9 / SCALE.factor}, {"late": 0.9}) == []
    large = {"late": 100 / SCALE.factor, "cash": 4 / SCALE.factor}

    codes = [each.code for each in tell(large, {"late": 0.9, "cash": 0.1})]

    assert codes == ["TIMELINESS"]


def test_the_largest_of_many_are_told():
    many = {f"f{i}": 0.2 + 0.1 * i for i in range(8)}

    codes = [each.code for each in tell(many, dict.fromkeys(many, 1.0))]

    assert codes == ["GROUP7", "GROUP6", "GROUP5", "GROUP4"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_of_the_catalog_can_be_told(name, lang):
    feature = FEATURES[name]

    text = value_text(1.0, feature.unit, lang, "EUR")
    phrase = feature.phrase_zh if lang == "zh" else feature.phrase_en

    assert "{" not in phrase.format(value=text, reference=text, ago=text)
    assert feature.group in GROUPS
