"""The shipped mappings on the real exports, which are not part of the project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping

DATA = Path(__file__).parents[4] / "shared" / "data"


def imported(folder: str, file: str) -> Imported:
    path = DATA / folder / file
    if not path.is_file():
        pytest.skip(f"needs the real export {folder}/{file}, which is not part of the project")
    return import_files([path], load_mapping(folder))


def test_cassandra_counts():
    # Counts from the description of the data set.
    result = imported("cassandra_ap_invoices", "invoices.csv")
    invoices, payments = result.portfolio.tables["invoices"], result.portfolio.tables["allocations"]
    assert result.rows_read == 7652
    assert result.rejects.rows == 6
    assert len(invoices) == 7646
    assert len(invoices) - len(payments) == 157
    assert result.reconciliation.compared == 7646
    assert len(result.reconciliation.differences) == 535
    assert result.failures == []
    assert result.portfolio.knowledge == {"invoices": "given", "allocations": "assumed"}


def test_american_label_is_fails_next_year_in_every_row():
    result = imported("american_bankruptcy", "firm_years.csv.gz")
    assert result.rejects.rows == 0
    raw = pd.read_csv(DATA / "american_bankruptcy" / "firm_years.csv.gz")
    statements, events = result.portfolio.tables["statements"], result.portfolio.tables["events"]
    assert (len(statements), len(events)) == (16133, 428)
    both = statements.merge(events[["buyer_id", "occurred_on"]], on="buyer_id", how="left")
    window_end = both["received_at"] + pd.DateOffset(months=12)
    both["fails"] = (both["occurred_on"] > both["received_at"]) & (both["occurred_on"] <= window_end)
    fails = both.groupby(["buyer_id", "period_end"])["fails"].any()
    raw["period_end"] = pd.to_datetime(raw["fyear"].astype("str") + "-12-31")
    expected = raw.set_index(["firm_id", "period_end"])["fails_next_year"].astype(bool)
    assert (fails.sort_index().to_numpy() == expected.sort_index().to_numpy()).all()
    assert (window_end <= result.portfolio.observed_until).all()
