from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.assess import assess
from credit.levers import IMMUTABLE, Lever, Wanted, applied, combined, levers_of, renewed
from credit.policy import Policy
from credit.raises import MOST_OPTIONS, raises_of
from credit.render import render
from features.catalog import NAMES
from tests.credit.builders import KNOWN, NOTHING, PAYMENTS, make_a_book, make_answer, make_subject

POLICY = Policy.default()
LEAST = POLICY.publishing.least_change_share
BOUND = Wanted(637_000.0, 208_000.0)
OVERDUE = KNOWN | {
    "count_open": 6.0,
    "count_overdue": 2.0,
    "open_not_due_amount": 111_600.0,
    "mean_days_late_90d": 14.0,
    "share_late_amount_90d": 0.4,
    "oldest_open_days_past_due": 33.0,
    "statement_age_days": 700.0,
}


def answer(subject):
    """A model whose risk rises with what is overdue and late, and with the age of accounts."""
    weights = {"overdue_share": 20.0, "share_late_amount_90d": 2.0, "share_late_amount_365d": 2.0}
    parts = {name: weight * (subject.known(name) or 0.0) for name, weight in weights.items()}
    parts["statement_age_days"] = 0.001 * (subject.known("statement_age_days") or 0.0)
    log_odds = -6.0 + math.fsum(parts.values())
    said = make_answer(pd=1.0 / (1.0 + math.exp(-log_odds)), contributions=parts)
    return replace(said, log_odds=log_odds, base_log_odds=-6.0)


def say(subject, book=None):
    return assess(subject, {"default": answer(subject)}, book or make_a_book(), POLICY)


def again(subject, levers, book=None):
    return [say(applied(subject, each), book) for each in levers]


def ask(subject, book=None, lang="en"):
    return raises_of(subject, say(subject, book), partial(again, subject, book=book), POLICY, lang=lang)


def test_options_are_few_higher_and_of_different_kinds():
    raises = ask(make_subject(OVERDUE))

    limits = [each["limit"] for each in raises["options"]]
    assert raises["status"] == "ok"
    assert 2 <= len(limits) <= MOST_OPTIONS
    assert limits == sorted(limits, reverse=True)
    assert all(each["limit"] >= raises["limit"] * (1.0 + LEAST) for each in raises["options"])
    assert len({tuple(each["levers"]) for each in raises["options"]}) == len(limits)


@given(
    st.floats(0, 300_000), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1_200), st.floats(14, 120),
    st.floats(1e6, 1e8),
)  # fmt: skip
def test_an_option_never_shows_a_lower_limit_and_is_what_the_assessment_says(
    overdue, share, late, age, terms, receivables
):
    book = make_a_book(receivables=receivables)
    changed = {
        "overdue_amount": overdue, "exposure": overdue + 50_000.0, "overdue_share": share,
        "share_late_amount_90d": late, "statement_age_days": age, "median_terms_days_365d": terms,
    }  # fmt: skip
    subject = make_subject(OVERDUE | changed)

    raises = ask(subject, book)

    for option in raises["options"]:
        assert option["change"] > 0.0
        assert option["limit"] == pytest.approx((raises["limit"] or 0.0) + option["change"])
        assert option["binding_moves"] == (option["binding"] != raises["binding"])
    assert (raises["status"] == "ok") == bool(raises["options"])
    assert raises["options"] or raises["why"]


@given(st.floats(0, 300_000), st.floats(0, 1), st.floats(0, 1_200))
def test_no_lever_touches_what_nobody_can_change(overdue, late, age):
    values = OVERDUE | {"overdue_amount": overdue, "share_late_amount_90d": late, "statement_age_days": age}
    values |= {"company_age_years": 4.0, "size_class": 1.0, "industry_section": 6.0, "is_foreign": 1.0}

    for lever in levers_of(make_subject(values), BOUND, POLICY):
        assert not set(lever.values) & set(IMMUTABLE)
        assert set(lever.values) <= set(NAMES)
        assert all(math.isfinite(value) for value in lever.values.values())


def lever(code, values=OVERDUE, wanted=BOUND, **changed) -> Lever:
    found = {each.codes[0]: each for each in levers_of(make_subject(values, **changed), wanted, POLICY)}
    return found[code]


def test_clearing_what_is_overdue_leaves_the_record_of_lateness():
    cleared = lever("clear_overdue").values

    assert (cleared["overdue_amount"], cleared["overdue_share"], cleared["days_material_overdue"]) == (
        0,
        0,
        0,
    )
    assert (cleared["exposure"], cleared["count_open"]) == (111_600.0, 4.0)
    assert not {"share_late_amount_90d", "mean_days_late_365d", "in_default"} & set(cleared)


@pytest.mark.parametrize("code", ["clear_overdue", "pay_on_time"])
def test_paying_what_is_overdue_and_ahead_leaves_the_rest_of_the_exposure_and_nothing_overdue(code):
    first, second = lever(code), lever("reduce_use")

    both = combined(first, renewed(second, first, make_subject(OVERDUE), BOUND, POLICY)).values

    assert (both["overdue_amount"], both.get("overdue_share")) == (0.0, 0.0)
    assert both["exposure"] == pytest.approx(111_600.0 / 2)
    assert both["open_not_due_amount"] == pytest.approx(both["exposure"])


def test_months_on_time_clean_short_windows_and_halve_those_of_a_year():
    values = lever("pay_on_time").values

    assert (values["mean_days_late_90d"], values["share_late_amount_90d"]) == (0.0, 0.0)
    assert values["share_late_amount_365d"] == pytest.approx(0.31 / 2)
    assert values["overdue_amount"] == 0.0
    assert lever("pay_on_time", in_default=1.0).values["in_default"] == 0.0


def test_stale_accounts_are_taken_to_repeat_their_figures_and_missing_ones_cannot_be_said():
    fresh = lever("file_accounts").values
    assert (fresh["statement_age_days"], fresh["accounts_year"]) == (180.0, 2026.0)

    raises = ask(make_subject(NOTHING | PAYMENTS))

    said = {each["code"]: each["status"] for each in raises["considered"]}
    assert said["file_accounts"] == "cannot_say"
    assert "cannot be said" in raises["why"]


def test_a_guarantee_covers_what_the_limit_lacks_and_insurance_raises_the_insurers():
    rules = POLICY.securities
    (guarantee,) = lever("guarantee").securities
    assert guarantee.amount == math.ceil(min(429_000.0 / rules.bank_guarantee, 637_000.0))
    assert lever("insurance", insured_limit=100_000.0).values == {"insured_limit": 637_000.0}
    assert [each for each in levers_of(make_subject(), Wanted(None, 1.0), POLICY) if each.securities] == []


def test_shorter_terms_shrink_the_highest_balance_as_much():
    values = lever("shorter_terms").values

    assert values == {"median_terms_days_365d": 45.0, "high_credit_365d": 225_000.0}
    assert "shorter_terms" not in {
        each.codes[0] for each in levers_of(make_subject(median_terms_days_365d=14.0), BOUND, POLICY)
    }


def test_two_levers_at_once_are_both():
    both = combined(lever("clear_overdue"), lever("guarantee"))

    assert (both.codes, both.kind) == (("clear_overdue", "guarantee"), "payment+security")
    subject = applied(make_subject(OVERDUE), both)
    assert subject.value("overdue_amount") == 0.0
    assert [each.kind for each in subject.securities] == ["bank_guarantee"]


@pytest.mark.parametrize(
    ("changed", "binding", "why"),
    [
        ({"is_insolvent": 1.0}, "insolvent", "An insolvency is on record"),
        ({"invoiced_amount_365d": 20_000.0}, "need", "covers the buyer's need already"),
        (
            {"equity": -5.0, "own_limit": 0.0, "has_payments": 0.0},
            "capacity",
            "What the buyer can carry binds",
        ),
    ],
)
def test_where_nothing_moves_what_binds_the_answer_says_which_and_why(changed, binding, why):
    # given a book without a price of risk, and securities that count for nothing
    nothing = dict.fromkeys(("guarantee", "bank_guarantee", "credit_insurance"), 0.0)
    policy = POLICY.model_copy(update={"securities": POLICY.securities.model_copy(update=nothing)})
    subject, book = make_subject(KNOWN, **changed), make_a_book(shadow_price=0.0)
    said = say(subject, book)

    raises = raises_of(subject, said, partial(again, subject, book=book), policy)

    assert (raises["binding"], raises["options"]) == (binding, [])
    assert why in raises["why"]


def test_our_own_concentration_is_moved_by_nothing():
    raises = ask(make_subject(OVERDUE, overdue_share=0.0), make_a_book(receivables=2e5))

    assert (raises["status"], raises["binding"]) == ("nothing_raises", "concentration")
    assert "nothing that the buyer does moves it" in raises["why"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_tells_what_would_raise_the_limit(lang, matches_golden):
    subject = make_subject(OVERDUE)
    said = assess(subject, {"default": answer(subject)}, make_a_book(), POLICY, lang=lang)
    said["raises"] = ask(subject, lang=lang)

    page = render(said, lang)

    start = page.index("What would raise" if lang == "en" else "如何提高额度")
    matches_golden(f"raises_{lang}", page[start : page.index("\n\n", start) + 1])
