from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from training.challengers import CHALLENGERS, CannotLearn, Lesson, challengers_of
from training.challengers.ensembles import extra_trees, hist_gradient_boosting
from training.challengers.scorecard import Bins, scorecard
from training.challengers.single import single

NAMES = ("current_ratio", "liabilities_to_assets", "log_revenue")
ALONE = ("payment_index_365d", "altman_z_nonmanufacturer")


def lesson(n: int = 600, seed: int = 1, **changed) -> Lesson:
    """Subjects of which a ratio tells twice: high is bad, and unknown is worse."""
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.normal(size=(n, 5)), columns=[*NAMES, *ALONE])
    unknown = rng.random(n) < 0.2
    log_odds = np.where(unknown, 1.5, 1.5 * values["liabilities_to_assets"] - 1 - 0.7 * values[ALONE[0]])
    values.loc[unknown, "liabilities_to_assets"] = np.nan
    outcome = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return replace(Lesson("default", values, NAMES, outcome), **changed)


LEARNERS = {"scorecard": scorecard, "extra_trees": extra_trees, "hist": hist_gradient_boosting}


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_ranks_subjects_that_it_never_saw_and_gives_probabilities(name):
    told, other = lesson(), lesson(seed=2)
    found = LEARNERS[name](told)(other.values)
    assert ((found > 0) & (found < 1)).all()
    assert roc_auc_score(other.outcome, found) > 0.65
    assert found.mean() == pytest.approx(other.outcome.mean(), abs=0.08)
    np.testing.assert_array_equal(found, LEARNERS[name](told)(other.values))


@pytest.mark.parametrize("name", LEARNERS)
def test_outcomes_without_weight_do_not_count(name):
    told = lesson()
    half = np.arange(600) < 300
    turned = replace(told, outcome=np.where(half, told.outcome, 1 - told.outcome))
    weighted = LEARNERS[name](replace(turned, weight=half.astype(float)))(told.values)
    unweighted = LEARNERS[name](turned)(told.values)
    assert roc_auc_score(told.outcome[300:], weighted[300:]) > 0.6
    assert roc_auc_score(told.outcome[300:], unweighted[300:]) < 0.6


def test_a_scorecard_gives_missing_values_points_of_their_own():
    told = lesson()
    asked = told.values.iloc[:1].assign(liabilities_to_assets=[np.nan])
    known = told.values.iloc[:1].assign(liabilities_to_assets=[0.0])
    predict = scorecard(told)
    assert predict(asked)[0] > predict(known)[0]


@given(values=st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=60), count=st.integers(2, 9))
def test_every_value_is_in_one_bin_and_order_is_kept(values, count):
    column = np.array([np.nan if value is None else value for value in values])[:, None]
    bins = Bins.of(column, count)
    found = bins.indicators(column).toarray()
    assert found.shape[1] == bins.width
    assert (found.sum(axis=1) == 1).all()
    place, missing = found.argmax(axis=1), np.isnan(column[:, 0])
    assert (place[missing] == bins.width - 1).all()
    assert (place[~missing] < bins.width - 1).all()
    assert (np.diff(place[~missing][np.argsort(column[~missing, 0])]) >= 0).all()


@pytest.mark.parametrize("name", ALONE)
def test_a_figure_alone_ranks_as_the_catalog_says_whatever_the_history(name):
    # given histories in one of which the figure points the wrong way
    told = lesson()
    for outcome in (told.outcome, 1 - told.outcome):
        predict = single(name)(replace(told, outcome=outcome))
        grid = pd.DataFrame({name: np.linspace(-1.5, 1.5, 9)})
        assert (np.diff(predict(grid)) < 0).all()


def test_a_figure_alone_gives_the_unknown_their_own_rate():
    told = lesson()
    unknown = told.values[ALONE[0]].mask(np.arange(600) < 100)
    outcome = np.where(np.arange(600) < 100, 1.0, told.outcome)
    predict = single(ALONE[0])(
        replace(told, values=told.values.assign(**{ALONE[0]: unknown}), outcome=outcome)
    )
    assert predict(pd.DataFrame({ALONE[0]: [np.nan]}))[0] > 0.99


def test_a_figure_that_tells_nothing_says_why():
    told = lesson()
    with pytest.raises(CannotLearn, match=r"^no_such_feature$"):
        single(ALONE[0])(replace(told, values=told.values.drop(columns=ALONE[0])))
    for empty in (np.nan, 3.0):
        with pytest.raises(CannotLearn, match=r"^never_known$"):
            single(ALONE[0])(replace(told, values=told.values.assign(**{ALONE[0]: empty})))
    with pytest.raises(CannotLearn, match=r"^one_outcome$"):
        single(ALONE[0])(replace(told, outcome=np.ones(600)))


def test_a_feature_that_is_never_known_stops_no_learner():
    told = lesson()
    empty = replace(told, values=told.values.assign(log_revenue=np.nan))
    for learn in LEARNERS.values():
        assert np.isfinite(learn(empty)(empty.values)).all()


def test_all_challengers_of_a_model_are_heard():
    told, lines = lesson(), []
    without_z = replace(told, values=told.values.drop(columns=ALONE[1]))
    found = challengers_of(without_z, without_z.values.iloc[:50], lines.append)
    assert list(found) == list(CHALLENGERS)
    assert len(lines) == len(found)
    assert found["altman_z_nonmanufacturer"] == "no_such_feature"
    spoke = {name: said for name, said in found.items() if not isinstance(said, str)}
    assert {len(said) for said in spoke.values()} == {50}
    installed = importlib.util.find_spec("catboost") is not None
    assert ("catboost" in spoke) == installed
    assert installed or found["catboost"] == "not_installed"
    late = challengers_of(replace(without_z, model="late"), without_z.values)
    assert "altman_z_nonmanufacturer" not in late
