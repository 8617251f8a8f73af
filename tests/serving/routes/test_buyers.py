from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pandas as pd
import sqlalchemy as sa

from features.portfolio import from_frames
from features.seller import Seller
from serving.routes.buyers import kept_of
from serving.store.connect import open_store
from serving.store.loading import load_portfolio
from serving.store.schema import assessments

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_what_was_said_of_a_buyer_is_told_latest_first(tmp_path: Path) -> None:
    # given a buyer with an invoice, of whom something was said twice
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    invoice = {
        "invoice_id": "i0", "buyer_id": "B", "issued_on": "2026-01-05", "due_on": "2026-02-04",
        "amount": "100.00", "currency": "EUR", "recorded_at": "2026-01-05T00:00:00Z",
    }  # fmt: skip
    seller = Seller("me", country="DE", reporting_currency="EUR")
    load_portfolio(store, from_frames({"invoices": pd.DataFrame([invoice])}, seller), history=True, now=NOW)
    said = {"buyer_id": "B", "as_of": NOW, "facts_seq": 1, "release_id": "r0001", "body": b"{}"}
    rows = [
        {**said, "assessment_id": f"as_{hour}", "created_at": NOW.replace(hour=hour)} for hour in (13, 15)
    ]
    with store.writing() as connection:
        connection.execute(sa.insert(assessments), rows)

    with store.reading() as connection:
        told = kept_of(connection, "B")
    store.close()

    # then the answer can be given as JSON, with instants in UTC
    assert orjson.loads(orjson.dumps(told)) == told
    assert told["facts"] == {"invoices": 1}
    assert [each["assessment_id"] for each in told["assessments"]] == ["as_15", "as_13"]
    assert told["assessments"][0]["as_of"] == "2026-07-01T12:00:00Z"
    assert told["assessments"][0]["created_at"] == "2026-07-01T15:00:00.000000Z"
