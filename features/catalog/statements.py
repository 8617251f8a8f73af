"""Catalog: size, amounts and quality of the accounts, and every figure of accounts in the engine's order."""

from __future__ import annotations

from typing import Any

from features.catalog.accounts import MARKET, SHOWN, account_feature
from features.catalog.changes import CHANGE_FEATURES
from features.catalog.entry import Feature
from features.catalog.ratios import RATIO_FEATURES
from features.catalog.scores import SCORE_FEATURES
from features.engine.figures import ACCOUNTS

__all__ = ["STATEMENT_FEATURES"]

_SIZE: dict[str, Any] = {
    "sign_reason": "small companies fail more often, large ones file for it more often",
    "missing": "the item is missing or not above 0, or no accounts younger than 30 months are known",
}
_AMOUNT: dict[str, Any] = {
    **SHOWN,
    "missing": "the item is missing, no exchange rate was known, or no accounts younger than 30 months are",
}
_NO_ACCOUNTS: dict[str, Any] = {"missing": "no accounts younger than 30 months are known"}
_SILENT: dict[str, Any] = {"phrase_en": "", "phrase_zh": ""}
_STATE: dict[str, Any] = {**SHOWN, **_SILENT}

_SIZES = (
    account_feature("log_total_assets", "log_money", "size", 0, ("Total assets", "总资产"), **_SIZE),
    account_feature("log_revenue", "log_money", "size", 0, ("Revenue", "营业收入"), **_SIZE),
    account_feature("log_market_value", "log_money", "market", -1, ("Market value", "市值"), **MARKET),
    account_feature("employees", "count", "size", 0, ("Employees", "员工人数"), **SHOWN, **_SIZE),
    account_feature("equity", "money", "leverage", -1, ("Equity", "所有者权益"), **_AMOUNT),
    account_feature("tangible_net_worth", "money", "leverage", -1, ("Tangible net worth", "有形净资产"),
                    **_AMOUNT),
    account_feature("working_capital", "money", "liquidity", -1, ("Working capital", "营运资金"), **_AMOUNT),
    account_feature("accounts_payable", "money", "activity", 0, ("Accounts payable", "应付账款"), **_AMOUNT,
                    sign_reason="large companies owe more"),
    account_feature("revenue", "money", "size", -1, ("Revenue", "营业收入"), **_AMOUNT,
                    sign_reason="large companies have more to pay from"),
)  # fmt: skip
_QUALITY = (
    account_feature("has_accounts", "flag", "data_quality", -1, ("Accounts are known", "有财务报表"),
                    phrase_en="No accounts younger than 30 months are known.",
                    phrase_zh="没有30个月以内的财务报表。", missing="never"),
    account_feature("has_prior_year", "flag", "data_quality", -1,
                    ("Accounts of the year before are known", "有上年财务报表"),
                    phrase_en="No accounts of the year before are known.", phrase_zh="没有上年财务报表。",
                    missing="never"),
    account_feature("has_market_value", "flag", "data_quality", -1,
                    ("A market value is known", "有市值"), phrase_en="No market value is known.",
                    phrase_zh="没有市值信息。", missing="never"),
    account_feature("accounts_year", "year", "data_quality", 0, ("Year of the accounts", "财务报表年度"),
                    **SHOWN, **_NO_ACCOUNTS, sign_reason="a calendar year is no risk"),
    account_feature("statement_age_days", "days", "data_quality", 1, ("Age of the accounts", "财务报表距今"),
                    **_NO_ACCOUNTS),
    account_feature("statement_months", "months", "data_quality", 0,
                    ("Months that the accounts cover", "财务报表涵盖月数"), **SHOWN, **_NO_ACCOUNTS,
                    sign_reason="flows are taken to twelve months; a short period is only less certain"),
    account_feature("filing_delay_days", "days", "data_quality", 1,
                    ("Days from the period's end to receipt", "报表披露滞后天数"), **SHOWN, **_NO_ACCOUNTS,
                    sign_reason="late accounts often bring bad news; shown, as receipt is often assumed"),
    account_feature("is_consolidated", "flag", "data_quality", 0,
                    ("The accounts are those of the group", "合并报表"), **_STATE, **_NO_ACCOUNTS,
                    sign_reason="a group may or may not stand behind its members"),
    account_feature("is_audited", "flag", "data_quality", -1, ("The accounts are audited", "经审计"),
                    phrase_en="The accounts are not audited.", phrase_zh="财务报表未经审计。",
                    missing="nobody says whether they are, or no accounts younger than 30 months are known"),
    account_feature("balance_sheet_error_share", "share", "data_quality", 1,
                    ("Imbalance of the balance sheet to total assets", "资产负债表不平衡差额占总资产比例"),
                    **SHOWN, missing="total assets, total liabilities or equity is not given"),
    account_feature("negative_equity", "flag", "leverage", 1, ("Equity is negative", "资不抵债"), **SHOWN,
                    phrase_en="Equity is negative.", phrase_zh="所有者权益为负。"),
    account_feature("zero_interest", "flag", "leverage", 0, ("No interest is paid", "无利息支出"), **_STATE,
                    sign_reason="without debt there is no interest; some accounts do not tell it apart"),
    account_feature("loss_years_last_2", "count", "profitability", 1,
                    ("Loss-making years of the last two", "近两年亏损年数"),
                    missing="net income is missing, or no accounts younger than 30 months are known"),
)  # fmt: skip

_BY_NAME = {
    feature.name: feature
    for feature in (*RATIO_FEATURES, *CHANGE_FEATURES, *_SIZES, *_QUALITY, *SCORE_FEATURES)
}

STATEMENT_FEATURES: tuple[Feature, ...] = tuple(_BY_NAME[name] for name in ACCOUNTS)
"""Every feature from statements, in the order of the engine's columns."""
