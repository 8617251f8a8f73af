from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import average_precision_score, roc_auc_score

from training.bootstrap import Clusters
from training.figures import effective_subjects, figures_of, observed_to_expected


def made(seed: int, n: int, buyers: int) -> tuple:
    rng = np.random.default_rng(seed)
    probability = rng.beta(2, 5, n)
    return (rng.random(n) < probability).astype(float), probability, rng.integers(0, buyers, n)


def test_figures_of_weighted_subjects():
    outcome, probability, buyer = made(1, 300, 40)
    weight = np.random.default_rng(2).lognormal(size=300)
    found = figures_of(outcome, probability, Clusters.of(buyer), weight=weight)
    assert (found["n"], found["buyers"], found["bad"]) == (300, 40, int(outcome.sum()))
    assert found["rate"] == pytest.approx(np.average(outcome, weights=weight))
    assert found["mean_probability"] == pytest.approx(np.average(probability, weights=weight))
    for name, oracle in (("auc", roc_auc_score), ("average_precision", average_precision_score)):
        assert found[name]["value"] == pytest.approx(oracle(outcome, probability, sample_weight=weight))
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
    told = found["observed_to_expected"]
    assert told["value"] == pytest.approx(found["rate"] / found["mean_probability"])
    assert told["low"] < told["value"] < told["high"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (np.tile([0.0, 1.0, 0.0], 7)[:19], "too_few_subjects"),
        (np.zeros(30), "one_outcome"),
        (np.ones(30), "one_outcome"),
        (np.tile([0.0, 1.0], 10), "ok"),
    ],
)
def test_too_little_is_never_a_number(outcome, status):
    n = len(outcome)
    found = figures_of(outcome, np.linspace(0.1, 0.9, n), Clusters.of(np.arange(n)))
    assert found["status"] == status
    told = {
        name: value
        for name, value in found.items()
        if name not in ("status", "n", "buyers", "bad", "bad_buyers")
    }
    assert len(told) == 5
    assert all((value is None) == (status != "ok") for value in told.values())


@pytest.mark.parametrize(("bad_buyers", "has_interval"), [(4, False), (5, True)])
def test_what_few_buyers_did_has_no_interval(bad_buyers, has_interval):
    buyer = np.repeat(np.arange(30), 6)
    outcome = (buyer < bad_buyers).astype(float)
    probability = np.random.default_rng(1).random(180)
    for turned in (outcome, 1 - outcome):
        found = figures_of(turned, probability, Clusters.of(buyer))
        assert found["bad_buyers"] == (bad_buyers if turned is outcome else 30 - bad_buyers)
        assert found["auc"]["value"] is not None
        assert (found["auc"]["low"] is not None) == has_interval
        assert found["observed_to_expected"]["low"] is not None


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=1, max_size=40))
def test_subjects_of_one_buyer_tell_at_most_as_much_as_subjects_of_many(rows):
    outcome, buyer = (np.array(column) for column in zip(*rows, strict=True))
    outcome, ones = outcome.astype(float), np.ones(len(rows))
    alone = effective_subjects(outcome, Clusters.of(np.arange(len(rows))), ones)
    assert alone == pytest.approx(len(rows))
    assert 0 < effective_subjects(outcome, Clusters.of(buyer), ones) <= len(rows)
    # any scale of the weights tells the same
    assert effective_subjects(outcome, Clusters.of(buyer), 3 * ones) == pytest.approx(
        effective_subjects(outcome, Clusters.of(buyer), ones)
    )


def test_independent_subjects_have_the_jeffreys_interval():
    outcome = np.repeat([1.0, 0.0], [8, 392])
    found = observed_to_expected(outcome, np.full(400, 0.01), Clusters.of(np.arange(400)))
    assert found["value"] == pytest.approx(2.0)
    low, high = beta.ppf([0.025, 0.975], 8.5, 392.5) / 0.01
    assert (found["low"], found["high"]) == pytest.approx((low, high))


def test_copies_of_a_subject_make_nothing_surer():
    outcome, probability, _ = made(4, 200, 1)
    once = observed_to_expected(outcome, probability, Clusters.of(np.arange(200)))
    twelve = observed_to_expected(
        np.repeat(outcome, 12), np.repeat(probability, 12), Clusters.of(np.repeat(np.arange(200), 12))
    )
    assert twelve == pytest.approx(once)


@pytest.mark.parametrize("bad", [0.0, 1.0])
def test_months_of_buyers_with_one_outcome_count_as_buyers(bad):
    # given twelve month ends of each of twenty buyers, of which none or all are bad
    outcome = np.full(240, bad)
    told = observed_to_expected(outcome, np.full(240, 0.5), Clusters.of(np.repeat(np.arange(20), 12)))
    once = observed_to_expected(outcome[:20], np.full(20, 0.5), Clusters.of(np.arange(20)))
    assert told == pytest.approx(once)
