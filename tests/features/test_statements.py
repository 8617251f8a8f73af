"""Which accounts count, and what their ratios are."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from features.build import build
from features.engine.figures import ACCOUNTS
from features.portfolio import Seller, from_frames

BASE = {"buyer_id": "A", "currency": "EUR", "period_end": "2024-12-31", "received_at": "2025-04-01T00:00:00Z"}
# golden.json, fixture_t and fixture_prev: one firm, two years, in thousands.
FIRM = {
    "cash": 420, "receivables": 1850, "inventory": 1400, "prepaid_expenses": 130, "current_assets": 3800,
    "property_plant_equipment": 2600, "total_assets": 7000, "short_term_debt": 600, "accounts_payable": 1500,
    "current_liabilities": 2500, "long_term_debt": 1500, "total_liabilities": 4300, "equity": 2700,
    "retained_earnings": 1600, "revenue": 12000, "cost_of_goods_sold": 9000,
    "selling_general_administrative": 1900, "ebit": 750, "interest_expense": 180, "pretax_income": 570,
    "tax_expense": 140, "net_income": 430, "operating_cash_flow": 520, "depreciation_amortization": 350,
    "capital_expenditure": 300, "market_value": 4000,
}  # fmt: skip
YEAR_BEFORE = {
    "period_end": "2023-12-31", "received_at": "2024-04-01T00:00:00Z", "receivables": 1500, "inventory": 1200,
    "current_assets": 3500, "property_plant_equipment": 2500, "total_assets": 6500,
    "total_liabilities": 4100, "current_liabilities": 2200, "long_term_debt": 1600, "revenue": 11000,
    "cost_of_goods_sold": 8100, "selling_general_administrative": 1800, "depreciation_amortization": 340,
    "net_income": 500,
}  # fmt: skip


def features(*rows: dict, as_of: str = "2025-06-30 12:00:00", **tables) -> pd.Series:
    frame = pd.DataFrame([BASE | row for row in rows])
    seller = Seller("me", reporting_currency="EUR")
    portfolio = from_frames({"statements": frame, **tables}, seller, observed_until="2026-12-31")
    return build(portfolio, pd.DataFrame({"buyer_id": ["A"], "as_of": pd.to_datetime([as_of])})).iloc[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_ratio", 3800 / 2500),
        ("quick_ratio", (3800 - 1400 - 130) / 2500),
        ("cash_ratio", 420 / 2500),
        ("liabilities_to_assets", 4300 / 7000),
        ("retained_earnings_to_assets", 1600 / 7000),
        ("ebit_to_interest", 750 / 180),
        ("ebitda_to_liabilities", 1100 / 4300),
        ("net_margin", 430 / 12000),
        ("gross_margin", 3000 / 12000),
        ("dso_days", 1850 / 12000 * 365),
        ("dio_days", 1400 / 9000 * 365),
        ("dpo_days", 1500 / 9000 * 365),
        ("tangible_net_worth", 2700),
        ("defensive_interval_days", (420 + 1850) / (9000 + 1900 - 350) * 365),
        ("tangible_net_worth_to_assets", 2700 / 7000),
        ("long_term_debt_to_capital", 1500 / 4200),
        ("debt_to_tangible_net_worth", 2100 / 2700),
        ("debt_to_ebitda", 2100 / 1100),
        ("net_debt_to_ebitda", (2100 - 420) / 1100),
        ("ebitda_to_interest", 1100 / 180),
        ("interest_to_ebitda", 180 / 1100),
        ("debt_service_cover", (1100 - 300 - 140) / (180 + 600)),
        ("funds_from_operations_to_debt", 780 / 2100),
        ("free_cash_flow_to_debt", 220 / 2100),
        ("ebitda_margin", 1100 / 12000),
        ("ebit_margin", 750 / 12000),
        ("return_on_equity", 430 / 2700),
        ("operating_cash_flow_to_revenue", 520 / 12000),
        ("operating_cash_flow_to_net_income", 520 / 430),
        ("accruals_to_assets", -90 / 7000),
        ("cash_conversion_cycle_days", 1850 / 12000 * 365 + (1400 - 1500) / 9000 * 365),
        ("negative_equity", 0),
        ("zero_interest", 0),
        ("balance_sheet_error_share", 0),
    ],
)
def test_ratios_follow_their_definitions(name, value):
    assert features(FIRM)[name] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("below", [0, -5, None])
def test_a_ratio_over_nothing_is_missing(below):
    assert pd.isna(features({"current_assets": 10, "current_liabilities": below})["current_ratio"])


def test_flows_of_half_a_year_are_taken_twice():
    values = features({"months": 6, "revenue": 100.0, "receivables": 50.0})
    assert (values["revenue"], values["dso_days"]) == (200.0, 91.25)


def test_accounts_count_from_their_receipt_for_thirty_months_after_their_period():
    row = {"revenue": 1.0}
    assert features(row, as_of="2025-03-31 23:59:59")["has_accounts"] == 0
    assert features(row, as_of="2025-04-01 00:00:00")["has_accounts"] == 1
    assert features(row, as_of="2027-07-02 12:00:00")["has_accounts"] == 1
    assert features(row, as_of="2027-07-03 12:00:00")["has_accounts"] == 0


def test_without_a_date_of_receipt_accounts_count_six_months_after_their_period():
    row = {"received_at": None, "revenue": 1.0}
    assert features(row, as_of="2025-06-30 23:59:58")["has_accounts"] == 0
    assert features(row, as_of="2025-06-30 23:59:59")["has_accounts"] == 1


def test_a_restatement_counts_from_its_receipt():
    later = {"received_at": "2025-05-01T00:00:00Z", "revenue": 2.0}
    assert features({"revenue": 1.0}, later, as_of="2025-04-30 12:00:00")["revenue"] == 1.0
    assert features({"revenue": 1.0}, later, as_of="2025-05-01 12:00:00")["revenue"] == 2.0


def test_of_accounts_of_one_day_the_longer_and_the_consolidated_ones_count():
    rows = [
        {"months": 6, "revenue": 1.0},
        {"months": 12, "revenue": 2.0},
        {"months": 12, "consolidated": "true", "revenue": 3.0},
    ]
    assert features(*rows)["revenue"] == 3.0


def test_the_year_before_has_as_many_months_and_the_same_scope():
    rows = [
        {"revenue": 110.0},
        {"period_end": "2023-12-31", "months": 6, "revenue": 1.0},
        {"period_end": "2023-12-20", "revenue": 100.0},
        {"period_end": "2023-12-31", "consolidated": "true", "revenue": 7.0},
    ]
    assert features(*rows)["change_revenue_1y"] == pytest.approx(0.0953101798043249)


def test_growth_is_told_in_one_currency():
    fx = pd.DataFrame({"currency": ["HRK"], "on_date": ["2022-12-30"], "rate": [0.125]})
    rows = [
        {"revenue": 110.0, "receivables": 11.0},
        {"period_end": "2023-12-31", "currency": "HRK", "revenue": 800.0, "receivables": 80.0},
    ]
    values = features(*rows, fx=fx)
    assert values["change_revenue_1y"] == pytest.approx(0.0953101798043249)
    assert features(*rows)["change_dso_days_1y"] == pytest.approx(0.0)


def test_a_loss_that_nobody_knows_is_missing():
    assert pd.isna(features({"revenue": 1.0})["loss_years_last_2"])
    assert features({"net_income": -1.0})["loss_years_last_2"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("altman_z", 3.167139534883721),
        ("altman_z_private", 2.634228073089701),
        ("altman_z_nonmanufacturer", 3.3427308970099667),
        ("altman_em_score", 6.592730897009966),
        ("ohlson_o", -2.0185586201382972),
        ("zmijewski_x", -1.1186185714285715),
        ("springate_s", 1.3564085714285716),
        ("beneish_m", -2.249993861246514),
        (
            "taffler_z",
            3.2 + 12.18 * 0.228 + 2.5 * 3800 / 4300 - 10.68 * 2500 / 7000 + 0.029 * -230 / 11080 * 365,
        ),
        (
            "china_f_score",
            -0.1774
            + 1.1091 * 1300 / 7000
            + 0.1074 * 1600 / 7000
            + 1.9271 * 780 / 4200
            + 0.0302 * 4000 / 4300
            + 0.4961 * 960 / 6750,
        ),
    ],
)
def test_classic_scores_equal_their_published_formulas(name, value):
    assert features(in_units(FIRM), in_units(YEAR_BEFORE))[name] == pytest.approx(value, rel=1e-12)


def in_units(thousands: dict) -> dict:
    """Return a statement in units of its currency: Ohlson's score depends on size."""
    return {name: value * 1000 if isinstance(value, int) else value for name, value in thousands.items()}


def test_a_score_without_market_value_or_year_before_is_missing_where_it_needs_them():
    private = {name: value for name, value in FIRM.items() if name != "market_value"}
    values = features(private)
    assert values[["altman_z", "china_f_score", "ohlson_o", "beneish_m"]].isna().all()
    assert values[["altman_z_private", "altman_em_score", "zmijewski_x", "taffler_z"]].notna().all()


def test_indices_of_beneish_that_are_not_told_count_as_one():
    untold = ("selling_general_administrative", "property_plant_equipment", "depreciation_amortization")
    now, before = ({k: v for k, v in year.items() if k not in untold} for year in (FIRM, YEAR_BEFORE))
    full = -2.249993861246514
    soft, worn, sga = 1.1142857142857154, 1.0090543259557343, 0.9675925925925926
    expected = full - 0.404 * (soft - 1) - 0.115 * (worn - 1) + 0.172 * (sga - 1)
    assert features(now, before)["beneish_m"] == pytest.approx(expected, rel=1e-12)


def test_two_losses_and_debts_above_assets_enter_the_score_of_ohlson():
    bad = in_units(FIRM | {"net_income": -430, "total_liabilities": 7100})
    before = in_units(YEAR_BEFORE | {"net_income": -500})
    calm = features(bad, before | {"net_income": 500_000})["ohlson_o"]
    expected = calm + 0.285 - 0.521 * (70 / 930) - 0.521 * (930 / 930)
    assert features(bad, before)["ohlson_o"] == pytest.approx(expected, rel=1e-12)
    assert features(bad, before)["negative_equity"] == 0
    solvent = features(bad | {"total_liabilities": 6_999_999.0}, before)["ohlson_o"]
    slope = (6.03 / 7e6 + 1.83 * (-80 / 7100) / 7e6) * 100_001
    assert features(bad, before)["ohlson_o"] - solvent == pytest.approx(-1.72 + slope, rel=1e-3)


def test_returns_are_told_on_the_average_of_two_years_where_there_are_two():
    assert features(FIRM)["return_on_average_assets"] == pytest.approx(430 / 7000)
    assert features(FIRM, YEAR_BEFORE)["return_on_average_assets"] == pytest.approx(430 / 6750)
    assert features(FIRM, YEAR_BEFORE)["dpo_on_purchases_days"] == pytest.approx(1500 / 9200 * 365)
    assert pd.isna(features(FIRM)["dpo_on_purchases_days"])


def test_changes_are_told_against_the_year_before():
    values = features(
        FIRM | {"employees": 55, "notes_payable": 140}, YEAR_BEFORE | {"employees": 50, "notes_payable": 0}
    )
    assert values["change_gross_margin_1y"] == pytest.approx(3000 / 12000 - 2900 / 11000)
    assert values["change_dio_days_1y"] == pytest.approx(365 * (1400 / 9000 - 1200 / 8100))
    assert values["change_notes_payable_to_assets_1y"] == pytest.approx(0.02)
    assert values["change_employees_1y"] == pytest.approx(math.log(1.1))
    assert values["employees"] == 55


def test_employees_are_no_money():
    fx = pd.DataFrame({"currency": ["HRK"], "on_date": ["2022-12-30"], "rate": [0.125]})
    rows = [{"employees": 55}, {"period_end": "2023-12-31", "currency": "HRK", "employees": 50}]
    assert features(*rows, fx=fx)["change_employees_1y"] == pytest.approx(math.log(1.1))


@pytest.mark.parametrize(
    ("row", "name", "value"),
    [
        ({"gross_profit": 30, "revenue": 100, "inventory": 7}, "dio_days", 36.5),
        ({"ebitda": 30, "depreciation_amortization": 10, "revenue": 100}, "ebit_margin", 0.2),
        ({"total_assets": 100, "equity": 40}, "liabilities_to_assets", 0.6),
        ({"net_income": 3, "tax_expense": 1, "current_liabilities": 8}, "taffler_z", None),
    ],
)
def test_items_that_follow_from_others_are_filled_in(row, name, value):
    found = features(row)[name]
    assert pd.isna(found) if value is None else found == pytest.approx(value)


def test_income_before_tax_follows_from_net_income_and_tax():
    without = {name: value for name, value in FIRM.items() if name != "pretax_income"}
    assert features(without)["springate_s"] == pytest.approx(1.3564085714285716)


@pytest.mark.parametrize(("cash_flow", "months"), [(-120, 42), (-240, 21), (0, None), (10, None)])
def test_cash_is_burnt_only_where_operations_cost_cash(cash_flow, months):
    found = features({"cash": 420, "operating_cash_flow": cash_flow})["cash_burn_months"]
    assert pd.isna(found) if months is None else found == pytest.approx(months)


def test_a_buyer_without_debt_has_no_interest_cover_and_the_best_burden():
    values = features(FIRM | {"interest_expense": 0})
    assert values[["ebit_to_interest", "ebitda_to_interest"]].isna().all()
    assert (values["interest_to_ebitda"], values["zero_interest"]) == (0, 1)


def test_negative_equity_is_flagged_and_leaves_no_return_on_it():
    values = features(FIRM | {"equity": -100})
    assert values["negative_equity"] == 1
    assert values[["return_on_equity", "debt_to_tangible_net_worth"]].isna().all()
    assert values["balance_sheet_error_share"] == pytest.approx(2800 / 7000)


def test_what_the_accounts_are_is_told():
    values = features({"months": 6, "consolidated": "true", "audited": "false", "revenue": 1.0})
    told = values[["statement_months", "is_consolidated", "is_audited", "accounts_year"]]
    assert told.tolist() == [6, 1, 0, 2024]
    assert features({"audited": "true"})["is_audited"] == 1
    assert pd.isna(features({"revenue": 1.0})["is_audited"])


def test_the_delay_of_accounts_counts_to_their_first_receipt():
    restated = {"received_at": "2025-05-01T00:00:00Z", "revenue": 2.0}
    assert features({"revenue": 1.0}, restated)["filing_delay_days"] == 91
    assert features({"revenue": 1.0}, restated)["revenue"] == 2.0


def test_without_accounts_only_the_flags_say_so():
    values = features({"revenue": 1.0}, as_of="2025-01-31 12:00:00")[list(ACCOUNTS)]
    assert values.dropna().to_dict() == {"has_accounts": 0, "has_prior_year": 0, "has_market_value": 0}
