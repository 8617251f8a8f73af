from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from credit.assess_many import assess_many
from credit.assessor import Assessor
from credit.books import Books
from credit.desk import Desk
from credit.dossier import Dossier
from credit.dossiers import common_of, dossiers_of
from credit.extras import Extras
from credit.orders import Order
from credit.release import Release
from credit.request import Request
from credit.side_facts import SideTables
from features.build import Packed
from features.errors import InputError

EVERYTHING = Extras(offers=True, peers=True, raises=True, since="2025-12-31")


@pytest.fixture(scope="session")
def assessor(demo_packed: Packed, demo_release: Release) -> Assessor:
    return Assessor(demo_packed, demo_release)


@pytest.fixture(scope="session")
def rows_of_a_store(demo_packed: Packed) -> dict[str, bytes]:
    return {dossier.buyer_id: dossier.to_bytes() for dossier in dossiers_of(demo_packed)}


@pytest.fixture(scope="session")
def desk(demo_packed: Packed, demo_release: Release) -> Desk:
    books = Books(demo_packed, demo_release)
    return Desk(common_of(demo_packed, SideTables(demo_packed), books), demo_release)


@pytest.mark.parametrize("as_of", [None, "2026-03-31", "2024-02-10T08:00:00Z"])
def test_bytes_of_each_buyer_give_what_the_folder_gives(assessor, desk, rows_of_a_store, as_of):
    moment = desk.moment(as_of)
    for buyer_id in assessor.buyer_ids:
        told = desk.assess(Dossier.from_bytes(rows_of_a_store[buyer_id]), moment)
        assert json.dumps(told) == json.dumps(assessor.assess(buyer_id, as_of))


def test_with_all_that_can_be_asked_for_they_say_the_same(assessor, desk, rows_of_a_store):
    moment, request = desk.moment("2026-03-31"), Request("order", 50_000.0, "EUR", terms_days=60)
    for buyer_id in assessor.buyer_ids[::5]:
        dossier = Dossier.from_bytes(rows_of_a_store[buyer_id])
        for lang in ("en", "zh"):
            told = desk.assess(dossier, moment, request, lang=lang, also=EVERYTHING)
            said = assessor.assess(buyer_id, "2026-03-31", request, lang=lang, also=EVERYTHING)
            assert json.dumps(told) == json.dumps(said)


def test_orders_are_checked_the_same(assessor, desk, rows_of_a_store):
    order = Order(25_000.0, "EUR", order_id="any")
    for buyer_id in assessor.buyer_ids[::5]:
        dossier = Dossier.from_bytes(rows_of_a_store[buyer_id])
        told, _ = desk.check_order(dossier, order, desk.moment(None))
        assert told == assessor.check_order(buyer_id, order)


@pytest.mark.parametrize(
    ("now", "codes"),
    [("2026-06-30T21:30:00", []), ("2026-06-30T22:30:00", ["books_behind"])],
)
def test_books_of_the_same_day_where_the_seller_is_are_not_behind(desk, rows_of_a_store, now, codes):
    # given books that end at noon where the seller is
    common = replace(desk.common, observed_until=datetime(2026, 6, 30, 10))
    at_noon = Desk(common, desk.release)
    dossier = Dossier.from_bytes(next(iter(rows_of_a_store.values())))

    # when somebody asks before midnight there, and after it
    moment = datetime.fromisoformat(now)
    said = at_noon.assess(dossier, moment, now=moment)

    assert [each["code"] for each in said["warnings"] if each["field"] == "as_of"] == codes


NOT_ASKED_FOR = ("limit", "terms", "offers", "raises", "changes", "timing", "expected_loss")


@pytest.mark.parametrize("as_of", ["2026-03-31", "2024-02-10T08:00:00Z"])
@pytest.mark.parametrize("request_", [None, Request("order", 50_000.0, "EUR", terms_days=60)])
def test_the_score_alone_is_that_of_the_assessment(desk, rows_of_a_store, as_of, request_):
    moment, now = desk.moment(as_of), desk.moment(None)
    statuses = set()
    for row in list(rows_of_a_store.values())[::3]:
        dossier = Dossier.from_bytes(row)
        whole = desk.assess(dossier, moment, request_, lang="zh", now=now)
        alone = desk.score(dossier, moment, request_, lang="zh", now=now)
        whole |= dict.fromkeys(NOT_ASKED_FOR) | {"reasons": []}
        whole["score"]["groups"] = []
        assert json.dumps(alone) == json.dumps(whole)
        statuses.add(alone["default"]["status"])
    assert "ok" in statuses
    assert len(statuses) > 1


def test_a_score_speaks_no_language_without_texts(desk, rows_of_a_store):
    dossier = Dossier.from_bytes(next(iter(rows_of_a_store.values())))
    with pytest.raises(InputError, match="another language"):
        desk.score(dossier, desk.moment(None), lang="de")


def test_an_insolvency_that_is_known_after_the_end_of_the_books_stops_at_once(desk, rows_of_a_store):
    known = {}
    for buyer_id, row in rows_of_a_store.items():
        ledger = Dossier.from_bytes(row).block.ledger
        begins = ledger.event_begins[ledger.is_insolvency != 0]
        if len(begins):
            known[buyer_id] = datetime.fromtimestamp(int(begins[0]), UTC).replace(tzinfo=None)
    buyer_id, since = max(known.items(), key=lambda each: each[1])
    dossier, moment = Dossier.from_bytes(rows_of_a_store[buyer_id]), since - timedelta(days=2)
    books = Desk(replace(desk.common, observed_until=moment), desk.release)

    before = books.assess(dossier, moment, now=since - timedelta(seconds=1))
    after = books.assess(dossier, moment, now=since)
    order, _ = books.check_order(dossier, Order(1.0, "EUR", order_id="any"), moment, now=since)
    [of_many] = assess_many([dossier], books, moment, now=since)

    assert before["limit"]["binding"] != "insolvent"
    assert after["as_of"] == before["as_of"]
    assert (after["limit"]["binding"], after["limit"]["amount"]) == ("insolvent", 0.0)
    assert "insolvency_since" in {each["code"] for each in after["warnings"]}
    assert order["decision"] == "hold"
    assert json.dumps(of_many) == json.dumps(after)
