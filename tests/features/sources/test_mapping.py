from __future__ import annotations

import pytest

from features.errors import InputError
from features.sources.mapping import load_mapping, parse_mapping, shipped_mappings

GOOD = """
[seller]
seller_id = "acme"

[[table]]
name = "events"
[table.columns]
buyer_id = "Customer"
kind = { value = "insolvency" }
occurred_on = { from = "Day", format = "%d.%m.%Y" }
"""


def problem(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_mapping(text)
    return str(caught.value)


def test_a_small_mapping_has_defaults():
    mapping = parse_mapping(GOOD)
    assert [source.name for source in mapping.source] == ["export"]
    assert mapping.table[0].columns["buyer_id"].columns == ["Customer"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seller_id", "sellerid", "'seller.sellerid', which is unknown (did you mean 'seller_id'?)"),
        (
            "format =",
            "fromat =",
            "'table[1].columns.occurred_on.fromat', which is unknown (did you mean 'format'?)",
        ),
        ('"events"', '"event"', "no table 'event'"),
        ("occurred_on", "happened_on", "table 'events' has no columns ['happened_on']"),
        ('kind = { value = "insolvency" }\n', "", "table 'events' needs columns ['kind']"),
        ('"%d.%m.%Y"', '"dd.mm.yyyy"', "a date format like %d.%m.%Y; found 'dd.mm.yyyy'"),
        ('value = "insolvency"', 'value = "a", from = "b"', "set exactly one of"),
        ('value = "insolvency"', 'value = "a", month = 3', "['month'] do not go with 'value'"),
        ('"acme"', "7", "'seller.seller_id'"),
        ('seller_id = "acme"', 'seller_id = "acme"\ntimezone = "Berlin"', "an IANA time zone"),
        ("[seller]", "[seller", "a TOML file"),
        ("[seller]\n", "", "the key 'seller'"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(old, new, expected):
    assert expected in problem(GOOD.replace(old, new))


def test_constants_must_be_legal_words_of_their_column():
    text = (
        GOOD.replace('"events"', '"allocations"')
        .replace("buyer_id", "invoice_id")
        .replace("occurred_on", "settled_on")
    )
    assert "column 'kind' takes payment, set_off" in problem(text + 'amount = "A"\n')


def test_sources_must_be_known_and_distinct():
    assert "no source is named ['x']" in problem(GOOD.replace('"events"\n', '"events"\nsource = "x"\n'))
    assert "a name of its own" in problem(GOOD + "[[source]]\n[[source]]\n")
    assert "decimal and thousands must differ" in problem(GOOD + '[source]\nthousands = "."\n')


def test_a_condition_must_test_something():
    assert "set one of filled, equals" in problem(GOOD + '[[refuse]]\nreason = "r"\nwhen = { from = "A" }\n')


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(InputError) as caught:
        load_mapping("no_such")
    for name in shipped_mappings():
        assert name in str(caught.value)


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings_are_valid(name):
    assert load_mapping(name).description


def test_a_mapping_is_read_by_its_path(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8-sig")
    assert load_mapping(tmp_path / "mine.toml") == parse_mapping(GOOD)
