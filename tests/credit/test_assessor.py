from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from credit.assessor import Assessor, UnknownBuyer
from credit.extras import Extras
from credit.levers import IMMUTABLE
from credit.orders import Order
from credit.release import Release
from credit.request import Request
from features.build import Packed, pack_portfolio
from features.errors import InputError
from tests.credit.ledgers import books, invoice


@pytest.fixture(scope="session")
def assessor(demo_packed: Packed, demo_release: Release) -> Assessor:
    return Assessor(demo_packed, demo_release)


@pytest.fixture(scope="session")
def everybody(assessor: Assessor) -> tuple[pd.DataFrame, dict[str, dict]]:
    values, told = assessor.assess_all()
    return values, {assessment["buyer_id"]: assessment for assessment in told}


def numbers(value: object, path: str = "") -> dict[str, object]:
    """Every leaf of a JSON object by its path."""
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in numbers(part, f"{path}.{key}").items()}
    if isinstance(value, list):
        return {k: v for at, part in enumerate(value) for k, v in numbers(part, f"{path}.{at}").items()}
    return {path: value}


def test_one_buyer_and_the_list_say_the_same(assessor: Assessor, everybody):
    _, told = everybody
    for buyer_id in assessor.buyer_ids[::15]:
        alone, listed = numbers(assessor.assess(buyer_id)), numbers(told[buyer_id])
        assert alone.keys() == listed.keys()
        for path, value in alone.items():
            if isinstance(value, float):
                assert listed[path] == pytest.approx(value, rel=1e-9, abs=1e-9), path
            else:
                assert listed[path] == value, path


def test_every_buyer_gets_an_answer_without_nan(everybody, assessor: Assessor):
    values, told = everybody
    assert list(told) == list(assessor.buyer_ids) == values.index.tolist()
    json.dumps(list(told.values()), allow_nan=False)
    states = {assessment["information_state"] for assessment in told.values()}
    assert {"payments_and_accounts", "payments"} <= states
    assert {assessment["default"]["status"] for assessment in told.values()} >= {"ok"}


def test_points_add_up_to_the_score(everybody):
    _, told = everybody
    scored = [
        assessment["score"] for assessment in told.values() if assessment["score"]["points"] is not None
    ]
    assert len(scored) > 100
    for score in scored:
        total = score["base"] + sum(group["points"] for group in score["groups"])
        assert total == pytest.approx(score["points"], abs=1e-6)


def test_the_end_of_the_books_is_the_default_moment(assessor: Assessor):
    until = assessor.packed.portfolio.observed_until
    assert assessor.moment(None) == until
    buyer = assessor.buyer_ids[0]
    assert assessor.assess(buyer) == assessor.assess(buyer, f"{until.isoformat()}Z")
    assert assessor.assess(buyer)["as_of"] == f"{until.isoformat()}Z"


def test_a_date_means_its_end_where_the_seller_is(assessor: Assessor):
    assert assessor.packed.portfolio.seller.timezone == "Europe/Berlin"
    assert assessor.moment("2026-03-31") == pd.Timestamp("2026-03-31T21:59:59")
    assert assessor.moment("2026-03-31T10:00:00Z") == pd.Timestamp("2026-03-31T10:00:00")


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "2026-02-30", ""])
def test_an_unreadable_moment_is_refused(assessor: Assessor, as_of):
    with pytest.raises(InputError, match="expected a date like"):
        assessor.assess(assessor.buyer_ids[0], as_of)


def test_an_unknown_buyer_is_refused_without_naming_it(assessor: Assessor):
    with pytest.raises(UnknownBuyer) as refused:
        assessor.assess("Nobody & Sons")
    assert "Nobody" not in str(refused.value)


def test_another_sellers_release_is_refused(demo_packed: Packed, demo_release: Release):
    other = replace(demo_release, seller_id="somebody")
    with pytest.raises(InputError, match="expected a portfolio of seller 'somebody'"):
        Assessor(demo_packed, other)


def usual_buyer(everybody) -> str:
    values, told = everybody
    known = values.index[values["request_amount"].notna() & (values["in_default"] == 0)]
    return next(buyer for buyer in known if told[buyer]["late"]["status"] == "ok")


def test_without_a_request_the_usual_invoice_stands_in(assessor: Assessor, everybody):
    values, told = everybody
    buyer = usual_buyer(everybody)
    request = told[buyer]["request"]
    assert request["assumed"] is True
    assert request["amount"] == values.loc[buyer, "median_invoice_amount_365d"]
    nothing = values.index[values["request_amount"].isna()]
    assert len(nothing)
    assert {told[name]["late"]["status"] for name in nothing} == {"no_request"}
    assert {told[name]["late"]["probability"] for name in nothing} == {None}


def test_the_request_moves_the_late_model_and_never_the_default_model(assessor: Assessor, everybody):
    buyer = usual_buyer(everybody)
    small = assessor.assess(buyer, request=Request("order", 100.0, "EUR", terms_days=7))
    large = assessor.assess(buyer, request=Request("order", 900_000.0, "EUR", terms_days=120))
    assert small["default"] == large["default"]
    assert small["score"] == large["score"]
    assert small["late"]["probability"] != large["late"]["probability"]
    assert large["request"] == {
        "kind": "order", "amount": 900_000.0, "currency": "EUR", "terms_days": 120, "due_on": None,
        "assumed": False,
    }  # fmt: skip


def test_a_request_in_another_currency_is_converted_at_the_rate_of_the_day(assessor: Assessor, everybody):
    buyer = usual_buyer(everybody)
    fx = assessor.packed.portfolio.tables["fx"]
    dollar = fx[fx["currency"] == "USD"].sort_values("recorded_at")["rate"].iloc[-1]
    in_euro = assessor.assess(buyer, request=Request("order", 50_000.0 * dollar, "EUR", terms_days=30))
    in_dollar = assessor.assess(buyer, request=Request("order", 50_000.0, "USD", terms_days=30))
    assert in_dollar["late"]["probability"] == pytest.approx(in_euro["late"]["probability"], abs=1e-9)


def test_a_request_in_a_currency_without_rate_is_refused(assessor: Assessor):
    with pytest.raises(InputError, match="load rates for NOK into table fx"):
        assessor.assess(assessor.buyer_ids[0], request=Request("order", 5.0, "NOK"))


def test_the_language_changes_texts_only(assessor: Assessor):
    buyer = assessor.buyer_ids[3]
    english, chinese = numbers(assessor.assess(buyer)), numbers(assessor.assess(buyer, lang="zh"))
    different = {path for path in english if english[path] != chinese[path]}
    assert different
    assert {path.rpartition(".")[2] for path in different} == {"text"}


def test_before_the_books_nobody_knows_what_is_owed(assessor: Assessor):
    # given books that begin on 2022-07-01, where the seller is
    begin = assessor.packed.portfolio.observed_from
    buyer = assessor.buyer_ids[0]

    before = assessor.assess(buyer, (begin - pd.Timedelta(seconds=1)).isoformat() + "Z")
    after = assessor.assess(buyer, begin.isoformat() + "Z")

    assert (before["limit"]["exposure"], before["limit"]["overdue_amount"]) == (None, None)
    assert before["warnings"][0]["date"] == "2022-07-01"
    assert after["limit"]["exposure"] is not None


def test_a_moment_outside_the_books_is_warned_of(assessor: Assessor):
    def codes(as_of: str) -> list[str]:
        told = assessor.assess(assessor.buyer_ids[0], as_of)
        return [warning["code"] for warning in told["warnings"] if warning["field"] == "as_of"]

    assert codes("2026-07-06") == ["books_behind"]
    assert assessor.assess(assessor.buyer_ids[0], "2026-07-06")["warnings"][0]["date"] == "2026-06-30"
    assert codes("2015-01-01") == ["before_the_books"]
    assert codes("2026-01-01") == []


@pytest.mark.parametrize("as_of", ["2026-07-08", "2027-01-01", "2099-12-31"])
def test_a_moment_long_after_the_books_is_refused(assessor: Assessor, as_of: str):
    # given books that end on 2026-06-30: what was paid later would look unpaid
    with pytest.raises(InputError, match="at most 7 days after the books end"):
        assessor.assess(assessor.buyer_ids[0], as_of)
    with pytest.raises(InputError, match="load later books"):
        assessor.assess_all(as_of)


def test_the_book_is_that_of_the_month_end_before(assessor: Assessor):
    book = assessor.book(pd.Timestamp("2026-04-20T12:00:00"))
    assert book is not None
    assert book.as_of == pd.Timestamp("2026-03-31T21:59:59")
    assert assessor.book(pd.Timestamp("2026-04-30T21:59:59")) is book
    assert assessor.book(pd.Timestamp("2026-04-30T22:00:00")) is not book
    assert assessor.book(pd.Timestamp("2015-04-30T22:00:00")) is None


def test_a_model_that_was_never_promoted_is_named(demo_packed: Packed, demo_release: Release):
    late_only = replace(
        demo_release, models={"late": demo_release.models["late"]}, versions={"late": "late@1"}
    )
    told = Assessor(demo_packed, late_only).assess(demo_packed.block.buyer_ids[0])
    assert told["default"]["status"] == "no_default_model"
    assert told["score"]["source"] == "late"
    assert told["grade"]["computed"] is None


def test_nothing_recorded_later_moves_an_assessment(assessor: Assessor, demo_release: Release):
    # given the books cut at a moment in the past
    moment = pd.Timestamp("2025-09-30T21:59:59")
    cut = Assessor(pack_portfolio(assessor.packed.portfolio.cut(moment)), demo_release)
    # then
    for buyer in list(cut.buyer_ids)[::25]:
        then, now = numbers(cut.assess(buyer)), numbers(assessor.assess(buyer, f"{moment.isoformat()}Z"))
        assert then.keys() == now.keys()
        for path, value in then.items():
            if isinstance(value, float) and not np.isnan(value):
                assert now[path] == pytest.approx(value, rel=1e-9), path


def test_securities_and_a_banks_limit_reach_the_answer_when_they_are_known(
    assessor: Assessor, demo_release: Release, everybody
):
    # given a deposit of 400 and a limit of a bank, known from 1 June 2026, of a buyer with an exposure
    _, told = everybody
    buyer = next(
        name
        for name, said in told.items()
        if said["limit"]["binding"] == "expected_loss_budget"
        and (said["limit"]["exposure"] or 0.0) > 500.0
        and not said["limit"]["securities"]
    )
    own = {"buyer_id": buyer, "currency": "EUR", "valid_from": "2026-01-01"}
    known = {"recorded_at": "2026-06-01T00:00:00Z"}
    tables = books(
        [invoice()],
        securities=[own | known | {"security_id": "S", "kind": "deposit", "amount": "400.00"}],
        limits=[own | known | {"limit_id": "BANK", "kind": "bank", "amount": "150.00"}],
    ).portfolio.tables
    portfolio = assessor.packed.portfolio
    limits = pd.concat([portfolio.tables["limits"], tables["limits"]], ignore_index=True)
    more = {**portfolio.tables, "securities": tables["securities"], "limits": limits}
    secured = Assessor(pack_portfolio(replace(portfolio, tables=more)), demo_release)

    # when it is assessed before and after that day
    before, after = (secured.assess(buyer, day)["limit"] for day in ("2026-05-31", "2026-06-30"))

    # then both count from then on
    assert (before["secured_amount"], before["securities"]) == (0.0, [])
    assert after["secured_amount"] == 400.0
    assert [each["kind"] for each in after["securities"]] == ["deposit"]
    assert (after["binding"], after["amount"]) == ("bank_limit", 150.0)
    assert after["exposure"] == told[buyer]["limit"]["exposure"]


def test_an_order_is_checked_with_what_the_ledger_knows(assessor: Assessor, everybody):
    # given a buyer with an open order
    orders = assessor.packed.portfolio.tables["orders"]
    latest = orders.sort_values("recorded_at").drop_duplicates("order_id", keep="last")
    still_open = latest[latest["state"] == "open"].iloc[0]
    buyer, day = still_open["buyer_id"], still_open["deliver_on"].date()
    amount = still_open["amount_minor"] / 100

    again = assessor.check_order(buyer, Order(amount, still_open["currency"], day))
    once = assessor.check_order(
        buyer, Order(amount, still_open["currency"], day, order_id=still_open["order_id"])
    )

    # then the order counts twice unless it is named
    ordered = [
        next(step for step in told["steps"] if step["code"] == "credit_limit")["inputs"]["open_orders_amount"]
        for told in (again, once)
    ]
    assert ordered[0] - ordered[1] == pytest.approx(once["amount"])
    assert again["decision"] in ("release", "hold", "refer")
    with pytest.raises(UnknownBuyer):
        assessor.check_order("Nobody", Order(1.0, "EUR"))
    with pytest.raises(InputError, match="load rates for NOK"):
        assessor.check_order(buyer, Order(1.0, "NOK"))


def test_a_prospect_of_a_ledger_owes_nothing_and_looks_no_better_for_it(assessor: Assessor, everybody):
    # given buyers of whom no invoice is known, in a portfolio with a ledger
    values, told = everybody
    prospects = values.index[values["count_open"].isna()]
    assert len(prospects)
    payers = [said for said in told.values() if said["information_state"].startswith("payments")]
    # Reason: accounts can tell a prospect from the middle of the payers, but not into their best quarter.
    good = np.quantile(
        [said["default"]["probability"] for said in payers if said["default"]["status"] == "ok"], 0.25
    )
    for buyer_id in prospects:
        # then they owe nothing, while the model either cannot say or sees no good payer
        assert told[buyer_id]["limit"]["exposure"] == 0.0
        assert np.isnan(values.loc[buyer_id, "overdue_share"])
        default = told[buyer_id]["default"]
        assert default["status"] == "unseen_pattern" or default["probability"] > good


def test_changes_since_an_earlier_day_add_up_and_are_those_of_two_assessments(assessor: Assessor):
    compared = 0
    for buyer in assessor.buyer_ids[:60]:
        now = assessor.assess(buyer, also=Extras(since="2026-01-31"))
        changes, then = now["changes"], assessor.assess(buyer, "2026-01-31")
        assert changes["score"]["then"] in (then["score"]["points"], None)
        if changes["status"] != "ok":
            continue
        compared += 1
        total = sum(each["points"] for each in changes["groups"]) + changes["model_change"]
        assert total == pytest.approx(now["score"]["points"] - then["score"]["points"], abs=1e-9)
        assert changes["model_change"] == 0.0
    assert compared > 20


def test_a_moment_that_is_not_earlier_has_no_changes(assessor: Assessor):
    buyer = assessor.buyer_ids[0]
    for since in ("2026-03-31", "2026-04-30"):
        with pytest.raises(InputError, match="a moment before that of the assessment"):
            assessor.assess(buyer, "2026-03-31", also=Extras(since=since))


def test_differences_from_peers_add_up_for_every_buyer(assessor: Assessor):
    for buyer in assessor.buyer_ids[:60]:
        score = assessor.assess(buyer, also=Extras(peers=True))["score"]
        if score["points"] is None:
            assert score["peers"] is None
            continue
        differences = sum(each["difference"] for each in score["peers"]["groups"])
        assert score["peers"]["points"] + differences == pytest.approx(score["points"], abs=1e-9)


def test_what_raises_a_limit_raises_it_and_touches_nothing_that_nobody_can_change(assessor: Assessor):
    raised = 0
    for buyer in assessor.buyer_ids[:60]:
        said = assessor.assess(buyer, also=Extras(raises=True))
        plain = {**said, "raises": None}
        assert plain == assessor.assess(buyer)
        for option in said["raises"]["options"]:
            raised += 1
            assert option["limit"] > (said["limit"]["amount"] or 0.0)
            assert not set(option["assumed"]) & set(IMMUTABLE)
    assert raised > 5
