"""Orders that are raced against one limit, and two that write at once."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.calls import Caller, at_once
from tests.faults.conftest import Start
from tests.faults.table import fault
from tests.serving.process import Answer, Service

_ORDERS, _PARTS = 1000, 40


def roomy(service: Service, least: float = 1000.0) -> tuple[str, str, float]:
    """Return a buyer whose limit has room for an order, its currency, and the room."""
    currency = service.call("/v1/status").json["seller"]["reporting_currency"]
    caller = Caller(service)
    # Reason: buyers that other tests have posted come before those of the books.
    for buyer_id in service.call("/v1/buyers?prefix=B&limit=200").json["buyers"]:
        order_id = f"probe-{uuid4().hex}"
        asked = {"buyer_id": buyer_id, "order_id": order_id, "amount": 1, "currency": currency}
        told = caller.post("/v1/order_check", asked).json
        step = next(step for step in told["steps"] if step["code"] == "credit_limit")["inputs"]
        if told["decision"] == "release" and step["left"] >= least:
            service.call(f"/v1/orders/{order_id}", {"state": "cancelled", "by": "test"})
            return buyer_id, currency, float(step["left"])
    pytest.fail("no buyer has room for an order")


def reserved(service: Service, buyer_id: str) -> dict[str, float]:
    """Return what the orders of a buyer keep of its limit."""
    found: dict[str, float] = {}
    after = ""
    while True:
        page = service.call(f"/v1/orders?state=released&limit=1000&after={after}").json
        for order in page["orders"]:
            if order["buyer_id"] == buyer_id:
                found[order["order_id"]] = float(order["reserved_amount"])
        after = page["next"]
        if after is None:
            return found


def test_a_thousand_orders_never_take_more_than_the_room(service: Service, database: str) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with fault("orders raced", f"{_ORDERS} orders, 8 connections, 2 workers, {name}") as row:
        # given a buyer with room, and orders of which the room bears a few
        buyer_id, currency, room = roomy(service)
        amount = round(room / _PARTS, 2)
        caller, run = Caller(service), uuid4().hex

        def ask(number: int) -> Answer:
            asked = {"buyer_id": buyer_id, "order_id": f"{run}-{number}", "amount": amount}
            return caller.post("/v1/order_check", {**asked, "currency": currency})

        # when all are asked about at once
        answers = at_once(ask, range(_ORDERS))

        # then every one was answered, and those that were released fit into the room, which they fill
        assert {answer.status for answer in answers} == {200}
        states = Counter(answer.json["state"] for answer in answers)
        kept = {name: part for name, part in reserved(service, buyer_id).items() if name.startswith(run)}
        told = {f"{run}-{n}" for n, answer in enumerate(answers) if answer.json["state"] == "released"}
        assert set(kept) == told
        assert room - amount - 0.01 < sum(kept.values()) <= room
        row.seen = (
            f"{states['released']} released, {states['held']} held; {sum(kept.values()):.2f} of {room:.2f}"
        )


def test_an_order_that_is_sent_twice_at_once_is_one_reservation(service: Service, database: str) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with fault("same order twice", f"50 orders, each 8 times at once, {name}") as row:
        buyer_id, currency, room = roomy(service, 100.0)
        caller, run = Caller(service), uuid4().hex
        before = sum(reserved(service, buyer_id).values())
        amount = round(room / 100, 2)

        def ask(number: int) -> Answer:
            asked = {"buyer_id": buyer_id, "order_id": f"{run}-{number}", "amount": amount}
            return caller.post("/v1/order_check", {**asked, "currency": currency})

        answers = at_once(ask, [number for number in range(50) for _ in range(8)])
        assert {(answer.status, answer.json["state"]) for answer in answers} == {(200, "released")}
        repeated = Counter(answer.json["repeated"] for answer in answers)
        assert repeated == {False: 50, True: 350}
        kept = sum(reserved(service, buyer_id).values()) - before
        assert kept == pytest.approx(50 * amount, abs=0.01)
        row.seen = f"50 reservations of {amount:.2f}, 350 answers repeated"


def buyer_fact(buyer_id: str) -> dict[str, Any]:
    return {"items": [{"table": "buyers", "buyer_id": buyer_id, "name": f"Name of {buyer_id}"}]}


def test_two_services_write_one_database(start: Start, service: Service, database: str) -> None:
    done = "2 services on one PostgreSQL" if database else "2 workers on one SQLite"
    with fault("two writers", f"{done}, 40 posts each at once") as row:
        if not database:
            seen = written(Caller(service), Caller(service))
        else:
            with start(database, workers=1) as second:
                seen = written(Caller(service), Caller(second))
        row.seen = seen


def written(one: Caller, other: Caller) -> str:
    """Post facts through two callers at once, and check that each became one change of the books."""
    run = uuid4().hex
    before = one.service.call("/v1/status").json["facts_seq"]

    def post(number: int) -> Answer:
        return (one, other)[number % 2].post("/v1/ledger", buyer_fact(f"{run}-{number}"))

    answers = at_once(post, range(80), 4)
    assert [answer.json["items"][0]["status"] for answer in answers] == ["accepted"] * 80
    changes = sorted(answer.json["facts_seq"] for answer in answers)
    assert changes == list(range(before + 1, before + 81))
    for caller in (one, other):
        found = caller.service.call(f"/v1/buyers?prefix={run}&limit=1000").json["buyers"]
        assert len(found) == 80
    return "80 posts are 80 changes, none lost, each seen by both"
