"""The truth is calibrated against what the definitions say of the books, and lies apart from them."""

from __future__ import annotations

from dataclasses import astuple
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from credit.definition import DefaultDefinition
from credit.outcomes import default_outcomes, late_outcomes
from features.build import build_packed, pack_portfolio
from features.columns import TABLES
from features.files import read, source_files, write
from features.sources.simulator import Knobs, Simulated, World, simulate
from features.sources.simulator.lags import OBLIGOR_90
from features.sources.simulator.truth import TRUTH_FOLDER, Truth, truth_of, write_truth
from training.subjects import default_subjects, late_subjects

WORLD = World(4000, 4, 20, Knobs(failures_a_year=0.04))


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return simulate(WORLD)


@pytest.fixture(scope="module")
def truth(simulated: Simulated) -> Truth:
    return truth_of(simulated)


@pytest.fixture(scope="module")
def defaults(simulated: Simulated, truth: Truth) -> pd.DataFrame:
    """Mature subjects at each end of June, so that no default counts twice, with outcome and truth."""
    packed = pack_portfolio(simulated.portfolio)
    subjects = default_subjects(packed)
    outcome = default_outcomes(packed, subjects, DefaultDefinition.load())["outcome"]
    rows = subjects.assign(outcome=outcome)[outcome.notna() & (subjects["as_of"].dt.month == 6)]
    return rows.merge(truth.buyers, on=["buyer_id", "as_of"], how="left", validate="one_to_one")


def _band(truth: pd.Series, sd: float = 4.0) -> tuple[float, float]:
    """Return between which counts the events lie: a sum of Bernoulli draws is no wider than its binomial."""
    mean = float(truth.mean())
    tail = norm.sf(sd)
    return float(binom.ppf(tail, len(truth), mean)), float(binom.isf(tail, len(truth), mean))


def test_every_subject_has_a_truth(defaults: pd.DataFrame):
    assert len(defaults) > 8000
    assert defaults["true_pd_12m"].between(0.0, 1.0).all()
    assert set(defaults["state"]) == {"pays", "left", "stopped", "ring"}


def test_the_mean_true_probability_is_the_realised_rate(defaults: pd.DataFrame):
    low, high = _band(defaults["true_pd_12m"])

    assert low <= defaults["outcome"].sum() <= high


def test_true_probabilities_hold_in_every_decile(defaults: pd.DataFrame):
    decile = pd.qcut(defaults["true_pd_12m"].rank(method="first"), 10, labels=False)
    for _, rows in defaults.groupby(decile):
        low, high = _band(rows["true_pd_12m"])

        assert low <= rows["outcome"].sum() <= high, rows["true_pd_12m"].mean()


def test_true_probabilities_hold_in_every_state(defaults: pd.DataFrame):
    for state, rows in defaults.groupby("state"):
        low, high = _band(rows["true_pd_12m"])

        assert low - 2 <= rows["outcome"].sum() <= high, state


def test_the_truth_tells_good_from_bad_better_than_chance_by_far(defaults: pd.DataFrame):
    bad, good = (defaults.loc[defaults["outcome"] == value, "true_pd_12m"] for value in (1.0, 0.0))

    assert (bad.to_numpy()[:, None] > good.to_numpy()[None, ::7]).mean() > 0.8


@pytest.mark.parametrize("days", [0, 30])
def test_true_probabilities_of_late_payment_hold_in_every_decile(days: int):
    made = simulate(World(1000, 3, 21))
    packed = pack_portfolio(made.portfolio)
    subjects = late_subjects(packed)
    rows = subjects.assign(outcome=late_outcomes(packed, subjects, days)["outcome"])
    rows = rows[rows["outcome"].notna()].merge(truth_of(made).invoices, on=["invoice_id", "instalment"])
    column = f"true_p_late_{days}"
    decile = pd.qcut(rows[column].rank(method="first"), 10, labels=False)
    for _, part in rows.groupby(decile):
        # Reason: invoices of one buyer share its health, so the interval is that of a tenth of them.
        spread = 4.0 * np.sqrt(part[column].mean() * (1.0 - part[column].mean()) / (len(part) / 10.0))

        assert part["outcome"].mean() == pytest.approx(part[column].mean(), abs=spread + 0.002)


SHOCK_MONTH = 17
"""The November of the second year of books that begin in a July."""


@pytest.mark.parametrize(
    "knobs",
    [Knobs(failures_a_year=0.04), Knobs(failures_a_year=0.04, shock_month=SHOCK_MONTH, shock_size=1.5)],
    ids=["no shock", "shock"],
)
def test_over_worlds_the_realised_rates_are_the_true_ones_before_and_after_a_shock(knobs: Knobs):
    gaps = pd.DataFrame([_gaps(simulate(World(600, 3, seed, knobs))) for seed in range(50, 58)])

    # Reason: buyers of one world share its cycle, so the interval is that of the means of worlds.
    error = gaps.std() / np.sqrt(len(gaps))
    assert (gaps.mean().abs() <= 3.5 * error + 0.001).all(), gaps.mean()
    # Reason: a shock that the truth does not count moves the rates by 0.04 and more.
    assert (error < 0.01).all()


def _gaps(made: Simulated) -> dict[str, float]:
    """Return mean outcome less mean truth: of defaults about the month of the shock, invoices before."""
    truth, packed = truth_of(made), pack_portfolio(made.portfolio)
    shock = made.scene.window.months[made.scene.window.first_month + SHOCK_MONTH - 1]
    rows = default_subjects(packed).merge(truth.buyers, on=["buyer_id", "as_of"], validate="one_to_one")
    rows["outcome"] = default_outcomes(packed, rows, DefaultDefinition.load())["outcome"]
    bought = late_subjects(packed).merge(truth.invoices, on=["invoice_id", "instalment"])
    bought["outcome"] = late_outcomes(packed, bought, 30)["outcome"]
    month = rows["as_of"].to_numpy().astype("datetime64[M]")
    issued = bought["as_of"].to_numpy().astype("datetime64[M]")
    return {
        "default_before": _gap(rows[month == shock - 6], "true_pd_12m"),
        "default_after": _gap(rows[month == shock + 1], "true_pd_12m"),
        "late_before": _gap(bought[issued == shock - 1], "true_p_late_30"),
    }


def _gap(rows: pd.DataFrame, column: str) -> float:
    told = rows[rows["outcome"].notna()]
    return float(told["outcome"].mean() - told[column].mean())


def test_every_late_subject_has_a_truth_and_that_of_bills_holds():
    counted, spread = 0.0, 0.0
    for seed in (0, 1):
        made = simulate(World(1500, 3, seed, Knobs(bill_users=1.0, failures_a_year=0.1)))
        packed = pack_portfolio(made.portfolio)
        rows = late_subjects(packed)
        rows["outcome"] = late_outcomes(packed, rows, 30)["outcome"]
        rows = rows.merge(
            truth_of(made).invoices, on=["invoice_id", "instalment"], how="left", validate="one_to_one"
        )
        bills = rows[rows["invoice_id"].str.startswith("BIL-") & rows["outcome"].notna()]

        assert rows["true_p_late_30"].notna().all()
        assert len(bills) > 1000
        # Reason: bills of one buyer fail together, so the interval is that of the sums of buyers.
        gap = (bills["outcome"] - bills["true_p_late_30"]).groupby(bills["buyer_id"]).sum()
        counted, spread = counted + float(gap.sum()), spread + float((gap**2).sum())
        assert 0.001 < bills["true_p_late_30"].mean() < 0.05

    assert abs(counted) <= 3.0 * np.sqrt(spread)


def test_the_rules_are_those_of_the_definition_that_ships():
    definition = DefaultDefinition.load()

    assert astuple(OBLIGOR_90) == (
        definition.days_past_due, definition.material_amount, definition.material_share
    )  # fmt: skip


def test_features_are_the_same_whether_the_truth_is_there_or_not(tmp_path: Path):
    world = World(60, 2, 4)
    made = simulate(world)
    for name in ("alone", "with_truth"):
        write(made.portfolio, tmp_path / name)
    write_truth(truth_of(made), world, tmp_path / "with_truth")

    built = []
    for name in ("alone", "with_truth"):
        packed = pack_portfolio(read(tmp_path / name))
        built.append(build_packed(packed, default_subjects(packed)))

    assert built[0].to_numpy().tobytes() == built[1].to_numpy().tobytes()
    assert TRUTH_FOLDER not in TABLES
    assert not any(TRUTH_FOLDER in path.parts for path in source_files(tmp_path / "with_truth"))


def test_the_same_seed_gives_the_same_truth(tmp_path: Path):
    world = World(40, 2, 6)
    for name in ("once", "again"):
        write_truth(truth_of(simulate(world)), world, tmp_path / name)

    once, again = (
        {
            file.name: sha256(file.read_bytes()).hexdigest()
            for file in (tmp_path / name / TRUTH_FOLDER).iterdir()
        }
        for name in ("once", "again")
    )

    assert once == again
    assert set(once) == {"buyers.parquet", "invoices.parquet", "world.toml"}
