"""Real answers of every address are what the document says of them."""

from __future__ import annotations

from typing import Any

import pytest

from credit.assessor import Assessor
from tests.serving.process import Answer, Service
from tests.serving.schemas import problems_of


@pytest.fixture(scope="module")
def buyer_id(assessor: Assessor) -> str:
    return assessor.buyer_ids[1]


def told(answer: Answer, schema: str, status: int = 200) -> Any:
    assert answer.status == status, answer.body
    assert problems_of(schema, answer.json) == []
    return answer.json


def test_assessments_and_buyers(service: Service, buyer_id: str) -> None:
    said = told(service.call("/v1/assess", {"buyer_id": buyer_id}), "Assessment")
    assert told(service.call(f"/v1/assessments/{said['assessment_id']}"), "Assessment") == said
    buyer = told(service.call(f"/v1/buyers/{buyer_id}"), "Buyer")
    assert said["assessment_id"] in {each["assessment_id"] for each in buyer["assessments"]}
    assert buyer["facts"]["invoices"] > 0
    items = [{"buyer_id": buyer_id}, {"buyer_id": "nobody"}, {"buyer_id": buyer_id, "lang": "de"}]
    batch = told(service.call("/v1/assess_batch", {"items": items, "store": False}), "BatchAnswer")["items"]
    assert batch[0]["assessment"] == said
    assert [each["error"]["code"] for each in batch[1:]] == ["unknown_buyer", "invalid_field"]
    told(service.call("/v1/assessments/as_0"), "Error", 404)
    told(service.call("/v1/buyers/nobody"), "Error", 404)


def test_orders(service: Service, buyer_id: str) -> None:
    order = {"buyer_id": buyer_id, "order_id": "documented 1", "amount": "10.00", "currency": "EUR"}
    checked = told(service.call("/v1/order_check", order), "CheckedOrder")
    judged_on = told(service.call(f"/v1/assessments/{checked['assessment_id']}"), "Assessment")
    assert judged_on["assessment_id"] == checked["assessment_id"]
    assert (judged_on["buyer_id"], judged_on["as_of"]) == (buyer_id, checked["as_of"])
    assert judged_on["request"]["amount"] == 10.0
    assert judged_on["limit"]["amount"] == checked["limit_suggested"]
    assert judged_on["versions"] == checked["versions"]
    listed = told(service.call(f"/v1/orders?state={checked['state']}&limit=1000"), "OrderList")["orders"]
    assert "documented 1" in {each["order_id"] for each in listed}
    other = service.call("/v1/order_check", {**order, "amount": "11.00"})
    assert told(other, "Error", 409)["error"]["code"] == "order_conflict"
    place, decision = "/v1/orders/documented%201", {"state": "released", "by": "me", "reason": "paid"}
    assert told(service.call(place, decision), "CheckedOrder")["decided"] == decision
    assert (
        told(service.call(place, {"state": "cancelled", "by": "erp"}), "CheckedOrder")["reserved_amount"] == 0
    )
    assert told(service.call(place, decision), "Error", 409)["error"]["code"] == "order_closed"
    assert told(service.call("/v1/orders/none", decision), "Error", 404)["error"]["code"] == "unknown_order"
    told(service.call("/v1/orders?state=lost"), "Error", 422)


def test_facts_and_limits(service: Service) -> None:
    facts = {"items": [{"table": "invoices", "buyer_id": "nobody"}, {"table": "nothing"}]}
    posted = told(service.call("/v1/ledger", facts), "Posted")
    assert [each["status"] for each in posted["items"]] == ["refused", "refused"]
    until = told(service.call("/v1/status"), "Status")["observed_until"]
    assert posted["books_until"] == until
    said = told(service.call("/v1/ledger", {"books_until": "2026-01-31"}), "Posted")
    assert (said["items"], said["books_until"], said["facts_seq"]) == ([], until, posted["facts_seq"])
    for wrong, field in (({}, "items"), ({"books_until": "2199-01-01"}, "books_until")):
        assert told(service.call("/v1/ledger", wrong), "Error", 422)["error"]["field"] == field
    told(service.call("/v1/limits"), "LimitList")
    told(service.call("/v1/limits?changed_since=yesterday"), "Error", 422)
    told(service.call("/v1/limits?after=0"), "Error", 422)
    told(service.call("/v1/status"), "Status")
