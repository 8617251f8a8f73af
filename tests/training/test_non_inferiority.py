from __future__ import annotations

import numpy as np
import pytest

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
