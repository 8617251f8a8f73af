"""The OpenAPI document says what the service really takes and gives."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from serving.access.scopes import CLOSED, need_of
from serving.contract import (
    AssessCall,
    BatchCall,
    DecisionCall,
    LedgerCall,
    OrderCall,
    RequestPart,
    WhatIfCall,
    parse_call,
)
from serving.errors import ERRORS, CallError
from serving.openapi import specification
from serving.routes import make_application
from serving.state import State
from tests.serving.schemas import problems_of

CALLS = {
    "AssessCall": AssessCall,
    "BatchCall": BatchCall,
    "DecisionCall": DecisionCall,
    "LedgerCall": LedgerCall,
    "OrderCall": OrderCall,
    "Request": RequestPart,
    "WhatIfCall": WhatIfCall,
}
"""The contract of each schema of a call."""


def examples_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the examples of an answer in JSON; those of CSV have no schema."""
    return dict(resolved(answer)["content"].get("application/json", {}).get("examples", {}))


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = specification()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in specification()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize("name", sorted(specification()["components"]["schemas"]))
def test_every_schema_is_one(name: str) -> None:
    schema = specification()["components"]["schemas"][name]
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, list):
            return [one for each in part for one in references(each)]
        if not isinstance(part, dict):
            return []
        here = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return here + [one for each in part.values() for one in references(each)]

    for reference in references(specification()):
        assert resolved({"$ref": reference})


def test_every_address_is_described_with_its_methods() -> None:
    # given the routes of the application that are not the page's
    routes = {
        route.path_format: {method.lower() for method in route.methods} - {"head"}
        for route in make_application(State()).routes
        if route.path.startswith(("/v1", "/livez", "/readyz"))
    }

    # then the document has these and no others
    described = {path: set(methods) for path, methods in specification()["paths"].items()}
    assert described == routes


def test_every_error_is_described() -> None:
    # given every error that is an example of some operation's response
    shown = set()
    for _, _, operation in operations():
        for answer in operation["responses"].values():
            for name, example in examples_of(answer).items():
                if name in ERRORS:
                    shown.add(name)
                    assert problems_of("Error", example["value"]) == []

    # then these are all but those of addresses that are not described
    assert shown == set(ERRORS) - {"not_found", "method_not_allowed"}


def test_errors_stand_under_their_status() -> None:
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            for name in examples_of(answer):
                if name in ERRORS:
                    assert ERRORS[name].status == int(status)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_schema_of_a_call_has_the_fields_of_the_contract(name: str) -> None:
    schema, fields = specification()["components"]["schemas"][name], CALLS[name].model_fields
    assert set(schema["properties"]) == set(fields)
    assert set(schema.get("required", ())) == {each for each in fields if fields[each].is_required()}
    defaults = {each: part["default"] for each, part in schema["properties"].items() if "default" in part}
    assert defaults == {each: fields[each].default for each in defaults}


def test_the_examples_of_calls_can_be_sent() -> None:
    shown = set()
    for _, _, operation in operations():
        if "requestBody" not in operation:
            continue
        content = operation["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        shown.add(name)
        for example in content["examples"].values():
            assert problems_of(name, example["value"]) == []
            assert parse_call(json.dumps(example["value"]).encode(), CALLS[name])
    assert shown == set(CALLS) - {"Request"}


def test_the_examples_of_answers_are_what_their_schemas_say() -> None:
    shown = set()
    for _, _, operation in operations():
        answer = operation["responses"]["200"]["content"].get("application/json", {})
        for example in answer.get("examples", {}).values():
            name = answer["schema"]["$ref"].rpartition("/")[2]
            shown.add(name)
            assert problems_of(name, resolved(example)["value"]) == []
    assert shown == {"Assessment", "Buyer", "CheckedOrder", "LimitList", "OrderList", "Posted"}


def test_what_is_described_is_open_to_some_key_and_says_what_it_refuses() -> None:
    for path, method, operation in operations():
        assert need_of(path.replace("{", "").replace("}", "")) != CLOSED
        answers = set(operation["responses"])
        if operation.get("security") != []:
            assert {"401", "429", "500", "503"} <= answers
        if method == "post":
            assert {"400", "408", "413", "415", "422"} <= answers


@pytest.mark.parametrize(
    "wrong",
    [{}, {"buyer_id": ""}, {"buyer_id": "B1", "store": 1}, {"buyer_id": "B1", "lang": "de"},
     {"buyer_id": "B1", "as_of": "today"}, {"buyer_id": "B1", "request": {"kind": "order", "amount": -1}},
     {"buyer_id": "B1", "request": {"kind": "gift"}},
     {"buyer_id": "B1", "request": {"kind": "terms", "x": 1}}],
)  # fmt: skip
def test_schema_and_contract_refuse_the_same(wrong: dict[str, Any]) -> None:
    assert problems_of("AssessCall", wrong)
    with pytest.raises(CallError):
        parse_call(json.dumps(wrong).encode(), AssessCall)


def test_the_example_of_an_assessment_is_one() -> None:
    example = specification()["components"]["examples"]["Assessment"]["value"]
    assert problems_of("Assessment", example) == []
    assert example["limit"]["amount"] > 0
