"""Supposed facts give the dossier that they would give if they were posted, and keep nobody from writing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from features.errors import InputError
from serving.store.changes import ledger_row, take_ledger
from serving.store.connect import Store, open_store, store_url
from serving.store.dossiers import read_dossier
from serving.store.ledger import post_ledger
from serving.store.supposing import suppose
from tests.serving.store.test_ledger import BESIDE, ENTRIES, INVOICE, NOW, PAYMENT, UNNAMED, begin, facts

BILL = {**INVOICE, "invoice_id": "b1", "kind": "bill", "buyer_id": "C"}


def stored(store: Store, buyer_id: str) -> bytes | None:
    with store.reading() as connection:
        found = read_dossier(connection, buyer_id)
    return None if found is None else found.body


def state(store: Store) -> dict[str, Any]:
    with store.reading() as connection:
        return ledger_row(connection)


def check_alike(store: Store, call: list[dict[str, Any]], hour: int = 0) -> None:
    """Suppose facts of each buyer that they name, post them, and compare."""
    before, now = state(store), NOW + timedelta(hours=hour)
    supposed = {buyer_id: suppose(store, call, buyer_id, now) for buyer_id in ("B", "C")}
    assert state(store) == before
    posted = post_ledger(store, call, atomic=True, now=now)
    is_refused = any(item["status"] == "refused" for item in posted.items)
    for buyer_id, found in supposed.items():
        assert found.items == posted.items
        assert found.dossier == (None if is_refused else stored(store, buyer_id))


@pytest.mark.parametrize(
    "call",
    [
        [INVOICE, PAYMENT],
        [{**INVOICE, "invoice_id": "i0", "amount": "50.00"}],
        [{**INVOICE, "invoice_id": "i0", "buyer_id": "C"}],
        [BILL, {**PAYMENT, "invoice_id": "i0", "kind": "bill", "successor_id": "b1"}],
        [{**PAYMENT, "invoice_id": "i0", "amount": "0"}, INVOICE],
        [fact for fact in BESIDE if fact["table"] != "fx"],
        ENTRIES,
        UNNAMED,
        [{"table": "buyers", "buyer_id": "D", "group_id": "g"}],
    ],
    ids=["new", "amended", "moved", "bill", "refused", "beside", "entries", "unnamed", "member"],
)
def test_what_is_supposed_is_what_would_be_posted(store: Store, call: list[dict[str, Any]]) -> None:
    begin(store)
    check_alike(store, call)
    check_alike(store, call, 1)


def test_a_link_that_is_supposed_brings_what_is_stored_behind_it(store: Store) -> None:
    # given a bill of another buyer that was paid, and an invoice that it would have taken over
    begin(store)
    paid = {**PAYMENT, "invoice_id": "b1", "amount": "60.00"}
    post_ledger(store, [BILL, paid], now=NOW)
    check_alike(
        store, [{**PAYMENT, "allocation_id": "p2", "invoice_id": "i0", "kind": "bill", "successor_id": "b1"}]
    )


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=facts())
def test_whatever_is_supposed_is_what_would_be_posted(
    tmp_path_factory: pytest.TempPathFactory, calls: list[list[dict[str, Any]]]
) -> None:
    store = open_store(store_url(tmp_path_factory.mktemp("supposed"), {}))
    begin(store)
    for hour, call in enumerate(calls):
        check_alike(store, [fact for fact in call if fact["table"] != "fx"] or [INVOICE], hour)
    store.close()


def test_who_writes_keeps_no_question_waiting(store: Store) -> None:
    begin(store)
    with store.writing() as connection:
        take_ledger(connection)
        found = suppose(store, [INVOICE], "B", NOW)
        assert [item["status"] for item in found.items] == ["accepted"]
        assert found.dossier not in (None, stored(store, "B"))


def test_rates_and_other_buyers_are_no_facts_of_a_buyer(store: Store) -> None:
    begin(store)
    assert suppose(store, [INVOICE], "nobody", NOW).dossier is None
    refused, _ = suppose(store, [BESIDE[1], INVOICE], "B", NOW).items
    assert (refused["code"], refused["field"]) == ("not_of_a_buyer", "table")


def test_an_empty_store_asks_for_a_load(store: Store) -> None:
    with pytest.raises(InputError, match="credence load"):
        suppose(store, [INVOICE], "B", NOW)
