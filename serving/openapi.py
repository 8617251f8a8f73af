"""The OpenAPI document: written by hand, with a real answer and every error."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from serving.access.refusals import forbidden, keys_unreadable, rate_limited, unauthorized
from serving.contract import EXPECTED
from serving.errors import ERRORS, CallError

__all__ = ["specification"]

_BUSY = "call again in a few seconds"
_TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"

_CLOSED = CallError(
    "order_closed",
    "an order that is open",
    "one that is cancelled",
    "use another 'order_id'",
    path="order_id",
)

RESPONSES = {
    "InvalidJson": [
        CallError("invalid_json", EXPECTED[""], "text that is none, at line 1 column 2", "correct the body")
    ],
    "Unauthorized": [unauthorized()],
    "Forbidden": [forbidden("assess")],
    "SlowBody": [CallError("slow_body", "the whole body within 8 seconds", "a part of it", "send it again")],
    "NotJsonType": [
        CallError(
            "not_json_type",
            "a body of application/json in UTF-8",
            "another type",
            "send the header Content-Type",
        )
    ],
    "RateLimited": [rate_limited(600, 1)],
    "UnknownBuyer": [
        CallError("unknown_buyer", EXPECTED["buyer_id"], "an unknown one", "check the id", path="buyer_id")
    ],
    "UnknownAssessment": [
        CallError(
            "unknown_assessment",
            "the id of an assessment that was kept",
            "an unknown one",
            "check the id",
            path="assessment_id",
        )
    ],
    "UnknownOrder": [
        CallError(
            "unknown_order",
            "the id of an order that was checked",
            "an unknown one",
            "check the id, or ask about the order first",
            path="order_id",
        )
    ],
    "OrderConflict": [
        CallError(
            "order_conflict",
            "an order that is new, or the same as before",
            "another order of this id",
            "correct 'order_id', or send 'amends': true",
            path="order_id",
        ),
        _CLOSED,
    ],
    "OrderClosed": [_CLOSED],
    "TooLarge": [
        CallError("too_large", "a body of at most 65536 bytes", "a larger one", "send less in one call")
    ],
    "InvalidField": [
        CallError("invalid_field", EXPECTED["request.amount"], "null", "correct it", path="request.amount")
    ],
    "Internal": [
        CallError("internal", "an answer", "a fault of the service", "tell the operator the trace id")
    ],
    "TimedOut": [
        CallError(
            "timeout", "an answer within 10 seconds", "work that takes longer", "call again after a while"
        )
    ],
    "NotReady": [
        CallError("loading", "a loaded release", "one that still loads", _BUSY),
        CallError("no_release", "a release in CREDENCE_HOME", "none", "train a model first"),
        CallError(
            "no_ledger", "a store with a portfolio", "an empty one", "load a portfolio: credence load DIR"
        ),
        CallError(
            "not_scored", "a buyer who can be scored", "none among 200", "check the sources of the portfolio"
        ),
        keys_unreadable(),
        CallError("busy", "the figures of that month end", "ones that are being made", _BUSY),
        CallError(
            "store_unreachable",
            "a store that answers",
            "one that does not",
            "the operator finds the cause in the log",
        ),
    ],
}
"""Errors by the name of their response in the document."""


@cache
def specification() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document.

    Examples
    --------
    >>> sorted(specification()["paths"])[:3]
    ['/livez', '/readyz', '/v1/assess']
    """
    document = _read("openapi.yaml")
    more, parts = _read("routes.yaml"), document["components"]
    document["paths"] |= more["paths"]
    parts["schemas"] |= more["components"]["schemas"]
    parts["examples"] = {
        "Assessment": {**parts["examples"]["Assessment"], "value": _read("assessment.yaml")},
        **{name: {"value": value} for name, value in _read("answers.yaml").items()},
    }
    parts["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"] = list(ERRORS)
    parts["responses"] = {name: _response(errors) for name, errors in RESPONSES.items()}
    return dict(document)


def _read(name: str) -> dict[str, Any]:
    text = files("serving").joinpath("description", name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _example(error: CallError) -> dict[str, Any]:
    return {"error": {**error.as_json()["error"], "trace_id": _TRACE_ID}}


def _response(errors: list[CallError]) -> dict[str, Any]:
    meaning = "; ".join(f"`{error.code}`: {ERRORS[error.code].meaning}" for error in errors)
    content = {
        "schema": {"$ref": "#/components/schemas/Error"},
        "examples": {error.code: {"value": _example(error)} for error in errors},
    }
    return {"description": meaning, "content": {"application/json": content}}
