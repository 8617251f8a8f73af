"""Outcomes and models on real data, which is not part of the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from credit.outcomes import default_outcomes, late_outcomes
from features.build import Packed, pack_portfolio
from features.sources.importing import import_files
from features.sources.mapping import load_mapping
from training.config import TrainConfig
from training.home import Home
from training.subjects import Outcome, default_subjects, late_subjects, sample_of
from training.train import train

DATA = Path(__file__).parents[3] / "shared" / "data"
CASSANDRA = "cassandra_ap_invoices", "invoices.csv"
AMERICAN = "american_bankruptcy", "firm_years.csv.gz"


def packed(folder: str, file: str) -> Packed:
    path = DATA / folder / file
    if not path.is_file():
        pytest.skip(f"needs the real export {folder}/{file}, which is not part of the project")
    return pack_portfolio(import_files([path], load_mapping(folder)).portfolio)


@pytest.fixture(scope="module")
def cassandra() -> Packed:
    return packed(*CASSANDRA)


@pytest.fixture(scope="module")
def american() -> Packed:
    return packed(*AMERICAN)


def test_the_label_of_every_american_firm_year_is_fails_next_year(american: Packed):
    # given every fiscal year, also those before outcomes are complete
    whole = pack_portfolio(replace(american.portfolio, observed_from=pd.Timestamp("1990-01-01")))
    subjects = default_subjects(whole)
    # when
    told = default_outcomes(whole, subjects, DefaultDefinition.load())
    # then
    assert (told["exclusion"] == "").all()
    raw = pd.read_csv(DATA.joinpath(*AMERICAN))
    received = pd.to_datetime((raw["fyear"] + 1).astype("str") + "-06-30T23:59:59")
    expected = raw.assign(as_of=received).rename(columns={"firm_id": "buyer_id"})
    both = subjects.assign(outcome=told["outcome"]).merge(expected, on=["buyer_id", "as_of"])
    assert len(both) == len(raw) == 16133
    assert (both["outcome"] == both["fails_next_year"]).all()
    assert both["outcome"].sum() == 428


def test_american_years_without_outcomes_are_left_out_and_counted(american: Packed):
    # given that received accounts of fiscal years 1999 and 2000 lie before the end of 2001
    raw = pd.read_csv(DATA.joinpath(*AMERICAN))
    sample = sample_of(american, Outcome("default", definition=DefaultDefinition.load()))
    assert dict(sample.excluded) == {"unobserved": int((raw["fyear"] < 2001).sum())}
    assert sample.subjects["outcome"].sum() == 428


@pytest.mark.parametrize(("horizon_days", "count"), [(0, 662), (30, 202)])
def test_cassandra_invoices_past_due_when_they_were_booked(cassandra: Packed, horizon_days, count):
    # Counts from the description of the data set; none of them has a negative duration, which import refuses.
    told = late_outcomes(cassandra, late_subjects(cassandra), horizon_days)
    assert (told["exclusion"] == "past_horizon").sum() == count


def test_cassandra_invoices_settled_when_they_were_booked(cassandra: Packed):
    # given 393 in the description, of which six have a negative duration
    subjects = late_subjects(cassandra)
    told = late_outcomes(cassandra, subjects, 365 * 20)
    assert (told["exclusion"] == "settled").sum() == 387


def finite(report: dict) -> bool:
    values = [part for metric in report["metrics"].values() for part in metric.values() if part is not None]
    return bool(np.isfinite(values).all())


@pytest.mark.slow
@pytest.mark.parametrize("horizon_days", [0, 30])
def test_late_learns_on_cassandra(cassandra: Packed, tmp_path: Path, horizon_days):
    result = train(cassandra, "late", home=Home(tmp_path), horizon_days=horizon_days, test_from="2016-01-01")
    report = result.report
    assert result.alias == "champion"
    assert report["from"] == "2016-01-01"
    assert report["n"] > 800
    assert finite(dict(report))
    assert report["metrics"]["auc"]["value"] >= 0.6


@pytest.mark.slow
@pytest.mark.parametrize("without", [(), ("market_value",)])
def test_default_learns_on_american_firms(american: Packed, tmp_path: Path, without):
    result = train(
        american,
        "default",
        home=Home(tmp_path),
        test_from="2012-01-01",
        config=TrainConfig(population_rate=0.009, without=without),
    )
    assert (result.alias, result.report["from"]) == ("champion", "2012-01-01")
    assert finite(dict(result.report))
    assert result.report["metrics"]["auc"]["value"] >= 0.6
    names = set(result.version.load().spec.names)
    assert ("has_market_value" in names or "log_market_value" in names) == (not without)
