"""Facts that a call brings along: a prospect, or accounts that are not in the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from credit.assessor import Assessor
from tests.serving.process import Service
from tests.serving.schemas import problems_of

BUYER = {
    "table": "buyers", "buyer_id": "NEW-1", "name": "新客户有限公司", "country": "DE", "industry": "C",
    "industry_scheme": "ISIC",
}  # fmt: skip
ACCOUNTS = {
    "table": "statements", "buyer_id": "NEW-1", "period_end": "2025-12-31", "currency": "EUR",
    "total_assets": 900_000, "current_assets": 500_000, "current_liabilities": 250_000, "cash": 80_000,
    "equity": 300_000, "total_liabilities": 600_000, "revenue": 1_800_000, "net_income": 60_000,
}  # fmt: skip


def asked(service: Service, *facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return service.assess("NEW-1", facts=list(facts), **more)


def test_a_prospect_is_assessed_by_what_the_call_brings(service: Service) -> None:
    # given a company that the ledger does not name
    assert service.call("/v1/assess", {"buyer_id": "NEW-1"}).error["code"] == "unknown_buyer"

    # when it is asked about with a profile alone, and with accounts
    profile, accounts = asked(service, BUYER), asked(service, BUYER, ACCOUNTS, lang="zh", offers=True)

    # then what is known differs, and no payment behaviour is made up
    assert [each["information_state"] for each in (profile, accounts)] == ["profile", "accounts"]
    assert problems_of("Assessment", accounts) == []
    assert accounts["limit"]["exposure"] in (None, 0.0)

    # then nothing of it is kept
    assert service.call("/v1/assess", {"buyer_id": "NEW-1"}).error["code"] == "unknown_buyer"
    assert service.call(f"/v1/assessments/{accounts['assessment_id']}").status == 404


def test_accounts_that_come_along_count_with_the_ledger(service: Service, assessor: Assessor) -> None:
    buyer_id = assessor.buyer_ids[0]
    weak = {**ACCOUNTS, "buyer_id": buyer_id, "equity": -200_000, "net_income": -400_000}

    before, after = service.assess(buyer_id), service.assess(buyer_id, facts=[weak])

    assert after["information_state"] in ("payments_and_accounts", "accounts")
    assert after["score"]["points"] != before["score"]["points"]
    assert service.assess(buyer_id)["score"] == before["score"]


@pytest.mark.parametrize(
    ("facts", "status", "code", "field"),
    [
        ([{**BUYER, "buyer_id": "OTHER"}], 404, "unknown_buyer", "buyer_id"),
        ([BUYER, {**ACCOUNTS, "currency": "EURO"}], 422, "invalid_field", "facts.1.currency"),
        ([{"table": "fx", "currency": "USD", "on_date": "2026-01-01", "rate": 1.0}], 422, "invalid_field",
         "facts.0.table"),
        (["no fact"], 422, "invalid_field", "facts.0"),
    ],
)  # fmt: skip
def test_facts_that_are_none_are_named(
    service: Service, facts: list[Any], status: int, code: str, field: str
) -> None:
    answer = service.call("/v1/assess", {"buyer_id": "NEW-1", "facts": facts})

    assert (answer.status, answer.error["code"], answer.error["field"]) == (status, code, field)
