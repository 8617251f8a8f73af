"""The catalog is complete, and its words fit every value."""

from __future__ import annotations

import re

import pytest

from features.catalog import FEATURES, GROUPS, NAMES, inputs_of
from features.columns import LINE_ITEMS, TABLES
from features.engine.compute import BOOK
from features.engine.payments import PAYMENTS
from features.engine.records import RECORDS

EACH = pytest.mark.parametrize("feature", FEATURES.values(), ids=NAMES)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[(),;:?!]|\.$")


@EACH
def test_a_feature_has_words_in_both_languages(feature):
    assert feature.label_en
    assert CHINESE.search(feature.label_zh)
    assert bool(feature.phrase_en) == bool(feature.phrase_zh)
    assert feature.missing


@EACH
def test_phrases_take_a_value_and_a_reference_and_nothing_else(feature):
    for phrase in (feature.phrase_en, feature.phrase_zh):
        told = phrase.format(value="<v>", reference="<r>", ago="<v>")
        assert "{" not in told
        assert not phrase or feature.unit == "flag" or "<v>" in told
    assert ("{reference}" in feature.phrase_en) == ("{reference}" in feature.phrase_zh)


@EACH
def test_chinese_is_punctuated_in_full_width(feature):
    for text in (feature.label_zh, feature.phrase_zh):
        assert not HALF_WIDTH.search(re.sub(r"{\w+}", "", text)), text
    assert not feature.phrase_zh or feature.phrase_zh.endswith("。")
    assert not feature.phrase_en or feature.phrase_en.endswith(".")


@EACH
def test_a_feature_belongs_to_a_group_and_reads_columns_that_exist(feature):
    assert feature.group in GROUPS
    for reference in feature.reads:
        table, column = reference.split(".")
        assert TABLES[table].column(column)


@EACH
def test_a_sign_has_a_reason_and_a_window_is_in_the_name(feature):
    assert feature.sign in (-1, 0, 1)
    assert feature.sign_reason
    if feature.window_days is not None:
        assert f"_{feature.window_days}d" in feature.name


SIGNED = [
    feature
    for feature in FEATURES.values()
    if feature.unit == "days" and ("days_late" in feature.name or "change" in feature.name)
]


@pytest.mark.parametrize("feature", SIGNED, ids=[feature.name for feature in SIGNED])
def test_a_phrase_of_a_value_that_may_be_negative_does_not_name_its_direction(feature):
    misleading = r"\{value\} (above|below|longer|shorter|late\b|after|before|ago|more)|by \{value\}"
    assert not re.search(misleading, feature.phrase_en)
    assert not re.search(r"(增加|减少|晚于|早于|长|短)\{value\}", feature.phrase_zh)


def test_every_group_has_features_and_labels():
    assert {feature.group for feature in FEATURES.values()} == set(GROUPS)
    assert all(group.label_en and CHINESE.search(group.label_zh) for group in GROUPS.values())


def test_labels_tell_features_apart():
    for language in ("label_en", "label_zh"):
        labels = [getattr(feature, language) for feature in FEATURES.values() if feature.models]
        assert len(labels) == len(set(labels))


def test_the_engine_makes_what_the_catalog_names():
    assert {*PAYMENTS, *RECORDS, *(f"book_{name}" for name in BOOK)} <= set(NAMES)


def test_a_default_model_sees_neither_request_nor_limit():
    inputs = [FEATURES[name] for name in inputs_of("default")]
    assert not {feature.source for feature in inputs} & {"request", "limits", "book"}
    assert "limits" not in {FEATURES[name].source for name in inputs_of("late")}


def test_every_line_item_is_a_number():
    statements = TABLES["statements"]
    assert {statements.column(item).kind for item in LINE_ITEMS} == {"number"}
