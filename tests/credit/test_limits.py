from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.candidates import Candidate, LimitCase, candidates_of
from credit.capacity import capacity_of
from credit.limits import Suggestion, action_of, choose, headroom_of, suggest
from credit.loss import expected_loss_limit
from credit.policy import Policy
from credit.request import Request
from tests.credit.builders import ACCOUNTS, KNOWN, NOTHING, PAYMENTS, make_a_book, make_subject

POLICY = Policy.default()
BOOK = make_a_book()


def make_case(subject=None, pd=0.024, pd_status="ok", book=BOOK, policy=POLICY):
    return LimitCase(subject or make_subject(), pd, pd_status, "default_obligor_90", book, policy)


def by_code(case):
    return {each.code: each for each in candidates_of(case)}


def test_the_worked_example_comes_out():
    # given the example of domain reference 2.10, whose tolerance is 6 days and whose own budget is 4,000
    policy = POLICY.model_copy(update={"need": POLICY.need.model_copy(update={"tolerance_days": 6})})

    found = by_code(make_case(policy=policy))
    budget = replace(found["expected_loss_budget"], amount=expected_loss_limit(4000, 0.024, 0.8))
    suggestion = choose([*(found | {"expected_loss_budget": budget}).values()], 1000)

    # then: golden limit.need, limit.a1, limit.cap_ap, limit.cap, limit.conc, limit.el and the suggestion
    assert found["need"].amount == pytest.approx(637505.7534246575, rel=1e-12)
    assert found["capacity"].inputs["net_worth_rule"] == pytest.approx(260000.0)
    assert found["capacity"].inputs["payables_share"] == pytest.approx(300000.0)
    assert found["capacity"].amount == pytest.approx(280000.0)
    assert found["concentration"].amount == pytest.approx(1000000.0)
    assert (suggestion.binding, suggestion.amount) == ("expected_loss_budget", 208_000)


@given(st.floats(0.0003, 0.999), st.floats(0.0003, 0.999), st.floats(0, 50))
def test_a_riskier_buyer_never_gets_a_larger_limit(one, other, price):
    safer, riskier = sorted((one, other))
    book = make_a_book(shadow_price=price)

    assert suggest(make_case(pd=riskier, book=book)).amount <= suggest(make_case(pd=safer, book=book)).amount


@given(
    st.floats(0.0003, 0.999),
    st.floats(0, 50),
    st.floats(0, 1e8),
    st.fixed_dictionaries(
        {name: st.floats(-1e7, 1e7) | st.just(math.nan) for name in (*ACCOUNTS, "high_credit_365d")}
    ),
)
def test_a_limit_is_never_above_any_candidate(pd, price, receivables, values):
    subject = make_subject(KNOWN | values | {"has_accounts": 1.0, "statement_age_days": 300.0})

    suggestion = suggest(make_case(subject, pd=pd, book=make_a_book(price, receivables)))

    said = [each.amount for each in suggestion.candidates if each.amount is not None]
    assert suggestion.amount is None or all(0.0 <= suggestion.amount <= amount for amount in said)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (NOTHING, "nothing_known"),
        (NOTHING | PAYMENTS | {"count_settled_365d": 2.0}, "record_too_thin"),
        (NOTHING | PAYMENTS | {"high_credit_365d": math.nan}, "record_too_thin"),
        (NOTHING | PAYMENTS | {"high_credit_365d": 1e-12}, "record_too_thin"),
        (NOTHING | PAYMENTS | {"share_late_30_amount_365d": 0.6}, "record_not_clean"),
        (NOTHING | PAYMENTS | {"days_material_overdue": 45.0}, "record_not_clean"),
        (NOTHING | ACCOUNTS | {"statement_age_days": 2000.0}, "nothing_known"),
    ],
)
def test_without_evidence_of_a_capacity_no_limit_can_be_said(values, status):
    suggestion = suggest(make_case(make_subject(values)))

    assert (suggestion.status, suggestion.amount, suggestion.binding) == (status, None, None)


def test_without_accounts_a_clean_payment_record_has_a_low_cap():
    large = make_subject(NOTHING | PAYMENTS)
    small = make_subject(NOTHING | PAYMENTS | {"high_credit_365d": 8_000.0})

    assert capacity_of(large, POLICY.capacity).amount == POLICY.capacity.record_cap
    assert capacity_of(small, POLICY.capacity).amount == 8_000.0
    assert capacity_of(small, POLICY.capacity).basis == "payment_record"


def test_negative_equity_means_no_capacity_and_says_so():
    suggestion = suggest(make_case(make_subject(equity=-1.0)))

    assert (suggestion.status, suggestion.amount, suggestion.binding) == ("ok", 0.0, "capacity")
    assert suggestion.bound_by.inputs["basis"] == "negative_equity"


def test_one_more_estimate_does_not_by_itself_lower_the_capacity():
    net_worth_only = capacity_of(make_subject(accounts_payable=math.nan), POLICY.capacity)

    both = capacity_of(make_subject(), POLICY.capacity)

    assert net_worth_only.amount == 260_000
    assert both.amount == 280_000


@pytest.mark.parametrize(("flag", "code"), [("in_default", "in_default"), ("is_insolvent", "insolvent")])
def test_a_stop_makes_the_limit_nothing_whatever_else_is_known(flag, code):
    known = suggest(make_case(make_subject(**{flag: 1.0}), pd=None, pd_status="in_default"))
    unknown = suggest(make_case(make_subject(NOTHING | {flag: 1.0}), pd=None, pd_status="in_default"))

    assert (known.status, known.amount, known.binding) == ("ok", 0.0, code)
    assert (unknown.status, unknown.amount, unknown.binding) == ("ok", 0.0, code)


def test_without_a_default_model_the_loss_budget_cannot_be_said():
    suggestion = suggest(make_case(pd=None, pd_status="no_default_model"))

    budget = next(each for each in suggestion.candidates if each.code == "expected_loss_budget")
    assert (budget.status, budget.amount) == ("no_default_model", None)
    assert (suggestion.binding, suggestion.amount) == ("capacity", 280_000)


def test_without_a_book_the_policys_price_counts_and_concentration_cannot_be_said():
    found = by_code(make_case(book=None))

    assert found["expected_loss_budget"].inputs["shadow_price_from"] == "policy"
    assert found["concentration"].status == "no_book"
    assert by_code(make_case(book=make_a_book(receivables=0.0)))["concentration"].status == "no_receivables"


def test_where_no_need_is_known_the_loss_budget_cuts_the_capacity():
    subject = make_subject(NOTHING | ACCOUNTS)

    found = by_code(make_case(subject, pd=0.1, book=None))

    assert found["need"].status == "no_sales"
    assert found["expected_loss_budget"].inputs["base"] == "capacity"
    assert found["expected_loss_budget"].amount == pytest.approx(280_000 * (1 - 0.1 * 0.8 / 0.2))


def test_a_budget_that_does_not_bind_leaves_the_need_binding():
    subject = make_subject(tangible_net_worth=1e9, working_capital=1e9, accounts_payable=1e9)

    suggestion = suggest(make_case(subject, book=make_a_book(shadow_price=0.0)))

    assert suggestion.binding == "need"


def test_an_order_of_a_prospect_needs_what_is_owed_and_the_order():
    request = Request("order", 50_000.0, "EUR", terms_days=60)
    subject = make_subject(NOTHING | ACCOUNTS | {"exposure": 10_000.0}, request)

    found = by_code(make_case(subject))

    assert found["need"].amount == 60_000
    assert found["requested"].status == "no_limit_requested"


def test_an_order_does_not_move_the_need_of_a_known_buyer():
    order = make_subject(request=Request("order", 1.0, "EUR", terms_days=7))

    assert by_code(make_case(order))["need"] == by_code(make_case())["need"]


def test_a_limit_is_never_above_the_one_requested():
    subject = make_subject(request=Request("limit", 12_345.0, "EUR"))

    suggestion = suggest(make_case(subject))

    assert (suggestion.binding, suggestion.amount) == ("requested", 12_300)


def test_longer_terms_asked_for_need_more():
    longer = make_subject(request=Request("terms", currency="EUR", terms_days=90))

    assert by_code(make_case(longer))["need"].inputs["terms_days"] == 90
    assert by_code(make_case(longer))["need"].amount > by_code(make_case())["need"].amount


def test_the_predicted_delay_has_no_part_in_the_need():
    slow = make_subject(mean_days_late_365d=80.0, share_late_amount_365d=1.0)

    assert by_code(make_case(slow))["need"] == by_code(make_case())["need"]


def test_sales_of_a_young_account_are_taken_to_a_year():
    young = make_subject(tenure_days=182.5)

    assert by_code(make_case(young))["need"].inputs["yearly_purchases"] == pytest.approx(2 * 2_712_000)


@pytest.mark.parametrize(
    ("amount", "exposure", "is_blocked", "must_refer", "action"),
    [
        (100.0, 50.0, False, False, "open"),
        (100.0, 150.0, False, False, "run_down"),
        (100.0, 150.0, True, True, "run_down"),
        (100.0, 50.0, True, False, "hold"),
        (0.0, 0.0, False, True, "hold"),
        (0.0, None, False, False, "hold"),
        (None, 50.0, True, False, "hold"),
        (None, 50.0, False, False, "refer"),
        (100.0, 50.0, False, True, "refer"),
    ],
)
def test_action_and_amount_are_told_apart(amount, exposure, is_blocked, must_refer, action):
    suggestion = Suggestion("ok" if amount is not None else "nothing_known", amount, None, ())

    assert action_of(suggestion, exposure, is_blocked=is_blocked, must_refer=must_refer) == action


def test_headroom_is_never_negative_and_unknown_where_its_parts_are():
    suggestion = choose([Candidate("need", "constraint", "ok", 100.0)], 1000)

    assert headroom_of(suggestion, 30.0) == 70.0
    assert headroom_of(suggestion, 130.0) == 0.0
    assert headroom_of(suggestion, None) is None
