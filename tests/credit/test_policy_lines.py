"""A policy line by line."""

from __future__ import annotations

import pytest

from credit.policy import Policy
from credit.policy_lines import differences, lines_of, section_of
from credit.policy_words import RULES, SECTIONS


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.default()


def test_every_key_of_the_policy_has_words_and_no_words_are_left_over(policy: Policy):
    # given the shipped policy, which names every key
    told = {id(line.rule) for line in lines_of(policy)}
    # then each rule explains at least one line
    left = [key for key, rule in RULES.items() if id(rule) not in told]
    assert left == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_words_exist_in_both_languages(lang: str):
    texts = [rule.does.of(lang) for rule in RULES.values()] + [title.of(lang) for title in SECTIONS.values()]
    assert all(texts)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) == (lang == "zh") for text in texts)


def test_every_line_has_a_chapter_and_every_chapter_lines(policy: Policy):
    assert {line.section for line in lines_of(policy)} == set(SECTIONS)


def test_an_unknown_chapter_is_an_error():
    with pytest.raises(KeyError):
        section_of("nowhere.at_all")


@pytest.mark.parametrize(
    ("key", "en", "zh"),
    [
        ("economics.expected_loss_budget_share_of_sales", "0.2%", "0.2%"),
        ("pd_floor", "0.03%", "0.03%"),
        ("grades.6.midpoint_percent", "1%", "1%"),
        ("capacity.record_cap", "EUR 50,000", "EUR 50,000"),
        ("grades.6.validity_months", "6 months", "6个月"),
        ("terms.steps_days", "0 days, 7 days, 14 days, 30 days, 45 days, 60 days, 90 days",
         "0天、7天、14天、30天、45天、60天、90天"),
        ("terms.statutory.CN.only_large_buyers", "yes", "是"),
        ("rounding.steps.CNY", "EUR 10,000", "EUR 10,000"),
        ("concentration.above_cap", "cut", "cut"),
    ],
)  # fmt: skip
def test_values_are_written_with_their_units(policy: Policy, key: str, en: str, zh: str):
    line = next(line for line in lines_of(policy) if line.key == key)
    assert (line.value_text("en", "EUR"), line.value_text("zh", "EUR")) == (en, zh)


def test_a_grade_with_a_dot_in_its_name_is_told_all_the_same(policy: Policy):
    odd = policy.model_copy(update={"grades": tuple(
        type(grade)(f"A.{number}", grade.midpoint_percent, grade.validity_months)
        for number, grade in enumerate(policy.grades)
    )})  # fmt: skip
    keys = {line.key for line in lines_of(odd)}
    assert {"grades.A.0.midpoint_percent", "grades.A.0.validity_months"} <= keys


def test_differences_name_changed_and_lacking_lines_both_ways(policy: Policy):
    # given a policy with another cap, one currency more and one country less
    law = {name: rule for name, rule in policy.terms.statutory.items() if name != "FR"}
    other = policy.model_copy(update={
        "capacity": policy.capacity.model_copy(update={"record_cap": 80_000.0}),
        "rounding": policy.rounding.model_copy(update={"steps": {**policy.rounding.steps, "SEK": 10_000}}),
        "terms": policy.terms.model_copy(update={"statutory": law}),
    })  # fmt: skip
    # when the two are compared
    found = {each.key: (each.value, each.other) for each in differences(other, policy)}
    # then each difference stands there, and nothing else
    assert found == {
        "capacity.record_cap": (80_000.0, 50_000.0),
        "rounding.steps.SEK": (10_000, None),
        "terms.statutory.FR.days": (None, 60),
        "terms.statutory.FR.public_days": (None, 30),
        "terms.statutory.FR.end_of_month_days": (None, 45),
        "terms.statutory.FR.only_large_buyers": (None, False),
    }
    assert len(differences(policy, other)) == len(found)
    assert differences(policy, policy) == []
