from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from credit.definition import DefaultDefinition
from credit.model import RiskModel
from credit.prior.scorecard import Scorecard
from features.build import Packed, build_packed, pack_portfolio
from features.catalog import NAMES
from features.sources.simulator import Knobs, simulate_portfolio
from training.config import FewDefaults, TrainConfig
from training.home import Home
from training.pipeline import fit_final, fit_tested
from training.run import Recipe, Run
from training.subjects import Outcome, sample_of
from training.train import train

DEFAULT = Outcome("default", definition=DefaultDefinition.load())


def silent(text: str) -> None:
    return None


@pytest.fixture(scope="module")
def run(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fit_tested(small, Recipe(DEFAULT), tmp_path_factory.mktemp("prior") / "model", silent)


@pytest.fixture(scope="module")
def spotless() -> Packed:
    """A seller whose buyers never failed."""
    return pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))


def test_a_seller_with_few_defaults_gets_a_prior_that_says_so(run: Run):
    spec = run.model.spec
    assert (spec.learner, spec.trees, run.shape) == ("scorecard", 0, {})
    assert spec.prior is not None
    assert 0.0 < spec.prior.weight < 1.0
    assert 0 < spec.prior.own_defaults < 60
    assert spec.prior.scorecard == Scorecard.load().hash
    assert run.model.answers(blank())[0].prior_weight == spec.prior.weight


def blank() -> np.ndarray:
    """A buyer of whom nothing is known."""
    values = np.full((1, len(NAMES)), np.nan)
    for flag in ("has_payments", "has_accounts", "has_prior_year", "has_market_value"):
        values[0, NAMES.index(flag)] = 0.0
    return values


def test_its_points_add_up_exactly(small: Packed, run: Run):
    said = run.model.predict(build_packed(small, sample_of(small, DEFAULT).subjects))
    assert (said.status == "ok").all()
    np.testing.assert_allclose(
        said.base_log_odds + said.contributions.sum(axis=1), said.log_odds, rtol=0, atol=1e-12
    )


def test_a_prospect_does_not_get_the_perfect_payers_probability(run: Run):
    perfect = blank()
    known = {
        "has_payments": 1.0, "share_late_30_amount_365d": 0.0, "mean_days_late_365d": -5.0,
        "overdue_over_30_share": 0.0, "days_material_overdue": 0.0, "count_bounced_payments_365d": 0.0,
        "tenure_days": 2000.0,
    }  # fmt: skip
    for name, value in known.items():
        perfect[0, NAMES.index(name)] = value
    prospect, payer = run.model.predict(np.vstack([blank(), perfect])).probability
    assert prospect > 1.5 * payer


def test_without_any_default_the_level_falls_and_the_weight_stays_between(spotless: Packed, tmp_path: Path):
    run = fit_tested(spotless, Recipe(DEFAULT), tmp_path / "model", silent)
    spec = run.model.spec
    assert spec.prior is not None
    assert (spec.events, spec.prior.own_defaults) == (0, 0)
    assert spec.calibration.intercept < 0.0
    assert 0.0 < spec.prior.weight < 1.0
    assert run.metrics["metrics"]["auc"]["value"] is None


def test_a_refit_of_a_prior_is_a_prior_with_more_experience(small: Packed, run: Run, tmp_path: Path):
    final = fit_final(small, Recipe(DEFAULT), run.shape, tmp_path / "model", silent)
    assert final.model.spec.prior is not None
    assert run.model.spec.prior is not None
    assert final.model.spec.prior.own_years > run.model.spec.prior.own_years
    assert final.model.spec.prior.weight < run.model.spec.prior.weight


def test_a_stated_population_rate_is_the_mean_of_the_prior(spotless: Packed, tmp_path: Path):
    config = TrainConfig(population_rate=0.03, few_defaults=FewDefaults(prior_strength=1e9))
    run = fit_tested(spotless, Recipe(DEFAULT, config=config), tmp_path / "model", silent)
    fitted = sample_of(spotless, DEFAULT).subjects
    inside = run.model.was_fitted_on(fitted)
    said = run.model.predict(build_packed(spotless, fitted[inside]), contributions=False)
    assert said.probability.mean() == pytest.approx(0.03, rel=0.02)


def test_rates_that_are_left_out_are_not_read(small: Packed, tmp_path: Path):
    config = TrainConfig(without=("buyers.country", "external_pd"))
    run = fit_tested(small, Recipe(DEFAULT, config=config), tmp_path / "model", silent)
    values = build_packed(small, sample_of(small, DEFAULT).subjects).iloc[:5]
    changed = values.assign(population_default_rate=0.2, external_pd=0.3)
    first, second = (run.model.predict(each).log_odds for each in (values, changed))
    assert first.tolist() == second.tolist()
    assert not {"population_default_rate", "external_pd"} & set(run.model.spec.names)


def test_curves_of_features_that_are_left_out_are_gone(small: Packed, tmp_path: Path):
    config = TrainConfig(without=("tenure_days",))
    run = fit_tested(small, Recipe(DEFAULT, config=config), tmp_path / "model", silent)
    assert "tenure_days" in Scorecard.load().names
    assert "tenure_days" not in run.model.spec.names
    assert run.model.spec.prior is not None
    assert run.model.spec.prior.scorecard != Scorecard.load().hash


def test_at_the_stated_number_of_defaults_trees_speak_alone(demo_packed: Packed, tmp_path: Path):
    some = fit_tested(demo_packed, Recipe(DEFAULT), tmp_path / "some", silent).model
    fitted = sample_of(demo_packed, DEFAULT).subjects
    bad = fitted[some.was_fitted_on(fitted) & (fitted["outcome"] == 1)]["buyer_id"].nunique()
    assert 10 <= bad < 60
    for switch_at, learner in ((bad + 1, "blend"), (bad, "trees")):
        config = TrainConfig(few_defaults=FewDefaults(switch_at=switch_at))
        found = fit_tested(demo_packed, Recipe(DEFAULT, config=config), tmp_path / learner, silent)
        assert found.model.spec.learner == learner


def test_a_tampered_scorecard_is_refused(run: Run, tmp_path: Path):
    folder = tmp_path / "model"
    shutil.copytree(run.folder, folder)
    path = folder / "scorecard.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("reference_rate", "reference_rates"), "utf-8")
    with pytest.raises(ValueError, match="other content in"):
        RiskModel.load(folder)


def test_a_prior_is_trained_and_released_by_the_same_command(spotless: Packed, tmp_path: Path):
    told: list[str] = []
    result = train(spotless, "default", home=Home(tmp_path), say=told.append)
    assert result.version.load().spec.learner == "scorecard"
    assert any("prior knowledge" in line for line in told)
