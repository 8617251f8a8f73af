"""Catalog: a buyer against its industry and against the whole book, as of the last month end."""

from __future__ import annotations

from functools import partial

from features.catalog.entry import Feature
from features.catalog.families import Family, expand

__all__ = ["CONTEXT_FEATURES"]

_LATE = ("invoices.due_on", "invoices.amount", "allocations.settled_on")
_INDUSTRY = ("buyers.industry", *_LATE)
_THIN = "the industry is unknown, or fewer than 5 of its buyers had something due in the 90 days"

_figure = partial(
    Family, group="book", source="book", models=("late",), windows=("90d",), reads=_INDUSTRY, missing=_THIN,
    anchor="settled_on", sign_reason="an industry that is paid late goes on being paid late",
)  # fmt: skip
_against = partial(
    _figure,
    note_en="positive is slower",
    note_zh="正数表示更慢",
    sign_reason="who is slower than its peers is slow for its own reasons",
)

CONTEXT_FEATURES: tuple[Feature, ...] = expand(
    (
        _figure(
            "industry_share_late_amount_{w}", "share", 1,
            "Share of the industry's value late, {window}", "同行业{window}逾期金额占比",
            "{value} of the value due from the buyer's industry {within} was late{notes}.",
            "{window}同行业买方到期金额中{value}逾期{notes}。", inputs=("90d",), anchor="due_on",
        ),
        _figure(
            "industry_mean_days_late_settled_{w}", "days", 1,
            "Average days late of the industry's payments, {window}", "同行业{window}已付款平均逾期天数",
            "Days late of the industry's payments on average, {past}: {value}{notes}.",
            "{window}同行业买方已付款平均逾期天数：{value}{notes}。",
            note_en="negative is early", note_zh="负数表示提前付款",
        ),
        _against(
            "mean_days_late_vs_industry_{w}", "days", 1,
            "Days late against the industry, {window}", "{window}平均逾期天数与同行业之差",
            "Days late of payments against the industry's, {past}: {value}{notes}.",
            "{window}已付款平均逾期天数与同行业之差：{value}{notes}。",
        ),
        _against(
            "mean_days_late_vs_book_{w}", "days", 1,
            "Days late against all buyers, {window}", "{window}平均逾期天数与全部买方之差",
            "Days late of payments against those of all buyers, {past}: {value}{notes}.",
            "{window}已付款平均逾期天数与全部买方之差：{value}{notes}。",
            reads=_LATE, missing="nothing was paid in the window, or no month end lies before the subject",
        ),
    )
)  # fmt: skip
"""Figures of the industry and of the buyer against others."""
