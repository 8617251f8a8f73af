"""The address that BentoML's own clients call."""

from __future__ import annotations

from typing import Any

import bentoml
import pytest

from credit.assessor import Assessor
from tests.serving.process import Service

ORDER = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}


def test_a_client_of_bentoml_is_told_the_same(service: Service, assessor: Assessor) -> None:
    buyer_id = assessor.buyer_ids[0]
    with bentoml.SyncHTTPClient(service.address, token=service.key) as client:
        said: dict[str, Any] = client.assess(buyer_id=buyer_id, request=ORDER, lang="zh")

    assert said == service.assess(buyer_id, request=ORDER, lang="zh")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"buyer_id": "nobody"}, 404, "unknown_buyer"),
        ({"buyer_id": 7}, 422, "invalid_field"),
        ({}, 422, "invalid_field"),
        ({"buyer_id": "B000001", "lang": "de"}, 422, "invalid_field"),
        (b"no json", 422, "invalid_field"),
    ],
)
def test_its_errors_have_the_body_of_all_others(service: Service, body: Any, status: int, code: str) -> None:
    answer = service.call("/assess", body)

    assert (answer.status, answer.error["code"]) == (status, code)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert answer.error["trace_id"] == headers["x-trace-id"]


def test_nobody_is_let_in_there_without_a_key(service: Service) -> None:
    answer = service.call("/assess", {"buyer_id": "B000001"}, Authorization="")

    assert (answer.status, answer.error["code"]) == (401, "unauthorized")
