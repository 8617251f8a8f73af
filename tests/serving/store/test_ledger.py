"""Posting facts: answered one by one, idempotent, with the dossiers that they change."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from features.columns import TABLES
from features.errors import InputError
from features.portfolio import from_frames
from features.seller import Seller
from serving.store import schema
from serving.store.changes import ledger_row
from serving.store.connect import Store, open_store, store_url
from serving.store.facts import stored_portfolio
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio, rebuild_dossiers
from serving.store.shared import read_shared

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

INVOICE = {
    "table": "invoices", "invoice_id": "i1", "buyer_id": "B", "issued_on": "2026-01-05",
    "due_on": "2026-02-04", "amount": "100.00", "currency": "EUR",
}  # fmt: skip
PAYMENT = {
    "table": "allocations", "allocation_id": "p1", "invoice_id": "i1", "settled_on": "2026-02-10",
    "amount": "40.00", "kind": "payment",
}  # fmt: skip


@pytest.fixture
def begun(store: Store) -> Store:
    """A store with one buyer and one invoice."""
    begin(store)
    return store


def begin(store: Store) -> None:
    frame = pd.DataFrame([{**INVOICE, "invoice_id": "i0", "recorded_at": "2026-01-05T00:00:00Z"}])
    portfolio = from_frames(
        {"invoices": frame.drop(columns="table")}, Seller("me", country="DE", reporting_currency="EUR")
    )
    load_portfolio(store, portfolio, history=True, now=NOW)


def statuses(store: Store, *items: dict[str, Any], now: datetime = NOW, **options: Any) -> list[str]:
    posted = post_ledger(store, list(items), now=now, **options)
    return [item.get("code", item["status"]) for item in posted.items]


def rows_of(store: Store, name: str) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(schema.FACTS[name])) or 0


def bodies(store: Store) -> dict[str, bytes]:
    with store.reading() as connection:
        rows = connection.execute(select(schema.dossiers.c.buyer_id, schema.dossiers.c.body))
        return {buyer_id: bytes(body) for buyer_id, body in rows}


def test_a_new_fact_is_accepted_and_in_the_dossier(begun: Store) -> None:
    before = bodies(begun)
    posted = post_ledger(begun, [INVOICE, PAYMENT], now=NOW)
    assert [item["status"] for item in posted.items] == ["accepted", "accepted"]
    assert (posted.facts_seq, posted.buyers) == (2, ["B"])
    assert bodies(begun) != before
    assert rebuild_dossiers(begun) == 0


def test_posting_again_is_unchanged_and_costs_no_change(begun: Store) -> None:
    first = post_ledger(begun, [INVOICE, PAYMENT], now=NOW)
    again = post_ledger(begun, [INVOICE, PAYMENT], now=NOW + timedelta(days=3))
    assert [item["status"] for item in again.items] == ["unchanged", "unchanged"]
    assert again.facts_seq == first.facts_seq
    assert rows_of(begun, "invoices") == 2


def test_without_an_id_the_same_content_is_the_same_fact(begun: Store) -> None:
    payment = {name: value for name, value in PAYMENT.items() if name != "allocation_id"}
    payment["invoice_id"] = "i0"
    assert statuses(begun, payment) == ["accepted"]
    assert statuses(begun, payment, now=NOW + timedelta(hours=1)) == ["unchanged"]
    assert statuses(begun, payment, payment, now=NOW + timedelta(hours=2)) == ["unchanged", "accepted"]


UNNAMED: list[dict[str, Any]] = [
    {"table": "allocations", "invoice_id": "i0", "settled_on": "2026-02-10", "amount": "40.00",
     "kind": "payment"},
    {"table": "allocations", "invoice_id": "i0", "settled_on": "2026-02-10", "amount": "40.00",
     "kind": "payment"},
    {"table": "allocations", "invoice_id": "i0", "settled_on": "2026-02-11", "amount": "5", "receipt_id": "r",
     "kind": "discount", "recorded_at": "2026-02-12T00:00:00Z"},
    {"table": "allocations", "allocation_id": "p1", "invoice_id": "i0", "settled_on": "2026-02-10",
     "amount": "40.00", "kind": "payment"},
    {"table": "disputes", "invoice_id": "i0", "raised_on": "2026-02-01"},
    {"table": "events", "buyer_id": "B", "kind": "lien", "occurred_on": "2026-02-01"},
    {"table": "limits", "buyer_id": "B", "kind": "own", "amount": 1000, "currency": "EUR",
     "valid_from": "2026-01-01"},
    {"table": "securities", "buyer_id": "B", "kind": "deposit", "amount": "7.5", "currency": "EUR",
     "valid_from": "2026-01-01", "share": 0.5},
]  # fmt: skip


def folder_of(facts: list[dict[str, Any]]) -> Any:
    """Return the portfolio of `begin` with further facts in the few columns that they fill."""
    invoice = {**INVOICE, "invoice_id": "i0", "recorded_at": "2026-01-05T00:00:00Z"}
    rows: dict[str, list[dict[str, Any]]] = {"invoices": [invoice]}
    for fact in facts:
        rows.setdefault(fact["table"], []).append(fact)
    frames = {name: pd.DataFrame(each).drop(columns="table").astype("str") for name, each in rows.items()}
    return from_frames(frames, Seller("me", country="DE", reporting_currency="EUR"))


def keys_of(store: Store) -> dict[str, set[Any]]:
    with store.reading() as connection:
        return {
            name: set(connection.scalars(select(schema.FACTS[name].c[TABLES[name].key[0]])))
            for name in sorted({fact["table"] for fact in UNNAMED})
        }


def test_a_fact_without_an_id_is_the_same_one_loaded_and_posted(store: Store) -> None:
    # given a folder whose facts have no ids, and few columns
    load_portfolio(store, folder_of(UNNAMED), history=True, now=NOW)
    keys, before = keys_of(store), bodies(store)

    # when the same is posted, all at once, one by one, and with empty fields, then nothing is new
    later = NOW + timedelta(days=1)
    assert statuses(store, *UNNAMED, now=later) == ["unchanged"] * len(UNNAMED)
    for fact in UNNAMED:
        blank = {"receipt_id": None, "currency": None} if fact["table"] == "allocations" else {}
        assert statuses(store, {**blank, **fact}, now=later) == ["unchanged"]
    assert (keys_of(store), bodies(store)) == (keys, before)


def test_a_fact_without_an_id_is_the_same_one_posted_and_loaded(begun: Store) -> None:
    assert statuses(begun, *UNNAMED) == ["accepted"] * len(UNNAMED)
    keys = keys_of(begun)
    load_portfolio(begun, folder_of(UNNAMED), history=False, now=NOW + timedelta(days=1))
    assert keys_of(begun) == keys
    assert [len(each) for each in keys.values()] == [4, 1, 1, 1, 1]


def test_equal_facts_without_ids_are_two_in_one_call_and_one_in_two(begun: Store) -> None:
    one, two, *_ = UNNAMED
    assert statuses(begun, one) == ["accepted"]
    assert statuses(begun, two) == ["unchanged"]
    assert statuses(begun, one, two) == ["unchanged", "accepted"]
    assert statuses(begun, one, two) == ["unchanged", "unchanged"]
    # whatever else a call has: a fact with an id of its own is no equal one
    assert statuses(begun, UNNAMED[3], one) == ["accepted", "unchanged"]
    assert rows_of(begun, "allocations") == 3


def test_a_changed_fact_is_a_version_and_a_withdrawal_takes_it_back(begun: Store) -> None:
    assert statuses(begun, INVOICE) == ["accepted"]
    changed = {**INVOICE, "amount": "90.00"}
    assert statuses(begun, changed, now=NOW + timedelta(hours=1)) == ["accepted"]
    withdrawn = {**changed, "withdrawn": True}
    assert statuses(begun, withdrawn, now=NOW + timedelta(hours=2)) == ["accepted"]
    assert statuses(begun, withdrawn, now=NOW + timedelta(hours=3)) == ["unchanged"]
    with begun.reading() as connection:
        found = stored_portfolio(connection).table("invoices")
    versions = found[found["invoice_id"] == "i1"]
    assert versions["amount_minor"].tolist() == [10000, 9000, 9000]
    assert versions["withdrawn"].tolist() == [False, False, True]
    assert rebuild_dossiers(begun) == 0


def test_other_content_under_one_key_and_instant_is_a_conflict(begun: Store) -> None:
    told = {**INVOICE, "recorded_at": "2026-03-01T00:00:00Z"}
    assert statuses(begun, told) == ["accepted"]
    assert statuses(begun, {**told, "amount": "1.00"}) == ["conflict"]
    assert statuses(begun, told) == ["unchanged"]
    twice = [{**INVOICE, "invoice_id": "i2"}, {**INVOICE, "invoice_id": "i2", "amount": "7.00"}]
    assert statuses(begun, *twice) == ["conflict", "conflict"]


@pytest.mark.parametrize(
    ("item", "code", "field"),
    [
        ({"table": "invoice"}, "unknown_table", "table"),
        ({**INVOICE, "colour": "red"}, "unknown_field", None),
        ({**INVOICE, "amount": None}, "invalid_field", "amount"),
        ({**INVOICE, "amount": "1.001"}, "invalid_field", "amount"),
        ({**INVOICE, "amount": "-1"}, "invalid_field", "amount"),
        ({**INVOICE, "amount": float("nan")}, "invalid_field", "amount"),
        ({**INVOICE, "amount": 1e300}, "invalid_field", "amount"),
        ({**INVOICE, "instalment": 10**30}, "invalid_field", "instalment"),
        ({**INVOICE, "due_on": "2025-12-01"}, "invalid_field", "due_on"),
        ({**INVOICE, "kind": "gift"}, "invalid_field", "kind"),
        ({**INVOICE, "buyer_id": "a\x00b"}, "invalid_field", "buyer_id"),
        ({**INVOICE, "buyer_id": "\ud800"}, "invalid_field", "buyer_id"),
        ({**INVOICE, "buyer_id": ["B"]}, "invalid_field", "buyer_id"),
        ({**PAYMENT, "invoice_id": "i\x00"}, "invalid_field", "invoice_id"),
        ({**PAYMENT, "successor_id": "\ud800"}, "invalid_field", "successor_id"),
        ({**INVOICE, "recorded_at": "2026-07-02T00:00:00Z"}, "known_in_future", "recorded_at"),
        ({**PAYMENT, "invoice_id": "nobody's"}, "unknown_invoice", "invoice_id"),
        ({**PAYMENT, "invoice_id": "i0", "successor_id": "nobody's"}, "unknown_invoice", "successor_id"),
        ({**PAYMENT, "invoice_id": "i0", "currency": "USD"}, "invalid_field", "currency"),
    ],
)
def test_a_wrong_fact_is_refused_and_the_others_taken(
    begun: Store, item: dict[str, Any], code: str, field: str | None
) -> None:
    good = {**INVOICE, "invoice_id": "good"}
    refused, accepted = post_ledger(begun, [item, good], now=NOW).items
    assert (refused["code"], refused["field"]) == (code, field)
    assert refused["next_step"]
    assert accepted["status"] == "accepted"


def test_a_name_of_200_characters_of_any_kind_is_kept_and_a_longer_one_refused(begun: Store) -> None:
    # given names that no compression makes short
    name = "".join(map(chr, np.random.default_rng(7).integers(0x4E00, 0x9FA5, 200)))
    invoice, payment = (
        {**INVOICE, "invoice_id": name, "buyer_id": name[::-1]},
        {**PAYMENT, "invoice_id": name},
    )
    assert statuses(begun, invoice, {**payment, "allocation_id": name}) == ["accepted", "accepted"]
    assert name[::-1] in bodies(begun)
    longer = {**invoice, "invoice_id": name * 4}
    refused = post_ledger(begun, [longer, {**INVOICE, "buyer_id": name * 5}], now=NOW).items
    assert [(item["code"], item["field"]) for item in refused] == [
        ("invalid_field", "invoice_id"), ("invalid_field", "buyer_id")
    ]  # fmt: skip
    assert rebuild_dossiers(begun) == 0


def test_a_payment_of_a_refused_invoice_is_refused(begun: Store) -> None:
    assert statuses(begun, {**INVOICE, "currency": "euros"}, PAYMENT) == ["invalid_field", "unknown_invoice"]


def test_money_without_an_invoice_names_buyer_and_currency(begun: Store) -> None:
    loose = {name: value for name, value in PAYMENT.items() if name != "invoice_id"}
    assert statuses(begun, loose) == ["invalid_field"]
    assert statuses(begun, {**loose, "buyer_id": "B", "currency": "JPY", "amount": "7"}) == ["accepted"]
    assert rebuild_dossiers(begun) == 0


def test_atomic_takes_all_or_nothing(begun: Store) -> None:
    before = bodies(begun)
    wrong = {**PAYMENT, "amount": "0"}
    assert statuses(begun, INVOICE, wrong, atomic=True) == ["atomic", "invalid_field"]
    assert (rows_of(begun, "invoices"), bodies(begun)) == (1, before)
    assert statuses(begun, INVOICE, PAYMENT, atomic=True) == ["accepted", "accepted"]


def end_of(store: Store) -> datetime:
    with store.reading() as connection:
        until: datetime = ledger_row(connection)["observed_until"]
    return until


LATE = {"recorded_at": "2026-06-30T00:00:00Z"}
BESIDE: list[dict[str, Any]] = [
    {"table": "buyers", "buyer_id": "C", **LATE},
    {"table": "fx", "currency": "USD", "on_date": "2026-06-01", "rate": 0.9, **LATE},
    {"table": "events", "buyer_id": "B", "kind": "lien", "occurred_on": "2026-06-01", **LATE},
    {"table": "limits", "buyer_id": "B", "kind": "own", "amount": 1, "currency": "EUR",
     "valid_from": "2026-06-01", **LATE},
    {"table": "orders", "order_id": "o", "buyer_id": "B", "amount": 1, "currency": "EUR",
     "ordered_on": "2026-06-01", **LATE},
    {"table": "attributes", "buyer_id": "B", "name": "x", "value": "1", **LATE},
    {"table": "disputes", "invoice_id": "i0", "raised_on": "2026-06-01", **LATE},
    {"table": "statements", "buyer_id": "B", "period_end": "2025-12-31", "currency": "EUR",
     "received_at": "2026-06-30T00:00:00Z"},
]  # fmt: skip
ENTRIES: list[dict[str, Any]] = [
    {**INVOICE, **LATE},
    {**PAYMENT, "invoice_id": "i0", **LATE},
    {"table": "balances", "buyer_id": "B", "on_date": "2026-06-29", "currency": "EUR", "amount": 1, **LATE},
]


@pytest.mark.parametrize("fact", BESIDE, ids=lambda fact: fact["table"])
def test_what_is_no_entry_of_the_ledger_does_not_say_that_the_books_are_complete(
    begun: Store, fact: dict[str, Any]
) -> None:
    before = end_of(begun)
    posted = post_ledger(begun, [fact], now=NOW)
    assert [item["status"] for item in posted.items] == ["accepted"]
    assert posted.books_until == end_of(begun) == before


@pytest.mark.parametrize("fact", ENTRIES, ids=lambda fact: fact["table"])
def test_the_latest_entry_says_until_when_the_books_are_complete(begun: Store, fact: dict[str, Any]) -> None:
    late = datetime(2026, 6, 30, tzinfo=UTC)
    assert post_ledger(begun, [fact], now=NOW).books_until == end_of(begun) == late
    # an earlier one takes nothing back, and where nothing is new nothing moves
    earlier = {**INVOICE, "invoice_id": "i9", "recorded_at": "2026-03-01T00:00:00Z"}
    assert post_ledger(begun, [earlier, fact], now=NOW).books_until == end_of(begun) == late


def test_where_there_is_no_ledger_accounts_and_events_say_so(store: Store) -> None:
    accounts = {"buyer_id": "B", "period_end": "2024-12-31", "currency": "EUR", "revenue": "1"}
    frame = pd.DataFrame([{**accounts, "received_at": "2025-05-01T00:00:00Z"}])
    load_portfolio(store, from_frames({"statements": frame}, Seller("me")), history=True, now=NOW)
    buyer, event, statement = BESIDE[0], BESIDE[2], BESIDE[-1]
    before = end_of(store)
    assert post_ledger(store, [buyer], now=NOW).books_until == before
    for fact, day in ((event, 29), (statement, 30)):
        known = {name: f"2026-06-{day}T00:00:00Z" for name in ("recorded_at", "received_at") if name in fact}
        told = post_ledger(store, [{**fact, **known}], now=NOW)
        assert told.books_until == end_of(store) == datetime(2026, 6, day, tzinfo=UTC)


def test_a_caller_says_until_when_the_books_are_complete(begun: Store) -> None:
    # given a claim without a fact: it is a change, once
    said = post_ledger(begun, [], books_until="2026-06-20T06:00:00Z", now=NOW)
    assert (said.facts_seq, said.items, said.buyers) == (2, [], [])
    assert said.books_until == end_of(begun) == datetime(2026, 6, 20, 6, tzinfo=UTC)
    again = post_ledger(begun, [], books_until="2026-06-20T06:00:00Z", now=NOW)
    assert (again.facts_seq, again.books_until) == (2, said.books_until)

    # then it counts in place of what the facts of its call would say, and never takes anything back
    entry = {**INVOICE, **LATE}
    assert post_ledger(begun, [entry], books_until="2026-06-21", now=NOW).books_until == datetime(
        2026, 6, 21, 23, 59, 59, tzinfo=UTC
    )
    earlier = post_ledger(begun, [{**PAYMENT, **LATE}], books_until="2026-03-01", now=NOW)
    assert [item["status"] for item in earlier.items] == ["accepted"]
    assert earlier.books_until == end_of(begun) == datetime(2026, 6, 21, 23, 59, 59, tzinfo=UTC)
    assert rebuild_dossiers(begun) == 0


@pytest.mark.parametrize("until", ["2026-07-01", "2026-07-01T12:00:01Z", "2027-01-01", "soon"])
def test_a_claim_that_cannot_be_true_is_refused_with_its_facts(begun: Store, until: str) -> None:
    before = end_of(begun)
    with pytest.raises(InputError) as refused:
        post_ledger(begun, [INVOICE], books_until=until, now=NOW)
    assert refused.value.problems[0].column == "books_until"
    assert (end_of(begun), rows_of(begun, "invoices")) == (before, 1)


def test_a_claim_goes_with_its_atomic_call(begun: Store) -> None:
    before = end_of(begun)
    wrong, options = {**PAYMENT, "amount": "0"}, {"books_until": "2026-06-20", "now": NOW}
    told = post_ledger(begun, [INVOICE, wrong], atomic=True, **options)
    assert (told.facts_seq, told.books_until, end_of(begun)) == (1, before, before)
    assert post_ledger(begun, [INVOICE, wrong], **options).books_until == end_of(begun) > before


def test_posted_books_end_when_those_of_a_folder_do(store: Store) -> None:
    # given a folder of three facts, and a store that was told them one by one
    begin(store)
    facts = [
        {**INVOICE, "recorded_at": "2026-01-06T00:00:00Z"},
        {**PAYMENT, "recorded_at": "2026-02-10T00:00:00Z"},
    ]
    for fact in facts:
        post_ledger(store, [fact], now=NOW)
    frames = {
        "invoices": pd.DataFrame(
            [{**INVOICE, "invoice_id": "i0", "recorded_at": "2026-01-05T00:00:00Z"}, facts[0]]
        ),
        "allocations": pd.DataFrame([facts[1]]),
    }
    seller = Seller("me", country="DE", reporting_currency="EUR")

    def folder(until: str | None) -> datetime:
        tables = {name: frame.drop(columns="table") for name, frame in frames.items()}
        made = from_frames(tables, seller, observed_until=until)
        return made.observed_until.to_pydatetime().replace(tzinfo=UTC)

    # then both end alike, by default and where they say so
    assert end_of(store) == folder(None)
    post_ledger(store, [], books_until="2026-03-31", now=NOW)
    assert end_of(store) == folder("2026-03-31")


@pytest.mark.parametrize(
    "posted", ["facts", 7, [1], {"table": "fx", "rows": 3}, {"table": "fx", "rows": ["x"]}]
)
def test_another_shape_is_refused(begun: Store, posted: Any) -> None:
    with pytest.raises(InputError, match="list of facts"):
        post_ledger(begun, posted, now=NOW)


def test_an_empty_store_asks_for_a_load(store: Store) -> None:
    with pytest.raises(InputError, match="credence load"):
        post_ledger(store, [INVOICE], now=NOW)


def test_members_of_groups_and_rates_are_shared(begun: Store) -> None:
    member = {"table": "buyers", "buyer_id": "B", "country": "DE", "group_id": "g"}
    rate = {"table": "fx", "currency": "USD", "on_date": "2026-01-01", "rate": 0.9}
    assert statuses(begun, member, rate) == ["accepted", "accepted"]
    posted = post_ledger(begun, [{**member, "buyer_id": "C"}], now=NOW + timedelta(hours=1))
    assert posted.buyers == ["C"]
    with begun.reading() as connection:
        found = read_shared(connection)
        assert read_shared(connection, found) is found
    second = int(NOW.timestamp())
    assert [(buyer, since) for buyer, since, _ in found.members("g")] == [("B", second), ("C", second + 3600)]
    assert found.members("other") == ()
    assert found.rates.unit("USD", second) == pytest.approx(0.9)
    assert found.facts_seq == 3


def test_two_writers_lose_nothing(begun: Store) -> None:
    def write(number: int) -> int:
        items = [{**INVOICE, "invoice_id": f"w{number}-{each}"} for each in range(3)]
        return post_ledger(begun, items, now=NOW).facts_seq

    with ThreadPoolExecutor(4) as pool:
        sequences = list(pool.map(write, range(8)))
    assert sorted(sequences) == list(range(2, 10))
    assert rows_of(begun, "invoices") == 1 + 8 * 3
    assert rebuild_dossiers(begun) == 0


POSTER = """
import sys
from datetime import UTC, datetime
from serving.store.connect import open_store
from serving.store.ledger import post_ledger

store = open_store(sys.argv[1])
fact = {"table": "invoices", "buyer_id": "B", "issued_on": "2026-01-05", "due_on": "2026-02-04", "amount": 1,
        "currency": "EUR"}
for number in range(10_000):
    post_ledger(store, [{**fact, "invoice_id": f"k{number}"}], now=datetime(2026, 7, 1, 12, tzinfo=UTC))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(begun: Store, database_url: str) -> None:
    command = [sys.executable, "-c", POSTER, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
    acknowledged = len([line for line in told if line.endswith("\n")])
    assert 4 <= acknowledged <= rows_of(begun, "invoices") - 1 <= acknowledged + 1
    assert rebuild_dossiers(begun) == 0


def facts() -> st.SearchStrategy[list[list[dict[str, Any]]]]:
    """Calls with facts of few buyers that touch each other in every way."""
    few = st.sampled_from
    invoice = st.fixed_dictionaries(
        {
            "table": st.just("invoices"),
            "invoice_id": few(["i0", "i1", "i2"]),
            "buyer_id": few(["B", "C"]),
            "issued_on": st.just("2026-01-05"),
            "due_on": few(["2026-02-04", "2026-03-04"]),
            "amount": few(["100", "50"]),
            "currency": few(["EUR", "USD"]),
            "withdrawn": st.booleans(),
        }
    )
    allocation = st.fixed_dictionaries(
        {
            "table": st.just("allocations"),
            "allocation_id": few(["p1", "p2"]),
            "invoice_id": few(["i0", "i1", "i2"]),
            "settled_on": few(["2026-02-10", "2026-02-20"]),
            "amount": few(["40", "100", "-40"]),
            "kind": few(["payment", "credit_note"]),
        },
        optional={"successor_id": few(["i1", "i2"])},
    )
    buyer = st.fixed_dictionaries(
        {"table": st.just("buyers"), "buyer_id": few(["B", "C", "D"]), "group_id": few(["g", "h"])}
    )
    rate = st.fixed_dictionaries(
        {"table": st.just("fx"), "currency": st.just("USD"), "on_date": few(["2026-01-01", "2026-05-01"]),
         "rate": few([0.9, 1.1])}
    )  # fmt: skip
    return st.lists(st.lists(st.one_of(invoice, allocation, buyer, rate), min_size=1, max_size=4), max_size=5)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=facts())
def test_dossiers_after_any_posts_are_those_of_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory, calls: list[list[dict[str, Any]]]
) -> None:
    store = open_store(store_url(tmp_path_factory.mktemp("posts"), {}))
    begin(store)
    for number, call in enumerate(calls):
        post_ledger(store, call, now=NOW + timedelta(hours=number))
    assert rebuild_dossiers(store) == 0
    store.close()


def test_an_unknown_field_is_told_which_there_are(begun: Store) -> None:
    posted = post_ledger(begun, [{**INVOICE, "colour": "red"}], now=NOW)

    assert "invoice_id, instalment, buyer_id" in posted.items[0]["expected"]
    assert "colour" not in str(posted.items)
