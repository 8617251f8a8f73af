"""Orders over HTTP: ids of every kind, pages, amounts, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from credence import Client
from credit.assessor import Assessor
from tests.serving.process import Service
from tests.serving.schemas import problems_of

IDS = ["S/2026/0001", "S/2026/", "订单-1", "单" * 200, "a b&c?d#e%2F", "é" * 200, "../x"]


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[Client]:
    with Client(service.address, service.key) as opened:
        yield opened


@pytest.fixture(scope="module")
def buyer_id(assessor: Assessor) -> str:
    return assessor.buyer_ids[2]


def order(buyer_id: str, order_id: str, amount: Any = "10.00", **more: Any) -> dict[str, Any]:
    return {"buyer_id": buyer_id, "order_id": order_id, "amount": amount, "currency": "EUR", **more}


def test_whatever_an_id_is_made_of_it_names_its_order(client: Client, buyer_id: str) -> None:
    for order_id in IDS:
        checked = client.order_check(order(buyer_id, order_id))
        assert checked["order"]["order_id"] == order_id
        assert client.decide_order(order_id, "held", "me")["state"] == "held"
    assert {each["order_id"] for each in client.orders("held")} >= set(IDS)
    for order_id in IDS:
        assert client.decide_order(order_id, "cancelled", "erp")["repeated"] is False
        assert client.decide_order(order_id, "cancelled", "erp")["repeated"] is True


def test_pages_hold_every_order_once(service: Service, client: Client, buyer_id: str) -> None:
    made = {f"页/{number}" for number in range(7)}
    for order_id in made:
        client.order_check(order(buyer_id, order_id))
        client.decide_order(order_id, "held", "me")
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = service.call(f"/v1/orders?state=held&limit=3&after={quote(after, safe='')}").json
        assert problems_of("OrderList", page) == []
        found += [each["order_id"] for each in page["orders"]]
        after = page["next"]
    assert sorted(found) == found
    assert {each for each in found if each in made} == made
    assert len(found) == len(set(found))


@pytest.mark.parametrize("amount", [0, -1, "0", "-1", "0.00", 1e300, None, "1e3", True, ""])
def test_an_amount_that_is_none_is_refused(service: Service, buyer_id: str, amount: Any) -> None:
    answer = service.call("/v1/order_check", order(buyer_id, "none", amount))
    assert (answer.status, answer.error["code"], answer.error["field"]) == (422, "invalid_field", "amount")


@pytest.mark.parametrize("order_id", ["", "x" * 201, "a\x00b", None, 7])
def test_an_id_that_is_none_is_refused(service: Service, buyer_id: str, order_id: Any) -> None:
    answer = service.call("/v1/order_check", order(buyer_id, order_id))
    assert (answer.status, answer.error["code"], answer.error["field"]) == (422, "invalid_field", "order_id")


@pytest.mark.parametrize(
    "address",
    ["/v1/orders?after=a%00b", "/v1/orders/a%00b", "/v1/buyers?prefix=%00", "/v1/buyers/%00",
     "/v1/assessments/%00"],
)  # fmt: skip
def test_an_address_with_a_nul_is_refused(service: Service, address: str) -> None:
    body = {"state": "held", "by": "me"} if address.startswith("/v1/orders/") else None
    answer = service.call(address, body)
    assert (answer.status, answer.error["code"]) == (422, "invalid_field")


def with_room(client: Client, buyer_ids: tuple[str, ...]) -> tuple[str, float]:
    """Return a buyer whose limit leaves room for an order, and for how much."""
    for buyer_id in buyer_ids:
        probe = client.order_check(order(buyer_id, f"probe {buyer_id}", 1))
        client.decide_order(f"probe {buyer_id}", "cancelled", "erp")
        step = next(each for each in probe["steps"] if each["code"] == "credit_limit")
        if probe["decided_by"] == "books" and (step["inputs"].get("left") or 0) > 100:
            return buyer_id, float(step["inputs"]["left"])
    pytest.fail("no buyer has room for an order")


def test_what_a_smaller_order_leaves_a_held_one_takes(client: Client, assessor: Assessor) -> None:
    # given an order that takes all of a limit, and another one that is held for it
    buyer_id, amount = with_room(client, assessor.buyer_ids)
    client.order_check(order(buyer_id, "first", amount))
    client.decide_order("first", "released", "me")
    second = client.order_check(order(buyer_id, "second", amount / 2))
    assert (second["state"], second["decided_by"]) == ("held", "credit_limit")

    # when the first is made smaller, the other one is looked at again: books that are behind refer it now
    changed = client.order_check(order(buyer_id, "first", 1, amends=True))
    assert problems_of("CheckedOrder", changed) == []
    assert changed["orders_released"] == []
    referred = {each["order_id"]: each["decided_by"] for each in client.orders("referred")}
    assert referred["second"] == "books"
