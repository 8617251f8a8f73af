from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.group_points import GroupPoints, MemberPoints
from credit.policy import Policy
from credit.reasons import score_reasons
from credit.wording import Catalog
from features.catalog import FEATURES
from features.catalog import GROUPS as GROUP_WORDS
from training.report.reason_sets import changed_share, group_sums, jaccard, reason_sets

RULES = Policy.default().reasons
GROUPS = ("book", "exposure", "liquidity", "leverage", "overdue_now", "profile", "request")


@given(arrays(np.float64, len(GROUPS), elements=st.integers(-40, 40).map(float)))
def test_they_are_the_groups_of_which_an_officer_reads(points):
    groups = [
        GroupPoints(name, value, [MemberPoints(name, 1.0, value)])
        for name, value in zip(GROUPS, points, strict=True)
    ]
    told = score_reasons(groups, {}, Catalog(FEATURES, GROUP_WORDS), RULES, lang="en", currency="EUR")
    adverse = {
        reason.code.removesuffix("_MISSING").lower() for reason in told if reason.direction == "adverse"
    }
    order = np.argsort(GROUPS)
    found = reason_sets(points[None, order], RULES)[0]
    assert {GROUPS[order[place]] for place in np.flatnonzero(found)} == adverse


def test_sums_by_group_keep_the_total():
    points = np.random.default_rng(0).normal(size=(5, 6))
    summed = group_sums(points, np.array([0, 1, 0, 2, 1, 0]), 3)
    assert summed[:, 0] == pytest.approx(points[:, [0, 2, 5]].sum(axis=1))
    assert summed.sum(axis=1) == pytest.approx(points.sum(axis=1))


def test_nothing_said_twice_is_the_same():
    nothing = np.zeros((3, 2), bool)
    assert jaccard(nothing, nothing) == 1.0
    assert changed_share(nothing, nothing) is None
