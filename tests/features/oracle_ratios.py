"""Ratios and classic scores of accounts once more, from their definitions."""

from __future__ import annotations

import math

from tests.features.oracle_books import NAN, Row

Figures = dict[str, float]

FLOWS = """revenue cost_of_goods_sold gross_profit selling_general_administrative research_development
    operating_expenses depreciation_amortization ebitda ebit interest_expense pretax_income tax_expense
    net_income operating_cash_flow capital_expenditure dividends""".split()


def over(above: float, below: float) -> float:
    return above / below if below > 0 else NAN


def log(value: float) -> float:
    return math.log(value) if value > 0 else NAN


def or_0(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def filled(row: Row) -> Figures:
    """Return items over twelve months, with what follows from others."""
    a = {name: NAN if value is None else value for name, value in row.items()}
    a |= {item: a[item] * 12 / row["months"] for item in FLOWS}
    given = dict(a)
    derived = {
        "gross_profit": given["revenue"] - given["cost_of_goods_sold"],
        "cost_of_goods_sold": given["revenue"] - given["gross_profit"],
        "ebitda": given["ebit"] + given["depreciation_amortization"],
        "ebit": given["ebitda"] - given["depreciation_amortization"],
        "pretax_income": given["net_income"] + given["tax_expense"],
        "equity": given["total_assets"] - given["total_liabilities"],
        "total_liabilities": given["total_assets"] - given["equity"],
    }
    a |= {item: value for item, value in derived.items() if math.isnan(given[item])}
    softness = ("intangible_assets", "goodwill", "related_party_receivables")
    a["tangible_net_worth"] = a["equity"] - sum(or_0(a[item]) for item in softness)
    a["working_capital"] = a["current_assets"] - a["current_liabilities"]
    a["debt"] = a["short_term_debt"] + a["long_term_debt"]
    a["ffo"] = a["net_income"] + a["depreciation_amortization"]
    return a


QUOTIENTS = {
    "current_ratio": ("current_assets", "current_liabilities"),
    "working_capital_to_assets": ("working_capital", "total_assets"),
    "liabilities_to_assets": ("total_liabilities", "total_assets"),
    "retained_earnings_to_assets": ("retained_earnings", "total_assets"),
    "tangible_net_worth_to_assets": ("tangible_net_worth", "total_assets"),
    "long_term_debt_to_assets": ("long_term_debt", "total_assets"),
    "debt_to_tangible_net_worth": ("debt", "tangible_net_worth"),
    "debt_to_ebitda": ("debt", "ebitda"),
    "guarantees_to_equity": ("guarantees_given", "equity"),
    "ebit_to_interest": ("ebit", "interest_expense"),
    "ebitda_to_interest": ("ebitda", "interest_expense"),
    "interest_to_ebitda": ("interest_expense", "ebitda"),
    "interest_to_revenue": ("interest_expense", "revenue"),
    "ebitda_to_liabilities": ("ebitda", "total_liabilities"),
    "operating_cash_flow_to_liabilities": ("operating_cash_flow", "total_liabilities"),
    "funds_from_operations_to_debt": ("ffo", "debt"),
    "gross_margin": ("gross_profit", "revenue"),
    "ebitda_margin": ("ebitda", "revenue"),
    "ebit_margin": ("ebit", "revenue"),
    "net_margin": ("net_income", "revenue"),
    "gross_profit_to_assets": ("gross_profit", "total_assets"),
    "ebit_to_assets": ("ebit", "total_assets"),
    "net_income_to_assets": ("net_income", "total_assets"),
    "return_on_equity": ("net_income", "equity"),
    "operating_cash_flow_to_revenue": ("operating_cash_flow", "revenue"),
    "operating_cash_flow_to_net_income": ("operating_cash_flow", "net_income"),
    "asset_turnover": ("revenue", "total_assets"),
    "related_party_receivables_to_assets": ("related_party_receivables", "total_assets"),
    "notes_payable_to_assets": ("notes_payable", "total_assets"),
    "contract_liabilities_to_assets": ("contract_liabilities", "total_assets"),
    "market_value_to_liabilities": ("market_value", "total_liabilities"),
}


def ratios(a: Figures) -> Figures:
    """Return the ratios of one year."""
    values = {name: over(a[above], a[below]) for name, (above, below) in QUOTIENTS.items()}
    quick = a["current_assets"] - a["inventory"] - or_0(a["prepaid_expenses"])
    liquid = a["cash"] + or_0(a["short_term_investments"])
    daily_costs = (
        a["cost_of_goods_sold"] + a["selling_general_administrative"] - a["depreciation_amortization"]
    )
    service = a["ebitda"] - a["capital_expenditure"] - a["tax_expense"]
    dso = 365 * over(a["receivables"], a["revenue"])
    dio = 365 * over(a["inventory"], a["cost_of_goods_sold"])
    dpo = 365 * over(a["accounts_payable"], a["cost_of_goods_sold"])
    return {
        **values,
        "quick_ratio": over(quick, a["current_liabilities"]),
        "cash_ratio": over(liquid, a["current_liabilities"]),
        "defensive_interval_days": 365 * over(liquid + a["receivables"], daily_costs),
        "cash_burn_months": over(a["cash"], -a["operating_cash_flow"] / 12),
        "long_term_debt_to_capital": over(a["long_term_debt"], a["long_term_debt"] + a["equity"]),
        "net_debt_to_ebitda": over(a["debt"] - liquid, a["ebitda"]),
        "debt_service_cover": over(service, a["interest_expense"] + a["short_term_debt"]),
        "free_cash_flow_to_debt": over(a["operating_cash_flow"] - a["capital_expenditure"], a["debt"]),
        "accruals_to_assets": over(a["net_income"] - a["operating_cash_flow"], a["total_assets"]),
        "dso_days": dso,
        "dio_days": dio,
        "dpo_days": dpo,
        "cash_conversion_cycle_days": dso + dio - dpo,
    }


def mean_of_years(item: str, a: Figures, b: Figures, exchange: float) -> float:
    before = b[item] * exchange
    return a[item] if math.isnan(before) else (a[item] + before) / 2


def scores(a: Figures, b: Figures, rate: float, exchange: float) -> Figures:
    """Return what is read from both years: the return on average assets and the classic scores."""
    x1, x2, x3 = (
        over(a[item], a["total_assets"]) for item in ("working_capital", "retained_earnings", "ebit")
    )
    x5 = over(a["revenue"], a["total_assets"])
    book, market = (over(a[item], a["total_liabilities"]) for item in ("equity", "market_value"))
    roa, tl_ta = (over(a[item], a["total_assets"]) for item in ("net_income", "total_liabilities"))
    z2 = 6.56 * x1 + 3.26 * x2 + 6.72 * x3 + 1.05 * book
    assets = mean_of_years("total_assets", a, b, exchange)
    debts = mean_of_years("total_liabilities", a, b, exchange)
    ebt = over(a["pretax_income"], a["current_liabilities"])
    return {
        "return_on_average_assets": over(a["net_income"], assets),
        "altman_z": 1.2 * x1 + 1.4 * x2 + 3.3 * x3 + 0.6 * market + 0.999 * x5,
        "altman_z_private": 0.717 * x1 + 0.847 * x2 + 3.107 * x3 + 0.420 * book + 0.998 * x5,
        "altman_z_nonmanufacturer": z2,
        "altman_em_score": z2 + 3.25,
        "zmijewski_x": -4.336 - 4.513 * roa + 5.679 * tl_ta
        + 0.004 * over(a["current_assets"], a["current_liabilities"]),
        "springate_s": 1.03 * x1 + 3.07 * x3 + 0.66 * ebt + 0.4 * x5,
        "china_f_score": -0.1774 + 1.1091 * x1 + 0.1074 * x2 + 1.9271 * over(a["ffo"], debts)
        + 0.0302 * market + 0.4961 * over(a["ffo"] + a["interest_expense"], assets),
        "taffler_z": taffler(a, ebt),
        "ohlson_o": ohlson(a, b, rate, exchange),
        "beneish_m": beneish(a, b, exchange),
    }  # fmt: skip


def taffler(a: Figures, ebt: float) -> float:
    quick = a["current_assets"] - a["inventory"] - or_0(a["prepaid_expenses"])
    costs = a["revenue"] - a["pretax_income"] - a["depreciation_amortization"]
    interval = over(quick - a["current_liabilities"], costs / 365)
    asset_cover = over(a["current_assets"], a["total_liabilities"])
    return 3.20 + 12.18 * ebt + 2.50 * asset_cover - 10.68 * over(
        a["current_liabilities"], a["total_assets"]
    ) + 0.029 * interval  # fmt: skip


def ohlson(a: Figures, b: Figures, rate: float, exchange: float) -> float:
    ta, tl, ni = a["total_assets"], a["total_liabilities"], a["net_income"]
    ni_before = b["net_income"] * exchange
    two_losses = NAN if math.isnan(ni + ni_before) else float(ni < 0 and ni_before < 0)
    return (
        -1.32
        - 0.407 * log(ta * rate / 700)
        + 6.03 * over(tl, ta)
        - 1.43 * over(a["working_capital"], ta)
        + 0.0757 * over(a["current_liabilities"], a["current_assets"])
        - 1.72 * (tl > ta)
        - 2.37 * over(ni, ta)
        - 1.83 * over(a["ffo"], tl)
        + 0.285 * two_losses
        - 0.521 * over(ni - ni_before, abs(ni) + abs(ni_before))
    )


def beneish(a: Figures, b: Figures, exchange: float) -> float:
    def of_years(one: tuple[float, float], other: tuple[float, float], missing: float = NAN) -> float:
        value = over(over(*one), over(*other))
        return missing if math.isnan(value) else value

    def soft(y: Figures) -> tuple[float, float]:
        return y["total_assets"] - y["current_assets"] - y["property_plant_equipment"], y["total_assets"]

    def worn(y: Figures) -> tuple[float, float]:
        dep = y["depreciation_amortization"]
        return dep, dep + y["property_plant_equipment"]

    def owed(y: Figures) -> tuple[float, float]:
        return y["current_liabilities"] + y["long_term_debt"], y["total_assets"]

    def to_sales(y: Figures, item: str) -> tuple[float, float]:
        return y[item], y["revenue"]

    growth = over(a["revenue"], b["revenue"] * exchange)
    overheads = "selling_general_administrative"
    return (
        -4.84
        + 0.920 * of_years(to_sales(a, "receivables"), to_sales(b, "receivables"))
        + 0.528 * of_years(to_sales(b, "gross_profit"), to_sales(a, "gross_profit"))
        + 0.404 * of_years(soft(a), soft(b), 1.0)
        + 0.892 * (growth if growth > 0 else NAN)
        + 0.115 * of_years(worn(b), worn(a), 1.0)
        - 0.172 * of_years(to_sales(a, overheads), to_sales(b, overheads), 1.0)
        + 4.679 * over(a["net_income"] - a["operating_cash_flow"], a["total_assets"])
        - 0.327 * of_years(owed(a), owed(b))
    )
