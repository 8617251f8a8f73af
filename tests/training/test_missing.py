"""Missing is not good: what is not known never looks better than the worst quarter of what is."""

from __future__ import annotations

import numpy as np
import pytest

from credit.model import RiskModel
from credit.release import Release
from features.build import Packed, build_packed
from features.catalog import NAMES
from training.masking import MASKS, mask
from training.subjects import late_subjects, sample_of

ROUNDING = 1e-9


@pytest.fixture(scope="module", params=["late", "default"])
def model(request: pytest.FixtureRequest, demo_release: Release) -> RiskModel:
    return demo_release.models[request.param]


@pytest.fixture(scope="module")
def values(demo_packed: Packed) -> np.ndarray:
    """Some hundred subjects of every information state."""
    rows = build_packed(demo_packed, late_subjects(demo_packed)).to_numpy()
    return rows[:: len(rows) // 150]


def log_odds(model: RiskModel, values: np.ndarray) -> np.ndarray:
    """Log-odds, whether or not the pattern of sources was seen."""
    said = model.predict(values)
    return said.base_log_odds + said.contributions.sum(axis=1)


def test_each_missing_value_scores_as_its_worst_quartile_at_best(model: RiskModel, values: np.ndarray):
    for feature in model.spec.features:
        if feature.sign and feature.fill is not None and not feature.name.startswith("has_"):
            column = NAMES.index(feature.name)
            missing, worst = values.copy(), values.copy()
            missing[:, column] = np.nan
            worst[:, column] = feature.fill
            assert (log_odds(model, missing) >= log_odds(model, worst) - ROUNDING).all(), feature.name


@pytest.mark.parametrize("kind", MASKS)
def test_a_buyer_that_withholds_a_source_looks_no_better_than_one_in_its_worst_quartiles(
    model: RiskModel, values: np.ndarray, kind
):
    has = values[np.all([values[:, NAMES.index(flag)] == 1.0 for flag in flags_of(kind)], axis=0)]
    if not len(has) or not set(flags_of(kind)) & set(model.spec.names):
        pytest.skip("the model does not use this source")
    hidden = mask(has, NAMES, kind)
    worst = has.copy()
    for feature in model.spec.features:
        column = NAMES.index(feature.name)
        gone = np.isnan(hidden[:, column])
        if feature.fill is None:
            # Reason: without a sign, missing has no worse side; both are given the same.
            worst[gone, column] = np.nan
        else:
            worst[gone, column] = feature.fill
    assert (log_odds(model, hidden) >= log_odds(model, worst) - ROUNDING).all()


def flags_of(kind: str) -> list[str]:
    return [f"has_{source}" for source in MASKS[kind]]


def test_a_prospect_does_not_get_the_perfect_payers_probability(model: RiskModel, values: np.ndarray):
    payers = values[values[:, NAMES.index("has_payments")] == 1.0]
    prospects = mask(payers, NAMES, "payments_and_accounts")
    perfect = np.quantile(log_odds(model, payers), 0.1)
    assert (log_odds(model, prospects) > perfect).all()


def test_contributions_add_up_in_every_state(model: RiskModel, values: np.ndarray):
    for kind in MASKS:
        said = model.predict(mask(values, NAMES, kind))
        known = said.status == "ok"
        total = said.base_log_odds + said.contributions.sum(axis=1)
        np.testing.assert_allclose(total[known], said.log_odds[known], rtol=0, atol=1e-9)


def test_training_subjects_are_in_patterns_that_the_model_speaks_of(
    demo_release: Release, demo_packed: Packed
):
    from credit.definition import DefaultDefinition
    from training.subjects import Outcome

    outcome = Outcome("default", definition=DefaultDefinition.load())
    rows = build_packed(demo_packed, sample_of(demo_packed, outcome).subjects)
    for kind in ("payments", "accounts", "payments_and_accounts"):
        said = demo_release.models["default"].predict(mask(rows.to_numpy(), NAMES, kind))
        assert (said.status == "ok").mean() > 0.99


def test_a_category_that_training_never_saw_counts_as_the_nearest_that_it_saw(
    demo_release: Release, values: np.ndarray
):
    model, column = demo_release.models["default"], NAMES.index("size_class")
    largest, never_seen, unknown = values.copy(), values.copy(), values.copy()
    largest[:, column], never_seen[:, column], unknown[:, column] = 4.0, 99.0, np.nan
    np.testing.assert_array_equal(log_odds(model, never_seen), log_odds(model, largest))
    assert (log_odds(model, unknown) >= log_odds(model, largest) - ROUNDING).all()
