from __future__ import annotations

import math
from dataclasses import replace

import pytest

from credit.assess import assess
from credit.cover import Security
from credit.plausibility import accounts_in_doubt, doubts_of
from credit.policy import Policy
from credit.texts import WARNINGS
from tests.credit.builders import KNOWN, NOTHING, PAYMENTS, make_a_book, make_answers, make_subject

POLICY = Policy.default()


def codes(subject):
    return [each["code"] for each in doubts_of(subject, POLICY)]


@pytest.mark.parametrize(
    ("revenue", "doubtful"), [(12_000_000.0, False), (12_000.0, True), (0.0, True), (math.nan, False)]
)
def test_accounts_that_show_less_than_we_sold_alone_are_doubted(revenue, doubtful):
    # given sales to the buyer of 2.7 million, and accounts of 12 million told in thousands by mistake
    subject = make_subject(KNOWN, revenue=revenue)

    assert accounts_in_doubt(subject, POLICY.capacity) is doubtful
    assert codes(subject) == ["accounts_in_doubt"] * doubtful


def test_accounts_in_doubt_are_referred_with_a_sentence():
    said = assess(make_subject(KNOWN, revenue=12_000.0), make_answers(), make_a_book(), POLICY)

    assert said["limit"]["action"] == "refer"
    assert "in thousands?" in said["warnings"][0]["text"]


def test_no_sales_or_no_accounts_are_no_doubt():
    assert codes(make_subject(NOTHING | PAYMENTS, revenue=1.0)) == []
    assert codes(make_subject(KNOWN, revenue=1.0, invoiced_amount_365d=0.0)) == []


def test_an_exposure_without_a_rate_is_unknown_with_a_code():
    subject = make_subject(KNOWN, exposure=math.nan, count_open=3.0)

    said = assess(subject, make_answers(), make_a_book(), POLICY)

    assert [each["code"] for each in said["warnings"]] == ["no_rate"]
    assert (said["limit"]["exposure"], said["limit"]["headroom"]) == (None, None)
    assert codes(make_subject(KNOWN, exposure=math.nan, count_open=0.0)) == []


def test_what_is_not_counted_is_told():
    subject = replace(
        make_subject(KNOWN, unreadable_references=1.0), securities=(Security("guarantee", math.nan),)
    )

    assert codes(subject) == ["security_without_rate", "unreadable_references"]
    percent = replace(make_subject(KNOWN), securities=(Security("guarantee", 5_000.0, 90.0),))
    assert codes(percent) == ["security_share_above_one"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_a_sentence(lang):
    for words in WARNINGS.values():
        assert words.of(lang).format(date="2026-06-30")
