from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from credit.candidates import Candidate, LimitCase, candidates_of
from credit.capacity import capacity_of
from credit.cover import Security
from credit.limits import Suggestion, action_of, choose, headroom_of, suggest
from credit.loss import expected_loss_limit
from credit.peers import fit_peers
from credit.policy import Policy
from credit.request import Request
from features.build import build_packed
from tests.credit.builders import ACCOUNTS, KNOWN, NOTHING, PAYMENTS, make_a_book, make_subject
from tests.credit.ledgers import books, invoice, payment

POLICY = Policy.default()
BOOK = make_a_book()


def make_case(subject=None, pd=0.024, pd_status="ok", book=BOOK, policy=POLICY):
    return LimitCase(subject or make_subject(), pd, pd_status, "default_obligor_90", book, policy)


def smallest(suggestion):
    """The limit before rounding."""
    return min(each.amount for each in suggestion.candidates if each.may_bind)


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

    said = [each.amount for each in suggestion.candidates if each.may_bind]
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
    small = make_subject(NOTHING | PAYMENTS | {"high_credit_365d": 8_000.0, "mean_days_late_365d": 0.0})

    assert capacity_of(large, POLICY).amount == POLICY.capacity.record_cap
    assert capacity_of(small, POLICY).amount == 8_000.0
    assert capacity_of(small, POLICY).basis == "payment_record"


def test_a_balance_that_late_payment_piled_up_is_no_proof_of_capacity():
    # given two buyers of the same sales at 60 days: the one who pays 30 days late owes half as much again
    prompt = NOTHING | PAYMENTS | {"high_credit_365d": 8_000.0, "mean_days_late_365d": 0.0}
    slow = prompt | {"high_credit_365d": 12_000.0, "mean_days_late_365d": 30.0}

    amounts = [capacity_of(make_subject(values), POLICY).amount for values in (prompt, slow)]

    assert amounts == [8_000.0, pytest.approx(8_000.0)]


def test_negative_equity_means_no_capacity_and_says_so():
    suggestion = suggest(make_case(make_subject(equity=-1.0)))

    assert (suggestion.status, suggestion.amount, suggestion.binding) == ("ok", 0.0, "capacity")
    assert suggestion.bound_by.inputs["basis"] == "negative_equity"


def test_one_more_estimate_does_not_by_itself_lower_the_capacity():
    net_worth_only = capacity_of(make_subject(accounts_payable=math.nan), POLICY)

    both = capacity_of(make_subject(), POLICY)

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
    budget = found["expected_loss_budget"]
    assert budget.inputs["base"] == "capacity"
    assert budget.amount == pytest.approx(280_000 * (1 - budget.inputs["pd"] * 0.8 / 0.2))


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


PEERS = fit_peers(np.full(30, 2.0), np.full(30, 6.0), np.arange(1.0, 31.0) * 1_000.0, np.ones(30, bool))
PROSPECT = NOTHING | {"size_class": 2.0, "industry_section": 6.0}


def test_a_thin_file_takes_a_higher_point_of_its_probability_and_says_so():
    thick, thin = (by_code(make_case(make_subject(values)))["expected_loss_budget"].inputs
                   for values in (KNOWN, NOTHING | ACCOUNTS))  # fmt: skip

    assert (thick["pd"], thick["pd_point"], thick["pd_quantile"]) == (0.024, "central", None)
    # Beta(0.024 x 150 + 1/2, 0.976 x 150 + 1/2) at 75 %
    assert thin["pd"] == pytest.approx(float(beta.ppf(0.75, 4.1, 146.9)))
    assert (thin["pd_point"], thin["pd_quantile"], thin["pd_central"]) == ("upper", 0.75, 0.024)


@pytest.mark.parametrize(
    ("probability", "pd", "point"), [(0.0, POLICY.pd_floor, "floor"), (1.0, POLICY.pd_cap, "cap")]
)
def test_a_probability_of_0_or_1_is_bounded_and_says_so(probability, pd, point):
    found = by_code(make_case(pd=POLICY.bounded(probability)))["expected_loss_budget"]

    assert (found.inputs["pd"], found.inputs["pd_point"]) == (pd, point)
    assert math.isfinite(found.amount)


def test_what_is_reported_never_binds():
    # given a margin at which no turn earns anything
    poor = POLICY.model_copy(update={"economics": POLICY.economics.model_copy(update={"margin": 0.001})})
    suggestion = suggest(make_case(book=None, policy=poor, pd=0.0003))

    reported = {each.code: each for each in suggestion.candidates if each.role == "reported"}
    assert set(reported) == {"break_even", "mean_variance"}
    assert reported["break_even"].amount == 0.0
    assert suggestion.amount > 0.0


def test_break_even_is_that_of_the_worked_example():
    # given the golden example: margin 18 %, 66 days, 7 % and 0.4 %, LGD 80 %
    economics = POLICY.economics.model_copy(update={"margin": 0.18})
    policy = POLICY.model_copy(update={"economics": economics})
    subject = make_subject(mean_days_late_365d=6.0)

    found = by_code(make_case(subject, book=None, policy=policy))["break_even"]

    assert found.inputs["margin_per_turn"] == pytest.approx(0.1598360516115565)
    assert found.inputs["break_even_pd"] == pytest.approx(0.7171984088389347)


def test_an_insurers_limit_binds_with_our_own_retention():
    suggestion = suggest(make_case(make_subject(insured_limit=50_000.0)))

    assert (suggestion.binding, suggestion.amount) == ("insured_limit", 55_000)
    assert suggest(make_case(make_subject(insured_limit=0.0))).amount == 0.0


def test_an_outside_limit_that_is_only_told_does_not_bind():
    rules = POLICY.external_limits.model_copy(update={"insured": "reported", "bank": "reported"})
    policy = POLICY.model_copy(update={"external_limits": rules})
    subject = make_subject(insured_limit=500.0, bank_limit=500.0)

    assert suggest(make_case(subject, policy=policy)).amount > 1_000.0
    assert suggest(make_case(make_subject(bank_limit=40_000.0))).binding == "bank_limit"


def test_a_bank_limit_without_a_rate_is_unsaid_and_none_is_another_thing():
    assert by_code(make_case(make_subject(bank_limit=math.nan)))["bank_limit"].status == "no_rate"
    assert by_code(make_case())["bank_limit"].status == "no_bank_limit"


def test_a_group_leaves_what_its_others_do_not_owe():
    subject = make_subject(group_others_exposure=1_900_000.0, group_others_count=3.0)

    suggestion = suggest(make_case(subject))

    # 10 % of receivables of 20 million
    assert (suggestion.binding, suggestion.amount) == ("group_concentration", 100_000)
    full = make_subject(group_others_exposure=2_500_000.0, group_others_count=3.0)
    assert suggest(make_case(full)).amount == 0.0
    unknown = make_subject(group_others_exposure=math.nan, group_others_count=3.0)
    assert by_code(make_case(unknown))["group_concentration"].status == "no_rate"


@pytest.mark.parametrize("share", ["share_of_receivables", "share_of_equity"])
def test_a_share_of_0_leaves_no_limit_and_is_not_taken_for_no_cap(share):
    rules = POLICY.concentration.model_copy(update={share: 0.0})
    policy = POLICY.model_copy(update={"concentration": rules})

    suggestion = suggest(make_case(policy=policy, book=replace(make_a_book(), equity=8e6)))

    assert (suggestion.binding, suggestion.amount) == ("concentration", 0.0)


def test_a_cap_that_refers_upward_does_not_cut():
    rules = POLICY.concentration.model_copy(update={"above_cap": "refer"})
    policy = POLICY.model_copy(update={"concentration": rules})
    book = make_a_book(receivables=1e6)

    cut, referred = suggest(make_case(book=book)), suggest(make_case(book=book, policy=policy))

    assert (cut.binding, cut.amount) == ("concentration", 50_000)
    assert referred.amount > 50_000
    assert [each.code for each in referred.to_be_referred] == ["concentration"]
    assert not suggest(make_case(book=make_a_book(receivables=1e9), policy=policy)).to_be_referred


def test_a_deposit_is_carried_beside_the_buyers_own_capacity():
    subject = replace(make_subject(equity=-1.0), securities=(Security("deposit", 30_000.0),))

    capacity = by_code(make_case(subject))["capacity"]

    assert (capacity.amount, capacity.inputs["own_capacity"]) == (30_000.0, 0.0)


def test_of_a_buyer_of_whom_nothing_is_known_only_what_is_whole_secured_can_be_said():
    deposit = replace(make_subject(NOTHING), securities=(Security("deposit", 30_000.0),))
    guarantee = replace(make_subject(NOTHING), securities=(Security("guarantee", 30_000.0),))

    found = suggest(make_case(deposit))

    assert (found.status, found.amount, found.binding) == ("ok", 30_000.0, "capacity")
    assert found.bound_by.inputs["basis"] == "securities"
    assert found.bound_by.inputs["own_status"] == "nothing_known"
    assert suggest(make_case(guarantee)).status == "nothing_known"


def test_what_is_secured_costs_no_loss():
    bare = by_code(make_case())["expected_loss_budget"]
    half = replace(make_subject(), securities=(Security("deposit", bare.inputs["base_amount"] / 2.0),))

    found = by_code(make_case(half))["expected_loss_budget"]

    assert found.inputs["secured_share"] == pytest.approx(0.5)
    assert found.inputs["lgd_net"] == pytest.approx(0.4)
    assert 1.0 - found.inputs["kept_share"] == pytest.approx((1.0 - bare.inputs["kept_share"]) / 2.0)


def test_a_wholly_secured_buyer_has_no_loss_and_is_not_cut():
    subject = replace(make_subject(), securities=(Security("deposit", 1e9),))

    found = by_code(make_case(subject, pd=0.9))

    assert found["expected_loss_budget"].inputs["lgd_net"] == 0.0
    assert found["expected_loss_budget"].amount == found["need"].amount
    assert found["break_even"].inputs["break_even_pd"] == 1.0
    assert found["mean_variance"].status == "ok"


def test_peers_and_references_are_further_estimates_of_one_capacity():
    book = replace(make_a_book(), peers=PEERS)
    subject = make_subject(size_class=2.0, industry_section=6.0, reference_high_credit=270_000.0)

    capacity = by_code(make_case(subject, book=book))["capacity"]

    # the median of 260,000 and 300,000 by accounts, 270,000 by references and 15,500 by peers
    assert capacity.amount == 265_000
    spread = ("lowest_estimate", "highest_estimate", "peers_median", "peers_upper_quartile", "peers_count")
    assert [capacity.inputs[name] for name in spread] == [15_500, 300_000, 15_500, 22_750, 30]


@pytest.mark.parametrize(
    ("values", "pd", "status", "amount"),
    [
        (PROSPECT, 0.02, "ok", 10_000),
        (PROSPECT, None, "nothing_known", None),
        (NOTHING, 0.02, "nothing_known", None),
        (NOTHING | {"external_pd": 0.02}, 0.02, "ok", 10_000),
        (PROSPECT | PAYMENTS, 0.02, "ok", 50_000),
        (PROSPECT | ACCOUNTS, 0.02, "ok", 260_000),
    ],
)
def test_a_prospect_is_known_by_accounts_by_its_kind_by_a_grade_or_not_at_all(values, pd, status, amount):
    book = replace(make_a_book(), peers=PEERS)

    capacity = by_code(make_case(make_subject(values), pd=pd, pd_status="unseen_pattern", book=book))[
        "capacity"
    ]

    assert (capacity.status, capacity.amount) == (status, amount)


def numeric_slope(change, step):
    """Return how the binding amount moves, before rounding, for a change of the case."""

    def amount(by):
        case = change(by)
        suggestion = suggest(case)
        return suggestion.bound_by.amount

    return (amount(step) - amount(-step)) / (2 * step)


@pytest.mark.parametrize("securities", [(), (Security("guarantee", 100_000.0),), (Security("deposit", 9e6),)])
def test_slopes_of_the_loss_budget_are_its_derivatives(securities):
    def case(pd=0.024, terms=60.0):
        rich = {"tangible_net_worth": 1e9, "working_capital": 1e9, "accounts_payable": 1e9}
        subject = replace(make_subject(median_terms_days_365d=terms, **rich), securities=securities)
        return make_case(subject, pd=pd)

    suggestion = suggest(case())

    assert suggestion.slopes.pd == pytest.approx(
        numeric_slope(lambda by: case(pd=0.024 + by), 1e-6), abs=1e-3
    )
    assert suggestion.slopes.terms_days == pytest.approx(
        numeric_slope(lambda by: case(terms=60.0 + by), 1e-4), rel=1e-6
    )


def test_what_does_not_depend_on_risk_or_terms_has_no_slope_and_a_stop_has_none_at_all():
    capped = suggest(make_case(make_subject(bank_limit=10_000.0)))
    need = suggest(make_case(make_subject(invoiced_amount_365d=36_500.0), book=make_a_book(shadow_price=0.0)))

    assert (capped.slopes.pd, capped.slopes.terms_days) == (0.0, 0.0)
    assert (need.slopes.pd, need.slopes.terms_days) == (0.0, pytest.approx(100.0 * 1.3))
    assert suggest(make_case(make_subject(in_default=1.0))).slopes is None
    assert suggest(make_case(make_subject(NOTHING))).slopes is None


MONEY = (
    *("exposure", "overdue_amount", "invoiced_amount_365d", "high_credit_365d", "own_limit", "equity"),
    *("tangible_net_worth", "working_capital", "accounts_payable", "insured_limit", "bank_limit"),
    *("group_others_exposure", "reference_high_credit"),
)
RICH = KNOWN | {
    "insured_limit": 900_000.0, "bank_limit": 800_000.0, "group_others_exposure": 60_000.0,
    "group_others_count": 2.0, "reference_high_credit": 310_000.0,
}  # fmt: skip


@given(st.sampled_from([1e-3, 0.13, 7.8, 150.0, 16_000.0]), st.floats(0.0003, 0.5), st.booleans())
def test_before_rounding_a_limit_is_the_same_in_any_currency(rate, pd, has_accounts):
    # given money in another currency, with the policy's one amount of money in it
    values = RICH if has_accounts else NOTHING | {k: v for k, v in RICH.items() if k not in ACCOUNTS}
    caps = POLICY.capacity.model_copy(
        update={"record_cap": POLICY.capacity.record_cap * rate, "prospect_cap": 0.0}
    )
    there = POLICY.model_copy(update={"capacity": caps})
    money = {name: values[name] * rate for name in MONEY if name in values}
    securities = [(Security("guarantee", 50_000.0 * by),) for by in (1.0, rate)]
    theirs = [replace(make_a_book(receivables=20e6 * by), budget=200e3 * by) for by in (1.0, rate)]

    one = suggest(make_case(replace(make_subject(values), securities=securities[0]), pd, book=theirs[0]))
    other = suggest(
        make_case(
            replace(make_subject(values | money), securities=securities[1]), pd, book=theirs[1], policy=there
        )
    )

    assert smallest(other) == pytest.approx(smallest(one) * rate, rel=1e-9)


def paid_late_by(days):
    """Two years of monthly invoices of 1,000 at 30 days, each paid so many days after it was due."""
    issued = pd.date_range("2025-01-01", "2026-12-01", freq="MS")
    invoices = [
        invoice(str(k), issued_on=f"{day:%F}", due_on=f"{day + pd.Timedelta(days=30):%F}")
        for k, day in enumerate(issued)
    ]
    paid = issued + pd.Timedelta(days=30 + days)
    payments = [
        payment("1000.00", f"{day:%F}", invoice_id=str(k)) for k, day in enumerate(paid) if day.year < 2027
    ]
    return books(invoices, payments)


def test_of_two_buyers_with_the_same_sales_the_slower_payer_never_gets_more():
    subjects = pd.DataFrame({"buyer_id": ["B"], "as_of": [pd.Timestamp("2026-12-31T23:59:59")]})
    amounts, balances = [], []
    for days in (-20, -10, 0, 5, 15, 29):
        values = build_packed(paid_late_by(days), subjects).iloc[0].to_dict()
        assert values["mean_days_late_365d"] == pytest.approx(days, abs=3)
        balances.append(values["high_credit_365d"])
        amounts.append(capacity_of(make_subject(values), POLICY).amount)

    # then, though the slower ones have owed more at their peak
    assert balances == sorted(balances)
    assert balances[-1] > balances[0]
    assert all(later <= sooner * (1 + 1e-12) for sooner, later in pairwise(amounts))
    assert amounts[-1] > 0.0


RISKS = {
    "days_material_overdue": st.floats(0.0, 120.0),
    "mean_days_late_365d": st.floats(-30.0, 120.0),
    "share_late_30_amount_365d": st.floats(0.0, 1.0),
}


def unrounded(values, pd, lgd):
    loss = POLICY.loss_of("").model_copy(update={"lgd": lgd, "lgd_range": None})
    suggestion = suggest(
        make_case(make_subject(values), pd, policy=POLICY.model_copy(update={"definitions": {"*": loss}}))
    )
    return 0.0 if suggestion.amount is None else smallest(suggestion)


@given(
    st.fixed_dictionaries({name: st.tuples(drawn, drawn) for name, drawn in RISKS.items()}),
    st.tuples(st.floats(0.0003, 0.999), st.floats(0.0003, 0.999)),
    st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)),
    st.sampled_from([KNOWN, NOTHING | PAYMENTS, NOTHING | ACCOUNTS]),
)
def test_before_rounding_no_worse_payer_and_no_worse_risk_gets_more(paid, pds, lgds, known):
    better = {name: min(pair) for name, pair in paid.items()}
    worse = {name: max(pair) for name, pair in paid.items()}

    amounts = [
        unrounded(known | values, pd, lgd)
        for values, pd, lgd in ((better, min(pds), min(lgds)), (worse, max(pds), max(lgds)))
    ]

    assert amounts[1] <= amounts[0] * (1 + 1e-12)
