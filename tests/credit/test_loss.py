from __future__ import annotations

import math

import pytest

from credit.loss import expected_loss, expected_loss_limit, loss_rate, pd_turn


def test_pd_of_a_turn_agrees_with_the_worked_example():
    # golden: pd_turn, of PD 2.4 % and 60 days of terms with 6 of delay
    assert pd_turn(0.024, 66) == pytest.approx(0.004383017677335177, rel=1e-12)
    assert pd_turn(0.024, 365) == pytest.approx(0.024)


def test_expected_loss_limit_agrees_with_the_worked_example():
    # golden: limit.el, of a budget of 4,000, PD 2.4 % and LGD 80 %
    assert expected_loss_limit(4000, 0.024, 0.8) == pytest.approx(208333.3333333333, rel=1e-12)
    assert math.isinf(expected_loss_limit(4000, 0.0, 0.8))


def test_cures_lower_the_loss():
    assert loss_rate(0.02, 0.8, cure_rate=0.5) == pytest.approx(0.008)
    assert expected_loss(100_000, 0.02, 0.8, cure_rate=0.5) == pytest.approx(800)
