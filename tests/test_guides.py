"""What the guides of the service show is what it takes and says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.columns import TABLES
from features.portfolio import from_frames
from features.seller import Seller
from serving.access.scopes import need_of
from serving.contract import LedgerCall, parse_call
from serving.errors import ERRORS
from serving.routes import make_application
from serving.state import State
from serving.store.connect import open_store
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio
from serving.webhooks.signature import signature

_DOCS = Path(__file__).parent.parent / "docs"
_GUIDES = sorted((_DOCS / "guides").glob("*.md"))
_NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def text_of(name: str) -> str:
    return (_DOCS / "guides" / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    """Return the blocks of a kind in a guide."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)


def rows_under(name: str, header: str) -> list[list[str]]:
    """Return the cells of a table by its header."""
    _, _, rest = text_of(name).partition(f"{header}\n")
    lines = rest.split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def facts_of_the_guide() -> bytes:
    return next(block for block in blocks("integrate.md", "json") if '"table": "buyers"' in block).encode()


def test_every_error_is_told_what_to_do_at() -> None:
    rows = rows_under("integrate.md", "| code | status | again | what the ERP does |")
    told = {code.strip("`"): (int(status), int(again) if again else None) for code, status, again, _ in rows}

    assert told == {code: (kind.status, kind.retry_after) for code, kind in ERRORS.items()}
    assert all(step for *_, step in rows)


def test_the_balancer_errs_in_the_words_of_the_service() -> None:
    (nginx,) = blocks("deploy.md", "nginx")
    told = re.findall(r"return (\d+) '(.*)';", nginx)
    assert len(told) == 3
    for status, body in told:
        error = json.loads(body)["error"]
        assert ERRORS[error["code"]].status == int(status)
        assert list(error) == ["code", "message", "field", "hint", "trace_id"]


def test_the_facts_of_the_guide_are_accepted(tmp_path: Path) -> None:
    # given a store of another buyer, and a fact of every table there is
    call = parse_call(facts_of_the_guide(), LedgerCall)
    assert [item["table"] for item in call.items] == list(dict.fromkeys(item["table"] for item in call.items))
    assert {item["table"] for item in call.items} == set(TABLES)
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    load_portfolio(store, other_buyer(), history=True, now=_NOW)

    # when it is posted twice
    first = post_ledger(store, call.items, now=_NOW)
    again = post_ledger(store, call.items, now=_NOW)
    store.close()

    # then it is there once
    assert [item["status"] for item in first.items] == ["accepted"] * len(TABLES)
    assert [item["status"] for item in again.items] == ["unchanged"] * len(TABLES)


def other_buyer() -> Any:
    invoice = {
        "invoice_id": "R-1", "buyer_id": "C1", "issued_on": "2026-01-05", "due_on": "2026-02-04",
        "amount": "100.00", "currency": "EUR", "recorded_at": "2026-01-05T00:00:00Z",
    }  # fmt: skip
    seller = Seller("me", country="DE", reporting_currency="EUR")
    return from_frames({"invoices": pd.DataFrame([invoice])}, seller)


def test_the_check_of_a_signature_is_right() -> None:
    # given the five lines of the guide
    code = next(block for block in blocks("integrate.md", "python") if "def is_ours" in block)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 (a page of this repository)
    is_ours: Callable[[str, bytes, str], bool] = names["is_ours"]
    body, second = b'{"id": "evt_2"}', int(names["time"].time())

    # then they take what is signed with the secret within five minutes, and nothing else
    assert is_ours("secret", body, signature("secret", body, second))
    assert not is_ours("secret", body + b" ", signature("secret", body, second))
    assert not is_ours("other", body, signature("secret", body, second))
    assert not is_ours("secret", body, signature("secret", body, second - 400))


def test_the_addresses_are_those_of_the_service() -> None:
    told = {}
    for addresses, scope, _ in rows_under("service.md", "| address | scope | what it does |"):
        for address in re.findall(r"`(?:[A-Z]+ )?(/[^`?]*)", addresses):
            told[address.replace("{id}", "{one}").replace("{order_id}", "{one}")] = scope
    routes = {
        re.sub(r"\{\w+\}", "{one}", getattr(route, "path_format", ""))
        for route in make_application(State()).routes
    }
    assert {path for path in routes if path.startswith("/v1/")} <= set(told) <= routes
    words = {"public": "none", "any key": "any"}
    assert {path: words.get(need_of(path), need_of(path)) for path in told} == told


@pytest.mark.parametrize("page", _GUIDES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(
        r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")
    ):
        file = page if not target else page.parent / target
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings]
