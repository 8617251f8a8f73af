from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa

from credit.orders import Order
from features.errors import InputError
from serving.errors import CallError
from serving.orders.desk import OrderDesk
from serving.orders.said import Decision, Said
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
        self.today, self.rates, self.is_behind = NOW.date(), {"EUR": 1.0, "USD": 0.5}, False

    def __call__(self, buyer_id, order, reserved, lang):
        if order.deliver_on is not None and order.deliver_on < self.today:
            raise InputError.of("a day not before as_of", "an earlier one", "correct it", column="deliver_on")
        if order.currency not in self.rates:
            raise InputError.of("a currency with a rate", "none", "load it", table="fx", column="currency")
        amount = order.amount * self.rates[order.currency]
        used = sum(each.amount for each in reserved) + amount
        decision = "release" if used <= self.amount and not self.is_behind else "hold"
        answer = {
            "buyer_id": buyer_id, "decision": decision, "order": order.as_json(), "amount": amount,
            "decided_by": None if decision == "release" else "books" if self.is_behind else "credit_limit",
            "lang": lang,
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
    assert told["amount"] == row.as_json(NOW)["amount"] == "59.5"


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


def test_a_reservation_ends_at_the_instant_that_was_told(desk, store):
    told = desk.check("B1", ORDER, NOW)
    end = datetime.fromisoformat(told["expires_at"])
    before = end - timedelta(microseconds=1)

    assert desk.check("B1", ORDER, before)["repeated"]
    assert desk.check("B1", named("B"), before)["state"] == "held"
    assert listed_as(store, "released", before) == {"SO-1": "60"}
    assert listed_as(store, "released", end) == {"SO-1": "0"}
    assert desk.check("B1", named("B"), end)["state"] == "released"
    assert not desk.check("B1", ORDER, end)["repeated"]


def listed_as(store, state: str, now: datetime) -> dict[str, str]:
    with store.reading() as connection:
        rows = [each.as_json(now) for each in listed(connection, state)]
    return {row["order_id"]: row["reserved_amount"] for row in rows}


def test_a_held_order_whose_day_has_passed_is_the_same_order_and_goes_at_once(desk, limit, store):
    # given a held order that is checked again after the day on which it was to be delivered
    order = named("SO-1", 160.0, deliver_on=date(2026, 7, 3))
    assert desk.check("B1", order, NOW)["state"] == "held"
    late, limit.today = NOW + timedelta(days=3), date(2026, 7, 4)
    assert desk.recheck(["B1"], late) == []

    # then the same call is the same order, whether it is held or released meanwhile
    again = desk.check("B1", order, late)
    assert (again["state"], again["order"]["deliver_on"]) == ("held", "2026-07-03")
    limit.amount = 200.0
    assert desk.recheck(["B1"], late) == ["SO-1"]
    told = desk.check("B1", order, late)
    assert (told["state"], told["repeated"]) == ("released", True)
    assert told["order"] == order.as_json()
    assert told["expires_at"] == "2026-07-18T12:00:00Z"

    # and a new one, or another content, needs a day that has not passed
    for asked, amends in ((replace(order, order_id="SO-2"), False), (replace(order, amount=1.0), True)):
        with pytest.raises(InputError, match="a day not before as_of"):
            desk.check("B1", asked, late, amends=amends)


def test_an_order_that_can_be_checked_no_more_keeps_none_waiting(desk, limit):
    desk.check("B1", named("A", 300.0, currency="USD"), NOW)
    desk.check("B1", named("B", 120.0), LATER)
    del limit.rates["USD"]
    limit.amount = 130.0

    assert desk.recheck(["B1"], LATER) == ["B"]


def test_orders_that_wait_for_the_books_are_checked_once_these_end_later(desk, limit):
    desk.check("B1", named("A", 120.0), NOW)
    limit.is_behind = True
    desk.check("B2", named("B"), NOW)
    desk.check("B3", named("C"), LATER)
    limit.is_behind, limit.amount = False, 150.0

    assert desk.recheck(["B2"], LATER) == ["B"]
    assert desk.recheck([], LATER, has_later_books=True) == ["C"]
    assert desk.recheck(["B1"], LATER, has_later_books=True) == ["A"]


def test_nothing_is_waited_for_where_no_order_is_held(desk, limit):
    waited = []
    assert desk.recheck(["B1"], NOW, wait=lambda: waited.append("B1")) == []
    assert waited == []
    desk.check("B1", named("A", 160.0), NOW)

    def until_there_is_room() -> None:
        waited.append("A")
        limit.amount = 200.0

    assert desk.recheck(["B1"], LATER, wait=until_there_is_room) == ["A"]
    assert waited == ["A"]


def test_a_check_again_that_says_the_same_is_not_kept_again(desk, limit, store):
    desk.check("B1", named("A", 120.0), NOW)
    rows = len(kept(store))
    assert desk.recheck(["B1"], LATER) == []
    assert len(kept(store)) == rows

    limit.amount = 200.0
    assert desk.recheck(["B1"], LATER) == ["A"]
    assert len(kept(store)) == rows


def test_currencies_share_one_limit(desk, store):
    assert desk.check("B1", named("A", 120.0, currency="USD"), NOW)["reserved_amount"] == 60.0
    assert desk.check("B1", named("B", 40.01), NOW)["state"] == "held"
    assert desk.check("B1", named("C", 80.0, currency="USD"), NOW)["state"] == "released"
    with pytest.raises(CallError, match="another order of this id"):
        desk.check("B1", named("A", 120.0), NOW)
    with store.reading() as connection:
        (first, _) = [each.as_json(NOW) for each in listed(connection, "released")]
    assert (first["amount"], first["currency"], first["reserved_amount"]) == ("120", "USD", "60")


def test_an_order_that_is_raised_after_its_release_is_checked_for_the_whole(desk):
    desk.check("B1", named("A"), NOW)
    raised = desk.check("B1", named("A", 90.0), LATER, amends=True)
    assert (raised["state"], raised["reserved_amount"]) == ("released", 90.0)
    assert desk.check("B1", named("B", 11.0), LATER)["state"] == "held"

    # what the limit does not bear takes its part away, and frees it for others
    assert desk.check("B1", named("A", 101.0), LATER, amends=True)["state"] == "held"
    assert desk.recheck(["B1"], LATER) == ["B"]


def test_changing_an_order_does_not_undo_what_a_person_holds(desk, limit):
    desk.check("B1", named("A"), NOW)
    desk.decide("A", Decision("held", "officer", "in a dispute"), NOW)

    changed = desk.check("B1", named("A", 59.0), LATER, amends=True)

    assert (changed["state"], changed["reserved_amount"], changed["amount"]) == ("held", 0.0, 59.0)
    assert changed["decided"]["by"] == "officer"
    assert desk.recheck(["B1"], LATER) == []
    released = desk.decide("A", Decision("released", "officer"), LATER)
    assert (released["state"], released["reserved_amount"]) == ("released", 59.0)

    # and what a person released is released for that content alone
    assert desk.check("B1", named("A", 500.0), LATER, amends=True)["state"] == "held"


def test_the_same_decision_twice_changes_nothing(desk, store):
    desk.check("B1", named("A", 160.0), NOW)
    officer = Decision("released", "officer", "paid")
    first = desk.decide("A", officer, NOW)
    again = desk.decide("A", officer, LATER)
    assert again == first | {"repeated": True}

    # another word of it counts, and so does the same one once the reservation has ended
    assert desk.decide("A", replace(officer, by="chief"), LATER)["decided"]["by"] == "chief"
    after = LATER + timedelta(days=DAYS)
    assert desk.decide("A", replace(officer, by="chief"), after)["expires_at"] == "2026-07-29T13:00:00Z"

    # an end stays as it was said first
    desk.decide("A", Decision("cancelled", "erp"), LATER)
    told = desk.decide("A", Decision("cancelled", "somebody else"), after)
    assert (told["repeated"], told["decided"]["by"]) == (True, "erp")
    assert kinds(store) == ["order.held", "order.released", "order.cancelled"]


def test_of_two_buyers_that_ask_with_one_id_at_once_one_has_it(desk):
    def ask(number: int) -> str:
        try:
            return desk.check(f"B{number % 2}", named(f"N{number // 2}", 1.0), NOW)["state"]
        except CallError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(40)))

    assert all(sorted(told[place : place + 2]) == ["order_conflict", "released"] for place in range(0, 40, 2))


IDS = ["a", "B", "_", "SO-10", "SO-9", "SO/2026/1", "订单-1", "é", "单" * 200, "x" * 200, "x" * 199 + "y"]


def test_whatever_ids_are_listed_a_page_at_a_time(desk, store):
    for place, order_id in enumerate(IDS):
        desk.check(f"B{place}", named(order_id), NOW)

    found, after = [], ""
    while True:
        with store.reading() as connection:
            page = [each.order_id for each in listed(connection, "released", after=after, limit=3)]
        found += page
        if len(page) < 3:
            break
        after = page[-1]

    assert found == sorted(IDS, key=str.encode)


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
