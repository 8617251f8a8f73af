from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.timing.incidence import BODY, given_open, incidences, recalibrated, survival

HAZARDS = arrays(np.float64, (3, 6), elements=st.floats(0.0, 1.0))


def test_golden_numbers_computed_by_hand():
    # given hazards 0.10, 0.30, 0.50 and shares paid 0.9, 0.8, 0.6; credited 0.1, 0.1, 0.1; lost the rest
    open_share = survival(np.array([[0.1, 0.3, 0.5]]))
    shares = np.array([[0.9, 0.8, 0.6], [0.1, 0.1, 0.1], [0.0, 0.1, 0.3]])
    # then S = 0.9, 0.63, 0.315 and closings are 0.1, 0.27, 0.315
    assert open_share[0] == pytest.approx([0.9, 0.63, 0.315])
    paid, credited, lost = incidences(open_share, shares)
    assert paid[0] == pytest.approx([0.09, 0.306, 0.495])
    assert credited[0] == pytest.approx([0.01, 0.037, 0.0685])
    assert lost[0] == pytest.approx([0.0, 0.027, 0.1215])
    # and of what is open after the first interval: (F(t) - F(1)) / 0.9
    later = given_open(paid, paid + credited + lost, 0)
    assert later[0] == pytest.approx([0.0, 0.24, 0.45])


@given(HAZARDS, arrays(np.float64, (3, 6), elements=st.floats(0.01, 1.0)))
def test_incidences_rise_and_add_up_to_what_closed(hazard, raw):
    shares = raw / raw.sum(axis=0)
    open_share = survival(hazard)
    told = incidences(open_share, shares)
    assert (np.diff(told, axis=2) >= -1e-12).all()
    assert (told >= 0).all()
    assert told.sum(axis=0) == pytest.approx(1 - open_share, abs=1e-12)


@given(arrays(np.float64, (3, 6), elements=st.floats(0.0, 0.9)), st.integers(0, 4))
def test_incidences_given_open_are_those_of_hazards_after_that_day(hazard, interval):
    shares = np.array([[0.7] * 6, [0.3] * 6])
    told = incidences(survival(hazard), shares)
    truncated = hazard.copy()
    truncated[:, : interval + 1] = 0.0
    expected = incidences(survival(truncated), shares)[0]
    assert given_open(told[0], told.sum(axis=0), interval) == pytest.approx(expected, abs=1e-9)


@given(HAZARDS, st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_a_calibration_keeps_survival_falling_and_between_0_and_1(hazard, level, shape):
    told = recalibrated(survival(hazard), level, shape)
    assert (np.diff(told, axis=1) <= 1e-12).all()
    assert ((told >= 0) & (told <= 1)).all()


def test_hazards_beyond_the_body_are_as_they_were_learned():
    open_share = np.array([[0.1, 0.05, 0.0]])
    told = recalibrated(open_share, 1.3, 0.9)
    assert told[0, 0] == pytest.approx(np.exp(-((1.3 * BODY) ** 0.9)))
    assert told[0, 1] / told[0, 0] == pytest.approx(0.5)
    assert told[0, 2] == pytest.approx(0.0, abs=1e-300)
