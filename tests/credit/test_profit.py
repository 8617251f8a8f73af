from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.profit import Turn, break_even_pd, break_even_pd_turn, margin_per_turn, mean_variance_limit

TURN = Turn(margin=0.18, days=66, funding_rate=0.07, administration_share=0.004, lgd=0.8)
THIN = Turn(margin=0.03, days=66, funding_rate=0.07, administration_share=0.004, lgd=0.8)


def test_the_worked_example_comes_out():
    # golden: net_margin_per_turn, breakeven_pd_turn, breakeven_pd_annual, breakeven_margin3pct
    assert margin_per_turn(TURN, 0.024) == pytest.approx(0.1598360516115565, rel=1e-12)
    assert break_even_pd_turn(TURN) == pytest.approx(0.2041780821917808, rel=1e-12)
    assert break_even_pd(TURN) == pytest.approx(0.7171984088389347, rel=1e-12)
    assert break_even_pd_turn(THIN) == pytest.approx(0.01667808219178082, rel=1e-12)
    assert break_even_pd(THIN) == pytest.approx(0.0888180344874967, rel=1e-12)


@pytest.mark.parametrize(("margin", "expected"), [(-0.5, 0.0), (0.0, 0.0), (0.9, 1.0)])
def test_a_break_even_stays_a_probability(margin, expected):
    assert break_even_pd(Turn(margin, 66, 0.07, 0.004, 0.8)) == expected


@given(st.floats(0.01, 0.5), st.floats(1, 365), st.floats(0, 0.3), st.floats(0, 0.05), st.floats(0.05, 1))
def test_a_turn_earns_nothing_at_its_break_even(margin, days, rate, administration, lgd):
    turn = Turn(margin, days, rate, administration, lgd)
    pd = break_even_pd(turn)

    if 0.0 < pd < 1.0 - 1e-9:
        assert margin_per_turn(turn, pd) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.0003, 0.999), st.floats(0.0003, 0.999))
def test_a_limit_by_risk_never_rises_with_the_probability(one, other):
    safer, riskier = sorted((one, other))

    assert mean_variance_limit(TURN, riskier, 1e5) <= mean_variance_limit(TURN, safer, 1e5)
