"""Whether a policy's numbers make sense together."""

from __future__ import annotations

import re
from typing import Any

import pytest

from credit.policy import Policy
from credit.policy_checks import CHECKS, findings_of
from credit.policy_lines import lines_of
from credit.scale import Grade


def changed(**parts: Any) -> Policy:
    """Return the shipped policy with parts (a mapping changes keys of a part) that are not as shipped."""
    policy = Policy.default()
    update = {
        name: getattr(policy, name).model_copy(update=value) if isinstance(value, dict) else value
        for name, value in parts.items()
    }
    return policy.model_copy(update=update)


def grades(*middles: float, months: tuple[int, ...] | None = None) -> tuple[Grade, ...]:
    lasting = months or (12,) * len(middles)
    return tuple(Grade(str(n), middle, lasting[n]) for n, middle in enumerate(middles))


_WIDE = (0.03, 0.12, 0.48, 1.9, 7.6, 30.0)

WRONG: dict[str, Policy] = {
    "concentration_zero": changed(concentration={"share_of_equity": 0.0}),
    "capacity_zero": changed(
        capacity={"tangible_net_worth_share": 0.0, "working_capital_share": 0.0, "payables_share": 0.0}
    ),
    "loss_budget_zero": changed(economics={"expected_loss_budget_share_of_sales": 0.0}),
    "loss_budget_above_margin": changed(economics={"expected_loss_budget_share_of_sales": 0.2}),
    "margin_below_costs": changed(economics={"margin": 0.004}),
    "grade_gap": changed(grades=grades(0.03, 0.2, *_WIDE[2:])),
    "grade_ends": changed(grades=grades(*_WIDE[:-1])),
    "grade_validity_rises": changed(grades=grades(*_WIDE, months=(12, 12, 6, 12, 3, 3))),
    "own_losses_never_lower": changed(own_recoveries={"lgd_floor": 0.81}),
    "cap_below_step": changed(capacity={"prospect_cap": 999.0}),
    "block_after_default": changed(blocking_days_overdue=91),
    "order_held_after_block": changed(orders={"oldest_item_days": 61}),
    "record_beyond_block": changed(capacity={"record_highest_days_overdue": 61}),
    "never_refers": changed(orders={"highest_pd": 0.999}),
    "terms_above_longest": changed(need={"default_terms_days": 91}),
    "step_beyond_longest": changed(terms={"longest_days": 60}),
    "discount_above_margin": changed(offers={
        "discount": Policy.default().offers.discount.model_copy(update={"share": 0.2})
    }),
    "all_files_thin": changed(interval={"thin_below_worth": 401.0}),
    "no_terms_within_law": changed(terms={"steps_days": (31, 60)}),
    "norm_above_law": changed(terms={"sector_norm_days": 61}),
}  # fmt: skip


def test_the_shipped_policy_makes_sense():
    assert findings_of(Policy.default()) == []


@pytest.mark.parametrize("code", WRONG)
def test_a_contradiction_is_found_by_its_code(code: str):
    assert code in {each.code for each in findings_of(WRONG[code])}


def test_every_check_has_a_policy_that_fails_it():
    assert {check.code for check in CHECKS} <= set(WRONG)


@pytest.mark.parametrize("code", WRONG)
def test_a_finding_names_keys_that_the_policy_has(code: str):
    policy = WRONG[code]
    keys = [line.key for line in lines_of(policy)]
    named = {key for each in findings_of(policy) for key in each.keys}
    assert all(any(key == one or key.startswith(f"{one}.") for key in keys) for one in named)


def test_errors_come_before_warnings():
    policy = changed(orders={"highest_pd": 0.999}, economics={"expected_loss_budget_share_of_sales": 0.0})
    assert [each.severity for each in findings_of(policy)] == ["error", "warning"]


@pytest.mark.parametrize("edge", [0, 1])
def test_borders_are_where_the_texts_say(edge: int):
    # given the last value that makes sense and the first that does not
    block = changed(blocking_days_overdue=90 + edge)
    record = changed(capacity={"record_highest_days_overdue": 60 + edge})
    assert [("block_after_default" in codes(block)), ("record_beyond_block" in codes(record))] == [
        bool(edge)
    ] * 2


def codes(policy: Policy) -> set[str]:
    return {each.code for each in findings_of(policy)}


@pytest.mark.parametrize("code", WRONG)
def test_a_finding_is_told_in_both_languages_with_the_same_numbers(code: str):
    found = next(each for each in findings_of(WRONG[code]) if each.code == code)
    en, zh = (found.as_json(lang)["says"] for lang in ("en", "zh"))
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)
    assert re.findall(r"\d+", en) == re.findall(r"\d+", zh)
    assert found.as_json()["says"] == en
