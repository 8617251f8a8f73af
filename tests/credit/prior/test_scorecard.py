from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from credit.prior.scorecard import Scorecard
from features.catalog import FEATURES, NAMES
from features.errors import InputError

TEXT = resources.files("credit").joinpath("prior/scorecard.yaml").read_text(encoding="utf-8")
CARD = Scorecard.load()
CURVES = range(2, len(CARD.names))
PAYMENTS = [column for column in CURVES if FEATURES[CARD.names[column]].source == "payments"]


def company(share: float, *, rate: float = 0.015, outside: float = np.nan) -> np.ndarray:
    """Return a company at one quantile of every feature, 0 the safest."""
    return np.array([rate, outside, *(curve.quantile(share) for curve in CARD.curves)])


def pd_of(*companies: np.ndarray) -> np.ndarray:
    return expit(CARD.raw(np.array(companies)))


def neutral_population(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    populations = [np.array(curve.population).T for curve in CARD.curves]
    columns = [rng.choice(values, n, p=shares) for values, shares in populations]
    return np.column_stack([np.full(n, 0.015), np.full(n, np.nan), *columns])


def load(tmp_path, text):
    path = tmp_path / "scorecard.yaml"
    path.write_text(text, encoding="utf-8")
    return Scorecard.load(path)


def test_every_input_is_a_feature_and_a_rate_has_the_sign_of_risk():
    assert set(CARD.names) <= set(NAMES)
    assert [FEATURES[name].sign for name in CARD.names[:2]] == [1, 1]


values = st.floats(-1e6, 1e6) | st.floats(-2, 2) | st.just(np.nan)
inputs = st.lists(values, min_size=len(CARD.names), max_size=len(CARD.names)).map(np.array)


@given(inputs)
def test_contributions_and_base_add_up_to_the_log_odds(row):
    contributions, base = CARD.shares(row[None])

    assert np.isfinite(contributions).all()
    assert abs(CARD.raw(row[None])[0] - base - contributions.sum()) <= 1e-12


@given(inputs, st.sets(st.sampled_from(["population_default_rate", "external_pd"]), min_size=1))
def test_a_rate_that_is_not_read_counts_as_unknown(row, unread):
    card = Scorecard.of({**CARD.model_dump(mode="json"), "without": sorted(unread)})
    kept = [column for column, name in enumerate(CARD.names) if name not in unread]
    unknown = row.copy()
    unknown[[column for column in range(len(row)) if column not in kept]] = np.nan

    contributions, base = card.shares(row[None, kept])
    assert card.names == tuple(CARD.names[column] for column in kept)
    assert base + contributions.sum() == pytest.approx(CARD.raw(unknown[None])[0], abs=1e-12)


@given(inputs, st.sampled_from(CURVES), st.floats(-200, 4000), st.floats(0, 500))
def test_more_of_a_feature_moves_the_risk_towards_its_sign_alone(row, column, value, more):
    low, high = row.copy(), row.copy()
    low[column], high[column] = value, value + more

    assert FEATURES[CARD.names[column]].sign * (CARD.raw(high[None]) - CARD.raw(low[None]))[0] >= -1e-12


@given(inputs, st.sampled_from([0, 1]), st.floats(1e-6, 1), st.floats(1e-6, 1))
def test_a_higher_rate_or_outside_pd_is_never_safer(row, column, one, other):
    low, high = row.copy(), row.copy()
    low[column], high[column] = sorted([one, other])

    assert CARD.raw(high[None])[0] >= CARD.raw(low[None])[0] - 1e-12


@given(inputs, st.sampled_from(CURVES))
def test_a_missing_value_is_never_better_than_the_worst_quartile(row, column):
    missing, worst = row.copy(), row.copy()
    missing[column], worst[column] = np.nan, CARD.curves[column - 2].quantile(0.75)

    assert CARD.raw(missing[None])[0] >= CARD.raw(worst[None])[0] - 1e-12


def test_a_prospect_does_not_get_the_perfect_payers_pd():
    perfect = company(0.5)
    for column in PAYMENTS:
        perfect[column] = CARD.curves[column - 2].quantile(1e-6)
    prospect = perfect.copy()
    prospect[PAYMENTS] = np.nan
    of_prospect, of_perfect, of_median = pd_of(prospect, perfect, company(0.5))

    assert of_perfect < of_median < of_prospect
    assert of_prospect > 2 * of_perfect


def test_who_is_wholly_unknown_is_riskier_than_the_population():
    unknown = np.full(len(CARD.names), np.nan)
    rated = unknown.copy()
    rated[0] = 0.015

    assert pd_of(rated)[0] > 0.015
    assert pd_of(unknown)[0] > pd_of(rated)[0]


def test_mean_odds_of_a_neutral_population_are_those_of_its_rate():
    pds = expit(CARD.raw(neutral_population(100_000, seed=7)))

    assert (pds / (1 - pds)).mean() == pytest.approx(0.015 / 0.985, rel=0.03)
    assert pds.mean() == pytest.approx(0.015, rel=0.05)


def test_the_level_holds_beside_an_outside_pd_too():
    rows = neutral_population(100_000, seed=7)
    rows[:, 1] = 0.04
    pds = expit(CARD.raw(rows))

    assert (pds / (1 - pds)).mean() == pytest.approx(0.04 / 0.96, rel=0.03)


def test_the_median_company_is_moved_by_the_level_alone():
    contributions, base = CARD.shares(company(0.5, rate=0.03)[None])

    assert contributions[0, 2:] == pytest.approx(0)
    assert contributions[0, 0] == pytest.approx(logit(0.03) - logit(0.015))
    assert base < logit(0.015)


def test_an_outside_pd_speaks_in_place_of_the_populations_rate():
    rich, poor = company(0.9, rate=0.001, outside=0.02), company(0.9, rate=0.2, outside=0.02)
    contributions, _ = CARD.shares(rich[None])

    assert pd_of(rich) == pytest.approx(pd_of(poor))
    assert contributions[0, 0] == 0
    assert pd_of(company(0.9, outside=0.08))[0] > pd_of(rich)[0]


def test_accounts_count_by_half_beside_an_outside_pd_and_payments_in_full():
    alone, _ = CARD.shares(company(0.9)[None])
    beside, _ = CARD.shares(company(0.9, outside=0.015)[None])
    share = beside[0, 2:] / np.where(alone[0, 2:] == 0, np.nan, alone[0, 2:])
    sources = [FEATURES[name].source for name in CARD.names[2:]]

    for source, found in zip(sources, share, strict=True):
        assert np.isnan(found) or found == pytest.approx(1.0 if source == "payments" else 0.5)


def test_extreme_rates_are_bounded():
    extremes = pd_of(company(0.5, rate=0.0), company(0.5, rate=1.0), company(0.5, outside=0.0))

    assert np.isfinite(logit(extremes)).all()


def test_layout_does_not_change_the_hash_and_content_does(tmp_path):
    assert load(tmp_path, "# a comment\n" + TEXT).hash == CARD.hash
    assert load(tmp_path, TEXT.replace("version: 1", "version: 2")).hash != CARD.hash
    assert Scorecard.of(CARD.model_dump(mode="json")) == CARD


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ("id: trade", "surprise: 1\nid: trade", "surprise", "an unknown key"),
        ("version: 1\n", "", "version", "nothing"),
        ("reference_rate: 0.015", "reference_rate: 0.03", "base", "a part that breaks it"),
        ("missing: 0.12", "missing: 0.11", "curves.0", "a part that breaks it"),
        ("missing: 0.12", "missing: .nan", "curves.0.missing", "nan"),
        ("[0.10, 0.12]", "[0.10, -0.01]", "curves.0", "a part that breaks it"),
        ("[0.02, 0.0]", "[0.02, 0.05]", "curves.0", "a part that breaks it"),
        ("[0.30, 0.60]", "[0.05, 0.60]", "curves.0", "a part that breaks it"),
        ("[[0.0, 0.4]", "[[0.0, 0.5]", "curves.0", "a part that breaks it"),
        ("feature: quick_ratio", "feature: exposure", "curves.7", "a part that breaks it"),
        ("feature: quick_ratio", "feature: no_such", "curves.7", "a part that breaks it"),
        ("feature: quick_ratio", "feature: current_ratio\n    slope: 1", "curves.7.slope", "an unknown key"),
        ("feature: mean_days_late_365d", "feature: share_late_30_amount_365d", "scorecard", None),
        ("with_external_pd: 1.0", "with_external_pd: 1.5", "curves.0.with_external_pd", "1.5"),
    ],
)
def test_a_bad_scorecard_is_refused_with_its_key(tmp_path, old, new, key, found):
    with pytest.raises(InputError) as refused:
        load(tmp_path, TEXT.replace(old, new, 1))

    (problem,) = refused.value.problems
    assert problem.expected.startswith(f"key '{key}'")
    assert found is None or problem.found == found


@pytest.mark.parametrize("text", ["- a list", "a: [", ""])
def test_what_is_no_scorecard_is_refused(tmp_path, text):
    with pytest.raises(InputError, match=r"scorecard\.yaml"):
        load(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="FileNotFoundError"):
        Scorecard.load(tmp_path / "none.yaml")
