from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from credit.encoding import encode, sources_of
from credit.model import BOOSTER, SCORECARD, RiskModel
from credit.prior.scorecard import EXTERNAL_PD, POPULATION_RATE, Scorecard
from credit.unknown import Unknown
from features.build import Packed, build_packed, pack_portfolio
from features.catalog import NAMES
from features.sources.simulator import Knobs, simulate_portfolio
from training.blend import prior_share
from training.config import FewDefaults, TrainConfig
from training.masking import mask
from training.pipeline import fit_final, fit_tested
from training.run import Recipe, Run
from training.subjects import Outcome, sample_of

DEFAULT = Outcome("default", definition=DefaultDefinition.load())


def silent(text: str) -> None:
    return None


@pytest.fixture(scope="module")
def run(demo_packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model of some defaults: too many for a prior alone, too few for trees alone."""
    return fit_tested(demo_packed, Recipe(DEFAULT), tmp_path_factory.mktemp("blend") / "model", silent)


@pytest.fixture(scope="module")
def values(demo_packed: Packed) -> pd.DataFrame:
    return build_packed(demo_packed, sample_of(demo_packed, DEFAULT).subjects.iloc[::31])


def defaulted(packed: Packed, model: RiskModel) -> int:
    subjects = sample_of(packed, DEFAULT).subjects
    return subjects[model.was_fitted_on(subjects) & (subjects["outcome"] == 1)]["buyer_id"].nunique()


def test_some_defaults_give_trees_beside_the_prior(demo_packed: Packed, run: Run):
    spec = run.model.spec
    assert spec.learner == "blend"
    assert spec.trees > 0
    assert spec.prior is not None
    assert spec.prior.share == prior_share(defaulted(demo_packed, run.model)) == run.shape["prior_share"]
    assert spec.prior.scorecard == Scorecard.load().hash
    # then the rates are the scorecard's alone, where missing has a meaning of its own
    trees = lgb.Booster(model_file=str(run.folder / BOOSTER)).feature_name()
    alone = {feature.name: feature.fill for feature in spec.features if feature.name not in trees}
    assert {POPULATION_RATE: None, EXTERNAL_PD: None}.items() <= alone.items()


def test_the_margin_is_the_mean_of_both_by_the_share(run: Run, values: pd.DataFrame):
    spec, calibration = run.model.spec, run.model.spec.calibration
    inputs = pd.DataFrame(encode(values[list(spec.names)].to_numpy(), spec.features), columns=spec.names)
    trees, card = lgb.Booster(model_file=str(run.folder / BOOSTER)), Scorecard.load(run.folder / SCORECARD)
    assert spec.prior is not None
    margin = (1 - spec.prior.share) * trees.predict(inputs[trees.feature_name()].to_numpy(), raw_score=True)
    margin = margin + spec.prior.share * card.raw(inputs[list(card.names)].to_numpy())
    said = run.model.predict(values)
    known = said.status == "ok"
    told = said.log_odds[known] - calibration.slope * margin[known] - calibration.intercept
    added = Unknown(calibration, spec.names).added[Unknown.cases(values.to_numpy())]
    np.testing.assert_allclose(told, added[known], rtol=0, atol=1e-9)
    assert len(set(added[known])) > 1


def test_its_points_add_up_exactly(run: Run, values: pd.DataFrame):
    said = run.model.predict(values)
    known = said.status == "ok"
    total = said.base_log_odds + said.contributions.sum(axis=1)
    assert known.sum() > 50
    np.testing.assert_allclose(total[known], said.log_odds[known], rtol=0, atol=1e-9)


def test_it_follows_every_sign_and_missing_is_never_better_than_the_worst_quartile(
    run: Run, values: pd.DataFrame
):
    rows = values[run.model.predict(values).status == "ok"].iloc[:12]
    assert len(rows) == 12
    signed = [feature for feature in run.model.spec.features if feature.sign]
    assert len(signed) > 20
    for feature in signed:
        known = values[feature.name].dropna()
        if (
            feature.name.startswith("has_")
            or not len(known)
            or feature.name in (POPULATION_RATE, EXTERNAL_PD)
        ):
            continue
        grid = np.append(np.quantile(known, np.linspace(0, 1, 21)), [feature.fill or 0.0, np.nan])
        walk = np.repeat(rows.to_numpy(), len(grid), axis=0)
        walk[:, NAMES.index(feature.name)] = np.tile(grid, len(rows))
        log_odds = run.model.predict(walk, contributions=False).log_odds.reshape(len(rows), -1)
        assert (feature.sign * np.diff(log_odds[:, :21], axis=1) >= -1e-12).all(), feature.name
        assert feature.fill is None or (log_odds[:, -1] >= log_odds[:, -2] - 1e-12).all(), feature.name


def test_a_replay_and_a_refit_keep_the_share(demo_packed: Packed, run: Run, tmp_path: Path):
    again = fit_tested(demo_packed, Recipe(DEFAULT), tmp_path / "again", silent, shape=run.shape)
    for name in (BOOSTER, SCORECARD):
        assert (again.folder / name).read_bytes() == (run.folder / name).read_bytes()
    assert again.model.spec.calibration.intercept == pytest.approx(
        run.model.spec.calibration.intercept, abs=1e-9
    )
    final = fit_final(demo_packed, Recipe(DEFAULT), run.shape, tmp_path / "final", silent).model.spec
    assert (final.learner, final.subjects > run.model.spec.subjects) == ("blend", True)
    assert final.prior is not None
    assert final.prior.share == run.shape["prior_share"]


def test_a_stated_population_rate_shifts_every_log_odds_by_the_same(
    demo_packed: Packed, run: Run, values: pd.DataFrame, tmp_path: Path
):
    recipe = Recipe(DEFAULT, config=TrainConfig(population_rate=0.01))
    stated = fit_tested(demo_packed, recipe, tmp_path / "model", silent).model
    shift = stated.predict(values).log_odds - run.model.predict(values).log_odds
    known = ~np.isnan(shift)
    assert known.sum() > 50
    assert np.ptp(shift[known]) < 1e-9
    # then it is what leads to the stated rate
    fitted = sample_of(demo_packed, DEFAULT).subjects
    fitted = fitted[stated.was_fitted_on(fitted)]
    mean = np.nanmean(stated.predict(build_packed(demo_packed, fitted)).probability)
    assert mean == pytest.approx(0.01, rel=0.4)


def test_a_short_history_with_enough_defaults_is_learned_and_not_refused(tmp_path: Path):
    # given three years of books, in which no window closes before later ones of the training begin
    packed = pack_portfolio(simulate_portfolio(120, 3, 11, knobs=Knobs(failures_a_year=0.2)))
    config = TrainConfig(few_defaults=FewDefaults(switch_at=10))
    told: list[str] = []
    found = fit_tested(packed, Recipe(DEFAULT, config=config), tmp_path / "model", told.append)
    assert found.model.spec.learner == "trees"
    assert any("folds by buyer" in line for line in told)


@pytest.fixture(scope="module")
def without_accounts(demo_packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model learned from the same books, of which nobody gave accounts."""
    tables = {name: table for name, table in demo_packed.portfolio.tables.items() if name != "statements"}
    packed = pack_portfolio(replace(demo_packed.portfolio, tables=tables))
    return fit_tested(packed, Recipe(DEFAULT), tmp_path_factory.mktemp("bare") / "model", silent)


def test_accounts_that_no_tree_has_seen_are_read_by_the_scorecard(
    without_accounts: Run, values: pd.DataFrame, run: Run
):
    model = without_accounts.model
    trees = lgb.Booster(model_file=str(without_accounts.folder / BOOSTER)).feature_name()
    assert model.spec.learner == "blend"
    assert "accounts" not in sources_of(trees)
    assert "accounts" in sources_of(model.spec.names)
    said = model.predict(values)
    assert (values["has_accounts"] == 1.0).sum() > 30
    assert set(said.status) == {"ok"}
    total = said.base_log_odds + said.contributions.sum(axis=1)
    np.testing.assert_allclose(total, said.log_odds, rtol=0, atol=1e-9)


def test_what_trees_read_in_a_pattern_that_they_have_not_seen_stays_unsaid(run: Run, values: pd.DataFrame):
    # the scorecard alone would be milder with most of those who withhold their payments and the year before
    has = values[["has_payments", "has_accounts", "has_prior_year", "has_market_value"]].eq(1.0).all(axis=1)
    hidden = mask(mask(values[has].to_numpy(), NAMES, "payments"), NAMES, "prior_year")
    assert "accounts+market_value" not in run.model.spec.patterns
    assert has.any()
    assert set(run.model.predict(hidden).status) == {"unseen_pattern"}
