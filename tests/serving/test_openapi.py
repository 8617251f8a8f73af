"""The OpenAPI document says what the service really takes and gives."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from serving.contract import AssessCall, RequestPart, parse_call
from serving.errors import ERRORS, CallError
from serving.openapi import specification
from serving.routes import make_application
from serving.state import State
from tests.serving.schemas import problems_of


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
        route.path: {method.lower() for method in route.methods} - {"head"}
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
            for name, example in resolved(answer)["content"]["application/json"].get("examples", {}).items():
                if name in ERRORS:
                    shown.add(name)
                    assert problems_of("Error", example["value"]) == []

    # then these are all but those of addresses that are not described
    assert shown == set(ERRORS) - {"not_found", "method_not_allowed"}


def test_errors_stand_under_their_status() -> None:
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            for name in resolved(answer)["content"]["application/json"].get("examples", {}):
                if name in ERRORS:
                    assert ERRORS[name].status == int(status)


def test_the_schema_of_a_call_has_the_fields_of_the_contract() -> None:
    schemas = specification()["components"]["schemas"]
    assert set(schemas["AssessCall"]["properties"]) == set(AssessCall.model_fields)
    assert set(schemas["Request"]["properties"]) == set(RequestPart.model_fields)


def test_the_examples_of_calls_can_be_sent() -> None:
    content = specification()["paths"]["/v1/assess"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert problems_of("AssessCall", example["value"]) == []
        assert parse_call(json.dumps(example["value"]).encode())


@pytest.mark.parametrize(
    "wrong",
    [{}, {"buyer_id": ""}, {"buyer_id": "B1", "store": False}, {"buyer_id": "B1", "lang": "de"},
     {"buyer_id": "B1", "as_of": "today"}, {"buyer_id": "B1", "request": {"kind": "order", "amount": -1}},
     {"buyer_id": "B1", "request": {"kind": "gift"}},
     {"buyer_id": "B1", "request": {"kind": "terms", "x": 1}}],
)  # fmt: skip
def test_schema_and_contract_refuse_the_same(wrong: dict[str, Any]) -> None:
    assert problems_of("AssessCall", wrong)
    with pytest.raises(CallError):
        parse_call(json.dumps(wrong).encode())


def test_the_example_of_an_assessment_is_one() -> None:
    example = specification()["components"]["examples"]["Assessment"]["value"]
    assert problems_of("Assessment", example) == []
    assert example["limit"]["amount"] > 0
