from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.assess import assess
from credit.changes import changes_of, check_previous
from credit.policy import Policy
from credit.render import render
from features.catalog import FEATURES
from features.errors import InputError
from tests.credit.builders import CONTRIBUTIONS, KNOWN, make_a_book, make_answer, make_answers, make_subject

POLICY = Policy.default()
OTHER = {"default": replace(make_answer(), definition="default_bankruptcy")}
PARTS = st.lists(st.floats(-2, 2), min_size=len(CONTRIBUTIONS), max_size=len(CONTRIBUTIONS))


def say(parts=None, base=-4.0, lang="en", values=KNOWN, **changed):
    """Assess with these contributions beside one base."""
    contributions = CONTRIBUTIONS if parts is None else dict(zip(CONTRIBUTIONS, parts, strict=True))
    log_odds = base + math.fsum(contributions.values())
    pd = 1.0 / (1.0 + math.exp(-log_odds))
    answer = replace(make_answer(pd=pd, contributions=contributions), base_log_odds=base, log_odds=log_odds)
    return assess(make_subject(values, **changed), {"default": answer}, make_a_book(), POLICY, lang=lang)


@given(PARTS, PARTS, PARTS, st.floats(-6, -2))
def test_groups_and_the_change_of_the_model_add_up_to_the_change_of_the_score(now, then, said, base):
    previous = say(said, base)

    changes = changes_of(say(now), say(then), previous)

    total = math.fsum([*(each["points"] for each in changes["groups"]), changes["model_change"]])
    assert total == pytest.approx(changes["score"]["change"], abs=1e-9)
    assert changes["score"]["then"] == previous["score"]["points"]


@given(PARTS, PARTS)
def test_without_an_earlier_model_the_model_did_not_change(now, then):
    changes = changes_of(say(now), say(then))

    assert changes["model_change"] == 0.0
    assert changes["status"] == "ok"


@given(PARTS, PARTS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 9), st.floats(0, 9))
def test_a_figure_that_is_told_moved_to_the_side_that_is_told(now, then, share, before, ratio, ratio_before):
    current = say(now, share_late_amount_365d=share, current_ratio=ratio)
    former = say(then, share_late_amount_365d=before, current_ratio=ratio_before)

    for group in changes_of(current, former)["groups"]:
        facts = group["facts"]
        if not facts:
            assert not re.search(r"\d", group["text"])
            continue
        sign = FEATURES[facts["feature"]].sign
        assert (facts["now"] - facts["then"]) * sign * group["points"] < 0.0
        assert facts["points"] * group["points"] > 0.0


def test_nothing_changed_where_nothing_changed():
    changes = changes_of(say(), say())

    assert {each["points"] for each in changes["groups"]} == {0.0}
    assert changes["score"]["change"] == changes["limit"]["change"] == 0.0


@pytest.mark.parametrize(
    ("now", "then", "status"),
    [
        ({}, make_answers(), "no_score_now"),
        (make_answers(), {}, "no_score_then"),
        (make_answers(), {"late": make_answers()["late"]}, "other_source"),
        (
            make_answers(),
            {"default": replace(make_answer(), definition="default_bankruptcy")},
            "other_definition",
        ),
    ],
)
def test_scores_of_different_kinds_are_not_compared(now, then, status):
    current, former = (assess(make_subject(), each, None, POLICY) for each in (now, then))

    changes = changes_of(current, former)

    assert (changes["status"], changes["groups"], changes["model_change"]) == (status, [], None)
    assert changes["score"] == {"then": None, "now": None, "change": None}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_tells_what_changed(lang, matches_golden):
    then = say([0.1, 0.02, 0.05, -0.15, 0.0], lang=lang, share_late_amount_365d=0.08, overdue_share=0.0)
    current = say(lang=lang)
    previous = {**say(None, -4.4), "as_of": "2026-01-31T22:59:59Z"}
    then["day"] = "2026-01-31"
    current["changes"] = changes_of(current, then, previous, lang=lang)

    page = render(current, lang)

    part = page[page.index("What changed since" if lang == "en" else "自2026年1月31日以来") :]
    matches_golden(f"changes_{lang}", part)
    *parts, total = [int(number) for number in re.findall(r"^ *([+-]\d+)  ", part, flags=re.MULTILINE)]
    assert sum(parts) == total


def test_the_page_tells_why_nothing_can_be_compared():
    current = assess(make_subject(), make_answers(), None, POLICY)
    current["changes"] = changes_of(current, assess(make_subject(), {}, None, POLICY))

    assert "cannot say: there was no score then" in render(current, "en")


def test_an_earlier_assessment_is_taken_as_it_was_written():
    previous = json.loads(json.dumps(say()))

    assert check_previous(previous, "B00042", "EUR") == previous


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda said: [], "something else"),
        (lambda said: {**said, "score": None}, "something else"),
        (lambda said: {**said, "score": {**said["score"], "points": "594"}}, "something else"),
        (lambda said: {**said, "score": {**said["score"], "points": math.nan}}, "something else"),
        (lambda said: {**said, "buyer_id": "B2"}, "another's"),
        (lambda said: {**said, "limit": {**said["limit"], "currency": "USD"}}, "another currency"),
    ],
)
def test_what_is_no_earlier_assessment_of_the_buyer_is_refused(change, found):
    with pytest.raises(InputError, match=f"found {found}"):
        check_previous(change(say()), "B00042", "EUR")
