"""A served process tells the receiver that the environment names of what became of orders."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credit.policy import Policy
from credit.publish import Published, Review
from credit.release import current_folder
from features.errors import InputError
from serving.store.connect import open_store, store_url
from serving.store.published_rows import Source, put_in_force
from serving.webhooks.signature import is_signed
from serving.webhooks.target import Target
from tests.serving.process import Answer, Service, own_home, served
from tests.serving.schemas import problems_of
from tests.serving.webhooks.test_sender import receiver

SECRET = "the secret of the test"  # noqa: S105  (of this test alone)
SECONDS = 60

Came = list[tuple[str, bytes]]


def day(days_ago: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days_ago)).isoformat()


def lenient_release(home: Path) -> None:
    """Let the home serve a copy of its release under a policy that models refer no order by."""
    source = current_folder(home / "releases").resolve()
    (home / "releases").unlink()
    target = home / "releases" / source.name
    shutil.copytree(source, target)
    (home / "releases" / "current").write_text(source.name)
    policy, head = target / "policy.yaml", target / "release.json"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("highest_pd: 0.2", "highest_pd: 0.9"), encoding="utf-8")
    told = json.loads(head.read_text(encoding="utf-8")) | {"policy_hash": Policy.load(policy).hash}
    head.write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture
def telling(
    reported_home: Path, demo_portfolio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Service, Path, Came]]:
    home = own_home(reported_home, tmp_path)
    lenient_release(home)
    with receiver([]) as (url, came):
        monkeypatch.setenv("CREDENCE_WEBHOOK_URL", url)
        monkeypatch.setenv("CREDENCE_WEBHOOK_SECRET", SECRET)
        with served(home, "--portfolio", str(demo_portfolio)) as service:
            yield service, home, came


def new_buyer() -> list[dict[str, Any]]:
    """Return facts of a buyer that has paid on the day for two years, and that owes one invoice since."""
    facts: list[dict[str, Any]] = [
        {
            "table": "buyers",
            "buyer_id": "NEW",
            "country": "DE",
            "size_class": "large",
            "founded_on": "1960-01-01",
        }
    ]
    for number in range(1, 37):
        name, due = f"N-{number}", 50 + 20 * (number - 1)
        dates = {"issued_on": day(due + 30), "due_on": day(due)}
        invoice = {"table": "invoices", "invoice_id": name, "buyer_id": "NEW", "amount": "5000.00"}
        facts.append({**invoice, "currency": "EUR", **dates})
        if number > 1:
            facts.append(payment(name, due))
    return facts


def payment(invoice_id: str, days_ago: int) -> dict[str, Any]:
    paid = {"table": "allocations", "allocation_id": f"P-{invoice_id}", "invoice_id": invoice_id}
    return {**paid, "amount": "5000.00", "kind": "payment", "settled_on": day(days_ago)}


def patiently(service: Service, path: str, body: Any) -> Any:
    """Call until the figures of the month end are made."""
    deadline = time.monotonic() + SECONDS
    while True:
        answer: Answer = service.call(path, body)
        if answer.status != 503 or time.monotonic() > deadline:
            assert answer.status == 200, answer.body
            return answer.json
        time.sleep(0.5)


def test_an_order_that_is_held_and_then_paid_for_is_told_twice(
    telling: tuple[Service, Path, Came],
) -> None:
    # given a new buyer with a limit in force that has paid on the day, but for one invoice
    service, home, came = telling
    limit = Published("7", "7", 50_000.0, "EUR", datetime.now(UTC).date(), date(2099, 1, 1))
    store = open_store(store_url(home, {}))
    with store.writing() as connection:
        reviews = [("NEW", Review(limit, "first", "first"), None)]
        put_in_force(connection, reviews, Source("test", datetime.now(UTC)))
    store.close()
    posted = service.call("/v1/ledger", {"items": new_buyer(), "atomic": True}).json
    assert {each["status"] for each in posted["items"]} == {"accepted"}

    # when an order is checked, and the invoice is paid after that
    order = {"buyer_id": "NEW", "order_id": "SO-1", "amount": "1000.00", "currency": "EUR"}
    assert patiently(service, "/v1/order_check", order)["state"] == "held"
    paid = {"items": [payment("N-1", 0)]}
    assert patiently(service, "/v1/ledger", paid)["orders_released"] == ["SO-1"]

    # then the receiver is told of both, signed, and nothing waits any more
    deadline = time.monotonic() + SECONDS
    while len(came) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    told = [json.loads(body) for _, body in came]
    assert [each["kind"] for each in told] == ["order.held", "order.released"]
    assert {each["data"]["order_id"] for each in told} == {"SO-1"}
    now = int(datetime.now(UTC).timestamp())
    assert all(is_signed(SECRET, body, header, now) for header, body in came)
    status = service.call("/v1/status").json
    assert problems_of("Status", status) == []
    while status["webhook"]["waiting"] and time.monotonic() < deadline:
        status = service.call("/v1/status").json
    assert status["webhook"] == {"waiting": 0, "last_error": None}
    assert SECRET not in service.said()


@pytest.mark.parametrize(
    "url",
    ["http://erp.example.com/in", "ftp://erp.example.com", "https://", "erp.example.com", "http://[", "//x"],
)
def test_an_address_that_others_could_read_along_is_refused(url: str) -> None:
    told = {"CREDENCE_WEBHOOK_URL": url, "CREDENCE_WEBHOOK_SECRET": SECRET}
    with pytest.raises(InputError, match="an https address"):
        Target.from_environment(told)


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_receiver_without_a_proper_secret_is_refused(secret: str) -> None:
    told = {"CREDENCE_WEBHOOK_URL": "https://erp.example.com", "CREDENCE_WEBHOOK_SECRET": secret}
    with pytest.raises(InputError, match="a secret of at least 16 characters"):
        Target.from_environment(told)


@pytest.mark.parametrize("url", ["http://localhost:9000/x", "http://[::1]:9000", "https://erp.example.com"])
def test_this_machine_and_https_are_taken(url: str) -> None:
    target = Target.from_environment({"CREDENCE_WEBHOOK_URL": url, "CREDENCE_WEBHOOK_SECRET": SECRET})
    assert target is not None
    assert target.url == url
    assert SECRET not in repr(target)
