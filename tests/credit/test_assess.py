from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.answer import Answer
from credit.assess import assess
from credit.cover import Security
from credit.policy import Policy
from credit.request import Request
from credit.texts import ACTIONS, CANDIDATES, DECISIONS, STATUSES
from features.errors import InputError
from tests.credit.builders import (
    ACCOUNTS,
    NOTHING,
    PAYMENTS,
    make_a_book,
    make_answer,
    make_answers,
    make_subject,
)

POLICY = Policy.default()
ORDER = Request("order", 50_000.0, "EUR", terms_days=60)


def say(subject=None, answers=None, book=None, **options):
    return assess(
        subject or make_subject(), make_answers() if answers is None else answers, book, POLICY, **options
    )


def codes(assessment, scope="decision"):
    return [each["code"] for each in assessment["reasons"] if each["scope"] == scope]


def test_the_assessment_has_the_keys_of_the_contract():
    said = say(make_subject(request=ORDER), book=make_a_book())

    assert list(said) == [
        *(
            "assessment_id",
            "buyer_id",
            "as_of",
            "day",
            "facts_seq",
            "information_state",
            "request",
            "default",
            "late",
        ),
        *("score", "grade", "reasons", "limit", "terms", "offers", "raises", "changes", "timing"),
        *("expected_loss", "warnings", "versions"),
    ]
    prediction = ["status", "probability", "low", "high", "horizon_days", "definition", "prior_weight"]
    assert list(said["default"]) == list(said["late"]) == prediction
    assert list(said["score"]) == ["points", "source", "base", "groups", "peers"]
    assert list(said["grade"]) == [
        *("computed", "published", "percentile", "percentile_of_reference", "direction"),
    ]
    assert list(said["limit"]) == [
        *(
            "status",
            "amount",
            "currency",
            "binding",
            "candidates",
            "slopes",
            "exposure",
            "exposure_parts",
            "secured_amount",
            "securities",
            "overdue_amount",
            "oldest_open_days_past_due",
            "headroom",
            "action",
        ),
        "valid_until",
        "published",
    ]
    assert {tuple(each) for each in said["limit"]["candidates"]} == {
        ("code", "role", "status", "amount", "inputs")
    }
    assert {tuple(each) for each in said["reasons"]} == {
        ("scope", "code", "direction", "points", "facts", "text")
    }
    assert list(said["versions"]) == ["release", "default", "late", "timing", "policy", "catalog"]
    assert said["as_of"] == "2026-07-01T21:59:59Z"


SUBJECTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([math.nan, 0.0, 1.0, 500.0, -1e6, 1e9])
        for name in (*PAYMENTS, *ACCOUNTS, "request_amount", "request_terms_days")
    },
)
STATES = st.sampled_from(["ok", "no_default_model", "unseen_pattern"])


@given(
    SUBJECTS,
    STATES,
    st.sampled_from([None, ORDER, Request("limit", 5e4, "EUR")]),
    st.sampled_from(["en", "zh"]),
)
def test_whatever_is_known_the_answer_is_json_without_inventions(values, status, request, lang):
    default = make_answer() if status == "ok" else Answer("default", status)
    subject = replace(make_subject(values), request=request)

    said = say(subject, {"default": default}, make_a_book(), lang=lang)

    assert json.loads(json.dumps(said, allow_nan=False)) == said
    limit = said["limit"]
    assert (limit["amount"] is None) == (limit["status"] != "ok") == (limit["binding"] is None)
    assert limit["status"] in STATUSES
    assert limit["action"] in ACTIONS
    assert {each["status"] for each in limit["candidates"]} <= STATUSES.keys()
    assert {each["code"] for each in limit["candidates"]} <= CANDIDATES.keys()
    assert set(codes(said)) <= DECISIONS.keys()
    assert all((each["amount"] is None) == (each["status"] != "ok") for each in limit["candidates"])


def test_points_add_up_to_the_score_of_the_default_model():
    said = say()

    score = said["score"]
    assert score["source"] == "default"
    assert score["base"] + math.fsum(each["points"] for each in score["groups"]) == pytest.approx(
        score["points"]
    )
    assert score["points"] == pytest.approx(POLICY.loss_of("").scale.points_of_pd(0.024))
    assert said["grade"]["computed"] == "7"
    for group in score["groups"]:
        assert math.fsum(each["points"] for each in group["features"]) == pytest.approx(group["points"])


def test_where_only_a_late_model_exists_the_score_is_its_own_and_there_is_no_grade():
    said = say(answers={"late": make_answers()["late"]})

    assert said["default"]["status"] == "no_default_model"
    assert said["score"]["source"] == "late"
    assert {name: value for name, value in said["grade"].items() if value is not None} == {
        "direction": "higher_is_safer"
    }
    assert said["expected_loss"]["status"] == "no_default_model"
    assert said["expected_loss"]["on_limit"] is None
    assert said["limit"]["status"] == "ok"
    assert said["limit"]["action"] == "open"
    assert said["limit"]["valid_until"] == "2026-10-01"


def test_a_default_model_that_cannot_say_is_not_replaced_by_the_late_model():
    said = say(answers=make_answers() | {"default": Answer("default", "unseen_pattern", version="default@3")})

    assert said["default"]["probability"] is None
    assert said["score"]["points"] is None
    assert said["limit"]["action"] == "refer"
    assert "PD_UNSAID" in codes(said)


def test_a_buyer_in_default_is_graded_d_and_run_down():
    said = say(make_subject(in_default=1.0), book=make_a_book())

    assert (said["default"]["status"], said["default"]["probability"]) == ("in_default", None)
    assert (said["grade"]["computed"], said["score"]["points"]) == ("D", None)
    limit = said["limit"]
    assert (limit["amount"], limit["headroom"], limit["exposure"], limit["action"]) == (
        0,
        0,
        120_000,
        "run_down",
    )
    assert said["expected_loss"]["on_exposure"] == pytest.approx(120_000 * 0.8)
    assert codes(said)[0] == "IN_CURE"
    assert say(make_subject(in_default=1.0, exposure=0.0))["limit"]["action"] == "hold"


@pytest.mark.parametrize(
    ("days", "overdue", "code", "text"),
    [
        (90.0, 8_400.0, "IN_DEFAULT", "EUR 8,400 is overdue, a material sum for 90 days"),
        (89.0, 8_400.0, "IN_CURE", "lasted 90 days or more within the last months"),
        (0.0, 0.0, "IN_CURE", "it counts as cured after 90 days without them"),
        (math.nan, math.nan, "IN_CURE", "it counts as cured after 90 days without them"),
    ],
)
def test_a_buyer_in_its_cure_is_told_so_and_never_of_a_sum_overdue_for_no_days(days, overdue, code, text):
    said = say(make_subject(in_default=1.0, days_material_overdue=days, overdue_amount=overdue))

    reason = said["reasons"][0]
    assert reason["code"] == code
    assert text in reason["text"]
    assert "EUR 0" not in reason["text"]
    assert said["grade"]["computed"] == "D"


def test_what_is_overdue_is_beside_the_exposure():
    said = say(make_subject(overdue_amount=8_400.0, oldest_open_days_past_due=31.0))["limit"]

    assert (said["exposure"], said["overdue_amount"], said["oldest_open_days_past_due"]) == (120e3, 8_400, 31)
    assert say(make_subject(NOTHING))["limit"]["overdue_amount"] is None


def test_a_horizon_that_ends_at_the_due_date_is_0_and_that_of_no_model_is_unknown():
    answers = {"late": replace(make_answers()["late"], definition="late_0", horizon_days=0)}

    said = say(answers=answers)

    assert said["late"]["horizon_days"] == 0
    assert said["default"]["horizon_days"] is None


def test_an_order_above_the_headroom_beside_a_limit_that_covers_the_need_is_no_contradiction():
    # given a small buyer of whom the need binds, and an order larger than that
    request = Request("order", 50_000.0, "EUR")
    said = say(make_subject(request=request, invoiced_amount_365d=50_000.0, exposure=0.0), answers={})

    texts = {each["code"]: each["text"] for each in said["reasons"]}
    assert "covers the usual need, which rests on purchases of EUR 50,000 a year" in texts["LIM_NEED"]
    assert "is above the headroom of EUR" in texts["ORDER_OVER"]


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "The books end on 30 June 2026; payments"), ("zh", "账簿截至2026年6月30日；")]
)
def test_a_warning_is_a_sentence(lang, text):
    warning = {"code": "books_behind", "field": "as_of", "date": "2026-06-30"}

    (said,) = say(replace(make_subject(), warnings=[warning]), lang=lang)["warnings"]

    assert said["text"].startswith(text)
    assert {name: said[name] for name in warning} == warning


def test_every_way_in_which_a_limit_is_bound_has_a_reason():
    group = {"group_others_exposure": 1_950_000.0, "group_others_count": 2.0}
    deposit = replace(make_subject(NOTHING), securities=(Security("deposit", 30_000.0),))
    cases = {
        "LIM_SECURITIES": deposit,
        "SECURED": deposit,
        "LIM_INSURED": make_subject(insured_limit=20_000.0),
        "LIM_BANK": make_subject(bank_limit=20_000.0),
        "LIM_GROUP": make_subject(**group),
    }

    told = {code: say(subject, book=make_a_book()) for code, subject in cases.items()}

    for code, said in told.items():
        text = next(each["text"] for each in said["reasons"] if each["code"] == code)
        assert "unknown" not in text
    assert "2 other buyers of it owed EUR 1,950,000, and a group may be 10% of our receivables" in next(
        each["text"] for each in told["LIM_GROUP"]["reasons"] if each["code"] == "LIM_GROUP"
    )


def test_a_limit_above_a_cap_that_refers_is_a_persons_to_decide():
    rules = POLICY.concentration.model_copy(update={"above_cap": "refer"})
    policy = POLICY.model_copy(update={"concentration": rules})

    said = assess(make_subject(), make_answers(), make_a_book(receivables=1e6), policy)

    assert said["limit"]["action"] == "refer"
    assert "above a concentration cap of EUR 50,000" in " ".join(each["text"] for each in said["reasons"])


def test_old_material_arrears_hold_deliveries_but_leave_the_limit():
    said = say(make_subject(days_material_overdue=75.0))

    assert said["limit"]["action"] == "hold"
    assert said["limit"]["amount"] == say()["limit"]["amount"]
    assert codes(said)[0] == "OVD_BLOCK"


def test_a_limit_below_the_exposure_leaves_no_headroom_and_runs_down():
    said = say(make_subject(exposure=400_000.0))

    limit = said["limit"]
    assert limit["amount"] < limit["exposure"]
    assert (limit["headroom"], limit["action"]) == (0.0, "run_down")


def test_an_order_above_the_headroom_is_referred():
    small, large = Request("order", 1_000.0, "EUR"), Request("order", 900_000.0, "EUR")

    assert say(make_subject(request=small))["limit"]["action"] == "open"
    said = say(make_subject(request=large))
    assert said["limit"]["action"] == "refer"
    assert "ORDER_OVER" in codes(said)


def test_a_usual_invoice_is_no_request():
    assumed = make_subject(request=Request("order", 900_000.0, "EUR", assumed=True))

    said = say(assumed)

    assert said["request"]["assumed"] is True
    assert said["limit"] == say()["limit"]


@pytest.mark.parametrize(
    ("values", "state", "expected"),
    [
        (NOTHING | PAYMENTS, "payments", ["LIM_RECORD", "LIM_CHANGE", "DATA_ACCOUNTS_MISSING"]),
        (NOTHING | ACCOUNTS, "accounts", ["LIM_EL", "DATA_PAYMENTS_MISSING"]),
        (NOTHING, "profile", ["LIM_UNSAID", "DATA_ACCOUNTS_MISSING", "DATA_PAYMENTS_MISSING"]),
    ],
)
def test_missing_facts_are_reasons(values, state, expected):
    said = say(make_subject(values))

    assert said["information_state"] == state
    assert codes(said) == expected


@pytest.mark.parametrize(
    ("age_days", "code"), [(600.0, "DATA_ACCOUNTS_STALE"), (1000.0, "DATA_ACCOUNTS_UNUSABLE")]
)
def test_old_accounts_are_named(age_days, code):
    assert code in codes(say(make_subject(statement_age_days=age_days)))


def test_decision_reasons_come_before_score_reasons():
    scopes = [each["scope"] for each in say(book=make_a_book())["reasons"]]

    assert scopes == sorted(scopes)
    assert set(scopes) == {"decision", "score"}


def test_the_same_facts_have_the_same_id_in_each_language_and_others_another():
    said = say()

    assert say(lang="zh")["assessment_id"] == said["assessment_id"]
    others = [
        say(make_subject(exposure=120_000.01)),
        say(make_subject(request=ORDER)),
        say(book=make_a_book()),
        say(replace(make_subject(), release="r2")),
        say(answers={"default": replace(make_answer(), version="default@4")}),
        assess(make_subject(), make_answers(), None, POLICY.model_copy(update={"pd_cap": 0.9})),
    ]
    assert len({said["assessment_id"], *(each["assessment_id"] for each in others)}) == 1 + len(others)


def test_a_limit_ends_at_the_end_of_a_shorter_month():
    subject = replace(make_subject(), as_of=make_subject().as_of.replace(month=8, day=31))

    # grade 7 holds for six months
    assert say(subject)["limit"]["valid_until"] == "2027-02-28"


def test_another_language_is_refused():
    with pytest.raises(InputError, match="en or zh"):
        say(lang="de")


def test_a_moment_with_a_time_zone_is_refused():
    with pytest.raises(InputError, match="naive UTC"):
        replace(make_subject(), as_of=make_subject().as_of.replace(tzinfo=UTC))
