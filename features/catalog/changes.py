"""Catalog: changes of accounts against the year before."""

from __future__ import annotations

from typing import Any

from features.catalog.accounts import MARKET, PRIOR, SHOWN, account_feature
from features.catalog.entry import Feature

__all__ = ["CHANGE_FEATURES"]

_GROWTH: dict[str, Any] = {
    **PRIOR, "sign_reason": "no direction is known: shrinking and overtrading both hurt",
    "missing": "no accounts of the year before are known, or an amount is missing or not above 0",
}  # fmt: skip
_PREPAID: dict[str, Any] = {
    "sign_reason": "customers who pay ahead less trust less, or were simply delivered to"
}

CHANGE_FEATURES: tuple[Feature, ...] = (
    account_feature("change_current_ratio_1y", "ratio", "liquidity", -1,
                    ("Change of the current ratio", "流动比率变化"), **PRIOR),
    account_feature("change_liabilities_to_assets_1y", "share", "leverage", 1,
                    ("Change of total liabilities to total assets", "资产负债率变化"), **PRIOR),
    account_feature("change_gross_margin_1y", "share", "profitability", -1,
                    ("Change of the gross margin", "毛利率变化"), **PRIOR),
    account_feature("change_ebitda_margin_1y", "share", "profitability", -1,
                    ("Change of the EBITDA margin", "EBITDA利润率变化"), **PRIOR, **SHOWN),
    account_feature("change_net_income_to_assets_1y", "share", "profitability", -1,
                    ("Change of net income to total assets", "总资产净利率变化"), **PRIOR),
    account_feature("change_dso_days_1y", "days", "activity", 1,
                    ("Change of days sales outstanding", "应收账款周转天数变化"), **PRIOR),
    account_feature("change_dio_days_1y", "days", "activity", 1,
                    ("Change of days inventory outstanding", "存货周转天数变化"), **PRIOR),
    account_feature("change_dpo_days_1y", "days", "activity", 1,
                    ("Change of days payables outstanding", "应付账款周转天数变化"), **PRIOR),
    account_feature("change_related_party_receivables_to_assets_1y", "share", "activity", 1,
                    ("Change of related-party and other receivables to total assets",
                     "其他应收款占总资产比例变化"), **PRIOR,
                    sign_reason="money lent to the group or to nobody named is not there for suppliers"),
    account_feature("change_notes_payable_to_assets_1y", "share", "activity", 1,
                    ("Change of notes payable to total assets", "应付票据占总资产比例变化"), **PRIOR,
                    sign_reason="paying suppliers with notes where it used to be cash stretches them"),
    account_feature("change_contract_liabilities_to_assets_1y", "share", "activity", 0,
                    ("Change of contract liabilities to total assets", "合同负债占总资产比例变化"),
                    **PRIOR, **SHOWN, **_PREPAID),
    account_feature("change_revenue_1y", "log_ratio", "growth", 0, ("Revenue growth", "收入增长率"),
                    **_GROWTH),
    account_feature("change_total_assets_1y", "log_ratio", "growth", 0,
                    ("Growth of total assets", "总资产增长率"), **_GROWTH),
    account_feature("change_equity_1y", "log_ratio", "growth", 0, ("Growth of equity", "净资产增长率"),
                    **SHOWN, **_GROWTH),
    account_feature("change_employees_1y", "log_ratio", "growth", 0,
                    ("Growth of the number of employees", "员工人数增长率"), **SHOWN, **_GROWTH),
    account_feature("change_market_value_1y", "log_ratio", "market", -1,
                    ("Change of market value", "市值变化"), **MARKET),
    account_feature("dpo_on_purchases_days", "days", "activity", 1,
                    ("Days payables outstanding on purchases", "按采购额计算的应付账款周转天数"),
                    **PRIOR, **SHOWN),
)  # fmt: skip
"""Every change against the year before, and what needs the year before."""
