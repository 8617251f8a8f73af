"""The client and `credence assess --url` against a served process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from credence import Client
from credence.client import ApiError
from credit.assessor import Assessor
from credit.render import render
from serving.access.ring import SECONDS_UNREVOKED
from tests.serving.process import Service, made_key

ORDER = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}


def run(service: Service, *options: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "credence", "assess", "--url", service.address, *options]
    environment = {**os.environ, "CREDENCE_API_KEY": service.key if key is None else key}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_client_says_what_the_service_says(service: Service, assessor: Assessor) -> None:
    buyer_id = assessor.buyer_ids[0]
    with Client(service.address, service.key) as client:
        said = client.assess(buyer_id, as_of="2026-03-31", request=ORDER, lang="zh", offers=True)  # type: ignore[arg-type]
        assert said == service.assess(buyer_id, as_of="2026-03-31", request=ORDER, lang="zh", offers=True)
        assert client.buyers(limit=3) == list(assessor.buyer_ids[:3])
        assert client.buyers("nobody") == []
        assert client.status()["buyers"] == len(assessor.buyer_ids)


def test_an_error_has_its_parts(
    service: Service, assessor: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the key in the environment, when calls are refused
    monkeypatch.setenv("CREDENCE_API_KEY", service.key)
    with Client(service.address) as client:
        with pytest.raises(ApiError) as unknown:
            client.assess("nobody")
        with pytest.raises(ApiError) as wrong:
            client.assess(assessor.buyer_ids[0], request={"kind": "order", "amount": -1, "currency": "EUR"})
    with Client(service.address, "crd_0_0") as stranger, pytest.raises(ApiError) as closed:
        stranger.status()

    # then each says what, where, what to do, and under which trace id the log has it
    assert (unknown.value.status, unknown.value.code, unknown.value.field) == (
        404,
        "unknown_buyer",
        "buyer_id",
    )
    assert (wrong.value.status, wrong.value.code, wrong.value.field) == (
        422,
        "invalid_field",
        "request.amount",
    )
    assert (closed.value.status, closed.value.code, closed.value.field) == (401, "unauthorized", None)
    for error in (unknown.value, wrong.value, closed.value):
        assert error.hint
        assert error.trace_id
        assert error.trace_id in str(error)


def test_the_command_prints_what_the_service_says(service: Service, assessor: Assessor) -> None:
    # given what a buyer is told for an order in the reporting currency
    buyer_id = assessor.buyer_ids[0]
    said = service.assess(buyer_id, request=ORDER, offers=True)

    # when the command asks the service without naming the currency
    told = run(service, "--buyer", buyer_id, "--amount", "50000", "--terms", "60", "--offers")

    # then it prints the same page as for a folder
    assert (told.returncode, told.stdout) == (0, render(said, "en") + "\n")
    assert told.stderr == ""


def test_the_command_tells_why_not(service: Service, assessor: Assessor) -> None:
    refused = run(service, "--buyer", assessor.buyer_ids[0], key="")
    assert refused.returncode == 2
    assert "error: expected a key in force in the header Authorization: Bearer" in refused.stderr
    assert "Traceback" not in refused.stderr
    both = run(service, "build/demo/portfolio", "--buyer", "B000001")
    assert both.returncode == 2
    assert "expected a portfolio DIR or --url URL" in both.stderr


def test_a_key_made_while_it_runs_is_known_within_seconds(
    service: Service, served_home: Path, assessor: Assessor
) -> None:
    # given a key that may only write facts, made while the service runs
    key = made_key(served_home, "ledger")

    # when it calls as soon as it is known
    with Client(service.address, key) as client:
        deadline = time.monotonic() + 2 * SECONDS_UNREVOKED
        while time.monotonic() < deadline:
            try:
                client.status()
                break
            except ApiError:
                time.sleep(0.2)

        # then it is let in where any key is, and told which scope it lacks elsewhere
        with pytest.raises(ApiError, match="a key with the scope assess") as refused:
            client.assess(assessor.buyer_ids[0])
    assert (refused.value.status, refused.value.code) == (403, "forbidden")
    assert key not in service.said()


def test_every_other_route_has_its_method(service: Service, assessor: Assessor) -> None:
    # given a buyer with an assessment that is kept
    buyer_id = assessor.buyer_ids[1]
    with Client(service.address, service.key) as client:
        said = client.assess(buyer_id)
        assert client.assessment(said["assessment_id"]) == said
        # Reason: an answer that other tests got before is kept as of then.
        newest = client.assess(buyer_id, as_of="2026-02-27")
        assert client.buyer(buyer_id)["assessments"][0]["assessment_id"] == newest["assessment_id"]
        batch = client.assess_batch([{"buyer_id": buyer_id}, {"buyer_id": "nobody"}], store=False)
        assert (batch[0]["assessment"], batch[1]["error"]["code"]) == (said, "unknown_buyer")

        # when an order is checked, listed and ended
        order = {"buyer_id": buyer_id, "order_id": "client 1", "amount": "10.00", "currency": "EUR"}
        checked = client.order_check(order)
        assert "client 1" in {each["order_id"] for each in client.orders(checked["state"])}
        assert client.decide_order("client 1", "cancelled", "erp")["state"] == "cancelled"
        assert "client 1" in {each["order_id"] for each in client.orders("cancelled")}

        # then facts, limits and what would be are told as the service tells them
        posted = client.ledger([{"table": "nothing"}], atomic=True)
        assert posted["items"][0]["code"] == "unknown_table"
        assert (
            client.ledger(books_until=date(2026, 1, 31))["books_until"] == client.status()["observed_until"]
        )
        limits = service.call("/v1/limits?limit=10000").json["limits"]
        assert list(client.limits()) == limits
        assert list(client.limits("2030-01-01")) == []
        supposed = client.whatif(buyer_id, request=ORDER, as_of="2026-03-31")  # type: ignore[arg-type]
        assert supposed["assessment"] == client.assess(buyer_id, as_of="2026-03-31", request=ORDER)  # type: ignore[arg-type]
