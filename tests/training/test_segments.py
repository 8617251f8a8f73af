from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.scored import made, period
from training.scored import ScoredPeriod
from training.segments import MOST_CATEGORIES, segment_table, segments_of, views_of

PERIOD = period()


@pytest.fixture(scope="module")
def segments() -> dict:
    return segments_of(PERIOD)


def categories(told: list[dict]) -> list[str]:
    return [row["category"] for row in told]


def test_every_subject_is_in_one_category_of_each_segment(segments):
    for name, told in segments.items():
        assert sum(row["n"] for row in told) == 4000, name
        assert sum(row["bad"] for row in told) == PERIOD.outcome.sum(), name


def test_categories_are_told_in_their_order(segments):
    assert categories(segments["delinquency"]) == [
        "current", "1-29", "30-59", "60-89", "90 and more", "unknown",
    ]  # fmt: skip
    assert categories(segments["information_state"]) == [
        "payments_and_accounts", "payments", "accounts", "profile",
    ]  # fmt: skip
    assert categories(segments["buyer"]) == ["known", "new"]
    assert categories(segments["country"]) == ["DE", "FR", "unknown"]
    assert categories(segments["industry_section"]) == ["A", "C", "U", "unknown"]
    assert categories(segments["size_class"]) == ["micro", "small", "medium", "large", "unknown"]


@pytest.mark.parametrize(
    ("segment", "category", "rows"),
    [
        ("delinquency", "current", lambda v, p: v["oldest_open_days_past_due"].isin([-5, 0])),
        ("delinquency", "1-29", lambda v, p: v["oldest_open_days_past_due"].isin([1, 29])),
        ("delinquency", "30-59", lambda v, p: v["oldest_open_days_past_due"] == 30),
        ("delinquency", "unknown", lambda v, p: v["oldest_open_days_past_due"].isna()),
        ("information_state", "payments", lambda v, p: (v["has_payments"] == 1) & (v["has_accounts"] != 1)),
        ("information_state", "accounts", lambda v, p: (v["has_payments"] != 1) & (v["has_accounts"] == 1)),
        ("country", "FR", lambda v, p: p["country"] == "FR"),
        ("industry_section", "U", lambda v, p: v["industry_section"] == 20),
        ("size_class", "large", lambda v, p: v["size_class"] == 4),
    ],
)
def test_a_category_has_the_figures_of_its_own_subjects(segments, segment, category, rows):
    inside = rows(PERIOD.values, PERIOD.profile).to_numpy()
    row = next(row for row in segments[segment] if row["category"] == category)
    outcome, probability = PERIOD.outcome[inside], PERIOD.probability[inside]
    assert (row["n"], row["bad"], row["status"]) == (inside.sum(), outcome.sum(), "ok")
    assert row["buyers"] == PERIOD.subjects["buyer_id"][inside].nunique()
    assert row["rate"] == pytest.approx(outcome.mean())
    assert row["auc"]["value"] == pytest.approx(roc_auc_score(outcome, probability))
    assert row["observed_to_expected"]["value"] == pytest.approx(outcome.sum() / probability.sum())


def test_new_buyers_are_those_that_training_did_not_see(segments):
    new = PERIOD.subjects["buyer_id"] >= "b0200"
    assert segments["buyer"][1]["n"] == new.sum()
    assert segments_of(replace(PERIOD, known_buyers=None))["buyer"] == []


def test_small_segments_cannot_say():
    subjects, values, profile = made(200)
    profile["country"] = ["DE"] * 181 + ["FR"] * 19
    told = segments_of(ScoredPeriod(subjects, values, profile))["country"]
    assert [(row["category"], row["n"], row["status"], row["rate"]) for row in told[1:]] == [
        ("FR", 19, "too_few_subjects", None)
    ]


def test_many_categories_are_told_as_others():
    subjects, values, profile = made(3000)
    names = [f"{first}{second}" for first in "ABCDE" for second in "ABCD"]
    # given twenty countries, each with five subjects more than the one before, and some that nobody knows
    known = [name for place, name in enumerate(names) for _ in range(20 + 5 * place)]
    profile["country"] = known + [None] * (3000 - len(known))
    told = segments_of(ScoredPeriod(subjects, values, profile))["country"]
    assert len(told) == MOST_CATEGORIES + 1
    assert categories(told)[-2:] == ["other", "unknown"]
    assert categories(told)[:-2] == sorted(names[-(MOST_CATEGORIES - 1) :])
    assert sum(row["n"] for row in told) == 3000


def test_each_buyer_counts_once():
    found = views_of(PERIOD)["per_buyer"]
    by_buyer = PERIOD.subjects.groupby("buyer_id")[["outcome", "probability"]].mean().mean()
    assert found["rate"] == pytest.approx(by_buyer["outcome"])
    assert found["mean_probability"] == pytest.approx(by_buyer["probability"])
    assert found["buyers"] == PERIOD.subjects["buyer_id"].nunique()


def test_amounts_are_what_is_owed_where_subjects_are_buyers():
    found = views_of(PERIOD)["per_amount"]
    owed = PERIOD.values["exposure"].fillna(0.0)
    assert found["rate"] == pytest.approx(np.average(PERIOD.outcome, weights=owed))
    assert found["n"] == (owed > 0).sum()
    assert found["without_amount"] == (owed == 0).sum()


def test_amounts_are_the_invoices_where_subjects_are_invoices():
    invoices = replace(PERIOD, subjects=PERIOD.subjects.assign(amount=1.0))
    found = views_of(invoices)["per_amount"]
    amount = PERIOD.values["request_amount"]
    assert found["auc"]["value"] == pytest.approx(
        roc_auc_score(PERIOD.outcome, PERIOD.probability, sample_weight=amount)
    )
    assert found["without_amount"] == 0


def test_without_amounts_that_view_cannot_say():
    bare = replace(PERIOD, values=PERIOD.values.drop(columns="exposure"))
    found = views_of(bare)
    assert found["per_amount"]["status"] == "no_amount"
    assert found["per_amount"]["auc"] is None
    assert found["per_subject"]["status"] == "ok"


def test_the_table_has_a_row_for_each_category(segments):
    table = segment_table(segments)
    assert len(table) == sum(len(told) for told in segments.values())
    row = table[(table["segment"] == "buyer") & (table["category"] == "new")].iloc[0]
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert isinstance(table, pd.DataFrame)
    assert json.loads(json.dumps(segments)) == segments
