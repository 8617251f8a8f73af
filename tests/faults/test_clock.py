"""A clock that is wrong, or becomes right again: what is later than now is told, and no order goes by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from credit.publish import Published, Review
from serving.access.issue import create
from serving.access.stored import keys_of
from serving.store.connect import open_store, store_url
from serving.store.published_rows import Source, put_in_force
from tests.faults.calls import Caller, repeated, wait
from tests.faults.clock import Clock
from tests.faults.conftest import Start
from tests.faults.table import fault
from tests.faults.test_callers import status_with
from tests.faults.test_kills import Acknowledged, opened
from tests.faults.test_races import roomy
from tests.serving.process import Service, own_home

_TRUE = timedelta(0)
_STEPS = (timedelta(hours=1), -timedelta(hours=1), timedelta(days=2), -timedelta(days=2), _TRUE)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_home(demo_home, tmp_path_factory.mktemp("clocked"))


@pytest.fixture(scope="module")
def clocked(start: Start, home: Path, clock: Clock) -> Iterator[Service]:
    """A worker that goes by `clock`."""
    with start(home=home, workers=1, clock=clock) as service:
        yield service


def codes(said: dict[str, Any]) -> set[str]:
    return {each["code"] for each in said["warnings"]}


def asked(service: Service, buyer_id: str, order_id: str = "", amount: float = 1.0) -> dict[str, Any]:
    """Ask about an order; without an id, about one that nobody asked about before."""
    currency = service.call("/v1/status").json["seller"]["reporting_currency"]
    order = {
        "buyer_id": buyer_id,
        "order_id": order_id or uuid4().hex,
        "amount": amount,
        "currency": currency,
    }
    return dict(Caller(service).post("/v1/order_check", order).json)


def by_clock(order: dict[str, Any]) -> tuple[bool, str]:
    """Return whether an order is released, and what the step of the clock says."""
    step = next(each for each in order["steps"] if each["code"] == "clock")
    return order["state"] == "released", step["status"]


def test_a_clock_that_is_ahead_expires_and_one_that_is_right_again_gives_back(
    clocked: Service, clock: Clock, home: Path
) -> None:
    with fault("clock 40 days ahead", "an order, a limit and a key that end meanwhile; then right") as row:
        # given an order that is released, a limit in force and a key
        buyer_id, currency, _ = roomy(clocked)
        now = datetime.now(UTC)
        day = now.date()
        limit = Published("5", "5", 777.0, currency, day, day + timedelta(days=3))
        store = open_store(store_url(home, {}))
        with store.writing() as connection:
            put_in_force(connection, [(buyer_id, Review(limit, "first", "first"), None)], Source("test", now))
        store.close()
        with keys_of(home) as keys:
            _, key = create(keys, "short", ("assess",), now, expires_at=now + timedelta(days=2))
        status = partial(status_with, clocked, key)
        wait(lambda: status() == 422, 5.0)
        first = asked(clocked, buyer_id, "clock-first")
        assert (first["state"], first["reserved_amount"]) == ("released", 1.0)
        assert clocked.assess(buyer_id)["limit"]["published"]["is_in_force"] is True

        # when the clock steps ahead of all three
        with clock.stepped(timedelta(days=40)):
            # then none of them counts, the books are told to be behind, and no order is released by them
            assert status() == 401
            said = clocked.assess(buyer_id)
            assert codes(said) >= {"books_behind"}
            assert said["limit"]["published"]["is_in_force"] is False
            another = asked(clocked, buyer_id)
            assert (another["state"], another["decided_by"]) == ("referred", "books")
            assert clocked.call("/readyz").status == 200

        # and once it is right again, all three count as before
        assert status() == 422
        said = clocked.assess(buyer_id)
        assert "clock_behind" not in codes(said)
        assert said["limit"]["published"]["is_in_force"] is True
        again = asked(clocked, buyer_id, "clock-first")
        assert (again["state"], again["repeated"], again["expires_at"]) == (
            "released",
            True,
            first["expires_at"],
        )
        row.seen = "401, is_in_force false, orders referred with books_behind; then all as before"


def test_a_clock_behind_the_books_is_told_and_releases_nothing(clocked: Service, clock: Clock) -> None:
    with fault("clock behind", "by 2 hours, 1 day and 40 days, of facts that are stored") as row:
        buyer_id, _, _ = roomy(clocked)
        posted = {"items": [{"table": "buyers", "buyer_id": f"clock-{uuid4().hex}"}]}
        assert clocked.call("/v1/ledger", posted).json["items"][0]["status"] == "accepted"
        past = (datetime.now(UTC) - timedelta(days=60)).isoformat(timespec="seconds")
        before = clocked.call("/v1/assess", {"buyer_id": buyer_id, "as_of": past}).body

        for behind in (timedelta(hours=2), timedelta(days=1), timedelta(days=40)):
            with clock.stepped(-behind):
                # then what is said of now says that later facts are left out, and orders go to a person
                assert codes(clocked.assess(buyer_id)) >= {"clock_behind"}
                order = asked(clocked, buyer_id)
                assert by_clock(order) == (False, "refer")
                assert "clock_behind" in codes(order)
                # and what is said of a moment that both know is the same, byte by byte
                assert clocked.call("/v1/assess", {"buyer_id": buyer_id, "as_of": past}).body == before
                assert clocked.call("/readyz").status == 200

        # and a step of seconds, as between two machines, hides nothing and stops nobody
        with clock.stepped(-timedelta(seconds=30)):
            assert codes(clocked.assess(buyer_id)) == set()
            assert asked(clocked, buyer_id)["state"] == "released"
        row.seen = "warning clock_behind, orders referred; 30 s behind: answered as of the last fact"


def test_facts_stored_by_a_clock_that_was_ahead_are_told_once_it_is_right(
    start: Start, demo_home: Path, clock: Clock, tmp_path: Path
) -> None:
    with fault(
        "facts from ahead", "posted with the clock 5 days ahead; then right, then started again"
    ) as row:
        home = own_home(demo_home, tmp_path)
        with start(home=home, workers=1, clock=clock) as service:
            buyer_id, _, _ = roomy(service)
            # Reason: recorded in the past, so that only the moment at which it came lies ahead.
            fact = {"table": "buyers", "buyer_id": "ahead", "recorded_at": datetime.now(UTC).isoformat()}
            with clock.stepped(timedelta(days=5)):
                answer = service.call("/v1/ledger", {"items": [fact]}).json
                assert answer["items"][0]["status"] == "accepted"
            assert codes(service.assess(buyer_id)) >= {"clock_behind"}
            assert by_clock(asked(service, buyer_id)) == (False, "refer")
        with start(home=home, workers=1) as again:
            assert codes(again.assess(buyer_id)) >= {"clock_behind"}
            assert by_clock(asked(again, buyer_id)) == (False, "refer")
        row.seen = "warning clock_behind and orders referred, also after a new start"


def test_a_clock_that_swings_under_load_fails_no_call(
    start: Start, demo_home: Path, clock: Clock, tmp_path: Path
) -> None:
    with fault("clock swings", "by hours and days while 3 connections write and read, 2 workers") as row:
        home = own_home(demo_home, tmp_path)
        with start(home=home, clock=clock) as service:
            told = Acknowledged(service)
            with repeated(told.post, told.order, told.assess):
                for _ in range(2):
                    for off in _STEPS:
                        clock.step(off)
                        count = Counter(pairs=len(told.pairs), assessed=len(told.assessed))
                        wait(lambda count=count: len(told.pairs) > count["pairs"] + 1, 60.0)
                        wait(lambda count=count: len(told.assessed) > count["assessed"] + 1, 60.0)
            with opened(home, "") as store:
                row.seen = told.check(store)
            assert "fault in call" not in service.said()
