from __future__ import annotations

import numpy as np
import pytest

from training.few_defaults import LEAST_FOR_RANKS
from training.non_inferiority import LEAST_BAD_BUYERS, non_inferiority_gates
from training.tested import Pair


def pair(noise: float, buyers: int = 1500, seed: int = 3) -> Pair:
    """Outcomes of stated probabilities, the champion's; the version's are disturbed."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-2.0, 1.5, 3 * buyers)
    truth = 1 / (1 + np.exp(-log_odds))
    outcome = (rng.random(len(truth)) < truth).astype(float)
    disturbed = 1 / (1 + np.exp(-(log_odds + noise * rng.normal(0, 1, len(truth)))))
    return Pair(outcome, disturbed, truth, np.repeat(np.arange(buyers), 3), "made")


@pytest.mark.parametrize(("noise", "passed"), [(0.0, True), (0.1, True), (2.0, False)])
def test_a_version_passes_that_is_surely_not_much_worse(noise: float, passed: bool):
    gates = non_inferiority_gates(pair(noise))
    assert {gate.name: gate.passed for gate in gates} == {
        "non_inferior_auc": passed, "non_inferior_brier": passed,
    }  # fmt: skip


def test_with_few_bad_buyers_nothing_can_be_said():
    few = pair(0.0, buyers=40)
    assert 0 < few.bad_buyers < LEAST_BAD_BUYERS
    for gate in non_inferiority_gates(few):
        assert (gate.passed, gate.value) == (None, "cannot_say")
        assert gate.reason == f"{few.bad_buyers} bad buyers in the test, {LEAST_BAD_BUYERS} are needed"


def test_without_subjects_the_reason_is_told():
    assert [gate.reason for gate in non_inferiority_gates("no DIR")] == ["no DIR", "no DIR"]


def test_bad_outcomes_only_leave_the_ranking_unsaid():
    whole = pair(0.0)
    bad = whole.outcome == 1
    only = Pair(whole.outcome[bad], whole.a[bad], whole.b[bad], whole.buyer[bad], "made")
    gates = {gate.name: gate for gate in non_inferiority_gates(only)}
    assert gates["non_inferior_auc"].passed is None


def test_an_interval_that_reaches_over_loss_and_gain_tells_nothing():
    # given two versions that are each off on another half of the buyers
    whole = pair(2.0, buyers=150)
    first = whole.buyer < 75
    a, b = np.where(first, whole.a, whole.b), np.where(first, whole.b, whole.a)
    wide = Pair(whole.outcome, a, b, whole.buyer, "made")
    assert wide.bad_buyers >= LEAST_BAD_BUYERS
    gate = non_inferiority_gates(wide)[0]
    assert gate.passed is None
    assert gate.reason.endswith("too wide to tell")


def flipped(whole: Pair) -> Pair:
    """The version ranks the other way round."""
    return Pair(whole.outcome, 1 - whole.a, whole.b, whole.buyer, whole.source)


def test_of_two_priors_few_bad_buyers_ask_only_that_one_is_not_surely_worse():
    few = pair(0.3, buyers=60, seed=4)
    assert LEAST_FOR_RANKS <= few.bad_buyers < LEAST_BAD_BUYERS
    names = ["not_surely_worse_auc", "not_surely_worse_brier"]
    for tested, passed in ((few, [True, True]), (flipped(few), [False, False])):
        gates = non_inferiority_gates(tested, few_defaults=True)
        assert ([gate.name for gate in gates], [gate.passed for gate in gates]) == (names, passed)


def test_of_two_priors_hardly_any_bad_buyers_ask_nothing_and_many_what_is_asked_of_trees():
    hardly = pair(0.0, buyers=12)
    assert hardly.bad_buyers < LEAST_FOR_RANKS
    assert non_inferiority_gates(flipped(hardly), few_defaults=True) == []
    many = pair(0.1)
    assert non_inferiority_gates(many, few_defaults=True) == non_inferiority_gates(many)
