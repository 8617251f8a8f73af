"""Drift of a timing model: quiet where nothing has moved, loud where buyers pay otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from credence.cli.drift_text import drift_text
from credit.artefact import REFERENCE
from credit.model import read_trees
from credit.stability import LATE_DAYS
from credit.timing.model import TimingModel
from features.build import Packed, build_packed, pack_portfolio
from features.errors import InputError
from training.drift import drift
from training.home import Home
from training.registry import Registry
from training.report.document.drift_page import drift_page
from training.timing.evaluate import period_subjects
from training.timing.moves import median_days
from training.timing.reference import frozen
from training.versions import Version

LATER = "2026-01-01"


@pytest.fixture(scope="module")
def version(demo_home: Path) -> Version:
    return Registry(Home(demo_home)).version("timing@1")


@pytest.fixture(scope="module")
def quiet(version: Version, demo_packed: Packed) -> dict[str, Any]:
    return drift(version, demo_packed)


def test_training_freezes_what_the_model_said_of_its_subjects(version: Version):
    model = version.load_timing()
    told = model.reference
    assert tuple(told.inputs) == model.spec.names
    assert told.late is not None
    for quantity in (told.score, told.late, *told.inputs.values()):
        assert quantity.bins.counts.sum() == told.subjects
    # medians lie within the horizon, and chances are chances
    known = told.score.bins.known
    assert -400 < known[0].low <= known[-1].high <= model.spec.horizon_days
    assert 0 <= told.late.bins.known[0].low <= told.late.bins.known[-1].high <= 1
    # the features that move the date most lead
    weights = [told.inputs[name].weight for name in told.ranked]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0.5
    assert sum(told.patterns.values()) == sum(told.states.values()) == told.subjects


def test_the_frozen_subjects_are_as_the_model_tells_of_them(version: Version, demo_packed: Packed):
    model = version.load_timing()
    period = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-03-01")
    subjects = period_subjects(demo_packed, version, period)
    values = build_packed(demo_packed, subjects)
    told = frozen(model, subjects, values)
    said = model.predict(values, subjects, demo_packed.portfolio.seller.timezone)
    np.testing.assert_array_equal(
        told.score.bins.counts, told.score.bins.count(median_days(said, model.spec.horizon_days))
    )
    assert told.late is not None
    assert told.late.bins.missing == int((said.entry >= LATE_DAYS).sum())
    assert told.subjects == len(subjects)


def test_its_own_later_books_raise_no_alarm(quiet: dict[str, Any]):
    assert (quiet["model"], quiet["outcome"], quiet["proxy"]) == ("timing", "timing", None)
    assert quiet["n"] > 100
    assert quiet["score"]["label"] == "Median pay date, days from due"
    assert quiet["late"]["label"] == "Unpaid 30 days after due"
    codes = [test["test"] for test in quiet["verdict"]["tests"]]
    assert codes[0] == "pay dates"
    assert "early arrears" not in codes
    assert not quiet["verdict"]["alarm"]


def test_what_was_realised_is_late_payment_of_invoices_at_their_issue(quiet: dict[str, Any]):
    told = quiet["realised"]
    assert 0 < told["n"] <= quiet["mature"] < told["of"] == quiet["n"]
    assert 0 < told["rate"] < 1
    assert told["tested_auc"] is None
    assert any("unpaid 30 days after due" in note for note in quiet["notes"])


def test_buyers_that_pay_much_later_are_seen_in_the_dates(version: Version, demo_packed: Packed):
    # given payments that come two months later than they did, long enough for every look back to know
    tables = dict(demo_packed.portfolio.tables)
    paid = tables["allocations"]
    moved = pd.Timedelta(days=60)
    after = paid["settled_on"] > pd.Timestamp("2024-10-01")
    tables["allocations"] = paid.assign(
        settled_on=paid["settled_on"].mask(after, paid["settled_on"] + moved),
        recorded_at=paid["recorded_at"].mask(after, paid["recorded_at"] + moved),
    )
    later = pack_portfolio(replace(demo_packed.portfolio, tables=tables))
    found = drift(version, later, start=LATER)
    colours = {test["test"]: test["colour"] for test in found["verdict"]["tests"]}
    assert colours["pay dates"] == "red"
    assert found["verdict"]["alarm"]
    assert found["score"]["psi"] > 0.25
    assert found["late"]["psi"] > 0.25


def test_a_person_reads_it(quiet: dict[str, Any]):
    text, page = drift_text(quiet), drift_page(quiet)
    assert "pay dates" in text
    assert "unpaid 30 days after due" in text
    for label in ("Median pay date, days from due", "Unpaid 30 days after due"):
        assert label in page


def test_a_model_that_froze_nothing_cannot_say(version: Version, demo_packed: Packed):
    model = version.load_timing()
    without = TimingModel(model.spec, read_trees(version.folder), model.fitted)
    with pytest.raises(InputError, match=f"expected a model with frozen bins \\({REFERENCE}\\)"):
        _ = without.reference
    with pytest.raises(InputError, match="subjects in the period"):
        drift(version, demo_packed, start="2015-01-01", stop="2015-02-01")
