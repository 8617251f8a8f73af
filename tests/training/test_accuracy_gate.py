"""A gate on how well the late model ranks: no plain model of the same features may leave it behind.

The periods end before those on which published figures are measured. No bound is a tuned figure: another
model is better only where it is so by more than the standard error of the difference, buyers drawn whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from credit.states import STATES
from features.build import Packed, pack_portfolio
from features.sources.importing import import_files
from features.sources.mapping import load_mapping
from features.sources.simulator import Knobs, simulate_portfolio
from training.calibration import Level, calibrate
from training.config import TrainConfig
from training.paired import PairedDifference, paired_difference
from training.pipeline import fit_tested, labelled
from training.run import Recipe
from training.splits import split
from training.staged import Staged
from training.subjects import Outcome

DATA = Path(__file__).parents[3] / "shared" / "data" / "cassandra_ap_invoices" / "invoices.csv"
TEST_FROM = pd.Timestamp("2014-07-01")
BOOKS_END = pd.Timestamp("2015-06-30 23:59:59")
"""The tests of README and docs begin later."""

ONE_STANDARD_ERROR = 0.6827
WITHOUT_COPIES = TrainConfig.model_validate({
    "masked": dict.fromkeys(
        ("payments", "accounts", "payments_and_accounts", "market_value", "prior_year"), 0.0
    )
})  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """Test subjects, with what the model and plain ones say of them."""

    subjects: pd.DataFrame
    plain: dict[str, np.ndarray]

    def lead(self, other: np.ndarray) -> PairedDifference:
        """AUC of ours less that of another one, with an interval of one standard error."""
        outcome, buyer = self.subjects["outcome"].to_numpy(float), self.subjects["buyer_id"].to_numpy()
        ours = self.subjects["probability"].to_numpy(float)
        return paired_difference(outcome, ours, other, buyer, "auc", level=ONE_STANDARD_ERROR)


def logistic(values: np.ndarray, outcome: np.ndarray, later: np.ndarray) -> np.ndarray:
    filled = SimpleImputer(strategy="median", add_indicator=True)
    model = make_pipeline(filled, StandardScaler(), LogisticRegression(C=0.1, max_iter=2_000))
    return model.fit(values, outcome).predict_proba(later)[:, 1]


def boosted(values: np.ndarray, outcome: np.ndarray, later: np.ndarray) -> np.ndarray:
    plain = {"objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "num_threads": 1, "verbose": -1}
    return np.asarray(lgb.train(plain, lgb.Dataset(values, outcome), 200).predict(later))


PLAIN = {"logistic regression": logistic, "boosted trees": boosted}


def late(packed: Packed, folder: Path, recipe: Recipe) -> Trial:
    """Train the late model as `credence train late` does, and plain ones on the same features and split."""
    run = fit_tested(packed, recipe, folder / "model", lambda _: None)
    assert run.test is not None
    sample, frame = labelled(packed, recipe, lambda _: None)
    parts = split(sample.subjects, recipe.test_from, packed.portfolio.seller.timezone)
    values, outcome = (
        frame[list(run.model.spec.names)].to_numpy(float),
        sample.subjects["outcome"].to_numpy(float),
    )
    rows = values[parts.train], outcome[parts.train], values[parts.test]
    assert run.test["probability"].notna().all()
    assert run.test["outcome"].tolist() == outcome[parts.test].tolist()
    return Trial(run.test, {name: learn(*rows) for name, learn in PLAIN.items()})


def check(tested: Trial) -> None:
    for name, said in tested.plain.items():
        lead = tested.lead(said)
        assert lead.high is not None
        assert lead.high >= 0, f"{name} leads by {-lead.value:.3f}, {-lead.high:.3f} after a standard error"


@pytest.fixture(scope="module")
def cassandra() -> Packed:
    if not DATA.is_file():
        pytest.skip("needs the real export cassandra_ap_invoices, which is not part of the project")
    return pack_portfolio(
        import_files([DATA], load_mapping("cassandra_ap_invoices")).portfolio.cut(BOOKS_END)
    )


@pytest.mark.parametrize("horizon_days", [0, 30])
def test_no_plain_model_leaves_ours_behind_on_real_invoices(cassandra: Packed, tmp_path: Path, horizon_days):
    tested = late(cassandra, tmp_path, Recipe(Outcome("late", horizon_days), TEST_FROM))
    assert tested.subjects["as_of"].max() <= BOOKS_END
    check(tested)


def test_copies_cost_no_ranks_of_buyers_as_they_are(tmp_path: Path):
    # given a book of many buyers with few invoices, of whom many have paid none yet
    packed = pack_portfolio(simulate_portfolio(500, 3, 11, knobs=Knobs(invoices_a_month=0.08)))
    outcome = Outcome("late", 0)
    ours, alone = (
        fit_tested(packed, Recipe(outcome, config=config), tmp_path / name, lambda _: None)
        for name, config in (("ours", TrainConfig()), ("alone", WITHOUT_COPIES))
    )
    assert ours.test is not None
    assert alone.test is not None
    lead = Trial(ours.test, {}).lead(alone.test["probability"].to_numpy(float))
    assert lead.high is not None
    assert lead.high >= 0, f"the same trees without copies lead by {-lead.value:.3f}"


def told_rightly(n: int = 4_000) -> Staged:
    """Buyers with payments and without, of whom margins tell the truth, and copies that lost their payments.

    What a copy lost spoke for some of them and against others, a little more often against.
    """
    rng = np.random.default_rng(8)
    raw = rng.normal(-1.0, 1.0, n)
    outcome = (rng.random(n) < expit(raw)).astype(float)
    state = np.where(np.arange(n) % 2, STATES.index("accounts"), STATES.index("payments_and_accounts"))
    known = np.flatnonzero(state == STATES.index("payments_and_accounts"))
    return Staged(
        raw=np.concatenate([raw, raw[known] - rng.normal(0.5, 1.0, len(known))]),
        outcome=np.concatenate([outcome, outcome[known]]),
        state=np.concatenate([state, np.full(len(known), STATES.index("accounts"))]),
        is_copy=np.arange(n + len(known)) >= n,
        fold=np.zeros(n + len(known), np.int64),
        subject=np.concatenate([np.arange(n), known]),
    )


def test_what_information_states_add_costs_no_ranks_where_the_margins_are_right():
    rows = told_rightly()
    rate = rows.outcome[rows.own].mean()
    found = calibrate(rows, Level(np.array([rate]), float(rate)), ("payments",), None)
    added = np.array([found.states.get(state, 0.0) for state in STATES])[rows.state]
    said, alone, outcome = (
        each[rows.own] for each in (rows.raw * found.slope + added, rows.raw, rows.outcome)
    )
    lead = paired_difference(
        outcome, expit(said), expit(alone), np.arange(len(outcome)), "auc", level=ONE_STANDARD_ERROR
    )
    assert lead.high is not None
    assert lead.high >= 0, f"the states cost {-lead.value:.3f} of AUC"
