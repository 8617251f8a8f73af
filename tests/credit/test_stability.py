from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.psi import psi
from credit.stability import Clusters, Reference, colour_of, months_of, reference_of, stability_of
from features.catalog import NAMES
from features.errors import InputError

SHARE, DAYS, WEEKDAY = "overdue_share", "mean_days_late_365d", "request_due_weekday"
ANY = st.one_of(st.floats(), st.sampled_from([0.0, 1.0, math.nan, math.inf]))


def subjects(seed: int, buyers: int = 300, months: int = 6) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Values of buyers at month ends, their log-odds, and whose and of when they are."""
    rng = np.random.default_rng(seed)
    buyer = np.tile(np.arange(buyers), months)
    values = np.full((len(buyer), len(NAMES)), np.nan)
    slow = rng.normal(size=buyers)[buyer] + 0.5 * rng.normal(size=len(buyer))
    values[:, NAMES.index(DAYS)] = 10 * slow
    values[:, NAMES.index(SHARE)] = np.clip(slow, 0, 1)
    values[:, NAMES.index(WEEKDAY)] = rng.integers(1, 6, len(buyer))
    values[rng.random(len(buyer)) < 0.1, NAMES.index(DAYS)] = np.nan
    as_of = np.repeat(pd.date_range("2024-01-31", periods=months, freq="ME"), buyers)
    frame = pd.DataFrame({"buyer_id": [f"{seed}-{each}" for each in buyer], "as_of": as_of})
    return values, slow - 3, frame


def frozen(seed: int = 0) -> Reference:
    values, log_odds, frame = subjects(seed)
    added = {DAYS: np.array([0.5, -0.5]), SHARE: np.array([0.2, 0.2]), WEEKDAY: np.zeros(2)}
    clusters = Clusters.of(frame["buyer_id"], months_of(frame["as_of"]))
    return reference_of(values, log_odds, added, clusters, ({"payments": 1800}, {"payments": 1800}))


@pytest.fixture(scope="module")
def reference() -> Reference:
    return frozen()


def rows_of(reference: Reference, values, log_odds, frame) -> dict[str, dict]:
    told = stability_of(reference, values, log_odds, frame["buyer_id"], months_of(frame["as_of"]))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    return {row["name"]: row for row in told}


def test_it_tells_the_score_first_and_then_what_the_model_listens_to_most(reference):
    values, log_odds, frame = subjects(1)
    told = stability_of(reference, values, log_odds, frame["buyer_id"])
    assert [(row["name"], row["kind"], row["rank"]) for row in told] == [
        ("score", "score", 0), (DAYS, "input", 1), (SHARE, "input", 2), (WEEKDAY, "input", 3),
    ]  # fmt: skip
    assert [row["weight"] for row in told] == pytest.approx([0.0, 5 / 7, 2 / 7, 0.0])
    assert told[1]["label"] == "Average days late, 12 months"


def test_other_buyers_of_the_same_world_are_no_drift(reference):
    # given 40 samples of the world that training saw
    samples = [rows_of(reference, *subjects(seed, buyers=120, months=3)) for seed in range(1, 41)]
    # then nothing is red, and chance exceeds the critical value seldom, not most of the time
    colours = [row["colour"] for rows in samples for row in rows.values()]
    assert "red" not in colours
    assert colours.count("amber") < 0.1 * len(colours)
    for name in ("score", DAYS, SHARE, WEEKDAY):
        beyond = np.mean([rows[name]["psi"] > rows[name]["critical"] for rows in samples])
        assert beyond < 0.25
    pairs = [(row["critical"], row["critical_independent"]) for rows in samples for row in rows.values()]
    assert all(clustered >= independent for clustered, independent in pairs)


def test_the_training_subjects_themselves_have_not_moved(reference):
    for row in rows_of(reference, *subjects(0)).values():
        assert row["psi"] == 0.0
        assert row["missing_change"] == 0.0
        assert row["unseen"] == 0.0


def test_a_shift_is_seen_where_it_is(reference):
    values, log_odds, frame = subjects(2)
    values[:, NAMES.index(DAYS)] += 15
    rows = rows_of(reference, values, log_odds, frame)
    assert {name for name, row in rows.items() if row["colour"] == "red"} == {DAYS}


def test_a_source_that_is_no_longer_delivered_is_missing_and_red(reference):
    values, log_odds, frame = subjects(3)
    values[:, NAMES.index(SHARE)] = np.nan
    row = rows_of(reference, values, log_odds, frame)[SHARE]
    assert (row["colour"], row["missing"], row["missing_reference"]) == ("red", 1.0, 0.0)
    assert row["missing_moved"]
    assert row["bins"][-1] == {"bin": "missing", "low": None, "high": None, "reference": 0.0, "now": 1.0}


def test_what_training_never_saw_is_counted(reference):
    values, log_odds, frame = subjects(4)
    values[:90, NAMES.index(WEEKDAY)] = 7.0
    values[:180, NAMES.index(DAYS)] = 1e6
    rows = rows_of(reference, values, log_odds, frame)
    assert rows[WEEKDAY]["unseen"] == pytest.approx(0.05)
    assert rows[DAYS]["unseen"] >= 0.1


def test_it_is_the_index_of_the_counts_that_are_told(reference):
    values, log_odds, frame = subjects(5, buyers=80)
    row = rows_of(reference, values, log_odds, frame)[DAYS]
    then = [one["reference"] * row["n_reference"] for one in row["bins"]]
    now = [one["now"] * row["n"] for one in row["bins"]]
    assert row["psi"] == pytest.approx(psi(then, now), rel=1e-9)
    assert row["bins_filled"] == len(row["bins"])
    assert sum(one["reference"] for one in row["bins"]) == pytest.approx(1.0)
    assert sum(one["now"] for one in row["bins"]) == pytest.approx(1.0)


def test_one_subject_is_too_few_to_say(reference):
    values, log_odds, frame = subjects(6)
    rows = rows_of(reference, values[:1], log_odds[:1], frame.head(1))
    assert {row["colour"] for row in rows.values()} == {"green"}
    assert all(row["effective"] == 1.0 for row in rows.values())


def test_without_subjects_there_is_nothing_to_say(reference):
    values, log_odds, frame = subjects(7)
    with pytest.raises(InputError, match="expected subjects in the period; found none"):
        stability_of(reference, values[:0], log_odds[:0], frame["buyer_id"].head(0))


@given(arrays(np.float64, (7, 2), elements=ANY))
def test_whatever_the_values_everything_told_is_finite(pairs):
    values = np.full((7, len(NAMES)), np.nan)
    values[:, [NAMES.index(DAYS), NAMES.index(SHARE)]] = pairs
    rows = stability_of(frozen(), values, pairs[:, 0], np.arange(7), np.arange(7) // 3)
    assert all(math.isfinite(row["psi"]) and math.isfinite(row["critical"]) for row in rows)


def test_a_frame_is_read_by_name(reference):
    values, log_odds, frame = subjects(8)
    shuffled = pd.DataFrame(values, columns=list(NAMES))[list(reversed(NAMES))]
    assert rows_of(reference, shuffled, log_odds, frame) == rows_of(reference, values, log_odds, frame)


def test_it_is_the_same_after_it_was_written(reference):
    assert Reference.model_validate_json(reference.model_dump_json()) == reference


@pytest.mark.parametrize(
    ("value", "critical", "colour"),
    [
        (0.1, 0.0, "green"),
        (0.11, 0.0, "amber"),
        (0.25, 0.0, "amber"),
        (0.26, 0.0, "red"),
        (0.26, 0.3, "green"),
    ],
)
def test_the_colours(value, critical, colour):
    assert colour_of(value, critical) == colour
