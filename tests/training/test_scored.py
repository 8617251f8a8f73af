from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.build import Packed
from features.errors import InputError
from tests.training.scored import made
from training.scored import ScoredPeriod
from training.segments import segments_of
from training.subjects import late_subjects


def test_subjects_without_a_probability_are_counted_and_left_out():
    subjects, values, profile = made(50)
    subjects.loc[[3, 7], "probability"] = np.nan
    period = ScoredPeriod(subjects.set_index(np.arange(50) + 9), values, profile)
    assert (len(period.scored), period.cannot_say) == (48, 2)
    kept = np.delete(np.arange(50), [3, 7])
    assert period.value("size_class").tolist() == pytest.approx(
        values["size_class"][kept].tolist(), nan_ok=True
    )
    assert period.country == profile["country"].fillna("")[kept].tolist()
    assert period.buyer.tolist() == subjects["buyer_id"][kept].tolist()


def test_a_feature_that_is_not_there_is_missing():
    period = ScoredPeriod(*made(30))
    assert np.isnan(period.value("quick_ratio")).all()


def test_a_portfolio_gives_profiles_and_time_zone(small: Packed):
    subjects = late_subjects(small).assign(outcome=0.0, probability=0.1)
    values = pd.DataFrame(index=range(len(subjects)))
    period = ScoredPeriod.of(small.portfolio, subjects, values, known_buyers=["B000001"])
    assert period.timezone == small.portfolio.seller.timezone
    latest = small.portfolio.tables["buyers"].drop_duplicates("buyer_id", keep="last").set_index("buyer_id")
    told = pd.Series(period.country, index=period.buyer)
    assert (told != "").mean() > 0.9
    assert (told[told != ""] == latest["country"].reindex(told[told != ""].index)).mean() > 0.9
    assert segments_of(period)["buyer"][0]["category"] == "known"


def test_frames_of_other_lengths_are_refused():
    subjects, values, profile = made(30)
    with pytest.raises(InputError, match="30, 29, 30 rows"):
        ScoredPeriod(subjects, values.iloc[1:], profile)


def test_subjects_none_of_which_is_scored_are_refused():
    subjects, values, profile = made(30)
    with pytest.raises(InputError, match="found none"):
        ScoredPeriod(subjects.assign(probability=np.nan), values, profile)
