"""Catalog: ratios of the latest accounts."""

from __future__ import annotations

from typing import Any

from features.catalog.accounts import MARKET, SHOWN, account_feature
from features.catalog.entry import Feature

__all__ = ["RATIO_FEATURES"]

# Reason: a shown ratio says again what an input says, in the form that an analyst is used to; one over
# interest would take a buyer without debt for the worst, so that the model reads its inverse.
_AHEAD: dict[str, Any] = {
    "sign_reason": "profit ahead of cash warns, and so do write-downs, which pull it the other way"
}
_TURNOVER: dict[str, Any] = {"sign_reason": "trade turns its assets fast and thinly, industry slowly"}
_NOTES: dict[str, Any] = {"sign_reason": "where notes are usual they are no strain; their growth is"}
_PREPAID: dict[str, Any] = {"sign_reason": "customers' prepayments are trust, and goods still owed"}

RATIO_FEATURES: tuple[Feature, ...] = (
    account_feature("current_ratio", "ratio", "liquidity", -1, ("Current ratio", "流动比率")),
    account_feature("quick_ratio", "ratio", "liquidity", -1, ("Quick ratio", "速动比率")),
    account_feature("cash_ratio", "ratio", "liquidity", -1, ("Cash ratio", "现金比率")),
    account_feature("working_capital_to_assets", "share", "liquidity", -1,
                    ("Working capital to total assets", "营运资金占总资产比例")),
    account_feature("defensive_interval_days", "days", "liquidity", -1,
                    ("Defensive interval", "防御区间天数"), **SHOWN),
    account_feature("cash_burn_months", "months", "liquidity", -1,
                    ("Months until the cash is burnt", "现金可维持月数"), **SHOWN,
                    missing="an item is missing, or operations bring in cash"),
    account_feature("liabilities_to_assets", "share", "leverage", 1,
                    ("Total liabilities to total assets", "资产负债率")),
    account_feature("retained_earnings_to_assets", "share", "leverage", -1,
                    ("Retained earnings to total assets", "留存收益占总资产比例")),
    account_feature("tangible_net_worth_to_assets", "share", "leverage", -1,
                    ("Tangible net worth to total assets", "有形净资产占总资产比例")),
    account_feature("long_term_debt_to_assets", "share", "leverage", 1,
                    ("Long-term debt to total assets", "长期借款占总资产比例")),
    account_feature("long_term_debt_to_capital", "share", "leverage", 1,
                    ("Long-term debt to long-term capital", "长期资本负债率"), **SHOWN),
    account_feature("debt_to_tangible_net_worth", "ratio", "leverage", 1,
                    ("Debt to tangible net worth", "有息负债与有形净资产之比"), **SHOWN),
    account_feature("debt_to_ebitda", "ratio", "leverage", 1,
                    ("Debt to EBITDA", "有息负债与EBITDA之比")),
    account_feature("net_debt_to_ebitda", "ratio", "leverage", 1,
                    ("Net debt to EBITDA", "净有息负债与EBITDA之比"), **SHOWN),
    account_feature("guarantees_to_equity", "ratio", "leverage", 1,
                    ("Guarantees given to equity", "对外担保与净资产之比"), **SHOWN),
    account_feature("ebit_to_interest", "ratio", "leverage", -1, ("EBIT interest cover", "利息保障倍数"),
                    **SHOWN),
    account_feature("ebitda_to_interest", "ratio", "leverage", -1,
                    ("EBITDA interest cover", "EBITDA利息保障倍数"), **SHOWN),
    account_feature("interest_to_ebitda", "share", "leverage", 1,
                    ("Interest expense to EBITDA", "利息费用占EBITDA比例")),
    account_feature("interest_to_revenue", "share", "leverage", 1,
                    ("Interest expense to revenue", "利息费用占收入比例")),
    account_feature("debt_service_cover", "ratio", "leverage", -1, ("Debt service cover", "偿债备付率"),
                    **SHOWN),
    account_feature("ebitda_to_liabilities", "share", "leverage", -1,
                    ("EBITDA to total liabilities", "息税折旧摊销前利润与总负债之比")),
    account_feature("operating_cash_flow_to_liabilities", "share", "leverage", -1,
                    ("Operating cash flow to total liabilities", "经营现金流与总负债之比")),
    account_feature("funds_from_operations_to_debt", "share", "leverage", -1,
                    ("Funds from operations to debt", "经营所得资金与有息负债之比"), **SHOWN),
    account_feature("free_cash_flow_to_debt", "share", "leverage", -1,
                    ("Free cash flow to debt", "自由现金流与有息负债之比"), **SHOWN),
    account_feature("gross_margin", "share", "profitability", -1, ("Gross margin", "毛利率")),
    account_feature("ebitda_margin", "share", "profitability", -1,
                    ("EBITDA margin", "EBITDA利润率"), **SHOWN),
    account_feature("ebit_margin", "share", "profitability", -1, ("EBIT margin", "息税前利润率"), **SHOWN),
    account_feature("net_margin", "share", "profitability", -1, ("Net margin", "净利率")),
    account_feature("gross_profit_to_assets", "share", "profitability", -1,
                    ("Gross profit to total assets", "毛利与总资产之比")),
    account_feature("ebit_to_assets", "share", "profitability", -1,
                    ("EBIT to total assets", "息税前利润与总资产之比")),
    account_feature("net_income_to_assets", "share", "profitability", -1,
                    ("Net income to total assets", "总资产净利率")),
    account_feature("return_on_equity", "share", "profitability", -1,
                    ("Return on equity", "净资产收益率"), **SHOWN),
    account_feature("operating_cash_flow_to_revenue", "share", "profitability", -1,
                    ("Operating cash flow to revenue", "经营现金流与收入之比"), **SHOWN),
    account_feature("operating_cash_flow_to_net_income", "ratio", "profitability", -1,
                    ("Operating cash flow to net income", "净利润现金含量"), **SHOWN),
    account_feature("accruals_to_assets", "share", "profitability", 0,
                    ("Accruals to total assets", "应计利润占总资产比例"), **_AHEAD),
    account_feature("dso_days", "days", "activity", 1, ("Days sales outstanding", "应收账款周转天数")),
    account_feature("dio_days", "days", "activity", 1, ("Days inventory outstanding", "存货周转天数")),
    account_feature("dpo_days", "days", "activity", 1, ("Days payables outstanding", "应付账款周转天数")),
    account_feature("cash_conversion_cycle_days", "days", "activity", 1,
                    ("Cash conversion cycle", "现金转换周期"), **SHOWN),
    account_feature("asset_turnover", "ratio", "activity", 0, ("Asset turnover", "总资产周转率"),
                    **_TURNOVER),
    account_feature("related_party_receivables_to_assets", "share", "activity", 1,
                    ("Related-party and other receivables to total assets", "其他应收款占总资产比例"),
                    **SHOWN),
    account_feature("notes_payable_to_assets", "share", "activity", 0,
                    ("Notes payable to total assets", "应付票据占总资产比例"), **SHOWN, **_NOTES),
    account_feature("contract_liabilities_to_assets", "share", "activity", 0,
                    ("Contract liabilities to total assets", "合同负债占总资产比例"), **SHOWN, **_PREPAID),
    account_feature("market_value_to_liabilities", "ratio", "market", -1,
                    ("Market value to total liabilities", "市值与总负债之比"), **MARKET),
    account_feature("return_on_average_assets", "share", "profitability", -1,
                    ("Return on average assets", "平均总资产净利率"), **SHOWN),
)  # fmt: skip
"""Every ratio of one year's accounts."""
