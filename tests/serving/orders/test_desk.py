from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa

from credit.orders import Order
from serving.errors import CallError
from serving.orders.desk import Decision, OrderDesk, Said
from serving.store import outbox
from serving.store.answers import answer_row
from serving.store.order_rows import listed, reservations
from serving.store.schema import assessments
from serving.store.schema import outbox as events

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DAYS = 14
ORDER = Order(60.0, "EUR", None, "SO-1", 30)


class Limit:
    """A check that releases what a limit of 100 bears, and is the same for the same facts."""

    def __init__(self, amount: float = 100.0) -> None:
        self.amount, self.facts_seq = amount, 1

    def __call__(self, buyer_id, order, reserved, lang):
        used = sum(each.amount for each in reserved) + order.amount
        decision = "release" if used <= self.amount else "hold"
        answer = {
            "buyer_id": buyer_id, "decision": decision, "order": order.as_json(), "amount": order.amount,
            "decided_by": None if decision == "release" else "credit_limit", "lang": lang,
        }  # fmt: skip
        said = {"assessment_id": f"as_{order.order_id}_{used}", "buyer_id": buyer_id, "facts_seq": 1}
        kept = answer_row({**said, "as_of": "2026-07-01T12:00:00Z"}, "r1", NOW)
        return Said({**answer, "assessment_id": said["assessment_id"]}, self.facts_seq, DAYS, kept)


@pytest.fixture
def limit() -> Limit:
    return Limit()


@pytest.fixture
def desk(store, limit) -> OrderDesk:
    return OrderDesk(store.writing, limit, lambda connection, *event: outbox.put(connection, *event, NOW))


def named(order_id: str, amount: float = 60.0, **changed) -> Order:
    return replace(ORDER, order_id=order_id, amount=amount, **changed)


def kinds(store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(sa.select(events.c.kind).order_by(events.c.id)))


def test_a_released_order_leaves_less_for_the_next(desk, store):
    assert desk.check("B1", named("A"), NOW)["state"] == "released"
    assert desk.check("B1", named("B"), NOW)["state"] == "held"
    assert desk.check("B1", named("C", 40.0), NOW)["state"] == "released"
    assert desk.check("B2", named("D"), NOW)["state"] == "released"
    assert kinds(store) == ["order.released", "order.held", "order.released", "order.released"]


def test_an_event_tells_an_amount_as_the_list_of_orders_does(desk, store):
    desk.check("B1", named("A", 59.5), NOW)
    with store.reading() as connection:
        told = orjson.loads(connection.scalar(sa.select(events.c.body)))
        (row,) = listed(connection, "released")
    assert told["amount"] == row.as_json()["amount"] == "59.5"


def kept(store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(sa.select(assessments.c.assessment_id)))


def test_the_assessment_that_an_order_was_judged_on_is_kept_once(desk, store):
    said = [desk.check("B1", named(name), NOW)["assessment_id"] for name in ("A", "B", "B", "A")]

    assert said[2:] == said[1::-1]
    assert sorted(kept(store)) == sorted(set(said))


def test_an_order_that_is_not_kept_leaves_no_assessment(store, limit):
    def fail(*_):
        raise RuntimeError("no event can be kept")

    with pytest.raises(RuntimeError):
        OrderDesk(store.writing, limit, fail).check("B1", ORDER, NOW)
    assert kept(store) == []


def test_an_order_asked_again_is_answered_the_same_and_reserved_once(desk, store):
    first, again = desk.check("B1", ORDER, NOW), desk.check("B1", ORDER, LATER)

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again | {"repeated": False} == first
    with store.reading() as connection:
        assert [each.amount for each in reservations(connection, "B1", LATER)] == [60.0]
    assert kinds(store) == ["order.released"]


def test_many_orders_at_once_never_take_more_than_the_limit(desk):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: desk.check("B1", named(f"N{number}", 30.0), NOW), range(24)))

    assert [each["state"] for each in told].count("released") == 3


def test_the_same_order_at_once_is_one_order(desk, store):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: desk.check("B1", ORDER, NOW), range(16)))

    assert {each["state"] for each in told} == {"released"}
    assert [each["repeated"] for each in told].count(False) == 1
    assert kinds(store) == ["order.released"]


@pytest.mark.parametrize("other", [named("SO-1", 61.0), named("SO-1", deliver_on=date(2026, 8, 1))])
def test_another_order_under_the_same_id_is_refused_unless_it_replaces_the_first(desk, other):
    desk.check("B1", ORDER, NOW)

    with pytest.raises(CallError) as refused:
        desk.check("B1", other, LATER)
    assert refused.value.code == "order_conflict"
    with pytest.raises(CallError):
        desk.check("B2", ORDER, LATER, amends=True)
    assert desk.check("B1", other, LATER, amends=True)["reserved_amount"] == other.amount


def test_a_reservation_ends_after_its_days_and_the_order_is_then_checked_anew(desk, limit):
    desk.check("B1", ORDER, NOW)
    after = NOW + timedelta(days=DAYS, seconds=1)

    assert desk.check("B1", named("B"), after - timedelta(days=1))["state"] == "held"
    assert desk.check("B1", named("B"), after)["state"] == "released"
    assert desk.check("B1", ORDER, after)["state"] == "held"


def test_a_reservation_lasts_until_some_days_after_the_delivery(desk):
    told = desk.check("B1", named("A", deliver_on=date(2026, 8, 20)), NOW)

    assert told["expires_at"] == "2026-09-03T23:59:59Z"


def test_held_orders_are_released_first_come_first_served_when_facts_change(desk, limit, store):
    for name in ("A", "B", "C"):
        desk.check("B1", named(name), NOW + timedelta(seconds=ord(name)))
    assert desk.recheck(["B1"], LATER) == []

    limit.amount, limit.facts_seq = 130.0, 2

    assert desk.recheck(["B1", "B2"], LATER) == ["B"]
    with store.reading() as connection:
        assert [each.order_id for each in listed(connection, "held")] == ["C"]
        assert [each.order_id for each in listed(connection, "released", after="A")] == ["B"]
    assert kinds(store)[-1] == "order.released"


def test_an_order_that_was_ended_keeps_nothing_and_is_not_asked_again(desk):
    desk.check("B1", ORDER, NOW)

    ended = desk.decide("SO-1", Decision("invoiced", "erp"), NOW)

    assert (ended["state"], ended["reserved_amount"]) == ("invoiced", 0.0)
    assert desk.check("B1", named("B"), NOW)["state"] == "released"
    for attempt in (
        lambda: desk.check("B1", ORDER, NOW),
        lambda: desk.decide("SO-1", Decision("held", "me"), NOW),
    ):
        with pytest.raises(CallError) as refused:
            attempt()
        assert refused.value.code == "order_closed"
    assert desk.decide("SO-1", Decision("invoiced", "erp"), NOW)["state"] == "invoiced"


def test_what_a_person_decided_stands(desk, limit):
    desk.check("B1", named("A"), NOW)
    desk.check("B1", ORDER, NOW)

    released = desk.decide("SO-1", Decision("released", "officer", "paid by phone"), NOW)
    assert (released["state"], released["reserved_amount"]) == ("released", 60.0)
    assert released["decided"] == {"state": "released", "by": "officer", "reason": "paid by phone"}
    assert desk.check("B1", ORDER, LATER)["repeated"]

    desk.decide("A", Decision("held", "officer"), LATER)
    limit.amount = 1e6
    assert desk.recheck(["B1"], LATER) == []
    assert desk.check("B1", named("A"), LATER)["state"] == "held"


def test_an_unknown_order_cannot_be_decided(desk):
    with pytest.raises(CallError) as refused:
        desk.decide("none", Decision("held", "me"), NOW)

    assert refused.value.code == "unknown_order"
