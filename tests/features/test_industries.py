"""Industry codes lead to sections of ISIC, and sizes to ranks."""

from __future__ import annotations

import pytest

from features.columns import TABLES
from features.industries import SECTIONS, section_of, size_rank


@pytest.mark.parametrize(
    ("code", "scheme", "section"),
    [
        ("A", "ISIC", "A"),
        ("0111", "ISIC", "A"),
        ("05", "ISIC", "B"),
        ("33", "ISIC", "C"),
        ("C33", "NACE", "C"),
        ("35.11", "NACE", "D"),
        ("J62.01", "NACE", "J"),
        ("9900", "ISIC", "U"),
        ("0111", "SIC", "A"),
        ("1731", "SIC", "F"),
        ("2834", "SIC", "C"),
        ("4813", "SIC", "J"),
        ("4911", "SIC", "D"),
        ("4953", "SIC", "E"),
        ("5812", "SIC", "I"),
        ("5411", "SIC", "G"),
        ("7372", "SIC", "J"),
        ("7389", "SIC", "N"),
        ("62012", "SIC", "J"),
        ("C3311", "GB/T 4754", "C"),
        ("4620", "GB/T 4754", "E"),
        ("F51", "GB/T 4754", "G"),
        ("I", "GB/T 4754", "J"),
        ("6510", "GB/T 4754", "J"),
        ("7810", "GB/T 4754", "N"),
        ("R87", "GB/T 4754", "J"),
        ("S95", "GB/T 4754", "S"),
        ("c28", "ISIC", "C"),
    ],
)
def test_a_code_has_the_section_of_its_scheme(code, scheme, section):
    assert list(SECTIONS)[section_of(code, scheme)] == section


@pytest.mark.parametrize(
    ("code", "scheme"),
    [("", "ISIC"), ("34", "ISIC"), ("X", "NACE"), ("C", "SIC"), ("C", "NAICS"), ("C", ""), ("steel", "ISIC")],
)
def test_a_code_that_no_scheme_has_is_unknown(code, scheme):
    assert section_of(code, scheme) == -1


def test_every_scheme_of_the_buyers_table_has_codes():
    schemes = TABLES["buyers"].column("industry_scheme").choices
    assert [section_of("2830", scheme) for scheme in schemes] == [2] * len(schemes)


@pytest.mark.parametrize(("word", "rank"), [("micro", 1), ("LARGE", 4), ("小型企业", 2), ("", 0), ("SME", 0)])
def test_sizes_are_ordered(word, rank):
    assert size_rank(word) == rank
