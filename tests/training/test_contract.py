from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.encoding import worst_quartile
from features.build import Packed, build_packed
from features.catalog import FEATURES, NAMES, inputs_of
from features.errors import InputError
from training.contract import Choice, choose_features
from training.subjects import Outcome, sample_of


@pytest.fixture(scope="module")
def values(demo_packed: Packed) -> pd.DataFrame:
    return build_packed(demo_packed, sample_of(demo_packed, Outcome("late")).subjects.iloc[::10])


def chosen(demo_packed: Packed, values: pd.DataFrame, *without: str) -> Choice:
    return choose_features("default", demo_packed.portfolio, values, without)


def names(choice: Choice) -> set[str]:
    return {feature.name for feature in choice.features}


@pytest.mark.parametrize("name", ["inventory", "statements.inventory"])
def test_without_a_column_every_feature_that_reads_it_goes(demo_packed: Packed, values, name):
    readers = {n for n in inputs_of("default") if "statements.inventory" in FEATURES[n].reads}
    found = chosen(demo_packed, values, name)
    assert len(readers) > 1
    assert not readers & names(found)
    assert {found.dropped[reader] for reader in readers} == {"without"}
    assert names(found) == names(chosen(demo_packed, values)) - readers


def test_without_a_feature_it_alone_goes(demo_packed: Packed, values):
    whole, found = chosen(demo_packed, values), chosen(demo_packed, values, "current_ratio")
    assert names(whole) - names(found) == {"current_ratio"}


def test_several_names_add_up(demo_packed: Packed, values):
    found = chosen(demo_packed, values, "current_ratio", "inventory")
    both = names(chosen(demo_packed, values, "current_ratio")) & names(
        chosen(demo_packed, values, "inventory")
    )
    assert names(found) == both


@pytest.mark.parametrize("name", ["inventary", "invoices.inventory", "", "statements"])
def test_an_unknown_name_is_refused(demo_packed: Packed, values, name):
    with pytest.raises(
        InputError, match=f"expected the name of a feature or of a table's column; found '{name}'"
    ):
        chosen(demo_packed, values, name)


def test_columns_that_are_not_there_narrow_the_set():
    from dataclasses import replace

    from features.build import pack_portfolio
    from features.sources.simulator import simulate_portfolio

    portfolio = simulate_portfolio(40, 2, 1)
    tables = {name: frame for name, frame in portfolio.tables.items() if name != "statements"}
    ledger = pack_portfolio(replace(portfolio, tables=tables))
    frame = build_packed(ledger, sample_of(ledger, Outcome("late")).subjects)
    found = choose_features("default", ledger.portfolio, frame, ())
    accounts = {
        n for n in inputs_of("default") if any(read.startswith("statements.") for read in FEATURES[n].reads)
    }
    assert not accounts & names(found)
    assert {found.dropped[name] for name in accounts} <= {"no column", "constant"}
    assert "mean_days_late_365d" in names(found)


def test_what_never_varies_or_is_never_known_is_left_out(demo_packed: Packed, values):
    flat = values.assign(mean_days_late_365d=3.0, current_ratio=np.nan)
    found = chosen(demo_packed, flat)
    assert found.dropped["mean_days_late_365d"] == "constant"
    assert found.dropped["current_ratio"] == "never known"


def test_nothing_to_learn_from_is_refused(demo_packed: Packed):
    nothing = pd.DataFrame(np.nan, index=range(30), columns=list(NAMES))
    with pytest.raises(InputError, match="a feature to learn from"):
        chosen(demo_packed, nothing)


def test_each_feature_carries_sign_fill_and_reference(demo_packed: Packed, values):
    for spec in chosen(demo_packed, values).features:
        known = values[spec.name].dropna().to_numpy()
        assert spec.sign == FEATURES[spec.name].sign
        is_neutral = not spec.sign and FEATURES[spec.name].source in ("prior_year", "market_value")
        assert spec.fill == (np.median(known) if is_neutral else worst_quartile(known, spec.sign))
        assert spec.reference == np.median(known)


def test_a_shown_value_is_never_learned_from(demo_packed: Packed, values):
    shown = {name for name, feature in FEATURES.items() if not feature.models}
    assert {"own_limit", "exposure", "in_default"} <= shown
    assert not shown & names(chosen(demo_packed, values))
