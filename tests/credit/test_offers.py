from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.alternatives import alternatives_of
from credit.assess import assess
from credit.candidates import Candidate
from credit.cover import Security
from credit.discount import discount_cost
from credit.limit_case import LimitCase
from credit.limits import choose, suggest
from credit.loss import pd_turn
from credit.offer_texts import ALTERNATIVE_TEXTS, ALTERNATIVES, DISCOUNT_TEXTS, TERMS_TEXTS
from credit.offers import offers_of
from credit.policy import Policy
from credit.profit import Turn, margin_per_turn
from credit.request import Request
from credit.terms import Purchases, fitting_days, suggest_terms
from tests.credit.builders import ACCOUNTS, KNOWN, NOTHING, PAYMENTS, make_a_book, make_answers, make_subject

POLICY = Policy.default()
SIX_DAYS = POLICY.model_copy(update={"need": POLICY.need.model_copy(update={"tolerance_days": 6})})
GOLDEN = Purchases(2.712e6, 60.0, 6.0, 1.3, need=637505.7534246575, limit=208333.3333333333)


def make_case(subject=None, pd=0.024, pd_status="ok", book=None, policy=POLICY, country="DE"):
    known = replace(subject or make_subject(), country=country)
    return LimitCase(known, pd, pd_status, "default_obligor_90", book, policy)


def golden_suggestion(case):
    """The suggestion of the worked example, whose loss budget is 208,333."""
    budget = Candidate("expected_loss_budget", "constraint", "ok", GOLDEN.limit)
    return choose([*suggest(case).candidates[:1], budget], 1000)


def options(terms):
    return {each["days"]: each for each in terms["options"]}


def by_code(case, purchases=GOLDEN):
    return {each.code: each for each in alternatives_of(case, purchases, suggest_terms(case, purchases))}


def test_the_worked_example_gives_net_14():
    case = make_case(policy=SIX_DAYS)

    said = offers_of(case, golden_suggestion(case))

    assert fitting_days(GOLDEN) == pytest.approx(15.57, abs=0.005)
    assert said["terms"]["fitting_days"] == pytest.approx(15.57, abs=0.005)
    assert (said["terms"]["status"], said["terms"]["days"]) == ("ok", 14)
    assert said["offers"]["gap_share"] == pytest.approx(1.0 - GOLDEN.limit / GOLDEN.need)
    assert "At terms of 14 days instead of 60 days" in said["terms"]["text"]


def test_an_option_earns_a_turns_margin_on_what_the_limit_bears():
    late, economics = 9.0, POLICY.economics
    terms = suggest_terms(make_case(), GOLDEN)

    thirty = options(terms)[30]

    turn = Turn(0.2, 30 + late, economics.funding_rate, economics.administration_share, 0.8)
    need = 2.712e6 / 365 * 36 * 1.3
    assert thirty["served_share"] == pytest.approx(GOLDEN.limit / need)
    assert thirty["yearly_profit"] == pytest.approx(
        2.712e6 * thirty["served_share"] * margin_per_turn(turn, 0.024)
    )
    assert thirty["cost_to_buyer"] == pytest.approx(2.712e6 * thirty["served_share"] * 0.08 * 30 / 365)


def test_a_sound_buyer_keeps_the_longest_terms_that_fit_and_a_risky_one_does_not():
    # given a limit that bears 45 days, and terms of 90
    bought = replace(GOLDEN, terms_days=90.0, need=GOLDEN.need_at(90.0), limit=GOLDEN.need_at(46.0))

    assert suggest_terms(make_case(pd=0.001), bought)["days"] == 45
    assert suggest_terms(make_case(pd=0.15), bought)["days"] < 45


@pytest.mark.parametrize(
    ("country", "changed", "status", "days"),
    [
        ("FR", {}, "ok", 75),
        ("FR", {"public_body": 1.0}, "ok", 30),
        ("DE", {"public_body": 1.0}, "ok", 30),
        ("CN", {"size_class": 4.0}, "ok", 60),
        ("CN", {"size_class": 1.0}, "no_rule", None),
        ("CN", {"public_body": 1.0, "size_class": 1.0}, "ok", 30),
        ("CN", {}, "ok", 60),
        ("GB", {}, "ok", 60),
        ("US", {}, "no_rule", None),
        ("", {}, "country_unknown", None),
    ],
)
def test_the_law_of_the_buyers_country_bounds_terms(country, changed, status, days):
    terms = suggest_terms(make_case(make_subject(**changed), country=country), GOLDEN)

    assert (terms["law"]["status"], terms["law"]["days"]) == (status, days)
    assert all((option["status"] == "above_law") == (days is not None and option["days"] > days)
               for option in terms["options"])  # fmt: skip


@pytest.mark.parametrize(
    ("insured", "most", "wanted"),
    [
        ({"insured_limit": 50_000.0}, 45, [60]),
        ({}, 45, []),
        ({"insured_limit": 50_000.0}, 180, []),
        ({"insured_limit": 0.0}, 45, []),
    ],
)
def test_the_insurer_bounds_the_terms_of_insured_buyers(insured, most, wanted):
    terms = POLICY.terms.model_copy(update={"insurer_longest_terms_days": most})
    case = make_case(make_subject(**insured), country="FR")
    told = suggest_terms(replace(case, policy=POLICY.model_copy(update={"terms": terms})), GOLDEN)

    assert told["insurer_days"] == (most if insured.get("insured_limit") else None)
    assert [each["days"] for each in told["options"] if each["status"] == "above_insurer"] == wanted


def test_a_policy_of_insurance_counts_as_insured_too():
    terms = POLICY.terms.model_copy(update={"insurer_longest_terms_days": 30})
    subject = replace(make_subject(), securities=(Security("credit_insurance", 1_000.0),))
    case = replace(make_case(subject), policy=POLICY.model_copy(update={"terms": terms}))

    assert suggest_terms(case, GOLDEN)["insurer_days"] == 30


def test_terms_lie_near_what_is_usual_in_the_industry():
    book = replace(make_a_book(), usual_terms={6: 60.0})
    subject = make_subject(industry_section=6.0)

    near_60 = suggest_terms(make_case(subject, book=book), GOLDEN)
    near_30 = suggest_terms(make_case(subject), GOLDEN)

    allowed = [
        [each["days"] for each in terms["options"] if each["status"] == "ok"] for terms in (near_60, near_30)
    ]
    assert allowed == [[45, 60], [14, 30, 45]]
    assert (near_60["sector_norm_from"], near_30["sector_norm_from"]) == ("book", "policy")
    assert near_60["status"] == "no_terms_fit"


def test_terms_whose_loss_is_too_high_are_none():
    terms = suggest_terms(make_case(pd=0.5), GOLDEN)

    assert options(terms)[30]["status"] == "loss_above_cap"
    assert options(terms)[14]["status"] == "loss_above_cap"
    assert (terms["status"], terms["days"]) == ("no_terms_fit", None)


def test_what_fits_needs_no_offer():
    case = make_case(
        make_subject(tangible_net_worth=1e9, working_capital=1e9, accounts_payable=1e9), pd=0.0003
    )

    said = offers_of(case, suggest(case))

    assert (said["terms"]["status"], said["terms"]["days"]) == ("fits", 60)
    assert (said["offers"]["status"], said["offers"]["alternatives"]) == ("fits", [])


def test_every_alternative_is_priced():
    case = make_case()
    bought, late, rules = GOLDEN, 9.0, POLICY.offers
    gap, turn_days = bought.need - bought.limit, 60 + late
    share = gap / bought.need
    before_loss = 0.2 - POLICY.economics.administration_share
    funding, loss = 0.07 * turn_days / 365, pd_turn(0.024, turn_days) * 0.8

    found = by_code(case)

    deposit = found["deposit"]
    assert (deposit.share, deposit.amount) == (pytest.approx(share), pytest.approx(gap))
    assert deposit.exposure == deposit.unsecured_exposure == bought.limit
    assert deposit.cost_to_buyer == pytest.approx(share * bought.yearly * 0.08 * turn_days / 365)
    assert deposit.yearly_profit == pytest.approx(
        bought.yearly * (before_loss - (1 - share) * (funding + loss))
    )
    guarantee = found["guarantee"]
    assert guarantee.amount == pytest.approx(gap / 0.95)
    assert (guarantee.exposure, guarantee.unsecured_exposure) == (bought.need, pytest.approx(bought.limit))
    assert guarantee.cost_to_buyer == pytest.approx(rules.guarantee_fee_rate * gap / 0.95)
    assert guarantee.yearly_profit == pytest.approx(
        bought.yearly * (before_loss - funding - (1 - share) * loss)
    )
    insurance = found["insurance"]
    premium = 0.003 * bought.yearly * (gap / 0.855) / bought.need
    assert insurance.cost_to_seller == pytest.approx(premium)
    assert insurance.yearly_profit == pytest.approx(guarantee.yearly_profit - premium)
    split = found["split_delivery"]
    assert split.parts == math.ceil(bought.need / bought.limit)
    assert split.share == pytest.approx(bought.limit * 365 / turn_days / bought.yearly)
    within = found["within_limit"]
    assert within.yearly_profit == pytest.approx(bought.yearly * (1 - share) * (before_loss - funding - loss))
    assert (found["shorter_terms"].days, found["shorter_terms"].exposure <= bought.limit) == (14.0, True)


def test_a_gap_that_no_insurance_covers_whole_is_told():
    found = by_code(make_case(), replace(GOLDEN, limit=10_000.0))

    assert found["insurance"].status == "not_enough"
    assert found["insurance"].amount == GOLDEN.need
    assert found["insurance"].unsecured_exposure == pytest.approx(GOLDEN.need * (1 - 0.855))


def test_a_limit_of_nothing_leaves_no_deliveries_to_split():
    found = by_code(make_case(), replace(GOLDEN, limit=0.0))

    assert "split_delivery" not in found
    assert found["deposit"].share == 1.0


def test_the_best_earns_most_after_what_it_costs_the_buyer():
    case = make_case()
    said = offers_of(case, golden_suggestion(case))["offers"]

    worth = {each["code"]: each["yearly_profit"] - each["cost_to_buyer"]
             for each in said["alternatives"] if each["status"] == "ok"}  # fmt: skip
    assert worth[said["best"]] == max(worth.values())


def discount(pd=0.024, timing=None, policy=POLICY, **changed):
    case = make_case(make_subject(**changed), pd=pd, policy=policy)
    return offers_of(case, suggest(case), timing)["offers"]["discount"]


def test_the_largest_worthwhile_discount_is_the_golden_one():
    # given a buyer at 60 days who pays on day 66
    found = discount(mean_days_late_365d=6.0)

    assert found["expected_pay_day"] == 66.0
    assert found["largest_share"] == pytest.approx(0.016132024030190872)
    assert found["share"] == pytest.approx(0.016)
    assert found["standard_yearly_cost"] == pytest.approx(discount_cost(0.02, 10, 66))
    assert found["yearly_cost"] == pytest.approx(discount_cost(0.016, 10, 66))
    assert found["seller_gain_share"] == pytest.approx(0.000132024, abs=1e-8)


def test_the_day_that_the_timing_model_expects_counts_before_the_record():
    timing = {"status": "ok", "median_on": "2026-09-29"}

    found = discount(timing=timing, mean_days_late_365d=6.0)

    assert (found["expected_pay_day"], found["expected_from"]) == (90.0, "timing")
    unsaid = discount(timing={"status": "no_timing_model", "median_on": None}, mean_days_late_365d=6.0)
    assert (unsaid["expected_pay_day"], unsaid["expected_from"]) == (66.0, "mean_days_late")


@pytest.mark.parametrize(
    ("late", "terms", "status"),
    [(-0.5, 60.0, "pays_early"), (-30.0, 60.0, "pays_early"), (2.0, 8.0, "pays_early"), (0.0, 60.0, "ok")],
)
def test_who_pays_early_anyhow_is_never_offered_one(late, terms, status):
    found = discount(mean_days_late_365d=late, median_terms_days_365d=terms)

    assert found["status"] == status
    assert (found["share"] is None) == (status != "ok")


def test_who_pays_late_but_by_the_discounts_day_is_not_said_to_pay_before_it_is_due():
    early, late = (discount(mean_days_late_365d=days, median_terms_days_365d=7.0) for days in (-1.0, 2.0))

    assert early["text"].endswith("after 6 days anyhow, before it is due.")
    assert late["text"].endswith("after 9 days anyhow, no later than the 10 days of a discount.")


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.0003, 0.9))
def test_a_discount_is_worth_more_with_whoever_pays_later(one, other, pd):
    sooner, later = sorted((one, other))

    found = [discount(pd=pd, mean_days_late_365d=late) for late in (sooner, later)]

    assert found[0]["largest_share"] <= found[1]["largest_share"]
    assert found[0]["standard_yearly_cost"] >= found[1]["standard_yearly_cost"]


def test_a_discount_that_the_buyer_would_not_take_is_none():
    dear = POLICY.offers.model_copy(update={"buyer_funding_rate": 0.5})
    found = discount(mean_days_late_365d=6.0, policy=POLICY.model_copy(update={"offers": dear}))

    assert (found["status"], found["share"]) == ("buyer_would_not", None)


def test_a_discount_that_is_worth_nothing_is_none():
    cheap = POLICY.economics.model_copy(update={"funding_rate": 0.0})
    rules = POLICY.offers.discount.model_copy(update={"collection_share": 0.0})
    offers = POLICY.offers.model_copy(update={"discount": rules})
    policy = POLICY.model_copy(update={"economics": cheap, "offers": offers})

    assert discount(pd=0.0003, policy=policy)["status"] == "not_worth"


@pytest.mark.parametrize(
    ("values", "pd", "status"),
    [
        (KNOWN | {"in_default": 1.0}, None, "in_default"),
        (NOTHING, 0.02, "nothing_known"),
        (NOTHING | ACCOUNTS, 0.02, "no_sales"),
    ],
)
def test_what_cannot_be_said_has_a_code_and_the_same_keys(values, pd, status):
    case = make_case(make_subject(values), pd=pd, pd_status="in_default")
    full = offers_of(make_case(), golden_suggestion(make_case()))

    said = offers_of(case, suggest(case))

    assert (said["terms"]["status"], said["offers"]["status"]) == (status, status)
    assert said["terms"].keys() == full["terms"].keys()
    assert said["offers"].keys() == full["offers"].keys()
    assert said["offers"]["discount"].keys() == full["offers"]["discount"].keys()


SUBJECTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([math.nan, 0.0, 1.0, 500.0, -1e6, 1e9]) for name in (*PAYMENTS, *ACCOUNTS)
    },
)


@given(SUBJECTS, st.sampled_from([None, Request("order", 5e4, "EUR"), Request("terms", terms_days=0)]),
       st.sampled_from([(), (Security("deposit", 4e5),)]))  # fmt: skip
def test_whatever_is_known_terms_and_offers_are_json(values, request, securities):
    subject = replace(make_subject(KNOWN | values), request=request, securities=securities)

    said = assess(subject, make_answers(), make_a_book(), POLICY, offers=True)

    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert {each["code"] for each in said["offers"]["alternatives"]} <= ALTERNATIVE_TEXTS.keys()
    assert said["offers"]["best"] is None or said["offers"]["best"] in ALTERNATIVES
    assert all(
        each["exposure"] >= each["unsecured_exposure"] >= 0.0 for each in said["offers"]["alternatives"]
    )
    plain = assess(subject, make_answers(), make_a_book(), POLICY)
    assert (plain["terms"], plain["offers"]) == (None, None)
    assert said | {"terms": None, "offers": None} == plain


def test_every_text_is_there_in_both_languages():
    for texts in (TERMS_TEXTS, ALTERNATIVES, ALTERNATIVE_TEXTS, DISCOUNT_TEXTS):
        assert all(words.en and words.zh for words in texts.values())
    assert ALTERNATIVES.keys() == ALTERNATIVE_TEXTS.keys()
