"""What an entry of the feature catalog says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["GROUPS", "Feature", "Group", "Model", "Source", "Unit"]

Unit = Literal[
    "days",
    "share",
    "count",
    "money",
    "ratio",
    "log_money",
    "log_ratio",
    "flag",
    "index",
    "year",
    "day",
    "months",
    "years",
]
Model = Literal["default", "late"]
Source = Literal[
    "payments",
    "accounts",
    "prior_year",
    "market_value",
    "public_records",
    "request",
    "book",
    "limits",
    "profile",
    "external",
]


@dataclass(frozen=True)
class Group:
    """A concept under which reasons are told."""

    code: str
    label_en: str
    label_zh: str


@dataclass(frozen=True)
class Feature:
    """One feature.

    Parameters
    ----------
    name : str
        ``statistic_measure_window``.
    unit : Unit
        Money is in the reporting currency; shares are between 0 and 1.
    group : str
        Code of its `Group`.
    source : Source
        Where it comes from; a source that is absent makes the value missing.
    sign : {1, -1, 0}
        1: more means more risk; -1: less; 0: no known direction.
    sign_reason : str
        Why the sign is what it is.
    models : tuple of Model
        Models that may learn from it; empty for values that are shown and never learned from.
    window_days : int or None
        Days looked back; None for all time or for a state.
    anchor : str
        The date that decides whether a fact is in the window.
    reads : tuple of str
        Columns (``invoices.due_on``) without which it does not exist.
    label_en, label_zh : str
        Name for people.
    phrase_en, phrase_zh : str
        A sentence with ``{value}`` and, where useful, ``{reference}``, both already formatted, or with
        ``{ago}``, the value as time that has passed; empty where the value alone says nothing.
    missing : str
        What a missing value means.
    formula : str
        How it follows from line items; empty for what does not.
    """

    name: str
    unit: Unit
    group: str
    source: Source
    sign: Literal[1, -1, 0]
    sign_reason: str
    models: tuple[Model, ...]
    window_days: int | None
    anchor: str
    reads: tuple[str, ...]
    label_en: str
    label_zh: str
    phrase_en: str
    phrase_zh: str
    missing: str
    formula: str = ""


GROUPS: dict[str, Group] = {
    code: Group(code, english, chinese)
    for code, english, chinese in (
        ("payment_timeliness", "Payment timeliness", "付款及时性"),
        ("overdue_now", "Overdue now", "当前逾期"),
        ("payment_trend", "Payment trend", "付款趋势"),
        ("payment_habits", "Payment habits", "付款习惯"),
        ("exposure", "Exposure", "敞口"),
        ("disputes", "Disputes and credits", "争议与折让"),
        ("order_behaviour", "Order behaviour", "订货行为"),
        ("relationship", "Length of the relationship", "合作时长"),
        ("liquidity", "Liquidity", "流动性"),
        ("leverage", "Leverage and coverage", "杠杆与偿债"),
        ("profitability", "Profitability", "盈利能力"),
        ("activity", "Working-capital cycle", "营运周转"),
        ("growth", "Growth", "成长"),
        ("size", "Size", "规模"),
        ("market", "Market value", "市值"),
        ("public_records", "Public records", "公开记录"),
        ("profile", "The company", "企业概况"),
        ("external", "Outside ratings", "外部评级"),
        ("classic_scores", "Classic scores", "经典评分"),
        ("data_quality", "What is known", "信息完整度"),
        ("request", "The request", "本次申请"),
        ("book", "State of the whole book", "整体账款状况"),
    )
}
"""Every concept under which reasons are told, in the order in which they are shown."""
