from __future__ import annotations

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.answer import Answer
from credit.assess import assess
from credit.letter import LETTERS, MOST_REASONS, letter
from credit.letter_texts import EXTERNAL_REASONS, SILENT_FEATURES
from credit.locales import LANGUAGES
from credit.policy import Policy
from credit.request import Request
from credit.texts import DECISIONS
from features.catalog import FEATURES
from tests.credit.builders import (
    KNOWN,
    NOTHING,
    PAYMENTS,
    make_a_book,
    make_answer,
    make_answers,
    make_subject,
)
from tests.credit.test_assess import say

POLICY = Policy.default()
ORDER = Request("order", 50_000.0, "EUR", terms_days=60)
OTHERS = dict.fromkeys(SILENT_FEATURES, 0.5)

CASES = {
    "known_buyer": (make_subject(request=ORDER), make_answers()),
    "in_default": (make_subject(in_default=1.0, days_material_overdue=120.0), make_answers()),
    "payments_only": (make_subject(NOTHING | PAYMENTS), make_answers()),
    "prospect": (make_subject(NOTHING), {"default": Answer("default", "unseen_pattern")}),
}


def written(name, kind, lang):
    subject, answers = CASES[name]
    return letter(assess(subject, answers, make_a_book(), POLICY, lang=lang), kind, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("name", CASES)
def test_a_letter_reads_as_it_should(name, kind, lang, matches_golden):
    matches_golden(f"letter_{kind}_{name}_{lang}", written(name, kind, lang))


@pytest.mark.parametrize(
    ("values", "action", "says"),
    [
        ({"exposure": 9e6}, "run_down", "You owe us EUR 9,000,000 at present, which is more;"),
        ({"exposure": 10.0, "days_material_overdue": 70.0}, "hold", "wait until what is overdue is paid."),
        ({"exposure": 10.0}, "open", None),
    ],
)
def test_a_letter_that_tells_a_limit_tells_what_stops_deliveries(values, action, says):
    said = assess(make_subject(**values), make_answers(), make_a_book(), POLICY)

    text = " ".join(letter(said, "external", "en").split())

    assert (said["limit"]["action"], said["limit"]["amount"] > 0.0) == (action, True)
    assert says in text if says else "wait until" not in text


NUMBERS = st.floats(0.001, 0.999)


@given(NUMBERS, st.floats(300, 900), NUMBERS, st.floats(-9e6, 9e6), st.sampled_from(sorted(CASES)))
def test_a_letter_to_the_buyer_does_not_depend_on_probability_score_grade_or_others(
    pd, points, percent, reference, name
):
    subject, answers = CASES[name]
    said = assess(subject, answers, make_a_book(), POLICY)
    changed = copy.deepcopy(said)
    changed["default"] |= {"probability": pd, "low": pd, "high": pd}
    changed["score"]["points"] = points
    changed["grade"] |= {"computed": "11", "percentile": percent, "percentile_of_reference": percent}
    for reason in changed["reasons"]:
        reason["text"] = f"PD {pd}"
        others = (
            "reference",
            "pd",
            "of",
            "share",
            "peers_median",
            "others_exposure",
            "shadow_price",
            "margin",
        )
        reason["facts"] |= {key: reference for key in others if key in reason["facts"]}

    assert letter(changed, "external", "en") == letter(said, "external", "en")


@given(st.dictionaries(st.sampled_from(sorted(FEATURES)), st.floats(0.2, 3), min_size=1, max_size=12))
def test_a_letter_tells_at_most_four_reasons_and_no_figure_of_others(contributions):
    subject = make_subject(KNOWN | dict.fromkeys(contributions, 0.5))
    said = assess(subject, {"default": make_answer(contributions=contributions)}, None, POLICY)

    text = letter(said, "external", "en")

    lines = re.findall(r"^- (.*)", text, flags=re.MULTILINE)
    assert len(lines) <= MOST_REASONS
    assert not any(FEATURES[name].label_en + ":" in text for name in SILENT_FEATURES)


def test_reasons_of_the_decision_come_before_those_of_the_score():
    text = written("payments_only", "external", "en")

    reasons = re.findall(r"^- (.*)", text, flags=re.MULTILINE)
    assert reasons[0].startswith("Without usable accounts") or reasons[0].startswith("We have no financial")
    assert any("31%" in each for each in reasons)


def test_the_note_for_the_file_tells_probability_score_and_grade():
    text = written("known_buyer", "internal", "en")

    assert "Probability of default 2.4%" in text
    assert "score 594" in text
    assert "grade 7" in text


def test_every_code_of_a_letter_is_one_of_a_decision_and_tells_known_facts_only():
    assert set(EXTERNAL_REASONS) <= set(DECISIONS)
    for code, words in EXTERNAL_REASONS.items():
        known = set(re.findall(r"{(\w+)", DECISIONS[code].words.en)) | {"tangible_net_worth"}
        for lang in LANGUAGES:
            assert set(re.findall(r"{(\w+)", words.of(lang))) <= known, code


def test_a_decision_that_is_not_adverse_has_no_reasons_in_its_letter():
    said = say(answers={"default": make_answer(contributions={"current_ratio": -0.4})})
    said["reasons"] = [each for each in said["reasons"] if each["direction"] != "adverse"]

    assert "principal reasons" not in letter(said, "external", "en")
