from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.policy import Policy
from credit.scale import Grade, MasterScale, Scale, log_odds_of, percentile

PDS = st.floats(1e-6, 1 - 1e-6)


def test_scale_has_the_published_factor_and_offset():
    scale = Scale(base=600, odds=50, pdo=20)

    # golden: scorecard.factor, scorecard.offset
    assert scale.factor == pytest.approx(28.85390081777927, abs=1e-12)
    assert scale.offset == pytest.approx(487.1228762045055, abs=1e-12)


@pytest.mark.parametrize(
    ("pd", "points"),
    [(0.001, 686.4), (0.005, 639.9), (0.01, 619.7), (0.02, 599.4), (0.05, 572.1), (0.1, 550.5), (0.2, 527.1)],
)
def test_points_of_a_probability_agree_with_the_published_table(pd, points):
    # domain reference 2.6
    assert Scale().points_of_pd(pd) == pytest.approx(points, abs=0.05)


@given(PDS)
def test_points_and_probability_are_inverse(pd):
    scale = Scale()

    assert scale.pd_of_points(scale.points_of_pd(pd)) == pytest.approx(pd, rel=1e-9)


def test_doubling_the_odds_adds_the_pdo():
    scale = Scale(base=500, odds=10, pdo=40)

    assert scale.points(-math.log(20)) - scale.points(-math.log(10)) == pytest.approx(40)
    assert scale.points(-math.log(10)) == pytest.approx(500)


@pytest.mark.parametrize("pd", [0.0, 1.0, -0.1, math.nan])
def test_log_odds_of_an_impossible_probability_are_refused(pd):
    with pytest.raises(ValueError, match="0 < pd < 1"):
        log_odds_of(pd)


def test_every_midpoint_of_the_default_grades_lies_in_its_grade():
    scale = Policy.default().master_scale

    assert [scale.of(grade.midpoint_percent / 100).name for grade in scale.grades] == [
        grade.name for grade in scale.grades
    ]


def test_borders_are_geometric_means():
    borders = Policy.default().master_scale.borders

    assert borders[-1] == pytest.approx(math.sqrt(0.16 * 0.32))
    assert borders[0] == pytest.approx(math.sqrt(0.0003 * 0.0006))


@given(PDS, PDS)
def test_a_riskier_buyer_never_has_a_better_grade(one, other):
    scale = Policy.default().master_scale
    names = [grade.name for grade in scale.grades]

    safer, riskier = sorted((one, other))

    assert names.index(scale.of(safer).name) <= names.index(scale.of(riskier).name)


def test_midpoints_out_of_order_are_refused():
    with pytest.raises(ValueError, match="rise"):
        MasterScale((Grade("A", 2.0, 12), Grade("B", 1.0, 12)))


def test_percentile_counts_those_at_least_as_risky():
    among = [0.01, 0.02, 0.05, 0.10]

    assert percentile(0.001, among) == 100.0
    assert percentile(0.05, among) == 50.0
    assert percentile(0.5, among) == 0.0
    assert percentile(0.5, []) is None
