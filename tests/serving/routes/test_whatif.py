"""A buyer under other facts, from a served process: right, and without a trace."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from features.files import read
from serving.store.connect import open_store, store_url
from serving.store.schema import METADATA
from tests.serving.process import Service
from tests.serving.schemas import problems_of


@pytest.fixture(scope="module")
def owing(ledger) -> tuple[str, pd.DataFrame]:
    """The buyer with most open invoices at the end of the books, and these."""
    portfolio = read(ledger)
    invoices = (
        portfolio.table("invoices").sort_values("recorded_at").drop_duplicates("invoice_id", keep="last")
    )
    settled = set(portfolio.table("allocations")["invoice_id"])
    left = invoices[~invoices["invoice_id"].isin(settled)]
    # Reason: a name with markup is another test's.
    buyer = left.loc[left["buyer_id"].str.startswith("B"), "buyer_id"].value_counts().index[0]
    return str(buyer), left[left["buyer_id"] == buyer]


def asked(service: Service, **call: Any) -> dict[str, Any]:
    answer = service.call("/v1/whatif", call)
    assert answer.status == 200, answer.body
    assert problems_of("WhatIf", answer.json) == []
    return dict(answer.json)


def counts(home) -> dict[str, int]:
    store = open_store(store_url(home, {}))
    with store.reading() as connection:
        names = [table for table in METADATA.sorted_tables if table.name not in ("workers", "api_keys")]
        found = {each.name: connection.scalar(sa.select(sa.func.count()).select_from(each)) for each in names}
        found["facts_seq"] = connection.scalar(sa.select(METADATA.tables["ledger"].c.facts_seq))
    store.close()
    return {name: int(count or 0) for name, count in found.items()}


def test_more_owed_is_told_beside_what_is_and_leaves_no_trace(
    service: Service, served_home, owing: tuple[str, pd.DataFrame]
) -> None:
    # given a buyer, and an invoice of 100,000 that would be two weeks late
    buyer_id, _ = owing
    before = service.assess(buyer_id)
    kept = counts(served_home)
    invoice = {"table": "invoices", "invoice_id": "what-if", "buyer_id": buyer_id, "amount": "100000.00"}
    dates = {"currency": "EUR", "issued_on": "2026-05-15", "due_on": "2026-06-15"}
    told = asked(service, buyer_id=buyer_id, facts=[{**invoice, **dates}])

    # then the answer has it, what was before is what is said of the buyer, and the store is as it was
    assert told["assessment"]["limit"]["exposure"] == pytest.approx(before["limit"]["exposure"] + 100_000.0)
    assert told["before"]["assessment_id"] == before["assessment_id"]
    assert told["before"]["score"]["points"] == before["score"]["points"]
    assert told["changes"]["probability"]["then"] == before["default"]["probability"]
    assert told["changes"]["probability"]["now"] == told["assessment"]["default"]["probability"]
    assert told["assessment"]["default"]["probability"] != before["default"]["probability"]
    assert counts(served_home) == kept
    assert service.assess(buyer_id) == before
    assert service.call(f"/v1/assessments/{told['assessment']['assessment_id']}").status == 404


def test_another_request_is_answered_as_an_assessment_is(
    service: Service, owing: tuple[str, pd.DataFrame]
) -> None:
    buyer_id, _ = owing
    request = {"kind": "order", "amount": 1000, "currency": "EUR", "terms_days": 30}
    same = asked(service, buyer_id=buyer_id, request=request)
    past = asked(service, buyer_id=buyer_id, request=request, as_of="2026-03-31", lang="zh")
    assert same["assessment"] == service.assess(buyer_id, request=request)
    assert same["before"]["assessment_id"] == service.assess(buyer_id)["assessment_id"]
    assert past["assessment"] == service.assess(buyer_id, request=request, as_of="2026-03-31", lang="zh")


@pytest.mark.parametrize(
    ("facts", "field"),
    [([], "facts"), ([{"table": "nothing"}], "facts.0.table"), ([{"table": "fx"}], "facts.0.table"),
     ([{"table": "events", "buyer_id": "B1", "kind": "insolvency"}, {"table": "invoices"}], "facts.0"),
     ([{"table": "invoices", "buyer_id": 7}], "facts.0."), ("text", "facts"), ([1], "facts.0")],
)  # fmt: skip
def test_wrong_facts_are_refused_by_their_place(
    service: Service, owing: tuple[str, pd.DataFrame], facts: object, field: str
) -> None:
    answer = service.call("/v1/whatif", {"buyer_id": owing[0], "facts": facts})
    assert answer.status == 422, answer.body
    assert answer.error["code"] == "invalid_field"
    assert answer.error["field"].startswith(field)


def test_a_buyer_that_the_ledger_does_not_know_is_refused(service: Service) -> None:
    request = {"kind": "order", "amount": 1000, "currency": "EUR"}
    answer = service.call("/v1/whatif", {"buyer_id": "nobody", "request": request})
    assert (answer.status, answer.error["code"]) == (404, "unknown_buyer")
