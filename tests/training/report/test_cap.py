from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from training.report.cap import cap_of

OUTCOMES = arrays(np.float64, 40, elements=st.sampled_from([0.0, 1.0]))
PROBABILITIES = arrays(np.float64, 40, elements=st.sampled_from([0.01, 0.05, 0.1, 0.4, 0.9]))


def slow_captured(outcome: np.ndarray, probability: np.ndarray, share: float) -> float:
    """Flag the riskiest one after another; of equal ones all in part."""
    left, caught = share * len(outcome), 0.0
    for cut in sorted(set(probability), reverse=True):
        here = probability == cut
        taken = min(left, here.sum())
        caught += outcome[here].sum() * taken / here.sum()
        left -= taken
    return caught / outcome.sum()


@given(OUTCOMES, PROBABILITIES)
def test_the_curve_is_that_of_flagging_one_after_another(outcome, probability):
    told = cap_of(outcome, probability)
    if not 0 < outcome.sum() < len(outcome):
        assert told is None
        return
    assert told["accuracy_ratio"] == pytest.approx(2 * roc_auc_score(outcome, probability) - 1, abs=1e-12)
    for flagged, captured in list(zip(told["flagged"], told["captured"], strict=True))[::7]:
        assert captured == pytest.approx(slow_captured(outcome, probability, flagged), abs=1e-9)
    assert told["captured_at_10_percent"] == pytest.approx(slow_captured(outcome, probability, 0.1), abs=1e-9)


def test_it_rises_from_nothing_to_all():
    rng = np.random.default_rng(2)
    told = cap_of((rng.random(500) < 0.1).astype(float), rng.random(500))
    assert (told["captured"][0], told["captured"][-1]) == (0.0, 1.0)
    assert (np.diff(told["captured"]) >= 0).all()
