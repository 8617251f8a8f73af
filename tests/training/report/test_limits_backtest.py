"""The back-test of limits, against a slow count over the same books and on buyers made up by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from credit.assessor import Assessor
from credit.outcomes import default_outcomes
from credit.release import Release
from features.build import build_packed
from training.report.limit_figures import difference_at_review, limit_figures
from training.report.study import Study

Pack = dict[str, Any]


def owed_at_default(study: Study, buyer_id: str, end: pd.Timestamp, until: pd.Timestamp) -> float:
    """Find the first day of default by asking for each day whether the outcome of the day before is bad."""
    definition, zone = study.recipe.outcome.definition, study.packed.seller.timezone
    assert definition is not None
    first, last = (each.tz_localize("UTC").tz_convert(zone).normalize() for each in (end, until))
    days = pd.date_range(first, last, freq="D")
    noon = (days + pd.Timedelta(hours=12)).tz_convert("UTC").tz_localize(None).as_unit("s")
    told = default_outcomes(study.packed, pd.DataFrame({"buyer_id": buyer_id, "as_of": noon}), definition)
    day = days[int(np.flatnonzero(told["exclusion"] == "in_default")[0])]
    moment = (day + pd.DateOffset(days=1)).tz_convert("UTC").tz_localize(None) - pd.Timedelta(seconds=1)
    subject = pd.DataFrame({"buyer_id": [buyer_id], "as_of": [moment]})
    exposure = build_packed(study.packed, subject.astype({"as_of": "datetime64[s]"}))["exposure"].iloc[0]
    return 0.0 if np.isnan(exposure) else float(exposure)


def defaulted_slowly(study: Study, ends: list[str]) -> list[tuple[float | None, float]]:
    """Return limit and exposure at default of each buyer, its last month end before the default."""
    release = Release("slow", study.packed.seller.seller_id, {"default": study.judge}, {"default": "x"},
                      study.policy)  # fmt: skip
    assessor = Assessor(study.packed, release)
    subjects = study.subjects[study.tested]
    last: dict[str, Any] = {}
    for end in ends:
        for row in subjects[
            (subjects["as_of"] == pd.Timestamp(end)) & (subjects["outcome"] == 1)
        ].itertuples():
            last[row.buyer_id] = row
    found = []
    for buyer_id, row in last.items():
        limit = assessor.assess(buyer_id, f"{row.as_of.isoformat()}Z")["limit"]["amount"]
        found.append((limit, owed_at_default(study, buyer_id, row.as_of, row.window_end)))
    return found


def test_the_defaulted_are_those_of_a_slow_count(study_of: Callable[..., Study], default_pack: Pack) -> None:
    told = default_pack["limits_backtest"]
    slow = defaulted_slowly(study_of("default@1"), told["month_ends"])
    assert told["status"] == "ok"
    assert told["defaulted"]["n"] == len(slow) > 5
    compared = [(limit, owed) for limit, owed in slow if limit is not None and owed > 0]
    assert told["defaulted"]["compared"] == len(compared) > 0
    assert told["defaulted"]["nothing_owed"] == sum(owed == 0 for _, owed in slow)
    assert told["defaulted"]["above"] == sum(owed > limit for limit, owed in compared)
    assert told["defaulted"]["limits"] == pytest.approx(sum(limit for limit, _ in compared))
    assert told["defaulted"]["exposure"] == pytest.approx(sum(owed for _, owed in compared))
    excess = sum(max(owed - limit, 0.0) for limit, owed in compared)
    assert told["defaulted"]["exposure_above"] == pytest.approx(excess)


def test_each_buyer_counts_once_and_grades_count_all(default_pack: Pack) -> None:
    told = default_pack["limits_backtest"]
    assert 1 < len(told["month_ends"]) <= 12
    assert 0 < told["others"]["n"] <= told["defaulted"]["n"]
    for kind in ("defaulted", "others"):
        assert sum(row[kind]["n"] for row in told["grades"]) == told[kind]["n"]
        for row in told["grades"]:
            assert (row[kind]["share_above"] is None) == (row[kind]["n"] < 10)


def test_a_model_of_late_payment_says_why_it_has_no_limits(late_pack: Pack) -> None:
    assert late_pack["limits_backtest"]["status"] == "not_default"
    assert late_pack["limits_backtest"]["defaulted"] is None


def test_the_defaults_of_a_prior_are_those_of_its_test(prior_pack: Pack) -> None:
    told, performance = prior_pack["limits_backtest"], prior_pack["performance"]
    counted = 0 if told["defaulted"] is None else told["defaulted"]["n"]
    assert counted == performance["bad_buyers"]
    assert told["status"] == ("ok" if counted else "no_defaults")


def test_limits_of_some_buyers_are_those_of_the_whole_review(study_of: Callable[..., Study]) -> None:
    study = study_of("default@1")
    release = Release("some", study.packed.seller.seller_id, {"default": study.judge}, {"default": "x"},
                      study.policy)  # fmt: skip
    end = pd.Timestamp(study.subjects["as_of"].max())
    assessor = Assessor(study.packed, release)
    whole = {facts.buyer_id: said for facts, said in assessor.limits_at(end)}
    some = set(sorted(whole)[::7])
    told = {facts.buyer_id: said for facts, said in Assessor(study.packed, release).limits_at(end, some)}
    assert told == {buyer_id: whole[buyer_id] for buyer_id in some}


def rows(limit: list[float], exposure: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"limit": limit, "exposure": exposure, "exposure_at_review": exposure})


def test_intervals_hold_the_figure_and_need_ten_buyers() -> None:
    told = limit_figures(rows([100.0] * 12, [50.0] * 6 + [150.0] * 6))
    share = told["share_above"]
    assert share["value"] == 0.5
    assert 0.0 < share["low"] < 0.5 < share["high"] < 1.0
    assert told["share_of_exposure_above"]["value"] == pytest.approx(300 / 1200)
    few = limit_figures(rows([100.0] * 9, [150.0] * 9))["share_above"]
    assert few == {"value": 1.0, "low": None, "high": None}


def test_the_difference_is_that_of_the_shares_when_the_limit_was_made() -> None:
    tight, loose = (
        rows([100.0] * 20, [150.0] * 15 + [50.0] * 5),
        rows([100.0] * 20, [50.0] * 18 + [150.0] * 2),
    )
    gap = difference_at_review(tight, loose)
    assert gap["value"] == pytest.approx(0.75 - 0.1)
    assert gap["low"] is not None
    assert 0.0 < gap["low"] < 0.65
    assert difference_at_review(tight.iloc[:9], loose)["value"] is None
