from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from features.errors import Refused
from training.splits import buyer_folds, grouped_folds, rolling_folds, split


@st.composite
def subjects(draw: st.DrawFn) -> pd.DataFrame:
    n = draw(st.integers(60, 300))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    days = np.sort(rng.integers(0, draw(st.integers(30, 1500)), n))
    horizon = rng.integers(0, draw(st.integers(1, 400)), n)
    as_of = pd.Timestamp("2020-01-01T12:00:00") + pd.to_timedelta(days, unit="D")
    ends = as_of + pd.to_timedelta(horizon, unit="D")
    outcome = (rng.random(n) < draw(st.floats(0.05, 0.9))).astype(float)
    return pd.DataFrame({"as_of": as_of, "window_end": ends, "outcome": outcome})


@given(rows=subjects(), day=st.none() | st.integers(10, 1400))
def test_every_window_of_training_has_closed_when_the_test_starts(rows, day):
    test_from = None if day is None else pd.Timestamp("2020-01-01") + pd.Timedelta(days=day)
    try:
        parts = split(rows, test_from, "Europe/Berlin")
    except Refused:
        assume(False)
    train, test = rows.iloc[parts.train], rows.iloc[parts.test]
    assert (train["window_end"] <= parts.test_from).all()
    assert (test["as_of"] >= parts.test_from).all()
    assert not set(parts.train) & set(parts.test)
    left = rows.drop(index=[*parts.train, *parts.test])
    assert parts.gap == len(left)
    assert (left["as_of"] < parts.test_from).all()
    assert (left["window_end"] > parts.test_from).all()


def test_a_test_that_starts_after_all_subjects_is_refused_where_a_prior_needs_no_outcome():
    as_of = pd.date_range("2020-01-31", periods=40, freq="ME")
    rows = pd.DataFrame({"as_of": as_of, "window_end": as_of, "outcome": np.arange(40) % 2.0})
    with pytest.raises(Refused, match=r"test from 2030-01-01.; found none, the latest is of .*; move --test"):
        split(rows, pd.Timestamp("2030-01-01"), "UTC", least=0)


@given(rows=subjects())
def test_folds_never_look_ahead(rows):
    for fold in rolling_folds(rows):
        fit, predicted = rows.iloc[fold.fit], rows.iloc[fold.predict]
        start = predicted["as_of"].min()
        assert (fit["as_of"] < start).all()
        assert (fit["window_end"] <= start).all()
        for part in (fit, predicted):
            assert 5 <= part["outcome"].sum() <= len(part) - 5


@given(rows=subjects())
def test_a_subject_is_predicted_by_one_fold_at_most(rows):
    predicted = [row for fold in rolling_folds(rows) for row in fold.predict]
    assert len(predicted) == len(set(predicted))


def steady(n: int = 1000, bad_every: int = 5) -> pd.DataFrame:
    as_of = pd.date_range("2020-01-01T10:00:00", periods=n, freq="D")
    outcome = (np.arange(n) % bad_every == 0).astype(float)
    return pd.DataFrame({"as_of": as_of, "window_end": as_of + pd.Timedelta(days=60), "outcome": outcome})


def test_the_latest_fifth_is_the_test_from_the_start_of_a_day():
    parts = split(steady(), None, "Europe/Berlin")
    assert parts.test_from == pd.Timestamp("2022-03-10T23:00:00")
    assert (len(parts.train), len(parts.test), parts.gap) == (740, 200, 60)


def test_a_subject_at_the_first_instant_of_the_test_is_in_it():
    rows = steady()
    parts = split(rows, rows["as_of"][800], "UTC")
    assert parts.test[0] == 800
    assert parts.train[-1] == 740


@pytest.mark.parametrize(
    ("test_from", "part"), [("2030-01-01", "test"), ("2010-01-01", "training"), ("2020-02-01", "training")]
)
def test_a_part_without_both_outcomes_is_refused_with_its_counts(test_from, part):
    with pytest.raises(
        Refused, match=rf"in the {part} part \(test from {test_from}\); found \d+ bad and \d+ good"
    ):
        split(steady(), pd.Timestamp(test_from), "UTC")


def test_no_subjects_are_refused():
    with pytest.raises(Refused, match="found none; load a longer history"):
        split(steady().iloc[:0], None, "UTC")


def test_a_short_history_has_no_folds():
    assert rolling_folds(steady(40)) == []
    assert len(rolling_folds(steady())) == 4


def test_a_history_with_long_windows_has_folds_as_soon_as_windows_have_closed():
    # given 1,000 days, each with a window of 450: at the usual start of the first fold none has closed
    rows = steady().assign(window_end=lambda frame: frame["as_of"] + pd.Timedelta(days=450))
    folds = rolling_folds(rows)
    assert len(folds) == 4
    assert min(len(fold.fit) for fold in folds) >= 150
    assert [row for fold in folds for row in fold.predict] == list(range(599, 1000))


def test_folds_of_no_subjects_are_none():
    assert rolling_folds(steady().iloc[:0]) == []


@given(buyers=st.integers(2, 90), bad=st.integers(0, 60), seed=st.integers(0, 99))
def test_folds_by_buyer_predict_each_buyer_once_from_others_and_share_the_bad(buyers, bad, seed):
    rng = np.random.default_rng(seed)
    buyer = rng.permutation(np.repeat(np.arange(buyers), 3))
    rows = pd.DataFrame({"buyer_id": [f"B{one}" for one in buyer], "outcome": (buyer < bad).astype(float)})
    folds = buyer_folds(rows)
    if min(bad, buyers - bad) < 10:
        assert folds == []
        return
    assert sorted(np.concatenate([fold.predict for fold in folds])) == list(range(len(rows)))
    for fold in folds:
        fit, predicted = rows.iloc[fold.fit], rows.iloc[fold.predict]
        assert not set(fit["buyer_id"]) & set(predicted["buyer_id"])
        by_outcome = predicted.groupby("outcome")["buyer_id"].nunique()
        assert by_outcome.min() >= 5
        assert len(by_outcome) == 2


@given(rows=subjects(), buyers=st.integers(2, 40), seed=st.integers(0, 99))
def test_grouped_folds_predict_each_test_subject_once_from_other_buyers(rows, buyers, seed):
    drawn = np.random.default_rng(seed).integers(0, buyers, len(rows))
    known = rows.assign(buyer_id=[f"B{number}" for number in drawn])
    try:
        parts = split(known, None, "Europe/Berlin")
    except Refused:
        assume(False)
    folds = grouped_folds(known, parts)
    predicted = [row for fold in folds for row in fold.predict]
    assert len(predicted) == len(set(predicted))
    for fold in folds:
        assert set(fold.fit) <= set(parts.train)
        assert set(fold.predict) <= set(parts.test)
        seen, asked = (set(known["buyer_id"].iloc[part]) for part in (fold.fit, fold.predict))
        assert not seen & asked
        # then no more is left out than the buyers that are asked for may need
        assert len(fold.fit) + (known["buyer_id"].iloc[parts.train].isin(asked)).sum() <= len(parts.train)
    if len(folds) == 5:
        assert sorted(predicted) == parts.test.tolist()


def test_the_group_of_a_buyer_stays_when_others_come():
    rows = steady().assign(buyer_id=[f"B{number % 40}" for number in range(1000)])
    fewer = rows[rows["buyer_id"] != "B7"].reset_index(drop=True)

    def groups(frame: pd.DataFrame) -> list[set[str]]:
        parts = split(frame, None, "UTC")
        return [set(frame["buyer_id"].iloc[fold.predict]) for fold in grouped_folds(frame, parts)]

    assert [group - {"B7"} for group in groups(rows)] == groups(fewer)


@pytest.mark.parametrize("least", [0, 5])
def test_a_test_period_without_a_subject_is_refused(least):
    with pytest.raises(Refused, match=r"test from 2030-01-01.*move --test-from"):
        split(steady(), pd.Timestamp("2030-01-01"), "UTC", least=least)
