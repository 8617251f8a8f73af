from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.policy import Policy
from credit.publish import Published, publish
from features.errors import InputError

POLICY = Policy.default()
BEFORE = Published("7", "7", 100_000.0, "EUR", date(2026, 1, 15), date(2026, 12, 31))
BORDER = POLICY.master_scale.borders[6]
"""Between grades 7 and 8."""


def computed(amount=100_000.0, pd=0.02, grade=None, currency="EUR", as_of="2026-07-01T21:59:59Z"):
    named = POLICY.master_scale.of(pd).name if grade is None and pd is not None else grade
    return {
        "as_of": as_of,
        "default": {"probability": pd},
        "grade": {"computed": named},
        "limit": {
            "amount": amount,
            "currency": currency,
            "valid_until": None if amount is None else "2027-01-01",
        },
    }


def test_a_first_review_publishes_what_was_computed():
    review = publish(None, computed(), POLICY)

    assert (review.grade_code, review.limit_code) == ("first", "first")
    assert review.published == Published("7", "7", 100_000.0, "EUR", date(2026, 7, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("amount", "published", "code"),
    [
        (100_000.0, 100_000.0, "unchanged"),
        (109_000.0, 100_000.0, "kept_small_change"),
        (91_000.0, 100_000.0, "kept_small_change"),
        (120_000.0, 120_000.0, "raised"),
        (150_000.0, 150_000.0, "raised"),
        (400_000.0, 150_000.0, "raised_to_cap"),
        (89_000.0, 89_000.0, "lowered"),
        (20_000.0, 20_000.0, "lowered"),
        (0.0, 0.0, "lowered"),
    ],
)
def test_a_limit_rises_by_steps_and_falls_at_once(amount, published, code):
    review = publish(BEFORE, computed(amount), POLICY)

    assert (review.published.amount, review.limit_code) == (published, code)
    assert review.published.valid_until == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("pd", "grade", "code"),
    [
        (BORDER * 1.09, "7", "kept_near_border"),
        (BORDER * 1.12, "8", "moved"),
        (POLICY.master_scale.borders[5] * 0.95, "7", "kept_near_border"),
        (POLICY.master_scale.borders[5] * 0.89, "6", "moved"),
        (0.30, "11", "moved"),
    ],
)
def test_a_grade_moves_only_clearly_beyond_its_border(pd, grade, code):
    review = publish(BEFORE, computed(pd=pd), POLICY)

    assert (review.published.grade, review.grade_code) == (grade, code)


def test_a_grade_moves_when_two_reviews_in_a_row_say_so():
    first = publish(BEFORE, computed(pd=BORDER * 1.05), POLICY).published
    assert (first.grade, first.computed_grade) == ("7", "8")

    second = publish(first, computed(pd=BORDER * 1.04, as_of="2026-08-01T00:00:00Z"), POLICY)
    other_side = publish(first, computed(pd=POLICY.master_scale.borders[5] * 0.97), POLICY)

    assert (second.published.grade, second.grade_code) == ("8", "moved")
    assert (other_side.published.grade, other_side.grade_code) == ("7", "kept_near_border")


def test_a_small_change_passes_where_the_grade_moves():
    review = publish(BEFORE, computed(95_000.0, pd=BORDER * 1.5), POLICY)

    assert (review.published.amount, review.limit_code) == (95_000.0, "lowered")


def test_default_comes_into_force_at_once_and_so_does_its_end():
    into = publish(BEFORE, computed(0.0, pd=None, grade="D"), POLICY)
    out = publish(into.published, computed(80_000.0, pd=0.08, as_of="2026-09-01T00:00:00Z"), POLICY)

    assert (into.published.grade, into.published.amount) == ("D", 0.0)
    assert (out.published.grade, out.grade_code) == ("9", "moved")
    assert (out.published.amount, out.limit_code) == (80_000.0, "raised")


def test_what_cannot_be_said_leaves_what_is_in_force_until_it_expires():
    silent = computed(None, pd=None)
    kept = publish(BEFORE, silent, POLICY)
    late = publish(kept.published, silent | {"as_of": "2027-01-01T12:00:00Z"}, POLICY)

    assert (kept.published.amount, kept.published.grade, kept.limit_code) == (100_000.0, "7", "kept_unsaid")
    assert kept.published.valid_until == BEFORE.valid_until
    assert (late.published.amount, late.published.valid_until, late.limit_code) == (None, None, "expired")
    assert (late.published.grade, late.grade_code) == (None, "expired")


@pytest.mark.parametrize("wrong", [{"currency": "USD"}, {"as_of": "2025-12-31T00:00:00Z"}])
def test_another_currency_and_an_older_assessment_are_refused(wrong):
    with pytest.raises(InputError):
        publish(BEFORE, computed(**wrong), POLICY)


@given(
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.floats(0.0003, 0.999),
    st.sampled_from([grade.name for grade in POLICY.grades]),
)
def test_a_review_never_raises_above_its_cap_nor_above_what_was_computed(before, amount, pd, grade):
    previous = replace(BEFORE, amount=before, grade=grade)

    review = publish(previous, computed(amount, pd=pd), POLICY)
    found = review.published.amount

    assert found <= max(amount, before)
    assert before == 0 or found <= before * (1 + POLICY.publishing.largest_increase_share) * (1 + 1e-12)
    if amount < before * (1 - POLICY.publishing.least_change_share) or amount == 0:
        assert found == amount
    again = publish(review.published, computed(found, pd=pd), POLICY)
    assert again.published.amount == found
