from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest

from credit.answer import Answer
from credit.assess import assess
from credit.page_text import WIDTH
from credit.policy import Policy
from credit.render import render
from credit.request import Request
from credit.timing.answer import TimingAnswer
from tests.credit.builders import (
    NOTHING,
    PAYMENTS,
    make_a_book,
    make_answers,
    make_subject,
    make_timing,
)

POLICY = Policy.default()
LATE = {"late": make_answers()["late"]}

CASES = {
    "known_buyer": (make_subject(request=Request("order", 50_000.0, "EUR", terms_days=60)), make_answers()),
    "payments_only": (make_subject(NOTHING | PAYMENTS), LATE),
    "prior_knowledge": (
        make_subject(NOTHING | PAYMENTS),
        {"default": replace(make_answers()["default"], prior_weight=0.83)},
    ),
    "in_default": (make_subject(in_default=1.0, days_material_overdue=120.0), make_answers()),
    "books_behind": (
        replace(
            make_subject(in_default=1.0, days_material_overdue=0.0, oldest_open_days_past_due=31.0),
            warnings=[{"code": "books_behind", "field": "as_of", "date": "2026-06-30"}],
        ),
        {"late": replace(LATE["late"], definition="late_0", horizon_days=0)},
    ),
    "prospect": (
        make_subject(NOTHING, Request("limit", 20_000.0, "EUR")),
        {"default": Answer("default", "unseen_pattern"), "late": Answer("late", "unseen_pattern")},
    ),
}


TIMINGS = {
    "timing_known": make_timing(),
    "timing_usual": make_timing(assumed=True, high_on=None, interval_probability=0.9),
    "timing_beyond_horizon": make_timing(status="beyond_horizon", median_on=None, high_on=None),
    "timing_unseen": TimingAnswer("unseen_pattern"),
    "timing_no_request": TimingAnswer("no_request"),
}
ALL = (*CASES, *TIMINGS)


def show(name, lang, **options):
    subject, answers = CASES.get(name, CASES["known_buyer"])
    said = assess(subject, answers, make_a_book(), POLICY, lang=lang, timing=TIMINGS.get(name), **options)
    return render(said, lang)


def summary(name, lang):
    """The lines that a timing model adds to the page."""
    without = show("known_buyer", lang).splitlines()
    return "".join(f"{line}\n" for line in show(name, lang).splitlines() if line not in without)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_the_page_reads_as_it_should(name, lang, matches_golden):
    matches_golden(f"{name}_{lang}", show(name, lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", TIMINGS)
def test_a_pay_date_adds_its_lines_and_moves_no_other(name, lang, matches_golden):
    added = summary(name, lang)

    matches_golden(f"{name}_{lang}", added)
    assert len(show(name, lang).splitlines()) == len(show("known_buyer", lang).splitlines()) + added.count(
        "\n"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_offers_stand_side_by_side(lang, matches_golden):
    matches_golden(f"offers_{lang}", show("known_buyer", lang, offers=True))


def test_where_no_offer_can_be_made_the_page_has_no_part_for_it():
    assert "Terms and offers" not in show("in_default", "en", offers=True)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ALL)
def test_no_line_is_wider_than_the_page(name, lang):
    def columns(line):
        return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)

    assert max(columns(line) for line in show(name, lang, offers=True).splitlines()) <= WIDTH


def test_a_row_wider_than_the_page_goes_on_below_its_value():
    subject, answers = CASES["known_buyer"]
    said = assess(subject, answers, make_a_book(), POLICY)
    said["default"]["definition"] = "a definition with a rather long name of its own " * 2

    page = render(said, "en").splitlines()

    row = next(n for n, line in enumerate(page) if line.startswith("Probability of default"))
    assert max(map(len, page)) <= WIDTH
    assert page[row + 1].startswith(" " * 28)
    assert page[row + 1][28] != " "


@pytest.mark.parametrize("name", ALL)
def test_no_chinese_line_has_latin_punctuation_beside_its_words(name):
    page = show(name, "zh", offers=True, peers=True)

    assert not re.findall(r"[\u4e00-\u9fff%] ?[,;:]|[,;:] ?[\u4e00-\u9fff]", page)


@pytest.mark.parametrize(
    ("lang", "warning", "limit", "due"),
    [
        ("en", "Warning: The books end on", "Suggested limit", "late_0, at the due date"),
        ("zh", "提示：账簿截至", "建议额度", "late_0，到期日"),
    ],
)
def test_a_warning_comes_before_the_limit_and_a_horizon_of_0_is_the_due_date(lang, warning, limit, due):
    page = show("books_behind", lang)

    assert -1 < page.index(warning) < page.index(limit)
    assert due in page


def test_shown_points_add_up():
    table = show("known_buyer", "en").split("How the score comes about")[1]

    *parts, total = [int(number) for number in re.findall(r"([+-]?\d+)$", table, flags=re.MULTILINE)]

    assert sum(parts) == total == 594


def test_the_page_says_that_it_is_a_suggestion():
    assert "This is a suggestion" in show("known_buyer", "en")
    assert "建议" in show("known_buyer", "zh")
