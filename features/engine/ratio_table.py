"""Items and ratios of accounts as data: what each is made of. The kernel computes it, the docs print it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "AVERAGED",
    "CHANGES",
    "DERIVED",
    "FLOW_ITEMS",
    "GROWTH",
    "LOGS",
    "MONEY",
    "PARTS",
    "RATIOS",
    "SUMS",
    "Ratio",
]


class Ratio(NamedTuple):
    """``scale x above / below``; missing where an item is missing or `below` is not above 0.

    Parameters
    ----------
    above, below : str
        Signed line items or `SUMS`, as in ``"current_assets - inventory - prepaid_expenses?"``; an item with
        a question mark counts as 0 where the accounts leave it out.
    scale : float
    """

    above: str
    below: str
    scale: float = 1.0


FLOW_ITEMS = frozenset(
    """revenue cost_of_goods_sold gross_profit selling_general_administrative research_development
    operating_expenses depreciation_amortization ebitda ebit interest_expense pretax_income tax_expense
    net_income operating_cash_flow capital_expenditure dividends""".split()
)
"""Items that grow with the months of the period, taken to twelve months; the others are balances."""

DERIVED: dict[str, str] = {
    "gross_profit": "revenue - cost_of_goods_sold",
    "cost_of_goods_sold": "revenue - gross_profit",
    "ebitda": "ebit + depreciation_amortization",
    "ebit": "ebitda - depreciation_amortization",
    "pretax_income": "net_income + tax_expense",
    "equity": "total_assets - total_liabilities",
    "total_liabilities": "total_assets - equity",
}
"""What an item is where the accounts leave it out but give its parts (given ones, not derived ones)."""

SUMS: dict[str, str] = {
    "tangible_net_worth": "equity - intangible_assets? - goodwill? - related_party_receivables?",
    "working_capital": "current_assets - current_liabilities",
    "debt": "short_term_debt + long_term_debt",
    "net_debt": "short_term_debt + long_term_debt - cash - short_term_investments?",
    "funds_from_operations": "net_income + depreciation_amortization",
    "free_cash_flow": "operating_cash_flow - capital_expenditure",
}
"""Sums of items with a name of their own."""

RATIOS: dict[str, Ratio] = {
    "current_ratio": Ratio("current_assets", "current_liabilities"),
    "quick_ratio": Ratio("current_assets - inventory - prepaid_expenses?", "current_liabilities"),
    "cash_ratio": Ratio("cash + short_term_investments?", "current_liabilities"),
    "working_capital_to_assets": Ratio("working_capital", "total_assets"),
    "defensive_interval_days": Ratio(
        "cash + short_term_investments? + receivables",
        "cost_of_goods_sold + selling_general_administrative - depreciation_amortization",
        365.0,
    ),
    "cash_burn_months": Ratio("cash", "- operating_cash_flow", 12.0),
    "liabilities_to_assets": Ratio("total_liabilities", "total_assets"),
    "retained_earnings_to_assets": Ratio("retained_earnings", "total_assets"),
    "tangible_net_worth_to_assets": Ratio("tangible_net_worth", "total_assets"),
    "long_term_debt_to_assets": Ratio("long_term_debt", "total_assets"),
    "long_term_debt_to_capital": Ratio("long_term_debt", "long_term_debt + equity"),
    "debt_to_tangible_net_worth": Ratio("debt", "tangible_net_worth"),
    "debt_to_ebitda": Ratio("debt", "ebitda"),
    "net_debt_to_ebitda": Ratio("net_debt", "ebitda"),
    "guarantees_to_equity": Ratio("guarantees_given", "equity"),
    "ebit_to_interest": Ratio("ebit", "interest_expense"),
    "ebitda_to_interest": Ratio("ebitda", "interest_expense"),
    "interest_to_ebitda": Ratio("interest_expense", "ebitda"),
    "interest_to_revenue": Ratio("interest_expense", "revenue"),
    "debt_service_cover": Ratio(
        "ebitda - capital_expenditure - tax_expense", "interest_expense + short_term_debt"
    ),
    "ebitda_to_liabilities": Ratio("ebitda", "total_liabilities"),
    "operating_cash_flow_to_liabilities": Ratio("operating_cash_flow", "total_liabilities"),
    "funds_from_operations_to_debt": Ratio("funds_from_operations", "debt"),
    "free_cash_flow_to_debt": Ratio("free_cash_flow", "debt"),
    "gross_margin": Ratio("gross_profit", "revenue"),
    "ebitda_margin": Ratio("ebitda", "revenue"),
    "ebit_margin": Ratio("ebit", "revenue"),
    "net_margin": Ratio("net_income", "revenue"),
    "gross_profit_to_assets": Ratio("gross_profit", "total_assets"),
    "ebit_to_assets": Ratio("ebit", "total_assets"),
    "net_income_to_assets": Ratio("net_income", "total_assets"),
    "return_on_equity": Ratio("net_income", "equity"),
    "operating_cash_flow_to_revenue": Ratio("operating_cash_flow", "revenue"),
    "operating_cash_flow_to_net_income": Ratio("operating_cash_flow", "net_income"),
    "accruals_to_assets": Ratio("net_income - operating_cash_flow", "total_assets"),
    "dso_days": Ratio("receivables", "revenue", 365.0),
    "dio_days": Ratio("inventory", "cost_of_goods_sold", 365.0),
    "dpo_days": Ratio("accounts_payable", "cost_of_goods_sold", 365.0),
    "asset_turnover": Ratio("revenue", "total_assets"),
    "related_party_receivables_to_assets": Ratio("related_party_receivables", "total_assets"),
    "notes_payable_to_assets": Ratio("notes_payable", "total_assets"),
    "contract_liabilities_to_assets": Ratio("contract_liabilities", "total_assets"),
    "market_value_to_liabilities": Ratio("market_value", "total_liabilities"),
}
"""Ratios of one year. Sources: common definitions of credit analysis."""

PARTS: dict[str, Ratio] = {
    "equity_to_liabilities": Ratio("equity", "total_liabilities"),
    "current_liabilities_to_current_assets": Ratio("current_liabilities", "current_assets"),
    "current_liabilities_to_assets": Ratio("current_liabilities", "total_assets"),
    "current_assets_to_liabilities": Ratio("current_assets", "total_liabilities"),
    "pretax_income_to_current_liabilities": Ratio("pretax_income", "current_liabilities"),
    "funds_from_operations_to_liabilities": Ratio("funds_from_operations", "total_liabilities"),
    "receivables_to_revenue": Ratio("receivables", "revenue"),
    "soft_assets_share": Ratio("total_assets - current_assets - property_plant_equipment", "total_assets"),
    "depreciation_rate": Ratio(
        "depreciation_amortization", "depreciation_amortization + property_plant_equipment"
    ),
    "selling_general_administrative_to_revenue": Ratio("selling_general_administrative", "revenue"),
    "borrowings_to_assets": Ratio("current_liabilities + long_term_debt", "total_assets"),
    "no_credit_interval_days": Ratio(
        "current_assets - inventory - prepaid_expenses? - current_liabilities",
        "revenue - pretax_income - depreciation_amortization",
        365.0,
    ),
}
"""Ratios that only indices and scores read."""

AVERAGED: dict[str, Ratio] = {
    "return_on_average_assets": Ratio("net_income", "total_assets"),
    "funds_from_operations_to_average_liabilities": Ratio("funds_from_operations", "total_liabilities"),
    "cash_earnings_to_average_assets": Ratio("funds_from_operations + interest_expense", "total_assets"),
}
"""Ratios over the mean of both year ends; over the closing balance where no year before is known."""

CHANGES: tuple[str, ...] = (
    "current_ratio",
    "liabilities_to_assets",
    "gross_margin",
    "ebitda_margin",
    "net_income_to_assets",
    "dso_days",
    "dio_days",
    "dpo_days",
    "related_party_receivables_to_assets",
    "notes_payable_to_assets",
    "contract_liabilities_to_assets",
)
"""Ratios of which ``change_<ratio>_1y`` is this year's less that of the year before."""

GROWTH: tuple[str, ...] = ("revenue", "total_assets", "equity", "employees", "market_value")
"""Items of which ``change_<item>_1y`` is the logarithm of this year over the year before, in one currency."""

MONEY: tuple[str, ...] = ("equity", "tangible_net_worth", "working_capital", "accounts_payable", "revenue")
"""Amounts in the reporting currency."""

LOGS: tuple[str, ...] = ("total_assets", "revenue", "market_value")
"""Items of which ``log_<item>`` is the natural logarithm in the reporting currency."""
