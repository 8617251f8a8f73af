from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from training.ranking import Ranking

SUBJECT = st.tuples(
    st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, 1.0]), st.integers(0, 3), st.integers(0, 4)
)


def curve_of(subjects: list[tuple], counts: list[int]):
    outcome, probability, cluster, weight = (np.array(column) for column in zip(*subjects, strict=True))
    row_weight = weight * np.array(counts, float)[cluster]
    ranking = Ranking.of(outcome.astype(float), probability, cluster.astype(np.int64), weight.astype(float))
    known = np.array(counts[: cluster.max() + 1], float)[:, None]
    return outcome, probability, row_weight, ranking.curve(known)


@given(st.lists(SUBJECT, min_size=1, max_size=25), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_a_draw_has_the_metrics_of_weighted_subjects(subjects, counts):
    outcome, probability, weight, curve = curve_of(subjects, counts)
    bad, good = weight[outcome == 1].sum(), weight[outcome == 0].sum()
    if not bad or not good:
        assert np.isnan(curve.auc()[0])
        assert np.isnan(curve.average_precision()[0])
        return
    assert curve.auc()[0] == pytest.approx(roc_auc_score(outcome, probability, sample_weight=weight))
    expected = average_precision_score(outcome, probability, sample_weight=weight)
    assert curve.average_precision()[0] == pytest.approx(expected)
    false, true, _ = roc_curve(outcome, probability, sample_weight=weight, drop_intermediate=False)
    assert curve.ks()[0] == pytest.approx(np.abs(true - false).max())


def test_many_draws_are_each_as_if_alone():
    rng = np.random.default_rng(4)
    outcome, probability = (rng.random(300) < 0.2).astype(float), rng.random(300).round(2)
    ranking = Ranking.of(outcome, probability, rng.integers(0, 30, 300), np.ones(300))
    counts = rng.integers(0, 4, (30, 7)).astype(float)
    together = ranking.curve(counts)
    for draw in range(7):
        alone = ranking.curve(np.ascontiguousarray(counts[:, [draw]]))
        for name in ("auc", "average_precision", "ks"):
            expected = getattr(alone, name)()[0]
            assert getattr(together, name)()[draw] == pytest.approx(expected, rel=1e-12), name
