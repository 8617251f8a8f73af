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
