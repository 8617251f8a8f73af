from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credit.cover import Security, counted_securities, cover_json, covered, largest_exposure
from credit.policy import Policy

RULES = Policy.default().securities

COUNTED = st.lists(
    st.tuples(st.builds(Security, st.just("guarantee"), st.floats(0.01, 1e6)), st.floats(0.0, 1.0)),
    max_size=4,
)


@given(st.floats(0.0, 1e7), COUNTED)
@example(1097152.7214027608, [(Security("guarantee", 1e6), 0.0)])
def test_the_largest_exposure_leaves_just_the_unsecured_part(unsecured, counted):
    largest = largest_exposure(unsecured, counted)

    assert largest >= unsecured
    assert largest - covered(largest, counted) == pytest.approx(unsecured, rel=1e-6, abs=1e-3)


@given(st.floats(0.0, 1e7), st.floats(0.0, 1e7), COUNTED)
def test_a_larger_exposure_is_never_covered_less_and_never_more_than_whole(one, other, counted):
    small, large = sorted((one, other))

    assert covered(small, counted) <= covered(large, counted) * (1 + 1e-12)
    assert 0.0 <= covered(large, counted) <= large


def test_shares_follow_from_kind_and_from_what_the_security_names():
    found = counted_securities(
        [
            Security("deposit", 10.0),
            Security("retention_of_title", 10.0),
            Security("bank_guarantee", 10.0, 0.5),
            Security("credit_insurance", 10.0),
            Security("credit_insurance", 10.0, 0.8),
        ],
        None,
        RULES,
    )

    assert [share for _, share in found] == pytest.approx([1.0, 0.2, 0.475, 0.855, 0.76])


@pytest.mark.parametrize(
    ("insured_limit", "kinds"),
    [
        (None, ["deposit", "credit_insurance"]),
        (0.0, ["deposit", "credit_insurance"]),
        (40e3, ["deposit", "credit_insurance"]),
        (60e3, ["deposit", "insured_limit"]),
    ],
)
def test_one_insurance_told_by_two_tables_counts_once(insured_limit, kinds):
    securities = [Security("deposit", 10e3), Security("credit_insurance", 50e3)]

    found = counted_securities(securities, insured_limit, RULES)

    assert [each.kind for each, _ in found] == kinds


def test_what_is_secured_of_an_unknown_exposure_is_unknown():
    counted = [(Security("deposit", 10e3), 1.0)]

    assert cover_json(None, counted)["secured_amount"] is None
    assert cover_json(4e3, counted)["securities"] == [
        {"kind": "deposit", "amount": 10e3, "counted_share": 1.0, "covers": 4e3}
    ]
