"""A month has ended and its figures are being made: what calls are answered meanwhile, and who makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import select

from credit.policy import Policy
from credit.release import Release
from features.as_of import second_of
from features.sources.simulator import simulate_portfolio
from serving.errors import CallError
from serving.live.assessor import LiveAssessor
from serving.live.ledger import LiveLedger
from serving.live.month_books import MAKING, MonthBooks
from serving.live.month_watch import watch_months
from serving.months import make_month
from serving.store import schema
from serving.store.connect import Store, open_store
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio
from tests.serving.store.conftest import database_url, store  # noqa: F401  (fixtures)

LOADED = datetime(2026, 6, 30, 21, tzinfo=UTC)
END = datetime(2026, 6, 30, 21, 59, 59)
"""End of June where the seller is."""


class Worker:
    """What of a worker assesses, with a clock of its own and a gate before the figures are made."""

    def __init__(self, url: str) -> None:
        self.now = END - timedelta(minutes=1)
        self.gate = threading.Event()
        self.made: list[datetime] = []
        self.store = open_store(url)
        ledger = LiveLedger(self.store)
        self.release = Release("r1", ledger.head().seller.seller_id, {}, {}, Policy.default())
        books = MonthBooks(self.store, "r1", self._make)
        self.assessor = LiveAssessor(ledger, self.release, books, lambda: self.now)

    def _make(self, month_end: datetime) -> None:
        self.gate.wait(60)
        self.made.append(month_end)
        make_month(self.store, self.release, month_end)

    def as_of(self, buyer_id: str, seconds: float = 0.0) -> str:
        return str(self.assessor.assess(buyer_id, seconds=seconds)["as_of"])

    def close(self) -> None:
        self.gate.set()
        for thread in threading.enumerate():
            if thread.name == MAKING:
                thread.join(60)
        self.assessor.ledger.reader.close()
        self.store.close()


@pytest.fixture
def buyers(store: Store) -> list[str]:  # noqa: F811  (a fixture)
    """Ids of the buyers of a store whose figures are made up to the end of May."""
    portfolio = simulate_portfolio(12, 2, 7).cut(pd.Timestamp("2026-06-29"))
    load_portfolio(store, portfolio, history=True, now=LOADED)
    with store.reading() as connection:
        return list(connection.scalars(select(schema.dossiers.c.buyer_id)))


@pytest.fixture
def worker(buyers: list[str], database_url: str) -> Iterator[Worker]:  # noqa: F811
    """A worker that has answered in June."""
    made = Worker(database_url)
    made.gate.set()
    made.assessor.prepare()
    made.gate.clear()
    made.made.clear()
    yield made
    made.close()


def post(worker: Worker, buyer_id: str, at: datetime) -> None:
    fact = {
        "table": "events", "event_id": f"e{buyer_id}", "buyer_id": buyer_id, "kind": "insolvency",
        "occurred_on": f"{at:%Y-%m-%d}",
    }  # fmt: skip
    told = post_ledger(worker.store, [fact], now=at.replace(tzinfo=UTC)).items
    assert told[0]["status"] == "accepted"


def test_until_the_figures_are_there_a_call_is_answered_as_of_the_end_of_the_month(
    worker: Worker, buyers: list[str]
) -> None:
    # given a month that has ended three seconds ago, whose figures are not made yet
    assert second_of(END) not in worker.assessor.desk().common.context.month_end.tolist()
    worker.now = END + timedelta(seconds=3)

    # when somebody asks about now, then the answer is that of the month's end, whenever it is asked for
    said = worker.assessor.assess(buyers[0])
    assert said["as_of"] == "2026-06-30T21:59:59Z"
    again = worker.assessor.assess(buyers[0], END)
    for part in ("facts_seq", "request", "default", "score", "limit"):
        assert again[part] == said[part]
    assert said["limit"]["exposure"] is not None
    worker.assessor.wait_for_month(0.0, buyers[0])

    # and once they are there it is that of now, with the new figures
    worker.gate.set()
    worker.assessor.wait_for_month(30)
    assert worker.as_of(buyers[0]) == "2026-06-30T22:00:02Z"
    assert second_of(END) in worker.assessor.desk().common.context.month_end.tolist()
    assert worker.made == [END]


def test_whoever_has_become_known_for_something_since_waits_for_the_figures(
    worker: Worker, buyers: list[str]
) -> None:
    # given an insolvency that was posted after the month had ended, before its figures are there
    worker.now = END + timedelta(seconds=5)
    post(worker, buyers[0], worker.now)

    # then it is not left out: the call waits, and is refused where it does not
    for ask in (worker.as_of, lambda buyer: worker.assessor.wait_for_month(0.05, buyer)):
        with pytest.raises(CallError) as busy:
            ask(buyers[0])
        assert busy.value.code == "busy"
    assert worker.as_of(buyers[1]) == "2026-06-30T21:59:59Z"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(worker.as_of, buyers[0], 30.0)
        worker.gate.set()
        assert waiting.result(30) == "2026-06-30T22:00:04Z"


def test_what_was_posted_before_the_end_keeps_nobody_waiting(worker: Worker, buyers: list[str]) -> None:
    post(worker, buyers[0], END - timedelta(seconds=30))
    worker.now = END + timedelta(seconds=1)
    assert worker.as_of(buyers[0]) == "2026-06-30T21:59:59Z"


def test_a_month_that_ended_long_ago_is_not_answered_as_of_its_end(worker: Worker, buyers: list[str]) -> None:
    worker.now = END + timedelta(hours=2)
    with pytest.raises(CallError, match="figures of that month end"):
        worker.as_of(buyers[0])


def test_of_several_workers_one_makes_the_figures(
    worker: Worker,
    buyers: list[str],
    database_url: str,  # noqa: F811
) -> None:
    # given three workers that are asked at once
    others = [Worker(database_url) for _ in range(2)]
    workers = [worker, *others]
    for each in workers:
        each.now = END + timedelta(seconds=3)
        each.gate.set()

    # when all wait for the figures
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda each: each.assessor.wait_for_month(60), workers))

    # then one has made them, and all answer with them
    assert sorted(end for each in workers for end in each.made) == [END]
    assert {each.as_of(buyers[0]) for each in workers} == {"2026-06-30T22:00:02Z"}
    for each in others:
        each.close()


def test_they_are_made_before_anybody_asks(worker: Worker) -> None:
    stop = threading.Event()
    watching = threading.Thread(target=watch_months, args=(lambda: worker.assessor, stop), daemon=True)
    worker.gate.set()
    watching.start()
    stop.wait(1.5)
    assert worker.made == []
    worker.now = END + timedelta(seconds=1)
    for _ in range(100):
        if worker.made:
            break
        stop.wait(0.1)
    stop.set()
    watching.join(30)
    assert worker.made == [END]
