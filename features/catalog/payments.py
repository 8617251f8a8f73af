"""Catalog: payment behaviour, arrears and order behaviour, from the ledger."""

from __future__ import annotations

from typing import Any

from features.catalog.entry import Feature

__all__ = ["PAYMENT_FEATURES"]

_LEDGER = ("invoices.due_on", "invoices.amount")
_SETTLED = (*_LEDGER, "allocations.settled_on")
_BOTH = ("default", "late")
_SLOW = "slower payment precedes default and repeats itself"
_OLD = "older and larger arrears are rarely paid in full"
_NONE_DUE = "no item fell due in the window"
_NO_HISTORY = "no invoice is known"


def _feature(
    name: str, unit: str, group: str, sign: int, texts: tuple[str, str, str, str], **rest: Any
) -> Feature:
    values: dict[str, Any] = {
        "source": "payments", "sign_reason": _SLOW if sign else "no direction is known", "models": _BOTH,
        "window_days": 365, "anchor": "due_on", "reads": _SETTLED, "missing": _NONE_DUE, **rest,
    }  # fmt: skip
    return Feature(name, unit, group, sign=sign, label_en=texts[0], label_zh=texts[1],  # type: ignore[arg-type]
                   phrase_en=texts[2], phrase_zh=texts[3], **values)  # fmt: skip


_STATE: dict[str, Any] = {"window_days": None, "anchor": "as_of", "missing": _NO_HISTORY}
_SHOWN: dict[str, Any] = {"models": ()}
_ISSUED: dict[str, Any] = {
    "anchor": "issued_on",
    "reads": _LEDGER,
    "missing": "no invoice was issued in the window",
}

PAYMENT_FEATURES: tuple[Feature, ...] = (
    _feature("share_late_amount_90d", "share", "payment_timeliness", 1, (
        "Share of value late, 90 days", "近90天逾期金额占比",
        "Paid {value} of the value due in the last 90 days late (typical: {reference}).",
        "近90天到期金额中{value}逾期（参考值{reference}）。"), window_days=90),
    _feature("share_late_amount_365d", "share", "payment_timeliness", 1, (
        "Share of value late, 12 months", "近12个月逾期金额占比",
        "Paid {value} of the value due in the last 12 months late (typical: {reference}).",
        "近12个月到期金额中{value}逾期（参考值{reference}）。")),
    _feature("share_late_30_amount_90d", "share", "payment_timeliness", 1, (
        "Share of value over 30 days late, 90 days", "近90天逾期超30天金额占比",
        "{value} of the value due in the last 90 days was more than 30 days late.",
        "近90天到期金额中{value}逾期超过30天。"), window_days=90),
    _feature("share_late_30_amount_365d", "share", "payment_timeliness", 1, (
        "Share of value over 30 days late, 12 months", "近12个月逾期超30天金额占比",
        "{value} of the value due in the last 12 months was more than 30 days late.",
        "近12个月到期金额中{value}逾期超过30天。")),
    _feature("share_early_amount_365d", "share", "payment_timeliness", -1, (
        "Share of value paid early, 12 months", "近12个月提前付款金额占比",
        "Paid {value} of the value due in the last 12 months before it was due (typical: {reference}).",
        "近12个月到期金额中{value}提前支付（参考值{reference}）。")),
    _feature("share_late_count_365d", "share", "payment_timeliness", 1, (
        "Share of invoices late, 12 months", "近12个月逾期发票占比",
        "{value} of the invoices due in the last 12 months were late (typical: {reference}).",
        "近12个月到期发票中{value}逾期（参考值{reference}）。")),
    _feature("mean_days_late_90d", "days", "payment_timeliness", 1, (
        "Average days late, 90 days", "近90天平均逾期天数",
        "Days late on average, last 90 days: {value} (negative is early).",
        "近90天平均逾期天数：{value}（负数表示提前付款）。"), window_days=90),
    _feature("mean_days_late_365d", "days", "payment_timeliness", 1, (
        "Average days late, 12 months", "近12个月平均逾期天数",
        "Days late on average, last 12 months: {value} (typical: {reference}; negative is early).",
        "近12个月平均逾期天数：{value}（参考值{reference}；负数表示提前付款）。")),
    _feature("mean_days_late_all", "days", "payment_timeliness", 1, (
        "Average days late, all time", "历史平均逾期天数",
        "Days late on average, whole history: {value} (negative is early).",
        "历史平均逾期天数：{value}（负数表示提前付款）。"), window_days=None,
        missing="no item has fallen due yet"),
    _feature("mean_days_late_settled_90d", "days", "payment_timeliness", 1, (
        "Average days late of payments, 90 days", "近90天已付款平均逾期天数",
        "Days late of the last 90 days' payments on average: {value} (negative is early).",
        "近90天已付款平均逾期天数：{value}（负数表示提前付款）。"), window_days=90, anchor="settled_on",
        missing="nothing was paid in the window"),
    _feature("mean_days_late_settled_365d", "days", "payment_timeliness", 1, (
        "Average days late of payments, 12 months", "近12个月已付款平均逾期天数",
        "Days late of the last 12 months' payments on average: {value} (negative is early).",
        "近12个月已付款平均逾期天数：{value}（负数表示提前付款）。"), anchor="settled_on",
        missing="nothing was paid in the window"),
    _feature("p90_days_late_365d", "days", "payment_timeliness", 1, (
        "Days late of the slowest tenth, 12 months", "近12个月最慢一成发票逾期天数",
        "In 12 months one invoice in ten was later than {value} (typical: {reference}; negative is early).",
        "近12个月每十张发票有一张逾期超过{value}（参考值{reference}；负数表示提前付款）。")),
    _feature("max_days_late_365d", "days", "payment_timeliness", 1, (
        "Longest delay, 12 months", "近12个月最长逾期天数",
        "Longest delay of the last 12 months: {value} (negative is early).",
        "近12个月最长逾期天数：{value}（负数表示提前付款）。")),
    _feature("mean_days_late_last_3", "days", "payment_timeliness", 1, (
        "Average days late, last three invoices", "最近三张发票平均逾期天数",
        "Days late of the last three invoices due on average: {value} (negative is early).",
        "最近到期的三张发票平均逾期天数：{value}（负数表示提前付款）。"), window_days=None,
        missing="no item has fallen due yet"),
    _feature("payment_index_365d", "index", "payment_timeliness", -1, (
        "Payment index, 12 months", "近12个月付款指数",
        "Payment index {value} of 100 (80 = prompt; typical: {reference}).",
        "付款指数{value}（满分100，80为准时；参考值{reference}）。"),
        **_SHOWN | {"missing": "fewer than three items fell due"}),
    _feature("change_mean_days_late_90d_365d", "days", "payment_trend", 1, (
        "Change of average days late, 90 days against 12 months", "平均逾期天数变化（近90天对近12个月）",
        "Change of the average delay, last 90 days against 12 months: {value} (positive is slower).",
        "近90天平均逾期天数较近12个月的变化：{value}（正数表示变慢）。"), window_days=90),
    _feature("overdue_amount", "money", "overdue_now", 1, (
        "Overdue amount", "当前逾期金额", "{value} is overdue now.", "当前逾期金额{value}。"),
        **_STATE | _SHOWN),
    _feature("overdue_share", "share", "overdue_now", 1, (
        "Overdue share of what is open", "逾期占未清余额比例",
        "{value} of the open balance is overdue now.", "未清余额中{value}已逾期。"),
        **_STATE | {"sign_reason": _OLD}),
    _feature("oldest_open_days_past_due", "days", "overdue_now", 1, (
        "Oldest open item", "最长未付逾期天数",
        "The oldest open item is {value} past due.", "最久未付款项已逾期{value}。"),
        **_STATE | {"sign_reason": _OLD}),
    _feature("days_material_overdue", "days", "overdue_now", 1, (
        "Days of material arrears", "重大逾期持续天数",
        "Arrears above the materiality thresholds have lasted {value}.",
        "超过重要性门槛的逾期已持续{value}。"), **_STATE | {"models": ("default",), "sign_reason": _OLD}),
    _feature("in_default", "flag", "overdue_now", 1, (
        "In default now", "当前违约", "The buyer is in default now.", "买方当前处于违约状态。"),
        **_STATE | _SHOWN),
    _feature("exposure", "money", "exposure", 0, (
        "Open balance", "未清余额", "{value} is open.", "未清余额{value}。"), **_STATE | _SHOWN),
    _feature("exposure_to_invoiced_365d", "ratio", "exposure", 1, (
        "Open balance against a year's invoices", "未清余额与近12个月开票额之比",
        "The open balance is {value} times the invoices of the last 12 months.",
        "未清余额为近12个月开票额的{value}倍。"),
        sign_reason="a balance that grows against sales is not being paid", anchor="issued_on",
        missing="nothing was invoiced"),
    _feature("high_credit_365d", "money", "exposure", 0, (
        "High credit, 12 months", "近12个月最高欠款额",
        "The open balance peaked at {value} in the last 12 months.", "近12个月未清余额最高{value}。"),
        **_SHOWN | {"anchor": "as_of", "missing": _NO_HISTORY}),
    _feature("written_off_amount", "money", "overdue_now", 1, (
        "Written off", "已核销坏账", "{value} was written off.", "已核销坏账{value}。"), **_STATE | _SHOWN),
    _feature("count_open", "count", "exposure", 0, (
        "Open items", "未清笔数", "{value} items are open.", "未清款项{value}笔。"), **_STATE),
    _feature("share_diluted_amount_365d", "share", "order_behaviour", 1, (
        "Share credited or returned, 12 months", "近12个月折让退货占比",
        "{value} of the invoiced value of the last 12 months was credited or returned.",
        "近12个月开票金额中{value}被折让或退货。"),
        **_ISSUED | {"sign_reason": "disputed deliveries are paid late"}),
    _feature("disputes_per_invoice_365d", "share", "order_behaviour", 1, (
        "Disputes per invoice, 12 months", "近12个月每张发票的争议数",
        "Disputes raised in the last 12 months against invoices issued: {value}.",
        "近12个月提出的争议数与开票数之比为{value}。"),
        **_ISSUED | {"sign_reason": "disputed deliveries are paid late", "anchor": "raised_on",
                     "reads": ("invoices.issued_on", "disputes.raised_on")}),
    _feature("count_disputes_365d", "count", "order_behaviour", 1, (
        "Disputes, 12 months", "近12个月争议数", "{value} disputes were raised in the last 12 months.",
        "近12个月提出争议{value}起。"),
        **_ISSUED | _SHOWN | {"anchor": "raised_on", "reads": ("disputes.raised_on",), "missing": "never"}),
    _feature("invoiced_amount_365d", "money", "order_behaviour", 0, (
        "Invoiced, 12 months", "近12个月开票金额", "{value} was invoiced in the last 12 months.",
        "近12个月开票{value}。"),
        **_ISSUED | _SHOWN),
    _feature("invoiced_amount_90d", "money", "order_behaviour", 0, (
        "Invoiced, 90 days", "近90天开票金额", "{value} was invoiced in the last 90 days.",
        "近90天开票{value}。"),
        **_ISSUED | _SHOWN | {"window_days": 90}),
    _feature("change_invoiced_amount_90d_365d", "log_ratio", "order_behaviour", 0, (
        "Change of invoiced value, 90 days against 12 months", "开票额变化（近90天对近12个月）", "", ""),
        **_ISSUED),
    _feature("count_invoices_365d", "count", "order_behaviour", 0, (
        "Invoices, 12 months", "近12个月发票数", "{value} invoices were issued in the last 12 months.",
        "近12个月开具发票{value}张。"), **_ISSUED),
    _feature("count_due_365d", "count", "relationship", 0, (
        "Items due, 12 months", "近12个月到期笔数", "{value} items fell due in the last 12 months.",
        "近12个月到期{value}笔。"), **_SHOWN),
    _feature("amount_due_365d", "money", "relationship", 0, (
        "Value due, 12 months", "近12个月到期金额", "{value} fell due in the last 12 months.",
        "近12个月到期{value}。"), **_SHOWN),
    _feature("count_settled_365d", "count", "relationship", 0, (
        "Items paid, 12 months", "近12个月付款笔数", "{value} items were paid in the last 12 months.",
        "近12个月付款{value}笔。"), **_SHOWN | {"anchor": "settled_on"}),
    _feature("median_invoice_amount_365d", "money", "order_behaviour", 0, (
        "Usual invoice, 12 months", "近12个月常见发票金额", "The usual invoice is {value}.",
        "常见发票金额{value}。"), **_ISSUED | _SHOWN),
    _feature("median_terms_days_365d", "days", "order_behaviour", 0, (
        "Usual terms, 12 months", "近12个月常见账期", "The usual terms are {value}.", "常见账期{value}。"),
        **_ISSUED | _SHOWN),
    _feature("peak_month_factor_365d", "ratio", "order_behaviour", 0, (
        "Peak month against the average, 12 months", "近12个月高峰月与月均之比",
        "The peak month is {value} times the average month.", "高峰月为月均的{value}倍。"),
        **_ISSUED | _SHOWN),
    _feature("tenure_days", "days", "relationship", -1, (
        "Time since the first invoice", "合作时长",
        "The first invoice was issued {ago} (typical: {reference}).",
        "首张发票开具在{ago}（参考值{reference}）。"),
        **_STATE | {"anchor": "issued_on", "sign_reason": "new buyers default more"}),
    _feature("days_since_last_invoice", "days", "order_behaviour", 0, (
        "Days since the last invoice", "距最近开票天数",
        "The last invoice was issued {ago}.", "最近一次开票在{ago}。"),
        **_STATE | {"anchor": "issued_on"}),
    _feature("days_since_last_settlement", "days", "payment_trend", 0, (
        "Days since the last payment", "距最近付款天数",
        "The last payment came {ago}.", "最近一次付款在{ago}。"),
        **_STATE | {"anchor": "settled_on", "missing": "nothing was ever paid"}),
    _feature("has_payments", "flag", "data_quality", -1, (
        "Payment experience exists", "有付款记录",
        "No payment experience with this buyer yet.", "尚无该买方的付款记录。"),
        **_STATE | {"sign_reason": "a buyer of whom nothing is known must not look good",
        "missing": "never"}),
)  # fmt: skip
"""Every feature from invoices and allocations."""
