from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.report.parity import called, parity_of
from training.report.study import Study


@pytest.mark.parametrize("name", ["late@1", "default@1"])
def test_a_call_computes_and_scores_as_training_did(study_of: Callable[..., Study], name: str):
    told = parity_of(study_of(name))
    assert told["values_equal"]
    assert told["largest_difference_log_odds"] < 1e-9
    assert (told["subjects"], told["golden_subjects"], told["passed"]) == (300, 64, True)


def test_without_its_own_invoice_a_call_sees_what_training_saw(study_of: Callable[..., Study]):
    study = study_of("late@1")
    one = study.scored.iloc[[5]].reset_index(drop=True)
    with_own = called(study, one.assign(invoice_id="no such invoice"))
    assert (called(study, one) != with_own).any()


def test_values_that_training_saw_otherwise_are_found(study_of: Callable[..., Study]):
    study = study_of("late@1")
    worst = study.test_values.copy()
    name = study.model.spec.names[int(np.argmax([f.sign for f in study.model.spec.features]))]
    worst[name] = worst[name] + 1000.0
    study.__dict__["test_values"] = worst
    told = parity_of(study)
    assert not told["values_equal"]
    assert not told["passed"]
    assert told["largest_difference_log_odds"] > 1e-3
