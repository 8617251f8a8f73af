from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.answer import Answer
from credit.assess import assess
from credit.order_texts import LIMIT_SOURCES, ORDER_DECISIONS, ORDER_STEPS, STEP_NAMES, STEP_STATUSES
from credit.orders import Order, check_order
from credit.page_text import WIDTH
from credit.policy import Policy
from credit.publish import Published
from credit.render_order import render_order
from features.errors import InputError
from tests.credit.builders import (
    KNOWN,
    NOTHING,
    PAYMENTS,
    make_a_book,
    make_answer,
    make_answers,
    make_subject,
)

POLICY = Policy.default()
GOOD = KNOWN | {
    "oldest_open_days_past_due": 12.0, "open_orders_amount": 20_000.0, "open_orders_later_amount": 0.0,
}  # fmt: skip
ORDER = Order(50_000.0, "EUR", deliver_on=date(2026, 7, 20))


def check(values=GOOD, order=ORDER, answers=None, published=None, lang="en", **changed):
    subject = make_subject(values, order.as_request(), **changed)
    said = assess(subject, make_answers() if answers is None else answers, make_a_book(), POLICY, lang=lang)
    return check_order(subject, order, said, POLICY, published=published, lang=lang)


def status(found):
    return {each["code"]: each["status"] for each in found["steps"]}


def test_an_order_that_passes_every_step_is_released_whole():
    found = check()

    assert (found["decision"], found["decided_by"], found["releasable_amount"]) == ("release", None, 50_000.0)
    assert list(status(found)) == [code for code in ORDER_STEPS if code not in ("clock", "books")]
    assert set(status(found).values()) == {"pass"}


@pytest.mark.parametrize(
    ("changed", "decision", "decided_by"),
    [
        ({"is_insolvent": 1.0}, "hold", "blocked"),
        ({"in_default": 1.0}, "hold", "blocked"),
        ({"days_material_overdue": 75.0}, "hold", "blocked"),
        ({"oldest_open_days_past_due": 46.0}, "hold", "oldest_item"),
        ({"oldest_open_days_past_due": math.nan}, "refer", "oldest_item"),
        ({"overdue_over_30_share": 0.26}, "hold", "overdue_share"),
        ({"exposure": 190_000.0}, "hold", "credit_limit"),
        ({"exposure": math.nan}, "refer", "credit_limit"),
        ({"open_orders_amount": math.nan}, "refer", "credit_limit"),
        ({"own_limit": 189_999.0}, "hold", "credit_limit"),
    ],
)
def test_the_first_step_that_stops_an_order_decides(changed, decision, decided_by):
    found = check(**changed)

    assert (found["decision"], found["decided_by"]) == (decision, decided_by)


@pytest.mark.parametrize(
    ("days", "rule", "said", "decision"),
    [
        (3.0, "refer", "pass", "release"),
        (4.0, "refer", "refer", "refer"),
        (4.0, "hold", "hold", "hold"),
        (4.0, "release", "pass", "release"),
    ],
)
def test_books_that_are_behind_decide_as_the_policy_says(days, rule, said, decision):
    orders = POLICY.orders.model_copy(update={"when_books_behind": rule})
    policy = POLICY.model_copy(update={"orders": orders})
    subject = make_subject(GOOD, ORDER.as_request(), days_books_behind=days)
    assessment = assess(subject, make_answers(), make_a_book(), policy)

    found = check_order(subject, ORDER, assessment, policy)

    assert (status(found)["books"], found["decision"]) == (said, decision)
    assert found["decided_by"] == (None if decision == "release" else "books")


@pytest.mark.parametrize(
    ("rule", "said", "decision"),
    [("refer", "refer", "refer"), ("hold", "hold", "hold"), ("release", "pass", "release")],
)
def test_a_clock_that_is_behind_decides_as_the_policy_says_of_books(rule, said, decision):
    orders = POLICY.orders.model_copy(update={"when_books_behind": rule})
    policy = POLICY.model_copy(update={"orders": orders})
    subject = make_subject(GOOD, ORDER.as_request(), days_clock_behind=0.1)
    assessment = assess(subject, make_answers(), make_a_book(), policy)

    found = check_order(subject, ORDER, assessment, policy)

    assert (status(found)["clock"], found["decision"]) == (said, decision)
    assert found["steps"][0]["inputs"] == {"days_behind": 1.0}
    assert "by 1 day at most" in found["steps"][0]["text"]


def test_a_published_limit_that_is_over_today_does_not_count_though_the_books_end_before():
    subject = make_subject(GOOD, ORDER.as_request(), days_since_as_of=2.0)
    published = Published("7", "7", 10.0, "EUR", date(2026, 6, 1), subject.day + timedelta(days=1))
    assessment = assess(subject, make_answers(), make_a_book(), POLICY)

    found = check_order(subject, ORDER, assessment, POLICY, published=published)

    limit = next(step for step in found["steps"] if step["code"] == "credit_limit")["inputs"]
    assert limit["limit_from"] != "published"


def test_every_step_is_told_though_an_early_one_decides():
    found = check(
        in_default=1.0, oldest_open_days_past_due=99.0, overdue_over_30_share=0.9, exposure=900_000.0
    )

    stopped = [code for code, each in status(found).items() if each == "hold"]
    assert stopped == ["blocked", "oldest_item", "overdue_share", "credit_limit"]
    assert found["decided_by"] == "blocked"
    assert found["releasable_amount"] == 0.0


def test_a_hold_weighs_more_than_a_question_that_came_before():
    found = check(oldest_open_days_past_due=math.nan, exposure=900_000.0)

    assert (found["decision"], found["decided_by"]) == ("hold", "credit_limit")


def test_a_large_document_is_referred():
    found = check(order=Order(100_000.01, "EUR"), own_limit=1e6)

    assert (found["decision"], found["decided_by"]) == ("refer", "document_value")
    assert check(order=Order(100_000.0, "EUR"), own_limit=1e6)["decision"] == "release"


@pytest.mark.parametrize(
    ("answers", "decided_by"),
    [
        ({"default": make_answer(pd=0.21)}, "default_probability"),
        ({"default": make_answer(), "late": make_answer("late", 0.71)}, "late_probability"),
        ({"default": Answer("default", "unseen_pattern")}, "default_probability"),
    ],
)
def test_the_models_are_asked_last_and_refer(answers, decided_by):
    found = check(answers=answers)

    assert (found["decision"], found["decided_by"]) == ("refer", decided_by)


def test_a_model_that_was_never_trained_is_not_asked():
    found = check(answers={})

    assert found["decision"] == "release"
    assert found["steps"][-1]["text"] == "No model says anything about it."


def test_the_part_that_the_limit_still_bears_may_be_delivered():
    # given a limit of 250,000 of which 225,000 are used
    found = check(exposure=205_000.0)

    assert (found["decision"], found["releasable_amount"]) == ("hold", 25_000.0)
    # and a part that is not worth a delivery of its own is none
    assert check(exposure=228_000.0)["releasable_amount"] == 0.0
    # and nothing is where another step stands in the way as well
    assert check(exposure=205_000.0, overdue_over_30_share=0.9)["releasable_amount"] == 0.0


def test_an_order_behind_the_credit_horizon_that_is_above_the_whole_limit_is_referred():
    # given a limit of 250,000 and nothing owed
    later, free = (
        Order(251_000.0, "EUR", deliver_on=date(2026, 12, 1)),
        {"exposure": 0.0, "overdue_amount": 0.0},
    )
    large = POLICY.model_copy(update={"orders": POLICY.orders.model_copy(update={"document_value": 1e9})})

    def decided(order, policy):
        subject = make_subject(GOOD | free, order.as_request())
        said = assess(subject, make_answers(), make_a_book(), policy)
        found = check_order(subject, order, said, policy)
        return found["decision"], found["decided_by"]

    # then it is referred however much is paid until then, unless the policy lets it pass
    assert decided(later, large) == ("refer", "order_above_limit")
    assert decided(replace(later, amount=250_000.0), large) == ("release", None)
    off = large.orders.model_copy(update={"above_limit_beyond_horizon": "release"})
    assert decided(later, large.model_copy(update={"orders": off})) == ("release", None)
    # and one within the horizon is the limit's own matter
    assert decided(replace(later, deliver_on=None), large) == ("hold", "credit_limit")


def test_days_from_which_on_an_item_counts_in_the_share_overdue_are_the_policy_s():
    values = GOOD | {"overdue_share": 0.9, "overdue_over_30_share": 0.2, "overdue_over_90_share": 0.0}
    subject = make_subject(values, ORDER.as_request())
    said = assess(subject, make_answers(), make_a_book(), POLICY)
    for days, wanted in ((0, "hold"), (30, "pass"), (90, "pass")):
        orders = POLICY.orders.model_copy(update={"overdue_share_after_days": days})
        policy = POLICY.model_copy(update={"orders": orders})
        found = check_order(subject, ORDER, said, policy)
        assert status(found)["overdue_share"] == wanted


def test_an_order_behind_the_credit_horizon_does_not_count_yet():
    later = Order(50_000.0, "EUR", deliver_on=date(2026, 8, 31))

    found = check(order=later, exposure=230_000.0)

    assert found["decision"] == "release"
    step = next(each for each in found["steps"] if each["code"] == "credit_limit")
    assert (step["inputs"]["counted"], step["inputs"]["used"]) == (0.0, 250_000.0)
    at_the_end = replace(later, deliver_on=date(2026, 8, 30))
    assert check(order=at_the_end, exposure=230_000.0)["decision"] == "hold"


def test_an_order_that_does_not_count_yet_is_not_said_to_be_what_exceeds_the_limit():
    later = Order(50_000.0, "EUR", deliver_on=date(2026, 8, 31))

    step = next(
        each for each in check(order=later, exposure=900_000.0)["steps"] if each["code"] == "credit_limit"
    )

    assert (step["status"], step["inputs"]["counted"]) == ("hold", 0.0)
    assert "does not count against the limit yet, but EUR 920,000 is used already, above" in step["text"]


def limit_of(found):
    inputs = next(each for each in found["steps"] if each["code"] == "credit_limit")["inputs"]
    return inputs["limit"], inputs["limit_from"]


def test_the_limit_is_the_published_one_then_the_one_in_force_then_the_suggested():
    published = Published("7", "7", 70_000.0, "EUR", date(2026, 6, 1), date(2026, 7, 31))
    expired = replace(published, valid_until=date(2026, 6, 30))

    assert limit_of(check(published=published)) == (70_000.0, "published")
    assert limit_of(check(published=expired)) == (250_000.0, "in_force")
    assert limit_of(check(published=replace(published, amount=None))) == (250_000.0, "in_force")
    found = check(own_limit=math.nan)
    assert limit_of(found) == (found["limit_suggested"], "suggested")


def test_without_any_limit_a_person_decides():
    prospect = NOTHING | {"exposure": 0.0, "open_orders_amount": 0.0}

    found = check(prospect, answers={})

    assert (found["decision"], found["decided_by"]) == ("refer", "credit_limit")


@given(
    st.fixed_dictionaries(
        {
            name: st.sampled_from([0.0, 0.5, 1.0, 80.0, 1e6, math.nan])
            for name in (*PAYMENTS, "open_orders_amount")
        }
    )
)
def test_a_natural_person_is_never_held(values):
    person, company = (check(NOTHING | values, natural_person=flag) for flag in (1.0, 0.0))

    assert person["decision"] == ("release" if company["decision"] == "release" else "refer")
    assert person["decided_by"] == company["decided_by"]


def test_a_person_is_told_why_nobody_was_held():
    page = render_order(check(natural_person=1.0, in_default=1.0), "en")

    assert "refer to a credit officer  (decided by: Block)" in page
    assert "never held by a rule" in page


def test_a_day_of_delivery_before_the_check_is_refused():
    with pytest.raises(InputError, match="not before as_of"):
        check(order=replace(ORDER, deliver_on=date(2026, 6, 30)))


def test_days_are_those_of_the_seller():
    # given the end of 30 June in New York
    subject = make_subject(GOOD, ORDER.as_request())
    subject = replace(subject, as_of=datetime(2026, 7, 1, 3, 59, 59), local_day=date(2026, 6, 30))
    said = assess(subject, make_answers(), make_a_book(), POLICY)

    today = replace(ORDER, deliver_on=date(2026, 6, 30))

    assert check_order(subject, today, said, POLICY)["decision"] == "release"
    assert said["limit"]["valid_until"] == "2026-12-30"


@pytest.mark.parametrize(
    ("amount", "currency"), [(0.0, "EUR"), (-1.0, "EUR"), (math.nan, "EUR"), (5.0, "euro")]
)
def test_an_order_that_is_none_is_refused(amount, currency):
    with pytest.raises(InputError):
        Order(amount, currency)


def test_every_step_has_a_text_in_each_language_for_each_status():
    for texts in ORDER_STEPS.values():
        assert all(words.en and words.zh for words in texts.values())
    assert ORDER_STEPS.keys() == STEP_NAMES.keys()
    assert {"published", "in_force", "suggested"} == LIMIT_SOURCES.keys()
    assert {"release", "hold", "refer"} == ORDER_DECISIONS.keys()
    assert {"pass", "hold", "refer", "unknown"} == STEP_STATUSES.keys()


CASES = {
    "order_released": {},
    "order_held": {"exposure": 205_000.0, "oldest_open_days_past_due": 60.0},
    "order_part": {"exposure": 205_000.0},
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_the_page_of_a_check_reads_as_it_should(name, lang, matches_golden):
    page = render_order(check(lang=lang, **CASES[name]), lang)

    matches_golden(f"{name}_{lang}", page)
    widths = [
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in page.splitlines()
    ]
    assert max(widths) <= WIDTH
