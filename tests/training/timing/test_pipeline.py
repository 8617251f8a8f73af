from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from credit.timing.model import TimingModel
from features.build import Packed, build_packed, pack_portfolio
from features.errors import InputError, Refused
from features.sources.simulator import simulate_portfolio
from tests.credit.ledgers import books, invoice, payment
from training.config import TrainConfig
from training.run import Recipe
from training.subjects import Outcome
from training.timing.pipeline import fit_timing_final, fit_timing_tested
from training.timing.run import TimingRun
from training.timing.subjects import timing_subjects

RECIPE = Recipe(Outcome("timing"))


def quiet(_: str) -> None:
    """Say nothing."""


def ledger(count: int, until: str = "2025-12-31") -> Packed:
    """Invoices of four buyers, one a day, of which the slow pay 40 days later than the fast."""
    start = pd.Timestamp("2024-01-01")
    invoices, rows = [], []
    for number in range(count):
        issued = start + pd.Timedelta(days=number)
        buyer, due = number % 4, issued + pd.Timedelta(days=30)
        late = (0, 3, 40, 43)[buyer] + number % 3
        invoices.append(
            invoice(str(number), buyer_id=f"B{buyer}", issued_on=str(issued.date()), due_on=str(due.date()))
        )
        paid = due + pd.Timedelta(days=late)
        if paid < pd.Timestamp(until):
            rows.append(payment("1000", str(paid.date()), invoice_id=str(number)))
    return books(invoices, rows, until=until, start="2024-01-01")


@pytest.fixture(scope="module")
def packed() -> Packed:
    return pack_portfolio(simulate_portfolio(60, 3, 5))


@pytest.fixture(scope="module")
def run(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> TimingRun:
    return fit_timing_tested(packed, RECIPE, tmp_path_factory.mktemp("timing") / "model", quiet)


@pytest.fixture(scope="module")
def subjects(packed: Packed, run: TimingRun) -> pd.DataFrame:
    start = pd.Timestamp(run.parameters["test_from"])
    told = timing_subjects(packed, RECIPE.config.seed).subjects
    return told[told["as_of"] >= start].head(200).reset_index(drop=True)


def test_a_model_is_a_folder_that_says_what_it_is(run):
    spec = run.model.spec
    assert (spec.model, spec.outcome, spec.learner, spec.final) == ("timing", "timing", "hazard", False)
    assert spec.horizon_days == 365 == spec.grid[-1]
    assert 0 < spec.events <= spec.subjects
    assert spec.seller_id == "nordwind"
    assert spec.trees == run.shape["members"][0]["trees"]
    assert (run.test["as_of"] >= pd.Timestamp(run.parameters["test_from"])).all()
    assert pd.Timestamp(spec.fitted_until) < pd.Timestamp(run.parameters["test_from"])
    loaded = TimingModel.load(run.folder)
    assert loaded.spec == spec


def test_metrics_of_the_test_period_are_told_beside_both_baselines(run):
    told = run.metrics
    assert told["n"] + told["credited"] + told["cannot_say"] == len(run.test)
    metrics = told["metrics"]
    error = {
        name: metrics[f"mean_absolute_error_days{name}"]["value"] for name in ("", "_own_median", "_terms")
    }
    assert error[""] < error["_terms"]
    assert 0.65 < metrics["coverage_80"]["value"] < 0.95
    assert metrics["coverage_80"]["low"] < metrics["coverage_80"]["value"] < metrics["coverage_80"]["high"]
    assert metrics["concordance"]["value"] > 0.6
    assert 0.0 < metrics["integrated_brier"]["value"] < 0.25
    assert run.evaluation["late"]["metrics"]["auc"]["value"] > 0.5
    parts = run.evaluation["parts"]
    assert parts["at_issue"]["n"] + parts["already_open"]["n"] == told["n"]


def test_incidences_rise_and_never_add_to_more_than_1(packed, run, subjects):
    values = build_packed(packed, subjects)
    said = run.model.predict(values, subjects, packed.seller.timezone)
    assert (said.status == "ok").mean() > 0.9
    known = said.status == "ok"
    parts = np.stack([said.paid, said.credited, said.written_off])[:, known]
    assert (np.diff(parts, axis=2) >= -1e-12).all()
    assert (parts.sum(axis=0) <= 1 + 1e-12).all()
    assert (parts >= 0).all()
    entry = said.entry[known]
    before = said.days[None, :] <= entry[:, None]
    assert (parts[:, before] == 0).all()
    assert (said.paid_by(said.entry)[known] == 0).all()


def test_a_model_says_nothing_of_what_is_open_for_longer_than_its_horizon(packed, run, subjects):
    old = subjects.assign(due_on=subjects["due_on"] - pd.Timedelta(days=500))
    said = run.model.predict(build_packed(packed, old), old, packed.seller.timezone)
    assert (said.status == "beyond_horizon").all()
    assert np.isnan(said.median).all()


def test_one_subject_is_told_the_same_alone_and_among_others(packed, run, subjects):
    values = build_packed(packed, subjects)
    whole = run.model.predict(values, subjects, packed.seller.timezone).paid
    alone = run.model.predict(values.iloc[[3]], subjects.iloc[[3]], packed.seller.timezone).paid
    np.testing.assert_array_equal(whole[[3]], alone)


def test_a_missing_date_is_refused(packed, run, subjects):
    values = build_packed(packed, subjects)
    with pytest.raises(InputError, match="due_on"):
        run.model.predict(values, subjects.drop(columns="due_on"), packed.seller.timezone)
    with pytest.raises(InputError, match="as_of"):
        run.model.predict(values, subjects.assign(as_of=pd.NaT), packed.seller.timezone)


def test_the_model_knows_what_it_was_fitted_on(packed, run):
    told = timing_subjects(packed, RECIPE.config.seed).subjects
    fitted = run.model.was_fitted_on(told)
    assert (fitted == (told["as_of"] < pd.Timestamp(run.parameters["test_from"]))).all()


def test_the_same_seed_gives_the_same_model_and_a_refit_takes_the_shape(tmp_path):
    packed = ledger(500)
    one = fit_timing_tested(packed, RECIPE, tmp_path / "one", quiet)
    again = fit_timing_tested(packed, RECIPE, tmp_path / "again", quiet, one.shape)
    assert (tmp_path / "again" / "booster.txt").read_text() == (tmp_path / "one" / "booster.txt").read_text()
    assert again.model.spec == one.model.spec
    final = fit_timing_final(packed, RECIPE, one.shape, tmp_path / "final", quiet)
    assert final.model.spec.final
    assert final.shape == one.shape
    assert final.test is None
    assert final.model.spec.subjects > one.model.spec.subjects


@pytest.mark.parametrize("name", ["booster.txt", "model.json", "golden.npz"])
def test_a_changed_file_is_refused(run, tmp_path, name):
    folder = tmp_path / "model"
    shutil.copytree(run.folder, folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(InputError, match=name):
        TimingModel.load(folder)


def test_features_can_be_left_out(tmp_path):
    config = TrainConfig(without=("mean_days_late_last_10",))
    told = fit_timing_tested(ledger(400), replace(RECIPE, config=config), tmp_path / "model", quiet)
    assert "mean_days_late_last_10" not in told.model.spec.names
    assert "day_less_mean_days_late_last_10" not in told.model.spec.input_names
    assert told.choice.dropped["mean_days_late_last_10"] == "without"


def test_a_short_history_is_refused_with_what_was_found(tmp_path):
    with pytest.raises(Refused, match=r"expected at least 50 invoices .* found"):
        fit_timing_tested(ledger(60), RECIPE, tmp_path / "model", quiet)
    with pytest.raises(Refused, match="test on; found none"):
        fit_timing_tested(ledger(30, "2024-02-15"), RECIPE, tmp_path / "model", quiet)


def test_a_slow_payer_is_expected_later_than_a_fast_one(tmp_path):
    # given a ledger of few invoices, in which who the buyer is decides when it pays
    packed = ledger(500)
    run = fit_timing_tested(packed, RECIPE, tmp_path / "model", quiet)
    # when
    median = run.test[run.test["is_first"]].groupby("buyer_id")["median"].mean()
    # then
    assert median[["B0", "B1"]].max() + 20 < median[["B2", "B3"]].min()
    assert median["B0"] == pytest.approx(1, abs=4)
    assert median["B3"] == pytest.approx(44, abs=6)
