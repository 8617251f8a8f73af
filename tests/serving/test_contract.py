"""What a call may say, without a service."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.request import LARGEST_AMOUNT
from serving.contract import (
    EXPECTED,
    AssessCall,
    BatchCall,
    DecisionCall,
    LedgerCall,
    OrderCall,
    RequestPart,
    WhatIfCall,
)
from serving.contract import parse_call as parse
from serving.errors import ERRORS, CallError

ORDER: dict[str, Any] = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}


def parse_call(content: bytes) -> AssessCall:
    return parse(content, AssessCall).together()


def body(**call: Any) -> bytes:
    return json.dumps({"buyer_id": "B1", **call}).encode()


def with_request(**changed: Any) -> bytes:
    return body(request={**ORDER, **changed})


def without(name: str) -> bytes:
    return body(request={key: value for key, value in ORDER.items() if key != name})


def test_a_full_call_is_read() -> None:
    # given a call with everything in it, when it is read
    call = parse_call(body(as_of="2026-01-31", lang="zh", request={**ORDER, "amount": "1250.50"}))
    asked = call.asked("USD")

    # then nothing is lost or changed
    assert (call.buyer_id, call.as_of, call.lang) == ("B1", "2026-01-31", "zh")
    assert asked is not None
    assert (asked.kind, asked.amount, asked.currency, asked.terms_days) == ("order", 1250.5, "EUR", 60)
    assert not asked.assumed


def test_terms_alone_need_no_money() -> None:
    asked = parse_call(body(request={"kind": "terms", "due_on": "2026-03-31"})).asked("USD")
    assert asked is not None
    assert (asked.amount, asked.currency, asked.due_on) == (None, "USD", date(2026, 3, 31))


REFUSED_JSON = [
    *(b"", b"   ", b"{", b"\xff\xfe{", b"[" * 5000),
    *(b'{"buyer_id": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}'),
    *(with_request(amount=math.nan), b'{"buyer_id":"B1","request":{"amount":1e999}}'),
]


@pytest.mark.parametrize("content", REFUSED_JSON, ids=range(len(REFUSED_JSON)))
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(CallError) as refusal:
        parse_call(content)
    assert (refusal.value.code, refusal.value.status) == ("invalid_json", 400)


REFUSED_FIELDS = [
    (b"[]", "", "a list"),
    (b'"B1"', "", "another text"),
    (b"null", "", "null"),
    (b"{}", "buyer_id", "nothing"),
    (body(buyer_id=7), "buyer_id", "a number"),
    (body(buyer_id=""), "buyer_id", "an empty text"),
    (body(buyer_id="x" * 201), "buyer_id", "another text"),
    (body(buyer_id=None), "buyer_id", "null"),
    (body(stored=False), "stored", "an unknown field"),
    (body(store="no"), "store", "another text"),
    (body(parts="limit"), "parts", "another text"),
    (body(lang="de"), "lang", "another text"),
    (body(as_of="today"), "as_of", "another text"),
    (body(as_of="2026-02-30"), "as_of", "another text"),
    (body(as_of="7/1/2026"), "as_of", "another text"),
    (body(as_of="2026-01-01T25:00"), "as_of", "another text"),
    (body(as_of="0001-01-01"), "as_of", "another text"),
    (body(as_of=20260101), "as_of", "a number"),
    (body(request=[]), "request", "a list"),
    (body(request={}), "request.kind", "nothing"),
    (with_request(kind="gift"), "request.kind", "another text"),
    (with_request(extra=1), "request.extra", "an unknown field"),
    (with_request(assumed=True), "request.assumed", "an unknown field"),
    (without("amount"), "request.amount", "nothing"),
    (with_request(amount=-1), "request.amount", "a number out of range"),
    (with_request(amount=0), "request.amount", "a number out of range"),
    (with_request(amount=1e15), "request.amount", "a number out of range"),
    (with_request(amount="NaN"), "request.amount", "another text"),
    (with_request(amount="-5"), "request.amount", "another text"),
    (with_request(amount="1,000"), "request.amount", "another text"),
    (with_request(amount="1e3"), "request.amount", "another text"),
    (with_request(amount=True), "request.amount", "true or false"),
    (with_request(amount=[5]), "request.amount", "a list"),
    (without("currency"), "request.currency", "nothing"),
    (with_request(currency="EURO"), "request.currency", "another text"),
    (with_request(currency="eur"), "request.currency", "another text"),
    (with_request(currency=978), "request.currency", "a number"),
    (with_request(terms_days=-1), "request.terms_days", "a number out of range"),
    (with_request(terms_days=60.5), "request.terms_days", "a number"),
    (with_request(terms_days="60"), "request.terms_days", "another text"),
    (with_request(terms_days=1e300), "request.terms_days", "a number"),
    (with_request(due_on="2026-03-31"), "request.due_on", "both"),
    (with_request(terms_days=None, due_on="soon"), "request.due_on", "another text"),
    (with_request(terms_days=None, due_on=0), "request.due_on", "a number"),
]


@pytest.mark.parametrize(("content", "path", "found"), REFUSED_FIELDS, ids=range(len(REFUSED_FIELDS)))
def test_a_field_that_is_not_legal_is_named(content: bytes, path: str, found: str) -> None:
    # given a call with one thing wrong, when it is read
    with pytest.raises(CallError) as refusal:
        parse_call(content)
    error = refusal.value

    # then the error names the field, what it should be, what it is by its kind, and the next step
    assert (error.code, error.status) == ("invalid_field", 422)
    assert (error.path, error.found) == (path, found)
    assert error.expected
    assert error.next_step


@given(amount=st.floats(min_value=0.01, max_value=LARGEST_AMOUNT))
def test_a_number_and_its_text_are_the_same_amount(amount: float) -> None:
    # given an amount with two decimals, as JSON number and as text
    text = f"{amount:.2f}"
    read = [parse_call(with_request(amount=form)).request for form in (float(text), text)]

    # then both are read as the same number
    assert [part.amount for part in read if part is not None] == [float(text)] * 2


NAMES = ["buyer_id", "request", "as_of", "lang", "amount", "kind", "x"]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)


@given(
    content=st.recursive(
        SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner)
    )
)
def test_whatever_json_is_sent_it_is_read_or_refused(content: Any) -> None:
    refused = ""
    try:
        parse_call(json.dumps(content).encode())
    except CallError as error:
        refused = error.code
    assert refused in {"", "invalid_field", "invalid_json"}


def test_an_error_never_repeats_a_value() -> None:
    # given a call with a value that must not come back
    with pytest.raises(CallError) as refusal:
        parse_call(with_request(currency="Smith & Sons"))

    # then it is in no part of the answer
    assert "Smith" not in json.dumps(refusal.value.as_json())


def test_every_field_says_what_it_is_expected_to_be() -> None:
    calls = (AssessCall, BatchCall, DecisionCall, LedgerCall, OrderCall, WhatIfCall)
    fields = {name for call in calls for name in call.model_fields}
    fields |= {f"request.{name}" for name in RequestPart.model_fields}
    of_queries = {"changed_since"}
    assert fields | of_queries == set(EXPECTED) - {""}


def test_every_error_has_one_body() -> None:
    keys = {"code", "message", "field", "hint", "trace_id"}
    for code in ERRORS:
        body_of = CallError(code, "a", "b", "c").as_json()
        assert set(body_of) == {"error"}
        assert set(body_of["error"]) == keys


@pytest.mark.parametrize(
    "body",
    [
        b'{"buyer_id": "A", "buyer_id": "B"}',
        b'{"buyer_id": "A", "request": {"kind": "order", "amount": 1, "amount": 2, "currency": "EUR"}}',
    ],
)
def test_a_key_that_is_named_twice_is_refused(body: bytes) -> None:
    with pytest.raises(CallError, match="a key that is named twice") as refused:
        parse_call(body)
    assert refused.value.code == "invalid_json"


@pytest.mark.parametrize(
    ("kind", "said", "path"),
    [
        (AssessCall, {"buyer_id": "B\x00"}, "buyer_id"),
        (WhatIfCall, {"buyer_id": "\x00"}, "buyer_id"),
        (OrderCall, {"buyer_id": "B", "order_id": "o\x00", "amount": 1, "currency": "EUR"}, "order_id"),
        (DecisionCall, {"state": "held", "by": "me\x00"}, "by"),
        (DecisionCall, {"state": "held", "by": "me", "reason": "\x00"}, "reason"),
    ],
)
def test_a_text_that_postgresql_cannot_keep_is_refused(kind: Any, said: dict[str, Any], path: str) -> None:
    with pytest.raises(CallError) as refused:
        parse(json.dumps(said).encode(), kind)
    assert (refused.value.code, refused.value.path) == ("invalid_field", path)
