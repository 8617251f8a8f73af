"""Schemas of tables in memory."""

from __future__ import annotations

import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from features.columns import TABLES
from features.portfolio import Portfolio
from features.schemas import schema_of
from tests.features.ledgers import RandomLedger


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return RandomLedger(1).portfolio()


@pytest.mark.parametrize("seed", range(3))
def test_every_table_of_a_portfolio_satisfies_its_schema(seed):
    for name, frame in RandomLedger(seed).portfolio().tables.items():
        schema_of(TABLES[name], frame).validate(frame, lazy=True)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_satisfies_its_schema(portfolio, name):
    frame = portfolio.table(name).iloc[:0]
    schema_of(TABLES[name], frame).validate(frame, lazy=True)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": -1},
        {"amount_minor": 1.5},
        {"currency": "EURO"},
        {"kind": "receipt"},
        {"due_on": None},
        {"due_on": pd.Timestamp("2026-01-01 12:00:00")},
        {"colour": "red"},
        {"invoice_id": "same", "recorded_at": pd.Timestamp("2026-01-01"), "instalment": 1},
    ],
)
def test_a_frame_that_breaks_a_rule_is_refused(portfolio, change):
    frame = portfolio.table("invoices")
    changed = frame.assign(**change)
    for column in ("due_on", "recorded_at"):
        changed[column] = changed[column].astype("datetime64[s]")
    with pytest.raises((SchemaError, SchemaErrors)):
        schema_of(TABLES["invoices"], changed).validate(changed)


@pytest.mark.parametrize("column", ["invoice_id", "withdrawn", "recorded_at", "amount_minor"])
def test_a_frame_that_lacks_a_column_is_refused(portfolio, column):
    frame = portfolio.table("invoices").drop(columns=column)
    with pytest.raises((SchemaError, SchemaErrors)):
        schema_of(TABLES["invoices"], frame).validate(frame)


def test_instants_are_held_in_seconds(portfolio):
    frame = portfolio.table("fx")
    nanoseconds = frame.assign(recorded_at=frame["recorded_at"].astype("datetime64[ns]"))
    with pytest.raises((SchemaError, SchemaErrors)):
        schema_of(TABLES["fx"], nanoseconds).validate(nanoseconds)
