"""Workers and services killed while they write: what was acknowledged is there, nothing is half there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
import sqlalchemy as sa

from serving.store.connect import Store, open_store, store_url
from serving.store.schema import FACTS, assessments, dossiers, order_checks
from tests.faults.calls import Caller, repeated, wait
from tests.faults.conftest import Start, ready
from tests.faults.table import fault
from tests.faults.test_races import roomy
from tests.serving.process import Service, own_home

_KILLS = 4


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_home(demo_home, tmp_path_factory.mktemp("killed"))


@contextmanager
def opened(home: Path, url: str) -> Iterator[Store]:
    store = open_store(url or store_url(home, {}))
    try:
        yield store
    finally:
        store.close()


class Acknowledged:
    """Posts facts in pairs and orders, once each, and remembers what was answered well."""

    def __init__(self, service: Service) -> None:
        self.caller, self.run = Caller(service), uuid4().hex
        self.buyer_id, self.currency, _ = roomy(service)
        self.pairs: list[str] = []
        self.orders: dict[str, str] = {}
        self.assessed: list[str] = []
        self.others: set[int | None] = set()

    def post(self, number: int) -> None:
        """Post two buyers in one call, which are stored together or not at all."""
        name = f"{self.run}-{number}"
        items = [{"table": "buyers", "buyer_id": f"{name}{end}", "name": name} for end in "ab"]
        if self._is_done("/v1/ledger", {"items": items, "atomic": True}) is not None:
            self.pairs.append(name)

    def order(self, number: int) -> None:
        """Ask about an order of little."""
        order_id = f"{self.run}-o{number}"
        asked = {"buyer_id": self.buyer_id, "order_id": order_id, "amount": 0.01, "currency": self.currency}
        told = self._is_done("/v1/order_check", asked)
        if told is not None:
            self.orders[order_id] = told["state"]

    def assess(self, number: int) -> None:
        """Assess for an amount that nobody asked for before."""
        request = {"kind": "order", "amount": 1000 + number, "currency": self.currency}
        told = self._is_done("/v1/assess", {"buyer_id": self.buyer_id, "request": request})
        if told is not None:
            self.assessed.append(told["assessment_id"])

    def _is_done(self, path: str, body: Any) -> dict[str, Any] | None:
        answer = self.caller.once(path, body)
        self.others.add(None if answer is None else answer.status)
        if answer is None or answer.status != 200:
            time.sleep(0.05)
            return None
        return dict(answer.json)

    def least(self) -> int:
        """Return how many of the kind of call of which the fewest were answered well."""
        return min(len(self.pairs), len(self.orders), len(self.assessed))

    def check(self, store: Store) -> str:
        """Check the store against what was acknowledged; return how much that was."""
        with store.reading() as connection:
            named = FACTS["buyers"].c.buyer_id
            found = set(connection.scalars(sa.select(named).where(named.startswith(self.run))))
            packed = dossiers.c.buyer_id
            ready_to_read = set(connection.scalars(sa.select(packed).where(packed.startswith(self.run))))
            mine = order_checks.c.order_id.startswith(f"{self.run}-o")
            orders = dict(
                connection.execute(sa.select(order_checks.c.order_id, order_checks.c.state).where(mine)).all()
            )
            kept = set(connection.scalars(sa.select(assessments.c.assessment_id)))
        assert {f"{name}{end}" for name in self.pairs for end in "ab"} <= found
        assert {name[:-1] + end for name in found for end in "ab"} == found
        assert ready_to_read == found
        assert self.orders.items() <= orders.items()
        assert set(self.assessed) <= kept
        # Reason: a call that waits behind a writer that was killed may be told `timeout`.
        assert self.others <= {200, 503, 504, None}
        assert self.least() > 0
        counts = f"{len(self.pairs)} posts, {len(self.orders)} orders, {len(self.assessed)} answers"
        return f"{counts}, all kept whole"


def test_a_killed_worker_loses_nothing(start: Start, home: Path, database: str) -> None:
    done = f"{_KILLS} times kill -9 of one of 2 workers, {'PostgreSQL' if database else 'SQLite'}"
    with fault("worker killed", done) as row, start(database, home=home) as service:
        told = Acknowledged(service)
        with repeated(told.post, told.order, told.assess):
            for _ in range(_KILLS):
                time.sleep(2.0)
                workers = ready(service)
                killed = workers[0]
                os.kill(killed, signal.SIGKILL)
                wait(lambda killed=killed: len(set(patiently_ready(service)) - {killed}) == 2, 120)
        with opened(home, database) as store:
            row.seen = told.check(store)


def patiently_ready(service: Service) -> list[int]:
    """Return the workers that answer; none while the one that was asked was killed."""
    try:
        return ready(service)
    except OSError:
        return []


def test_a_killed_clerk_loses_nothing(start: Start, home: Path, database: str) -> None:
    done = f"{_KILLS} times kill -9 of the clerk, {'PostgreSQL' if database else 'SQLite'}"
    with fault("clerk killed", done) as row, start(database, workers=1, home=home) as service:
        told = Acknowledged(service)
        with repeated(told.post, told.order, told.assess):
            for _ in range(_KILLS):
                # Reason: a clerk that never gets as far as to post would show nothing.
                count = len(told.pairs)
                wait(lambda count=count: len(told.pairs) > count + 2, 120)
                for child in psutil.Process(ready(service)[0]).children(recursive=True):
                    child.kill()
        answer = told.caller.post("/v1/ledger", {"items": [{"table": "buyers", "buyer_id": "after"}]})
        assert answer.status == 200
        with opened(home, database) as store:
            row.seen = told.check(store)


def test_a_killed_service_loses_nothing(start: Start, home: Path, database: str) -> None:
    done = f"kill -9 of all processes, then started again, {'PostgreSQL' if database else 'SQLite'}"
    with fault("service killed", done) as row:
        with start(database, home=home) as service:
            told = Acknowledged(service)
            with repeated(told.post, told.order, told.assess):
                wait(lambda: told.least() >= 5, 120)
                parent = psutil.Process(service.process.pid)
                for process in [parent, *parent.children(recursive=True)]:
                    process.kill()
        with opened(home, database) as store:
            seen = told.check(store)
        with start(database, home=home) as again:
            assert {f"{name}{end}" for name in told.pairs for end in "ab"} <= found(again, told.run)
            assert kept(again, told.assessed[-1]) == told.assessed[-1]
        row.seen = f"{seen}; served again"


def found(service: Service, prefix: str) -> set[str]:
    return set(service.call(f"/v1/buyers?prefix={prefix}&limit=1000").json["buyers"])


def kept(service: Service, assessment_id: str) -> str:
    return str(service.call(f"/v1/assessments/{assessment_id}").json["assessment_id"])
