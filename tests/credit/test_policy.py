from __future__ import annotations

from importlib import resources

import pytest
import yaml
from pydantic import ValidationError

from credit.policy import Policy
from features.errors import InputError

TEXT = resources.files("credit").joinpath("policies/default.yaml").read_text(encoding="utf-8")


def load(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return Policy.load(path)


def test_the_shipped_policy_loads_and_layout_does_not_change_its_hash(tmp_path):
    commented = load(tmp_path, "# a comment\n" + TEXT.replace("pd_cap: 0.999", "pd_cap:    0.9990"))

    assert commented == Policy.default()
    assert commented.hash == Policy.default().hash


def test_another_value_gives_another_hash(tmp_path):
    assert load(tmp_path, TEXT.replace("lgd: 0.80", "lgd: 0.75")).hash != Policy.default().hash


def test_a_changed_copy_has_its_own_hash():
    policy = Policy.default()
    known = policy.hash

    assert policy.model_copy(update={"pd_cap": 0.9}).hash != known
    assert policy.model_copy().hash == known


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ("lgd: 0.80", "lgd: '0.80'", "definitions.*.lgd", "'0.80'"),
        ("lgd: 0.80", "lgd: 1.80", "definitions.*.lgd", "1.8"),
        ("odds: 50", "odd: 50", "definitions.*.scale.odd", "50"),
        ("tolerance_days: 10", "tolerance_days: 20", "need.tolerance_days", "20"),
        ("pd_floor: 0.0003", "pd_floor: .nan", "pd_floor", "nan"),
        ("version: 1", "", "version", "nothing"),
        ("default_step: 1000", "default_step: 3000", "rounding.default_step", "3000"),
        ("id: default", "id: default\nsurprise: 1", "surprise", "an unknown key"),
        ('name: "1"', 'name: "D"', "grades.0", "a part that breaks it"),
        ('"*":', '"default_x":', "policy", "a part that breaks it"),
        ("midpoint_percent: 0.06", "midpoint_percent: 0.01", "policy", "a part that breaks it"),
        ("lowest_peak_factor: 1.0", "lowest_peak_factor: 1.5", "need", "a part that breaks it"),
        ("lgd: 0.80 ", "lgd: 0 ", "definitions.*.lgd", "0"),
        ("    share: 0.02 ", "    share: 1.0 ", "offers.discount.share", "1.0"),
        (
            "credit_horizon_days: 60",
            "credit_horizon_days: 1000000000",
            "orders.credit_horizon_days",
            "1000000000",
        ),
        ("without_grade: 3", "without_grade: 99999", "validity_months_without_grade", "99999"),
    ],
)
def test_a_bad_value_is_refused_with_its_key(tmp_path, old, new, key, found):
    with pytest.raises(InputError) as refused:
        load(tmp_path, TEXT.replace(old, new, 1))

    (problem,) = refused.value.problems
    assert f"key '{key}'" in problem.expected
    assert problem.found == found


def test_every_problem_is_named_at_once(tmp_path):
    with pytest.raises(InputError) as refused:
        load(tmp_path, TEXT.replace("lgd: 0.80", "lgd: 2").replace("pd_cap: 0.999", "pd_cap: 1"))

    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("text", ["", "just words", "a: [1", "a: 2026-01-01"])
def test_what_is_no_policy_is_refused(tmp_path, text):
    with pytest.raises(InputError):
        load(tmp_path, text)


def test_a_missing_file_is_refused_without_its_folder(tmp_path):
    with pytest.raises(InputError, match=r"FileNotFoundError on 'none\.yaml'") as refused:
        Policy.load(tmp_path / "none.yaml")

    assert str(tmp_path) not in str(refused.value)


def test_a_policy_cannot_be_changed():
    with pytest.raises(ValidationError):
        Policy.default().pd_cap = 0.5


def test_an_unlisted_definition_takes_the_general_loss(tmp_path):
    entry = "  bankruptcy: {lgd: 0.9, cure_rate: 0.0, scale: {base: 500}}"
    listed = load(tmp_path, TEXT.replace("definitions:", f"definitions:\n{entry}\n", 1))

    assert listed.loss_of("bankruptcy").lgd == 0.9
    assert listed.loss_of("bankruptcy").scale.base == 500
    assert listed.loss_of("default_obligor_90").lgd == 0.8


def test_floor_and_cap_bound_a_probability():
    policy = Policy.default()

    assert policy.bounded(1e-9) == policy.pd_floor
    assert policy.bounded(0.02) == 0.02
    assert policy.bounded(1.0) == policy.pd_cap


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("share_of_receivables: 0.05", "share_of_receivables: 0.2",
         ("share_of_receivables", "group_share_of_receivables")),
        ("share_of_equity: 0.10", "share_of_equity: 0.3", ("share_of_equity", "group_share_of_equity")),
        ("prospect_cap: 10000", "prospect_cap: 60000", ("prospect_cap", "record_cap")),
        ("accounts_unusable_after_days: 913", "accounts_unusable_after_days: 100",
         ("accounts_stale_after_days", "accounts_unusable_after_days")),
        ("lgd_range: [0.60, 0.90]", "lgd_range: [0.85, 0.90]", ("lgd", "lgd_range")),
        ("cure_range: [0.0, 0.30]", "cure_range: [0.3, 0.1]", ("cure_rate", "cure_range")),
        ("longest_days: 90", "longest_days: 0", ("steps_days", "longest_days")),
        ("steps_days: [0,", "steps_days: [95,", ("steps_days", "rise")),
        ("CN: {days: 60, public_days: 30", "CN: {days: 20, public_days: 30", ("public_days", "days")),
        ("largest_increase_share: 0.50", "largest_increase_share: 0.05",
         ("largest_increase_share", "least_change_share")),
    ],
)  # fmt: skip
def test_rules_that_contradict_each_other_are_refused_by_both_their_names(tmp_path, old, new, keys):
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if old.startswith("longest_days"):
        text = text.replace("steps_days: [0,", "steps_days: [5,")

    with pytest.raises(InputError) as refused:
        load(tmp_path, text)

    (problem,) = refused.value.problems
    assert all(key in problem.expected for key in keys)


def test_a_policy_of_before_takes_the_shipped_values_for_rules_that_it_does_not_name(tmp_path):
    content = yaml.safe_load(TEXT)
    for name in ("external_limits", "securities", "own_recoveries", "terms", "offers", "orders"):
        del content[name]

    older = load(tmp_path, yaml.safe_dump(content, allow_unicode=True))

    assert older == Policy.default()
