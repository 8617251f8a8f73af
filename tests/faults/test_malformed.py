"""Thousands of malformed calls: made from the service's document, and of facts that nobody should send."""

from __future__ import annotations

import json
import math
import random
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features.columns import TABLES
from tests.faults.calls import Caller, at_once, is_documented
from tests.faults.mutations import Made, mutated
from tests.faults.table import fault
from tests.serving.process import Service

_CALLS = 10_000
_SECONDS = 60.0
_FEWEST = 20
_EXAMPLES = 300
_QUIET = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


def test_calls_made_from_the_document(service: Service) -> None:
    done = f"{_CALLS} of /openapi.json, good and bad, and what a confused sender makes of them"
    with fault("malformed calls", done) as row:
        schema = schemathesis.openapi.from_dict(service.call("/openapi.json").json)
        operations = [found.ok() for found in schema.get_all_operations()]
        statuses: Counter[int] = Counter()
        made: list[Made] = []
        end = time.monotonic() + _SECONDS
        for number, operation in enumerate(operations):
            # Reason: what one operation leaves of the time is the others'.
            until = time.monotonic() + (end - time.monotonic()) / (len(operations) - number)
            made += called(operation, service, statuses, until)
        generated = statuses.total()
        assert generated > 10 * len(operations)

        # when each is changed in some way, and then again
        caller, chance = Caller(service), random.Random(1)  # noqa: S311 (no secret)
        # Reason: bodies have more to be changed than addresses.
        told_in_bodies = [each for each in made if each.body]
        picked = [chance.choice(made if chance.random() < 0.3 else told_in_bodies) for _ in range(_CALLS)]
        changed = [mutated(each, chance) for each in picked[generated:]]
        for each, answer in zip(changed, at_once(caller.send, changed), strict=True):
            assert is_documented(answer), (each, answer.body[:500])
            statuses[answer.status] += 1
        assert service.assess("B000001")["buyer_id"] == "B000001"
        row.seen = f"{statuses.total()} calls, {generated} as made: {told(statuses)}"


def called(operation: Any, service: Service, statuses: Counter[int], until: float) -> list[Made]:
    """Call an operation with what is made of its description, until the time is over; return the calls."""
    made: list[Made] = []

    @settings(max_examples=_CALLS, **_QUIET)
    @given(case=st.one_of(*(operation.as_strategy(mode) for mode in schemathesis.GenerationMode)))
    def run(case: Any) -> None:
        if time.monotonic() > until and len(made) > _FEWEST:
            raise _TimeIsOver
        answer = case.call(service.address, headers={"Authorization": f"Bearer {service.key}"}, timeout=30)
        statuses[answer.status_code] += 1
        assert b"Traceback" not in answer.content
        assert answer.status_code < 500 or answer.status_code in (503, 504), (case.path, answer.content[:500])
        sent = answer.request
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        made.append(Made(sent.method, sent.path_url, body))

    with suppress(_TimeIsOver):
        run()
    return made


class _TimeIsOver(BaseException):
    """Ends the making of calls; an `Exception` would be tried again."""


def told(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))


def _scalars() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**30, -(10**30), 10**400, 2**63, -(2**63) - 1, 1e308, -1e308, 5e-324, -0.0]),
        st.sampled_from([math.nan, math.inf, -math.inf]),
        st.floats(),
        st.text(max_size=40),
        st.sampled_from(["", " ", "\x00", "a\x00b", "\ud800", "\u202e", "💶" * 50, "é", "x" * 5000]),
        st.sampled_from(["EUR", "USD", "JPY", "XXX", "eur", "B000001", "INV-1", "2026-01-01", "0000-00-00"]),
        st.sampled_from(["9999-12-31", "10000-01-01", "2026-13-45", "2026-01-01T00:00:00Z", "1e999", "NaN"]),
        st.lists(st.integers(), max_size=3),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    )


def _facts() -> st.SearchStrategy[dict[str, Any]]:
    """Give facts of every table, some of whose fields have values of another kind."""

    def fields(name: str) -> st.SearchStrategy[dict[str, Any]]:
        columns = [column.name for column in TABLES[name].columns]
        some = st.dictionaries(st.sampled_from(columns), _scalars(), max_size=len(columns))
        return some.map(lambda chosen: {"table": name, **_GOOD.get(name, {}), **chosen})

    return st.sampled_from(sorted(TABLES)).flatmap(fields)


_GOOD: dict[str, dict[str, Any]] = {
    "invoices": {
        "invoice_id": "F1",
        "buyer_id": "FAULT",
        "issued_on": "2026-01-01",
        "due_on": "2026-02-01",
        "amount": 100,
        "currency": "EUR",
    },
    "buyers": {"buyer_id": "FAULT", "name": "Smith"},
}


def body_of(content: Any) -> bytes:
    """Return JSON as a careless sender writes it: NaN and Infinity bare, half of a surrogate pair escaped."""
    return json.dumps(content).encode()


@pytest.mark.parametrize("is_atomic", [False, True])
def test_malformed_facts(service: Service, is_atomic: bool) -> None:
    with fault("malformed facts", f"{_EXAMPLES // 2} posts of up to 12{' atomic' * is_atomic}") as row:
        caller, statuses, items = Caller(service), Counter[int](), Counter[str]()

        @settings(max_examples=_EXAMPLES // 2, **_QUIET)
        @given(facts=st.lists(_facts(), min_size=1, max_size=12), name=st.sampled_from(["FAULT", "\x00"]))
        def run(facts: list[dict[str, Any]], name: str) -> None:
            body = body_of({"items": [*facts, {"table": "buyers", "buyer_id": name}], "atomic": is_atomic})
            answer = caller.post("/v1/ledger", body)
            assert is_documented(answer), (answer.body[:500], body[:2000])
            assert answer.status != 503, (answer.body[:500], body[:2000])
            statuses[answer.status] += 1
            if answer.status == 200:
                items.update(item["status"] for item in answer.json["items"])

        run()
        assert service.assess("B000001")["buyer_id"] == "B000001"
        row.seen = f"{told(statuses)}; facts {dict(items)}"


def test_malformed_orders(service: Service) -> None:
    with fault("malformed orders", f"{_EXAMPLES} order checks") as row:
        caller, statuses = Caller(service), Counter[int]()
        good = {"buyer_id": "B000001", "order_id": "f1", "amount": 10, "currency": "EUR"}
        names = [*good, "deliver_on", "terms_days", "amends", "lang", "other"]

        @settings(max_examples=_EXAMPLES, **_QUIET)
        @given(changed=st.dictionaries(st.sampled_from(names), _scalars(), max_size=4))
        def run(changed: dict[str, Any]) -> None:
            body = body_of({**good, **changed})
            answer = caller.post("/v1/order_check", body)
            assert is_documented(answer), (answer.body[:500], body[:2000])
            assert answer.status != 503, (answer.body[:500], body[:2000])
            statuses[answer.status] += 1

        run()
        row.seen = told(statuses)


def test_bytes_that_are_no_json(service: Service) -> None:
    with fault("no JSON", f"{_EXAMPLES} bodies of bytes, doubled keys and cut JSON") as row:
        caller, statuses = Caller(service), Counter[int]()
        good = b'{"buyer_id": "B000001", "order_id": "f1", "amount": 10, "currency": "EUR"}'
        doubled = st.sampled_from(
            [
                good[:-1] + b', "amount": 11}',
                b'{"items": [{"table": "buyers", "buyer_id": "a", "buyer_id": "b"}]}',
                b'{"buyer_id": "a", "request": {"kind": "limit", "amount": 1, "amount": 2}}',
            ]
        )
        cut = st.integers(0, len(good) - 1).map(lambda place: good[:place])
        paths = st.sampled_from(["/v1/order_check", "/v1/assess", "/v1/assess_batch", "/v1/ledger"])

        @settings(max_examples=_EXAMPLES, **_QUIET)
        @given(path=paths, body=st.one_of(st.binary(max_size=200), doubled, cut))
        def run(path: str, body: bytes) -> None:
            answer = caller.post(path, body)
            assert answer.status in (400, 422), (answer.body[:300], body)
            statuses[answer.status] += 1

        run()
        row.seen = told(statuses)
