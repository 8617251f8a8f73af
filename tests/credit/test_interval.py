from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from credit.interval import interval_of, worth_of_file


@given(st.floats(0.0001, 0.9999), st.floats(1, 1000))
def test_the_interval_contains_its_probability(probability, worth):
    low, high = interval_of(probability, worth, 0.1, 0.9)

    assert 0.0 <= low <= probability <= high <= 1.0


def test_the_interval_is_the_jeffreys_posterior():
    low, high = interval_of(0.02, 400, 0.1, 0.9)

    assert low == pytest.approx(beta.ppf(0.1, 8.5, 392.5))
    assert high == pytest.approx(beta.ppf(0.9, 8.5, 392.5))


def test_a_deeper_file_has_a_narrower_interval():
    widths = [high - low for low, high in (interval_of(0.02, worth, 0.1, 0.9) for worth in (25, 150, 400))]

    assert widths == sorted(widths, reverse=True)


def test_a_thin_payment_record_counts_as_none(policy):
    worth = policy.interval.worth

    assert worth_of_file(policy, "payments_and_accounts", 40.0) == worth.payments_and_accounts
    assert worth_of_file(policy, "payments_and_accounts", 1.0) == worth.accounts
    assert worth_of_file(policy, "payments", float("nan")) == worth.profile
    assert worth_of_file(policy, "accounts", float("nan")) == worth.accounts
