"""The catalog is complete, and its words fit every value."""

from __future__ import annotations

import re

import pytest

from features.catalog import FEATURES, GROUPS, NAMES, inputs_of
from features.catalog.context import CONTEXT_FEATURES
from features.catalog.families import WINDOWS, Family, expand
from features.catalog.payments import PAYMENT_FEATURES
from features.catalog.profile import PROFILE_FEATURES
from features.catalog.records import RECORD_FEATURES
from features.catalog.requests import REQUEST_FEATURES
from features.catalog.statements import STATEMENT_FEATURES
from features.columns import LINE_ITEMS, TABLES
from features.engine.compute import COLUMNS
from features.engine.figures import ACCOUNTS
from features.engine.profile import PROFILE
from features.engine.requests import REQUESTS
from features.engine.score_table import SCORES

EACH = pytest.mark.parametrize("feature", FEATURES.values(), ids=NAMES)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TABLES_OF_ENTRIES = (
    PAYMENT_FEATURES,
    STATEMENT_FEATURES,
    RECORD_FEATURES,
    PROFILE_FEATURES,
    REQUEST_FEATURES,
    CONTEXT_FEATURES,
)
WINDOWED = """count_invoices invoiced_amount settled_amount mean_days_late_settled share_late_settled_amount
    count_settled count_due due_amount mean_days_late mean_item_days_late p90_days_late sd_days_late
    max_days_late share_early_amount share_late_amount share_late_15_amount share_late_30_amount
    share_late_60_amount share_late_90_amount share_late_count share_late_15_count share_late_30_count
    share_late_60_count share_late_90_count""".split()
LEARNED = """share_late_amount_90d share_late_amount_365d share_late_30_amount_90d share_late_30_amount_365d
    share_late_60_amount_365d share_late_90_amount_365d share_early_amount_365d share_late_count_90d
    share_late_count_365d mean_days_late_90d mean_days_late_180d mean_days_late_365d mean_days_late_all
    mean_days_late_settled_90d mean_days_late_settled_365d p90_days_late_365d sd_days_late_365d
    max_days_late_365d mean_days_late_last_3 mean_days_late_last_10 count_on_time_streak count_late_streak
    slope_days_late_365d change_mean_days_late_90d_365d share_partly_paid_count_365d
    share_discount_amount_365d count_bounced_payments_365d cv_payment_interval_365d
    days_since_last_settlement overdue_share overdue_over_30_share oldest_open_days_past_due
    share_written_off_amount_all exposure_to_invoiced_365d exposure_to_high_credit_365d
    change_invoiced_amount_90d_365d change_mean_terms_days_90d_365d tenure_days days_since_last_invoice
    disputes_per_invoice_365d disputed_share share_diluted_amount_365d has_payments""".split()
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


def test_every_name_stands_once():
    entries = [feature.name for table in TABLES_OF_ENTRIES for feature in table]
    assert tuple(entries) == NAMES
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("statistic", WINDOWED)
def test_a_statistic_over_windows_exists_over_each(statistic):
    windows = {code: window.days for code, window in WINDOWS.items() if code != "now"}
    assert {code: FEATURES[f"{statistic}_{code}"].window_days for code in windows} == windows


def test_models_learn_from_what_an_analyst_would_argue():
    payments = {feature.name for feature in PAYMENT_FEATURES}
    assert payments.intersection(inputs_of("late")) == set(LEARNED)
    assert payments.intersection(inputs_of("default")) == {*LEARNED, "days_material_overdue"}
    book = {name for name in inputs_of("late") if FEATURES[name].group == "book"}
    assert {name for name in book if not name.startswith("book_")} == {"industry_share_late_amount_90d"}


@pytest.mark.parametrize("name", ["utilisation", "max_utilisation_365d", "mean_utilisation_365d"])
def test_no_model_learns_from_the_use_of_our_own_limit(name):
    assert (FEATURES[name].source, FEATURES[name].models) == ("limits", ())


def test_labels_of_payments_tell_them_apart():
    for language in ("label_en", "label_zh"):
        assert len({getattr(feature, language) for feature in PAYMENT_FEATURES}) == len(PAYMENT_FEATURES)


def test_a_family_tells_a_reference_only_where_a_model_learns():
    family = Family(
        "share_x_{w}", "share", 1, "X, {window}", "{window}某", "{value} x {within}{notes}.",
        "{window}为{value}{notes}。", "exposure", "nothing {within}", "due_on", ("invoices.due_on",),
        note_en="less is more", note_zh="越小越好", windows=("90d", "all"), inputs=("90d",),
    )  # fmt: skip
    learned, shown = expand([family])
    assert learned.phrase_en == "{value} x in the last 90 days (typical: {reference}; less is more)."
    assert learned.phrase_zh == "近90天为{value}（参考值{reference}；越小越好）。"
    assert (shown.phrase_en, shown.phrase_zh) == (
        "{value} x in the whole history (less is more).",
        "历史为{value}（越小越好）。",
    )
    assert (learned.models, shown.models) == (("default", "late"), ())
    assert (learned.missing, shown.window_days) == ("nothing in the last 90 days", None)


def test_the_engine_makes_what_the_catalog_names():
    inner = {"count_items", "disputed_amount_365d", "industry_share_late_30_amount_90d"}
    assert set(COLUMNS) == {*NAMES, *inner}


def test_what_the_engine_makes_in_one_sweep_stands_together_in_its_order():
    for columns in (ACCOUNTS, PROFILE, REQUESTS):
        first = NAMES.index(columns[0])
        assert NAMES[first : first + len(columns)] == columns


def test_every_ratio_change_and_score_has_its_formula():
    told = {name for name in ACCOUNTS if FEATURES[name].formula}
    assert told == set(ACCOUNTS) - {
        "has_accounts",
        "has_prior_year",
        "has_market_value",
        "is_consolidated",
        "is_audited",
    }
    assert FEATURES["dso_days"].formula == "365 × receivables / revenue"
    assert FEATURES["change_equity_1y"].formula == "ln(equity / prior equity)"
    assert FEATURES["cash_conversion_cycle_days"].formula == "dso_days + dio_days - dpo_days"
    assert FEATURES["zmijewski_x"].formula.startswith("-4.336 - 4.513 net_income_to_assets + 5.679 ")


def test_a_classic_score_is_shown_and_never_learned_from():
    assert not any(FEATURES[name].models for name in SCORES)
    assert all(FEATURES[name].sign for name in SCORES)


def test_a_figure_reads_the_items_that_its_formula_cannot_do_without():
    assert FEATURES["quick_ratio"].reads == tuple(
        f"statements.{item}" for item in ("current_assets", "inventory", "current_liabilities")
    )
    assert FEATURES["tangible_net_worth"].reads == ("statements.equity",)
    assert "statements.market_value" in FEATURES["altman_z"].reads
    assert "statements.property_plant_equipment" in FEATURES["beneish_m"].reads


def test_a_default_model_sees_neither_request_nor_limit():
    inputs = [FEATURES[name] for name in inputs_of("default")]
    assert not {feature.source for feature in inputs} & {"request", "limits", "book"}
    assert "limits" not in {FEATURES[name].source for name in inputs_of("late")}


def test_every_line_item_is_a_number():
    statements = TABLES["statements"]
    assert {statements.column(item).kind for item in LINE_ITEMS} == {"number"}
