"""What is not known is told once."""

from __future__ import annotations

import pytest

from credit.letter import letter
from credit.letter_reasons import missing_groups, told_once
from features.catalog import GROUPS
from tests.credit.builders import make_subject
from tests.credit.test_assess import say


def decided(*codes):
    return [reason("decision", code) for code in codes]


def reason(scope, code, feature=None):
    facts = {} if feature is None else {"feature": feature, "value": 0.0}
    return {
        "scope": scope,
        "code": code,
        "direction": "adverse",
        "points": None,
        "facts": facts,
        "text": code,
    }


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (decided("LIM_RECORD", "DATA_ACCOUNTS_MISSING"), ["LIM_RECORD"]),
        (decided("LIM_PEERS", "DATA_ACCOUNTS_MISSING", "DATA_PAYMENTS_MISSING"), ["LIM_PEERS"]),
        (decided("LIM_EL", "DATA_ACCOUNTS_MISSING"), ["LIM_EL", "DATA_ACCOUNTS_MISSING"]),
        (
            [*decided("DATA_ACCOUNTS_MISSING"), reason("score", "LEVERAGE_MISSING"),
             reason("score", "GROWTH_MISSING"), reason("score", "EXTERNAL_MISSING")],
            ["DATA_ACCOUNTS_MISSING", "EXTERNAL_MISSING"],
        ),
        (
            [*decided("DATA_PAYMENTS_MISSING"), reason("score", "LEVERAGE_MISSING"),
             reason("score", "OVERDUE_NOW_MISSING"), reason("score", "GROWTH_MISSING")],
            ["DATA_PAYMENTS_MISSING", "LEVERAGE_MISSING"],
        ),
        (
            [*decided("DATA_ACCOUNTS_MISSING"), reason("score", "DATA_QUALITY", "has_accounts"),
             reason("score", "OVERDUE_NOW", "overdue_share")],
            ["DATA_ACCOUNTS_MISSING", "OVERDUE_NOW"],
        ),
        ([reason("score", "DATA_QUALITY", "has_accounts")], ["DATA_QUALITY"]),
    ],
)  # fmt: skip
def test_what_another_reason_says_already_is_left_out(given, left):
    assert [each["code"] for each in told_once(given)] == left


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "- We know nothing of this: LEV, GRO."),
        ("zh", "- 我方缺少以下信息：LEV、GRO。"),
    ],
)
def test_groups_of_which_nothing_is_known_share_a_sentence(lang, line):
    said = say(make_subject())
    said["reasons"] = [reason("score", "LEVERAGE_MISSING"), reason("score", "GROWTH_MISSING")]

    text = letter(said, "external", lang)

    assert list(missing_groups(said["reasons"])) == ["leverage", "growth"]
    assert [each for each in text.splitlines() if each.startswith("- ")] == [_named(line, lang)]


def test_the_day_of_a_letter_is_the_seller_s():
    # given an assessment of the end of a day west of Greenwich
    said = say(make_subject()) | {"as_of": "2026-07-01T03:59:59Z", "day": "2026-06-30"}
    assert "30 June 2026" in letter(said, "external", "en")
    assert "buyer B00042, 30 June 2026" in letter(said, "internal", "en")
    del said["day"]
    assert "1 July 2026" in letter(said, "external", "en")


def _named(line, lang):
    for place, group in (("LEV", "leverage"), ("GRO", "growth")):
        line = line.replace(place, GROUPS[group].label_zh if lang == "zh" else GROUPS[group].label_en)
    return line
