"""A source withheld never helps: not on the mean, and few of those who have it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from credit.definition import DefaultDefinition
from credit.model import RiskModel
from credit.prior.scorecard import Scorecard
from credit.spec import OPTIONAL, SOURCE_FLAGS, Calibration
from credit.states import STATES
from credit.unknown import Unknown
from features.build import Packed, build_packed
from features.catalog import NAMES
from training.calibration import Level, calibrate
from training.masking import MASKS, mask, masks_of
from training.pipeline import fit_tested
from training.run import Recipe
from training.staged import Staged
from training.subjects import Outcome, sample_of
from training.withholding import Pairs, due_for, lacking_levels

DEFAULT = Outcome("default", definition=DefaultDefinition.load())
POINTS = 20 / np.log(2)

BIT = {source: place for place, source in enumerate(OPTIONAL)}


def told(gains: dict[str, np.ndarray], n: int) -> Staged:
    """Subjects that have every source, and copies whose margins are lower by the gains of their kind."""
    rng = np.random.default_rng(4)
    raw = rng.normal(-2, 1, n)
    bad = (rng.random(n) < expit(raw)).astype(float)
    bad[:2] = 0.0, 1.0
    kinds = list(gains)
    lacking = np.zeros((n * (1 + len(kinds)), len(OPTIONAL)), bool)
    state = np.zeros(len(lacking), np.int64)
    for number, kind in enumerate(kinds, start=1):
        rows = slice(n * number, n * (number + 1))
        if kind in BIT:
            lacking[rows, BIT[kind]] = True
        else:
            state[rows] = {"accounts": 1, "payments": 2, "payments_and_accounts": 3}[kind]
    subject = np.tile(np.arange(n), 1 + len(kinds))
    return Staged(
        raw=np.concatenate([raw, *(raw - gain for gain in gains.values())]),
        outcome=np.tile(bad, 1 + len(kinds)),
        state=state,
        is_copy=np.arange(len(subject)) >= n,
        fold=subject % 3,
        subject=subject,
        lacking=lacking,
    )


def added(found: Calibration, rows: Staged) -> np.ndarray:
    lack = rows.lacks @ np.array([found.lacking.get(source, 0.0) for source in OPTIONAL])
    return lack + np.array([found.states.get(state, 0.0) for state in STATES])[rows.state]


@given(
    shift=st.lists(st.floats(-1.5, 1.5), min_size=5, max_size=5),
    spread=st.floats(0.0, 1.0),
    seed=st.integers(0, 50),
)
def test_out_of_fold_nobody_gains_on_the_mean_by_withholding_and_few_gain_at_all(shift, spread, seed):
    # given margins that fall (or rise) where a source lacks, by more for some than for others
    rng, n = np.random.default_rng(seed), 300
    gains = {kind: by + spread * rng.normal(size=n) for kind, by in zip(MASKS, shift, strict=True)}
    rows = told(gains, n)
    # when
    level = Level(np.array([0.15, 0.15, 0.15]), 0.15)
    found = calibrate(rows, level, ("payments", "accounts", *OPTIONAL), None)
    # then
    log_odds = found.slope * rows.raw + added(found, rows)
    for number, kind in enumerate(gains, start=1):
        if "payments" in kind:
            # Reason: they are in the seller's own books, where no buyer withholds them.
            continue
        gain = log_odds[:n] - log_odds[n * number : n * (number + 1)]
        assert gain.mean() <= 1e-9, kind
        assert (gain > 1e-9).mean() <= 0.25 + 1e-9, kind
    assert min(found.lacking.values()) >= 0.0
    assert expit(log_odds[:n] + found.intercept).mean() == pytest.approx(0.15, abs=1e-9)


def test_where_withholding_costs_anyway_nothing_is_added():
    rows = told({"prior_year": np.full(200, -0.4), "market_value": np.full(200, 0.3)}, 200)
    found = lacking_levels(rows.pairs, rows.lacks, rows.raw)
    assert found == {"prior_year": 0.0, "market_value": pytest.approx(0.3)}


@given(gain=st.lists(st.floats(-5, 5), min_size=1, max_size=50))
def test_what_is_due_takes_the_gain_of_the_mean_and_of_three_quarters(gain):
    left = np.array(gain) - due_for(np.array(gain))
    assert left.mean() <= 1e-9
    assert (left > 1e-9).mean() <= 0.25


def test_a_copy_is_paired_with_its_subject_as_the_same_fold_predicted_it():
    subject, fold = np.array([3, 5, 3, 5, 5, 9]), np.array([0, 0, 1, 0, 1, 0])
    is_copy = np.array([False, False, False, True, True, True])
    pairs = Pairs.of(subject, fold, is_copy)
    assert (pairs.own.tolist(), pairs.copy.tolist()) == ([1], [3])


def test_what_lacks_is_told_under_its_flag_and_once():
    calibration = Calibration(
        slope=1.0, intercept=0.0, prior_shift=0.0, sample_rate=0.1, population_rate=None,
        states={"payments": 0.4, "profile": 0.6}, lacking={"prior_year": 0.2, "market_value": 0.1},
    )  # fmt: skip
    names = tuple(SOURCE_FLAGS.values())
    unknown = Unknown(calibration, names)
    flags = np.array([[1, 1, 1, 1], [1, 1, 0, 1], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0]])
    values = np.full((len(flags), len(NAMES)), np.nan)
    values[:, [NAMES.index(flag) for flag in names]] = flags
    cases = Unknown.cases(values)
    np.testing.assert_allclose(unknown.added[cases], [0.0, 0.2, 0.3, 0.4, 0.6, 0.1])
    np.testing.assert_allclose(unknown.parts[cases].sum(axis=1), unknown.added[cases])
    assert unknown.parts[cases[2]].tolist() == [0.0, 0.0, 0.2, 0.1]
    assert unknown.parts[cases[4]].tolist() == [0.3, 0.3, 0.0, 0.0]


@pytest.fixture(scope="module")
def blend(demo_packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> RiskModel:
    folder = tmp_path_factory.mktemp("withholding") / "model"
    return fit_tested(demo_packed, Recipe(DEFAULT), folder, lambda _: None).model


@pytest.fixture(scope="module")
def values(demo_packed: Packed) -> np.ndarray:
    return build_packed(demo_packed, sample_of(demo_packed, DEFAULT).subjects.iloc[::3]).to_numpy()


@pytest.mark.parametrize("kind", MASKS)
def test_buyers_that_withhold_a_source_gain_nothing_on_the_mean(blend: RiskModel, values, kind):
    assert blend.spec.learner == "blend"
    has = masks_of(values[:, [NAMES.index(name) for name in blend.spec.names]], blend.spec.names)[kind]
    first, second = values[has], mask(values[has], NAMES, kind)
    before, after = (blend.predict(each, contributions=False) for each in (first, second))
    known = (before.status == "ok") & (after.status == "ok")
    assert known.sum() > 20
    points = POINTS * (before.log_odds - after.log_odds)[known]
    assert points.mean() <= 0.0
    assert (points > 1e-6).mean() <= 0.4


@pytest.mark.parametrize("kind", MASKS)
def test_the_scorecard_of_a_prior_rewards_no_withholding(values: np.ndarray, kind):
    card = Scorecard.load()
    columns = [NAMES.index(name) for name in card.names]
    rows = values[masks_of(values, NAMES)[kind]]
    gain = card.raw(rows[:, columns]) - card.raw(mask(rows, NAMES, kind)[:, columns])
    assert len(gain) > 20
    assert gain.mean() <= 0.0
    assert (gain > 1e-9).mean() <= 0.3
