from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.encoding import encode, pattern_texts, sources_of, worst_quartile
from credit.spec import SOURCE_FLAGS, FeatureSpec
from features.catalog import FEATURES, NAMES

VALUES = arrays(
    np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6, allow_subnormal=False) | st.just(np.nan)
)


def spec(name: str, fill: float | None) -> FeatureSpec:
    return FeatureSpec(name=name, sign=0, fill=fill, reference=None)


@pytest.mark.parametrize(
    ("values", "sign", "expected"),
    [
        ([1, 2, 3, 4, 5], 1, 4.0),
        ([1, 2, 3, 4, 5], -1, 2.0),
        ([1, 2, 3, 4, 5, np.nan], 1, 4.0),
        ([1, 2, 3, 4, 5], 0, None),
        ([np.nan, np.nan], 1, None),
    ],
)
def test_the_worst_quartile_lies_towards_risk(values, sign, expected):
    assert worst_quartile(np.array(values, float), sign) == expected


@given(values=VALUES, sign=st.sampled_from([1, -1]))
def test_about_a_quarter_of_what_is_known_is_worse_than_the_fill(values, sign):
    fill = worst_quartile(values, sign)
    known = values[~np.isnan(values)]
    if fill is None:
        assert not len(known)
    else:
        assert (sign * known > sign * fill).sum() <= ceil((len(known) - 1) / 4)


def test_encoding_fills_signed_features_and_leaves_the_others():
    values = np.array([[np.nan, np.nan], [1.0, 2.0]])
    encoded = encode(values, [spec("current_ratio", 0.7), spec("log_revenue", None)])
    np.testing.assert_array_equal(encoded, [[0.7, np.nan], [1.0, 2.0]])
    assert np.isnan(values[0, 0])


def test_sources_are_those_that_may_be_absent():
    assert sources_of(["current_ratio", "share_late_amount_365d"]) == ("payments", "accounts")
    assert sources_of(["log_request_amount", "book_share_late_amount_90d"]) == ()
    assert set(SOURCE_FLAGS) <= {feature.source for feature in FEATURES.values()}


def test_patterns_name_the_sources_that_are_there():
    values = np.full((4, len(NAMES)), np.nan)
    payments, accounts = NAMES.index("has_payments"), NAMES.index("has_accounts")
    values[:, payments], values[:, accounts] = [1, 0, 1, 0], [1, 1, 0, 0]
    both = ("payments", "accounts")
    assert pattern_texts(values, both).tolist() == ["payments+accounts", "accounts", "payments", ""]
    assert pattern_texts(values, ("accounts",)).tolist() == ["accounts", "accounts", "", ""]
