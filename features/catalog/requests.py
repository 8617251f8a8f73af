"""Catalog: the request, the limits in force and the state of the whole book."""

from __future__ import annotations

from typing import Any

from features.catalog.entry import Feature

__all__ = ["REQUEST_FEATURES"]

_NONE = "no request was made and no usual invoice is known"
_UNUSED = "no request was made, or no invoice was issued in the window"
_REQUEST: dict[str, Any] = {
    "group": "request", "source": "request", "models": ("late",), "window_days": None, "anchor": "as_of",
    "reads": ("invoices.due_on", "invoices.amount"), "sign": 0, "sign_reason": "no direction is known",
    "missing": _NONE,
}  # fmt: skip
_BOOK: dict[str, Any] = {
    "group": "book", "source": "book", "models": ("late",), "window_days": 90, "anchor": "due_on",
    "reads": ("invoices.due_on", "allocations.settled_on"), "sign": 1,
    "sign_reason": "a book that is paid late goes on being paid late",
    "missing": "no month end lies before, or nothing fell due (or was paid) in the 90 days up to it",
}  # fmt: skip
_LIMIT: dict[str, Any] = {
    "group": "exposure", "source": "limits", "models": (), "window_days": None, "anchor": "valid_from",
    "reads": ("limits.amount",), "sign": 0, "sign_reason": "a limit must not feed the PD that sets it",
    "missing": "no such limit is in force",
}  # fmt: skip


def _feature(
    name: str, unit: str, shared: dict[str, Any], texts: tuple[str, str, str, str], **rest: Any
) -> Feature:
    english, chinese, phrase, satz = texts
    values = {
        **shared,
        "label_en": english,
        "label_zh": chinese,
        "phrase_en": phrase,
        "phrase_zh": satz,
        **rest,
    }
    return Feature(name, unit, **values)  # type: ignore[arg-type]


REQUEST_FEATURES: tuple[Feature, ...] = (
    _feature("request_amount", "money", _REQUEST, (
        "Requested amount", "申请金额", "The request is for {value}.", "本次申请金额{value}。"), models=()),
    _feature("request_assumed", "flag", _REQUEST, (
        "The usual invoice stands in for a request", "以常见发票代替申请", "", ""), models=(),
        missing="never"),
    _feature("log_request_amount", "log_money", _REQUEST, (
        "Requested amount", "申请金额", "The amount is {value} (typical: {reference}).",
        "金额为{value}（参考值{reference}）。")),
    _feature("log_request_to_usual", "log_ratio", _REQUEST, (
        "Amount against the usual invoice", "金额与常见发票之比", "", "")),
    _feature("log_request_to_largest_365d", "log_ratio", _REQUEST, (
        "Amount against the largest invoice, 12 months", "金额与近12个月最大发票之比", "", ""),
        window_days=365, anchor="issued_on", missing=_UNUSED,
        sign_reason="growing buyers and those about to fail both ask for more than ever"),
    _feature("log_request_to_high_credit_365d", "log_ratio", _REQUEST, (
        "Amount against the highest balance, 12 months", "金额与近12个月最高欠款额之比", "", ""),
        window_days=365, missing=_UNUSED,
        sign_reason="growing buyers and those about to fail both ask for more than ever"),
    _feature("request_terms_days", "days", _REQUEST, (
        "Terms", "账期", "The terms are {value} (typical: {reference}).",
        "账期{value}（参考值{reference}）。")),
    _feature("request_terms_change_days", "days", _REQUEST, (
        "Terms against the usual ones", "账期与常见账期之差",
        "Terms against the usual ones: {value} (positive is longer).",
        "账期与常见账期之差：{value}（正数表示更长）。")),
    _feature("request_days_until_due", "days", _REQUEST, (
        "Days left until due", "距到期天数",
        "Days until the due date: {value} (typical: {reference}; negative is past due).",
        "距到期天数：{value}（参考值{reference}；负数表示已逾期）。"), sign=-1,
        sign_reason="an invoice booked close to its due date is paid late"),
    _feature("request_due_weekday", "day", _REQUEST, ("Weekday of the due date", "到期日星期", "", "")),
    _feature("request_due_day_of_month", "day", _REQUEST, ("Day of the month of the due date",
        "到期日在当月的日序", "", "")),
    _feature("request_due_is_month_end", "flag", _REQUEST, (
        "Due in the last three or first two days of a month", "到期日在月末三天或月初两天", "", ""),
        sign_reason="payment runs at the month's end may come just before or just after"),
    _feature("book_share_late_amount_90d", "share", _BOOK, (
        "Share of the book's value late, 90 days", "全部账款近90天逾期金额占比",
        "{value} of the value due from all buyers in 90 days was late (typical: {reference}).",
        "近90天全部买方到期金额中{value}逾期（参考值{reference}）。")),
    _feature("book_share_late_30_amount_90d", "share", _BOOK, (
        "Share of the book's value over 30 days late, 90 days", "全部账款近90天逾期超30天金额占比",
        "{value} of the value due from all buyers in 90 days was over 30 days late (typical: {reference}).",
        "近90天全部买方到期金额中{value}逾期超过30天（参考值{reference}）。")),
    _feature("book_mean_days_late_settled_90d", "days", _BOOK, (
        "Average days late of all payments, 90 days", "全部付款近90天平均逾期天数",
        "Days late of all buyers' payments of 90 days on average: {value} (negative is early).",
        "近90天全部买方付款平均逾期天数：{value}（负数表示提前付款）。"), anchor="settled_on"),
    _feature("own_limit", "money", _LIMIT, ("Limit in force", "现有额度", "The limit in force is {value}.",
        "现有额度{value}。")),
    _feature("insured_limit", "money", _LIMIT, (
        "Insured limit", "保险限额", "The insured limit is {value}.", "保险限额{value}。")),
)  # fmt: skip
"""Every feature of the request, of limits and of the book."""
