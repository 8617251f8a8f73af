"""Registration numbers: real ones pass, typing errors do not."""

from __future__ import annotations

import string

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_97_10

from features.identifiers.schemes import SCHEMES, clean_id
from features.identifiers.uscc import is_natural_person, is_uscc, organisation_check
from features.identifiers.validity import judge_ids, natural_persons, with_natural_persons

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The last one is printed in GB 32100-2015 as the right form of its example; the others are public companies'.
REAL_CODES = (
    "91330100799655058B",
    "9144030071526726XG",
    "914403001922038216",
    "91110000802100433B",
    "11320000MB151840XJ",
    "91350100M000100Y43",
)
FULL_WIDTH = "".join(chr(ord(character) + 0xFEE0) for character in "91110000802100433b")
REAL_LEIS = ("5493001KJTIIGC8Y1R12", "HWUPKR0MPOU8FGXBT394")

bodies = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)


@st.composite
def codes(draw: st.DrawFn) -> str:
    body = draw(bodies)
    region = draw(st.text(string.digits, min_size=6, max_size=6))
    check = organisation_check(body)
    number = draw(st.sampled_from(["91", "92", "93", "11", "51", "Y1"])) + region + body + check
    return number + uscc.calc_check_digit(number)


@st.composite
def leis(draw: st.DrawFn) -> str:
    body = draw(st.text(string.digits + string.ascii_uppercase, min_size=18, max_size=18))
    return body + mod_97_10.calc_check_digits(body)


def slow_is_uscc(number: str) -> bool:
    """Both sums of the standards, written down from them."""
    if len(number) != 18 or any(character not in ALPHABET for character in number):
        return False
    outer = sum(ALPHABET.index(character) * 3**place for place, character in enumerate(number[:17]))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    inner = sum(weight * int(character, 36) for weight, character in zip(weights, number[8:16], strict=True))
    told = {10: "X", 11: "0"}.get(11 - inner % 11, str(11 - inner % 11))
    return number[17] == ALPHABET[(31 - outer % 31) % 31] and number[16] == told


@pytest.mark.parametrize("number", REAL_CODES)
def test_real_codes_pass_both_checks(number: str):
    assert is_uscc(number)
    assert slow_is_uscc(number)


def test_the_standards_own_wrong_example_is_refused():
    assert not is_uscc("91350100M000100Y4Z")


@given(codes())
def test_made_codes_pass_and_agree_with_the_slow_sums(number: str):
    assert is_uscc(number)
    assert slow_is_uscc(number)


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_error_of_a_code_is_caught(number: str, place: int, other: str):
    wrong = number[:place] + other + number[place + 1 :]
    assert is_uscc(wrong) == (wrong == number)


@given(codes(), st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_code_is_caught(number: str, place: int):
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_uscc(wrong) == (wrong == number)


@given(codes())
def test_the_inner_digit_is_checked_where_the_outer_one_is_made_right(number: str):
    inner = "1" if number[16] != "1" else "2"
    wrong = number[:16] + inner
    assert not is_uscc(wrong + uscc.calc_check_digit(wrong))


@pytest.mark.parametrize("number", REAL_LEIS)
def test_real_leis_pass(number: str):
    assert SCHEMES["LEI"].holds(number)


def test_a_short_number_with_the_right_remainder_is_no_lei():
    short = "ABC" + mod_97_10.calc_check_digits("ABC")
    assert mod_97_10.is_valid(short)
    assert not SCHEMES["LEI"].holds(short)


@given(leis(), st.integers(0, 19), st.data())
def test_a_wrong_digit_or_letter_of_a_lei_is_caught(number: str, place: int, data: st.DataObject):
    """The scheme guarantees it within digits and within letters."""
    kind = string.digits if number[place].isdigit() else string.ascii_uppercase
    other = data.draw(st.sampled_from(kind))
    wrong = number[:place] + other + number[place + 1 :]
    assert SCHEMES["LEI"].holds(wrong) == (wrong == number)


@given(leis(), st.integers(0, 18))
def test_a_swap_of_neighbours_of_one_kind_in_a_lei_is_caught(number: str, place: int):
    """A letter and a digit can be swapped unseen: B1 and 1B have one remainder."""
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if number[place].isdigit() == number[place + 1].isdigit():
        assert SCHEMES["LEI"].holds(wrong) == (wrong == number)


# Each wrong digit changes these sums (Luhn, ISO 7064, weights prime to the modulus), and no two remainders
# have one check digit. BG, CZ, GB, NL and RO fold remainders or allow two sums, SK takes personal numbers as
# well: some wrong digits pass there.
VAT_FORMS = {
    "AT": "ATU########", "BE": "BE0#########", "CH": "CHE#########MWST", "DE": "DE#########",
    "DK": "DK########", "EE": "EE#########", "FI": "FI########", "HR": "HR###########", "HU": "HU########",
    "IT": "IT#######001#", "LU": "LU########", "NO": "NO#########MVA", "PL": "PL##########",
    "SE": "SE##########01",
}  # fmt: skip


@st.composite
def vat_numbers(draw: st.DrawFn, form: str) -> str:
    places = [at for at, mark in enumerate(form) if mark == "#"]
    digits = draw(st.text(string.digits, min_size=len(places), max_size=len(places)))
    number = list(form)
    for at, digit in zip(places, digits, strict=True):
        number[at] = digit
    for check in range(100):
        number[places[-2]], number[places[-1]] = f"{check:02d}"
        if SCHEMES["VAT"].holds("".join(number)):
            return "".join(number)
    return reject()


@pytest.mark.parametrize("form", VAT_FORMS.values(), ids=VAT_FORMS)
@given(data=st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_a_wrong_digit_of_a_vat_number_is_caught_by_these_sums(form: str, data: st.DataObject):
    number = data.draw(vat_numbers(form))
    place = data.draw(st.sampled_from([at for at, mark in enumerate(number) if mark.isdigit()]))
    others = [
        number[:place] + other + number[place + 1 :] for other in string.digits if other != number[place]
    ]
    assert [other for other in others if SCHEMES["VAT"].holds(other)] == []


@given(st.text(string.digits, min_size=9, max_size=9))
def test_a_duns_number_proves_nothing_by_its_digits(number: str):
    judged = judge_ids(pd.DataFrame({"registration_scheme": ["DUNS"], "registration_id": [number]}))
    assert judged["status"].tolist() == ["form_only"]


@pytest.mark.parametrize(
    ("scheme", "text", "country", "number", "status"),
    [
        ("USCC", FULL_WIDTH, "CN", "91110000802100433B", "valid"),
        ("统一社会信用代码", " 9111 0000-802100433b", "CN", "91110000802100433B", "valid"),
        ("USCC", "91110000802100433C", "CN", "", "invalid"),
        ("USCC", "9.11E+17", "CN", "", "invalid"),
        (None, "91110000802100433B", "CN", "91110000802100433B", "valid"),
        (None, "4711", "CN", "", "unknown_scheme"),
        ("customs number", "4711", "CN", "", "unknown_scheme"),
        ("D-U-N-S", "15-048-3782", "US", "150483782", "form_only"),
        ("DUNS", "1234567", "US", "001234567", "form_only"),
        ("DUNS", "1234567890", "US", "", "invalid"),
        ("VAT", "DE 136 695 976", "DE", "DE136695976", "valid"),
        ("VAT", "136695976", "DE", "DE136695976", "valid"),
        ("VAT", "DE136695978", "DE", "", "invalid"),
        ("VAT", "GB 980 7806 84", "GB", "GB980780684", "valid"),
        ("VAT", "EL 094259216", "GR", "EL094259216", "valid"),
        ("VAT", "CHE-107.787.577 IVA", "CH", "CHE107787577IVA", "valid"),
        ("VAT", "US123", "US", "", "invalid"),
        ("LEI", "5493001kjtiigc8y1r12", "DE", "5493001KJTIIGC8Y1R12", "valid"),
        ("USCC", None, "CN", "", "none"),
        ("USCC", " ", "CN", "", "none"),
    ],
)
def test_numbers_are_brought_to_one_form_and_judged(scheme, text, country, number, status):
    rows = {"registration_scheme": [scheme], "registration_id": [text], "country": [country]}
    judged = judge_ids(pd.DataFrame(rows))
    assert (judged["number"][0], judged["status"][0]) == (number, status)


def test_buyers_without_these_columns_or_without_rows_have_no_number():
    assert judge_ids(pd.DataFrame({"buyer_id": ["a", "b"]}))["status"].tolist() == ["none", "none"]
    empty = judge_ids(pd.DataFrame({"buyer_id": [], "registration_id": []}))
    assert len(empty) == 0
    assert not natural_persons(empty).any()


def test_separators_of_every_kind_go():
    assert clean_id("9 1\u3000-\u2010.\u2013/1") == "911"


def test_a_sole_trader_is_a_natural_person_only_with_a_valid_code():
    numbers = [
        "92110000802100433" + uscc.calc_check_digit("92110000802100433"),
        "921100008021004330",
        REAL_CODES[0],
    ]
    buyers = pd.DataFrame({"registration_scheme": "USCC", "registration_id": numbers})
    assert natural_persons(judge_ids(buyers)).tolist() == [True, False, False]
    assert is_natural_person(numbers[0])
    filled = with_natural_persons({"buyers": buyers})["buyers"]
    assert filled["natural_person"].tolist() == ["true", "false", "false"]


def test_a_source_that_tells_natural_persons_is_left_alone():
    tables = {"buyers": pd.DataFrame({"registration_id": ["x"], "natural_person": ["true"]})}
    assert with_natural_persons(tables) is tables
    assert with_natural_persons({}) == {}
