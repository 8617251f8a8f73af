from __future__ import annotations

import numpy as np
import pandas as pd

from credit.definition import DefaultDefinition
from features.build import Packed
from training.sensitivity import definition_sensitivity
from training.subjects import Outcome, default_subjects, sample_of

DEFINITION = DefaultDefinition.load()


def test_a_stricter_definition_finds_more_defaults_and_one_that_never_cures_keeps_them(demo_packed: Packed):
    rows = definition_sensitivity(demo_packed, DEFINITION, default_subjects(demo_packed))
    told = pd.DataFrame(rows).set_index(["cures", "days_past_due"])
    for cures in (True, False):
        assert told.loc[cures, "bad_buyers"].is_monotonic_decreasing
        assert told.loc[(cures, 60), "bad_buyers"] > told.loc[(cures, 120), "bad_buyers"]
    for days in (60, 90, 120):
        assert told.loc[(False, days), "in_default"] >= told.loc[(True, days), "in_default"]
    assert told["auc"].isna().all()


def test_the_definition_itself_is_one_of_the_rows(demo_packed: Packed):
    sample = sample_of(demo_packed, Outcome("default", definition=DEFINITION))
    scored = sample.subjects.assign(probability=0.1 + 0.5 * sample.subjects["outcome"])
    rows = definition_sensitivity(demo_packed, DEFINITION, default_subjects(demo_packed), scored)
    (own,) = [row for row in rows if row["days_past_due"] == 90 and row["cures"]]
    assert own["subjects"] == len(sample.subjects)
    assert own["bad"] == sample.subjects["outcome"].sum()
    assert own["rate"] == sample.subjects["outcome"].mean()
    assert own["auc"] == 1.0
    assert {row["auc"] is None or 0.5 < row["auc"] <= 1.0 for row in rows} == {True}


def test_the_waterfall_leads_from_all_candidates_to_the_subjects(demo_packed: Packed):
    sample = sample_of(demo_packed, Outcome("default", definition=DEFINITION))
    steps = sample.waterfall
    assert steps[0] == {"step": "candidates", "left_out": 0, "left": len(default_subjects(demo_packed))}
    assert steps[-1]["left"] == len(sample.subjects)
    lefts = np.array([step["left"] for step in steps])
    outs = np.array([step["left_out"] for step in steps])
    np.testing.assert_array_equal(lefts[:-1] - outs[1:], lefts[1:])
    assert {step["step"] for step in steps} >= {"immature", "in_default"}
