from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from features.errors import Refused
from training.config import Leaks
from training.leaks import refuse_leaks, separation

NAMES = ["overdue_share", "tenure_days"]


def made(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Values of which the first knows the outcome but for 1 % of the rows."""
    rng = np.random.default_rng(3)
    outcome = (rng.random(n) < 0.3).astype(float)
    knows = outcome + rng.normal(0, 0.1, n)
    return np.column_stack([knows, rng.normal(0, 1, n)]), outcome


def test_a_feature_that_knows_the_outcome_is_named_with_its_auc():
    values, outcome = made()
    with pytest.raises(Refused, match=r"found overdue_share \(AUC [01]\.\d{3}\);.*--without.*--allow-leak"):
        refuse_leaks(values, NAMES, outcome, Leaks(), 1)


def test_also_one_that_falls_with_risk_and_one_whose_absence_knows():
    values, outcome = made()
    for known in (-values[:, 0], np.where(outcome == 1, np.nan, values[:, 1])):
        with pytest.raises(Refused, match="tenure_days"):
            refuse_leaks(np.column_stack([values[:, 1], known]), NAMES, outcome, Leaks(), 1)


def test_what_is_allowed_or_below_the_bound_passes():
    values, outcome = made()
    refuse_leaks(values, NAMES, outcome, Leaks(allowed=("overdue_share",)), 1)
    refuse_leaks(values[:, 1:], NAMES[1:], outcome, Leaks(), 1)


def test_with_nine_bad_outcomes_nobody_can_tell():
    outcome = np.r_[np.ones(9), np.zeros(300)]
    refuse_leaks(outcome[:, None], NAMES[:1], outcome, Leaks(), 1)
    more = np.r_[np.ones(10), np.zeros(300)]
    with pytest.raises(Refused):
        refuse_leaks(more[:, None], NAMES[:1], more, Leaks(), 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_the_separation_is_the_auc_in_the_better_direction(rows):
    values, outcome = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if 0 < outcome.sum() < len(outcome):
        auc = roc_auc_score(outcome, values)
        assert separation(values, outcome) == pytest.approx(max(auc, 1 - auc))
