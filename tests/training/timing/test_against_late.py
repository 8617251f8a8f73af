from __future__ import annotations

import pandas as pd
import pytest

from credit.release import Release
from features.build import Packed
from training.timing.against_late import against_late
from training.timing.evaluate import further_figures

START, STOP = pd.Timestamp("2025-09-30T22:00:00"), pd.Timestamp("2026-03-31T22:00:00")


def test_both_models_are_measured_on_the_same_invoices(demo_packed: Packed, demo_release: Release):
    assert demo_release.timing is not None
    told = against_late(demo_packed, demo_release.timing, demo_release.models["late"], START, STOP)
    assert (told["status"], told["horizon_days"]) == ("ok", 30)
    assert told["subjects"] > 500
    assert told["timing"]["auc"]["value"] > 0.6
    assert told["mean_difference"] == pytest.approx(told["timing"]["mean"] - told["late"]["mean"])
    gap = told["timing"]["auc"]["value"] - told["late"]["auc"]["value"]
    assert told["difference"]["auc"]["value"] == pytest.approx(gap)
    assert told["correlation"] > 0.3
    assert told["rank_correlation"] > 0.3


def test_a_period_without_mature_invoices_is_told_as_such(demo_packed: Packed, demo_release: Release):
    assert demo_release.timing is not None
    later = pd.Timestamp("2026-06-25")
    told = against_late(demo_packed, demo_release.timing, demo_release.models["late"], later, later)
    assert (told["status"], told["subjects"]) == ("no_subjects", 0)


def test_without_a_late_model_the_receipts_are_told_all_the_same(demo_packed: Packed, demo_release: Release):
    assert demo_release.timing is not None
    told = further_figures(demo_packed, demo_release.timing, "2026-01-01", None)
    assert told["against_late"] is None
    receipts = told["receipts"]
    assert receipts["month_ends"] == len(receipts["by_month_end"]) == 5
    assert receipts["by_month_end"][0]["as_of"] == "2026-01-31"
    assert receipts["total"]["weighted_absolute_error"] < receipts["total"]["weighted_absolute_error_terms"]
    assert abs(receipts["total"]["error"]) < 0.25
