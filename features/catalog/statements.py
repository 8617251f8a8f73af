"""Catalog: ratios and changes of the buyer's accounts, and public records."""

from __future__ import annotations

from typing import Any

from features.catalog.entry import Feature

__all__ = ["STATEMENT_FEATURES"]

_MISSING = (
    "an item is missing, the denominator is not above 0, or no accounts younger than 30 months are known"
)
_REASON = {
    "liquidity": "short-term means are what bills are paid from",
    "leverage": "debt and thin equity leave no room for a bad year",
    "profitability": "losses consume equity and cash",
    "activity": "money tied up, or taken from suppliers, is strain",
    "size": "large companies have more to pay from",
    "growth": "no direction is known: shrinking and overtrading both hurt",
    "market": "the market prices distress before accounts show it",
    "public_records": "recorded claims precede insolvency",
    "data_quality": "a buyer of whom less is known must not look better",
}


def _feature(
    name: str, unit: str, group: str, sign: int, reads: str, texts: tuple[str, str], **rest: Any
) -> Feature:
    """Build an entry; the phrase of a ratio follows from its label."""
    english, chinese = texts
    values: dict[str, Any] = {
        "source": "accounts", "sign_reason": _REASON[group] if sign else "no direction is known",
        "models": ("default",), "window_days": None, "anchor": "period_end",
        "reads": tuple(item if "." in item else f"statements.{item}" for item in reads.split()),
        "missing": _MISSING,
        "phrase_en": f"{english}: {{value}} (typical: {{reference}}).",
        "phrase_zh": f"{chinese}为{{value}}（参考值{{reference}}）。", **rest,
    }  # fmt: skip
    return Feature(name, unit, group, sign=sign, label_en=english, label_zh=chinese, **values)  # type: ignore[arg-type]


_SHOWN: dict[str, Any] = {"models": ()}
_SIZE: dict[str, Any] = {"sign_reason": "small companies fail more often, large ones file for it more often"}
_PRIOR: dict[str, Any] = {"source": "prior_year"}
_MARKET: dict[str, Any] = {"source": "market_value"}

STATEMENT_FEATURES: tuple[Feature, ...] = (
    _feature("current_ratio", "ratio", "liquidity", -1, "current_assets current_liabilities",
             ("Current ratio", "流动比率")),
    _feature("quick_ratio", "ratio", "liquidity", -1, "current_assets inventory current_liabilities",
             ("Quick ratio", "速动比率")),
    _feature("cash_ratio", "ratio", "liquidity", -1, "cash current_liabilities", ("Cash ratio", "现金比率")),
    _feature("working_capital_to_assets", "share", "liquidity", -1,
             "current_assets current_liabilities total_assets",
             ("Working capital to total assets", "营运资金占总资产比例")),
    _feature("liabilities_to_assets", "share", "leverage", 1, "total_liabilities total_assets",
             ("Total liabilities to total assets", "资产负债率")),
    _feature("retained_earnings_to_assets", "share", "leverage", -1, "retained_earnings total_assets",
             ("Retained earnings to total assets", "留存收益占总资产比例")),
    _feature("long_term_debt_to_assets", "share", "leverage", 1, "long_term_debt total_assets",
             ("Long-term debt to total assets", "长期借款占总资产比例")),
    _feature("ebitda_to_liabilities", "share", "leverage", -1, "ebitda total_liabilities",
             ("EBITDA to total liabilities", "息税折旧摊销前利润与总负债之比")),
    _feature("operating_cash_flow_to_liabilities", "share", "leverage", -1,
             "operating_cash_flow total_liabilities",
             ("Operating cash flow to total liabilities", "经营现金流与总负债之比")),
    _feature("interest_to_revenue", "share", "leverage", 1, "interest_expense revenue",
             ("Interest expense to revenue", "利息费用占收入比例")),
    _feature("ebit_to_interest", "ratio", "leverage", -1, "ebit interest_expense",
             ("EBIT interest cover", "利息保障倍数"), **_SHOWN),
    _feature("ebit_to_assets", "share", "profitability", -1, "ebit total_assets",
             ("EBIT to total assets", "息税前利润与总资产之比")),
    _feature("net_income_to_assets", "share", "profitability", -1, "net_income total_assets",
             ("Net income to total assets", "总资产净利率")),
    _feature("net_margin", "share", "profitability", -1, "net_income revenue", ("Net margin", "净利率")),
    _feature("gross_margin", "share", "profitability", -1, "gross_profit revenue", ("Gross margin",
             "毛利率")),
    _feature("gross_profit_to_assets", "share", "profitability", -1, "gross_profit total_assets",
             ("Gross profit to total assets", "毛利与总资产之比")),
    _feature("dso_days", "days", "activity", 1, "receivables revenue", ("Days sales outstanding",
             "应收账款周转天数")),
    _feature("dio_days", "days", "activity", 1, "inventory cost_of_goods_sold",
             ("Days inventory outstanding", "存货周转天数")),
    _feature("dpo_days", "days", "activity", 1, "accounts_payable cost_of_goods_sold",
             ("Days payables outstanding", "应付账款周转天数")),
    _feature("asset_turnover", "ratio", "activity", 0, "revenue total_assets", ("Asset turnover",
             "总资产周转率")),
    _feature("log_total_assets", "log_money", "size", 0, "total_assets", ("Total assets", "总资产"), **_SIZE),
    _feature("log_revenue", "log_money", "size", 0, "revenue", ("Revenue", "营业收入"), **_SIZE),
    _feature("change_revenue_1y", "log_ratio", "growth", 0, "revenue", ("Revenue growth", "收入增长率"),
             **_PRIOR),
    _feature("change_total_assets_1y", "log_ratio", "growth", 0, "total_assets",
             ("Growth of total assets", "总资产增长率"), **_PRIOR),
    _feature("change_net_income_to_assets_1y", "share", "profitability", -1, "net_income total_assets",
             ("Change of net income to total assets", "总资产净利率变化"), **_PRIOR),
    _feature("change_liabilities_to_assets_1y", "share", "leverage", 1, "total_liabilities total_assets",
             ("Change of total liabilities to total assets", "资产负债率变化"), **_PRIOR),
    _feature("change_current_ratio_1y", "ratio", "liquidity", -1, "current_assets current_liabilities",
             ("Change of the current ratio", "流动比率变化"), **_PRIOR),
    _feature("change_dso_days_1y", "days", "activity", 1, "receivables revenue",
             ("Change of days sales outstanding", "应收账款周转天数变化"), **_PRIOR),
    _feature("change_dpo_days_1y", "days", "activity", 1, "accounts_payable cost_of_goods_sold",
             ("Change of days payables outstanding", "应付账款周转天数变化"), **_PRIOR),
    _feature("loss_years_last_2", "count", "profitability", 1, "net_income",
             ("Loss-making years of the last two", "近两年亏损年数"), missing="no accounts are known"),
    _feature("market_value_to_liabilities", "ratio", "market", -1, "market_value total_liabilities",
             ("Market value to total liabilities", "市值与总负债之比"), **_MARKET),
    _feature("log_market_value", "log_money", "market", -1, "market_value", ("Market value", "市值"),
             **_MARKET),
    _feature("change_market_value_1y", "log_ratio", "market", -1, "market_value",
             ("Change of market value", "市值变化"), **_MARKET),
    _feature("statement_age_days", "days", "data_quality", 1, "period_end", ("Age of the accounts",
             "财务报表距今"),
             missing="no accounts younger than 30 months are known"),
    _feature("accounts_year", "year", "data_quality", 0, "period_end", ("Year of the accounts",
             "财务报表年度"), **_SHOWN),
    _feature("equity", "money", "leverage", -1, "equity", ("Equity", "所有者权益"), **_SHOWN),
    _feature("tangible_net_worth", "money", "leverage", -1, "equity", ("Tangible net worth", "有形净资产"),
             **_SHOWN),
    _feature("working_capital", "money", "liquidity", -1, "current_assets current_liabilities",
             ("Working capital", "营运资金"), **_SHOWN),
    _feature("accounts_payable", "money", "activity", 0, "accounts_payable", ("Accounts payable",
             "应付账款"), **_SHOWN),
    _feature("revenue", "money", "size", -1, "revenue", ("Revenue", "营业收入"), **_SHOWN),
    _feature("has_accounts", "flag", "data_quality", -1, "period_end", ("Accounts are known", "有财务报表"),
             phrase_en="No accounts younger than 30 months are known.",
             phrase_zh="没有30个月以内的财务报表。",
             missing="never"),
    _feature("has_prior_year", "flag", "data_quality", -1, "period_end",
             ("Accounts of the year before are known", "有上年财务报表"),
             phrase_en="No accounts of the year before are known.", phrase_zh="没有上年财务报表。",
             missing="never"),
    _feature("has_market_value", "flag", "data_quality", -1, "market_value",
             ("A market value is known", "有市值"), phrase_en="No market value is known.",
             phrase_zh="没有市值信息。", missing="never"),
    _feature("is_insolvent", "flag", "public_records", 1, "events.kind", ("Insolvency on record", "破产记录"),
             source="public_records", anchor="occurred_on", **_SHOWN, missing="never",
             phrase_en="An insolvency is on record.", phrase_zh="存在破产记录。"),
    _feature("count_adverse_events_365d", "count", "public_records", 1, "events.kind",
             ("Adverse events, 12 months", "近12个月负面事件"),
             source="public_records", anchor="occurred_on", window_days=365, missing="never",
             phrase_en="{value} adverse public records in the last 12 months.",
             phrase_zh="近12个月负面公开记录{value}条。"),
)  # fmt: skip
"""Every feature from statements and events."""
