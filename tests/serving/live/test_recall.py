"""What was said of a buyer is said again only while nothing that it follows from changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from credit.desk import Desk
from credit.dossier import Dossier
from credit.publish import Published, Review
from credit.release import Release
from credit.request import Request
from features.as_of import second_of
from features.files import read
from features.next_change import INSTANTS
from serving.clerk_work import make_month
from serving.live.assessor import LiveAssessor
from serving.live.ledger import LiveLedger
from serving.live.month_books import MonthBooks
from serving.live.recall import Question, Recall
from serving.store.connect import Store, open_store
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio
from serving.store.published_rows import Source, put_in_force

BUYERS = [f"B{number:06}" for number in range(1, 41)]
"""Of the simulated portfolio."""


class Live:
    """A store with the simulated portfolio, and a clock that is set by hand."""

    def __init__(self, store: Store, release: Release) -> None:
        self.store, self.release = store, release
        self.ledger = LiveLedger(store)
        self.end = self.ledger.head_now.observed_until
        self.now = self.end
        self.assessor = self.another()

    def another(self) -> LiveAssessor:
        """Return an assessor that remembers nothing."""

        def make(end: datetime) -> None:
            make_month(self.store, self.release, end)

        books = MonthBooks(self.store, self.release.release_id, make)
        return LiveAssessor(LiveLedger(self.store), self.release, books, lambda: self.now)

    def said(self, question: Question, assessor: LiveAssessor | None = None) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads((assessor or self.assessor).give(question, seconds=60.0).body)
        return found

    def post(self, *facts: dict[str, Any]) -> None:
        told = post_ledger(self.store, list(facts), now=self.now.replace(tzinfo=UTC))
        assert [item["status"] for item in told.items] == ["accepted"] * len(facts)


@pytest.fixture
def live(tmp_path: Path, demo_portfolio: Path, demo_release: Release) -> Iterator[Live]:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    load_portfolio(store, read(demo_portfolio), history=True, now=datetime.now(UTC))
    yield Live(store, demo_release)
    store.close()


def near_moments(live: Live, buyer_id: str, random: Random) -> list[datetime]:
    """Return moments about the instants at which a buyer's facts begin or cease to count, in their order."""
    entry = live.assessor.entry(buyer_id)
    assert entry.dossier is not None
    block = Dossier.from_bytes(entry.dossier).block
    parts = ((getattr(block, part), name) for part, names in INSTANTS.items() for name in names)
    found = {int(at) for part, name in parts for at in getattr(part, name)}
    first, last = second_of(live.end - timedelta(days=45)), second_of(live.end)
    recent = sorted(at for at in found if first <= at <= last) or [last]
    chosen = {at + step for at in random.sample(recent, min(4, len(recent))) for step in (-1, 0, 1, 3600)}
    return [datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for at in sorted(chosen)]


@pytest.mark.parametrize("is_score", [False, True])
def test_what_is_recalled_is_what_would_be_found_anew(live: Live, is_score: bool) -> None:
    random, asked = Random(7), Request("order", 5_000.0, "EUR", terms_days=30)  # noqa: S311
    forgetful = live.another()
    for buyer_id in random.sample(BUYERS, 8):
        question = Question(buyer_id, random.choice([None, asked]), random.choice(["en", "zh"]))
        question = question._replace(is_score=is_score, peers=not is_score)
        for moment in near_moments(live, buyer_id, random):
            live.now = moment
            forgetful._recall = Recall()
            assert live.said(question) == live.said(question, forgetful)


@pytest.fixture
def recalls_only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function after which nothing can be found anew."""

    def forbid() -> None:
        def fail(*_: Any, **__: Any) -> None:
            pytest.fail("it was found out anew")

        monkeypatch.setattr(Desk, "lasting", fail)

    return forbid


def test_it_is_recalled_later_on_the_day_and_after_facts_of_others(live: Live, recalls_only: Any) -> None:
    live.now = live.end.replace(hour=1, minute=0, second=0) + timedelta(days=1)
    # Reason: what is posted moves the end of the books; both moments are to lie after the day of it.
    live.post(invoice("x1", "SOMEBODY", live.now))
    live.now += timedelta(minutes=5)
    before = live.said(Question("B000001"))
    live.post(invoice("x2", "SOMEBODY", live.now))
    live.now += timedelta(hours=3)
    recalls_only()
    after = live.said(Question("B000001"))

    moved = {name for name in after if after[name] != before[name]}
    assert moved == {"assessment_id", "as_of", "facts_seq"}
    assert after["as_of"] == f"{live.now.isoformat()}Z"
    assert after["facts_seq"] == before["facts_seq"] + 1


def test_a_fact_of_the_buyer_is_seen_at_once(live: Live) -> None:
    live.now = live.end + timedelta(hours=1)
    before = live.said(Question("B000001"))
    live.post(invoice("x1", "B000001", live.now, amount="7500.00"))
    after = live.said(Question("B000001"))

    assert after["limit"]["exposure"] == pytest.approx(before["limit"]["exposure"] + 7_500.0)


def test_what_comes_into_force_is_seen_at_once(live: Live) -> None:
    day = date(2026, 1, 1)
    assert live.said(Question("B000001"))["limit"]["published"] is None
    in_force = Published("A1", "A1", 1234.0, "EUR", day, None)
    with live.store.writing() as connection:
        review = Review(in_force, "first", "first")
        put_in_force(connection, [("B000001", review, None)], Source("test", datetime.now(UTC)))
    assert live.said(Question("B000001"))["limit"]["published"]["amount"] == 1234.0
    assert live.said(Question("B000001", is_score=True))["grade"]["published"] == "A1"


def test_a_clock_that_steps_back_recalls_nothing_that_was_not_known(live: Live) -> None:
    live.now = live.end
    late = live.said(Question("B000001"))
    live.now = live.end - timedelta(minutes=2)
    early = live.said(Question("B000001"))

    assert early["as_of"] < late["as_of"]
    assert early == live.said(Question("B000001"), live.another())


def test_questions_that_differ_are_not_taken_for_each_other(live: Live) -> None:
    questions = [
        Question("B000001"),
        Question("B000002"),
        Question("B000001", lang="zh"),
        Question("B000001", Request("order", 100.0, "EUR")),
        Question("B000001", Request("order", 200.0, "EUR")),
        Question("B000001", peers=True),
        Question("B000001", is_score=True),
    ]
    first = [live.said(each) for each in questions]
    assert [live.said(each) for each in questions] == first
    assert all(one != another for place, one in enumerate(first) for another in first[:place])


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    recall: Any = Recall(most=2)
    for name in ("a", "b"):
        recall.keep(Question(name), name)
    recall.of(Question("a"))
    recall.keep(Question("c"), "c")
    assert [recall.of(Question(name)) for name in ("a", "b", "c")] == ["a", None, "c"]


def invoice(invoice_id: str, buyer_id: str, now: datetime, amount: str = "10.00") -> dict[str, Any]:
    day = now.date().isoformat()
    return {
        "table": "invoices",
        "invoice_id": invoice_id,
        "buyer_id": buyer_id,
        "issued_on": day,
        "due_on": day,
        "amount": amount,
        "currency": "EUR",
    }
