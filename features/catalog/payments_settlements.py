"""Catalog: how and when a buyer pays, by settlement date."""

from __future__ import annotations

from functools import partial

from features.catalog.entry import Feature
from features.catalog.families import BUSY, EVERY_WINDOW, NO_HISTORY, NO_RATE, Family, expand

__all__ = ["SETTLEMENT_FEATURES"]

_SLOW = "slower payment precedes default and repeats itself"
_PAID = ("allocations.settled_on", "allocations.amount")
_AGAINST_DUE = ("invoices.due_on", "allocations.settled_on", "allocations.amount")
_KIND = ("allocations.settled_on", "allocations.amount", "allocations.kind")
_DAYS = ("allocations.settled_on",)
_YEAR = ("365d",)
_NOTHING = "nothing was paid {within}"

_paid = partial(Family, group="payment_habits", anchor="settled_on", reads=_PAID, missing=_NOTHING)
_known = partial(Family, group="relationship", anchor="settled_on", reads=_PAID, sign_reason=BUSY)
_timely = partial(
    Family, group="payment_timeliness", anchor="settled_on", reads=_AGAINST_DUE, missing=_NOTHING,
    sign_reason=_SLOW, windows=EVERY_WINDOW,
)  # fmt: skip

SETTLEMENT_FEATURES: tuple[Feature, ...] = expand(
    (
        _known(
            "settled_amount_{w}", "money", 0, "Paid, {window}", "{window}付款金额",
            "{value} was paid {within}.", "{window}付款{value}。", windows=EVERY_WINDOW, missing=NO_RATE,
        ),
        _timely(
            "mean_days_late_settled_{w}", "days", 1,
            "Average days late of payments, {window}", "{window}已付款平均逾期天数",
            "Days late of payments on average, {past}: {value}{notes}.",
            "{window}已付款平均逾期天数：{value}{notes}。",
            note_en="negative is early", note_zh="负数表示提前付款", inputs=("90d", "365d"),
        ),
        _timely(
            "share_late_settled_amount_{w}", "share", 1,
            "Share of payments that came late, {window}", "{window}付款中逾期支付占比",
            "{value} of what was paid {within} came late{notes}.",
            "{window}付款金额中{value}为逾期支付{notes}。",
        ),
        _known(
            "count_settled_{w}", "count", 0, "Items paid, {window}", "{window}付款笔数",
            "{value} items were paid {within}.", "{window}付款{value}笔。",
            windows=EVERY_WINDOW, missing=NO_HISTORY,
        ),
        _paid(
            "share_discount_amount_{w}", "share", -1,
            "Share settled by discount, {window}", "{window}现金折扣占结清金额比例",
            "{value} of what was settled {within} was cash discount{notes}.",
            "{window}结清金额中{value}为现金折扣{notes}。",
            windows=_YEAR, inputs=_YEAR, reads=_KIND,
            sign_reason="who takes discounts has the cash to pay early",
        ),
        _paid(
            "share_bill_amount_{w}", "share", 0, "Share paid by bill, {window}", "{window}票据付款占比",
            "{value} of what was paid {within} came as bills.", "{window}付款中{value}为票据。",
            windows=_YEAR, reads=_KIND,
            sign_reason="bills are a custom of the trade as well as a way to pay later",
        ),
        _paid(
            "count_bounced_payments_{w}", "count", 1, "Payments taken back, {window}", "{window}退回付款笔数",
            "Payments that bounced or were taken back {within}: {value}.",
            "{window}退票或撤回的付款{value}笔。",
            windows=_YEAR, inputs=_YEAR, missing=NO_HISTORY,
            sign_reason="a payment that bounces shows that the cash was not there",
        ),
        _paid(
            "count_payment_days_{w}", "count", 0, "Days with a payment, {window}", "{window}付款日数",
            "Payments came on {value} days {within}.", "{window}有付款的天数为{value}。",
            windows=_YEAR, reads=_DAYS, missing=NO_HISTORY, sign_reason=BUSY,
        ),
        _paid(
            "cv_payment_interval_{w}", "ratio", 0,
            "Irregularity of payments, {window}", "{window}付款间隔离散系数",
            "Intervals between payments, {past}: their spread is {value} times their mean{notes}.",
            "{window}付款间隔的标准差为平均间隔的{value}倍{notes}。",
            windows=_YEAR, inputs=_YEAR, reads=_DAYS, missing="payments came on fewer than 4 days {within}",
            sign_reason="payments follow orders, so their rhythm says nothing alone",
        ),
        _paid(
            "share_main_weekday_{w}", "share", 0,
            "Payment days on one weekday, {window}", "{window}付款日同一星期几占比",
            "{value} of the payment days {within} fell on one weekday.",
            "{window}付款日中{value}落在同一星期几。",
            windows=_YEAR, reads=_DAYS, missing="payments came on fewer than 4 days {within}",
            sign_reason="a payment run is a habit",
        ),
        _paid(
            "share_month_end_{w}", "share", 0,
            "Payment days around a month end, {window}", "{window}月末月初付款日占比",
            "{value} of the payment days {within} lay around a month end.",
            "{window}付款日中{value}在月末月初。",
            windows=_YEAR, reads=_DAYS, missing="payments came on fewer than 4 days {within}",
            sign_reason="a payment run is a habit",
        ),
        _paid(
            "days_since_last_settlement", "days", 0, "Days since the last payment", "距最近付款天数",
            "The last payment came {ago}.", "最近一次付款在{ago}。",
            group="payment_trend", inputs=("now",), reads=_DAYS, missing="nothing was ever paid",
            sign_reason="who was not invoiced has nothing to pay",
        ),
        _paid(
            "change_share_discount_amount_90d_{w}", "share", -1,
            "Change of the share settled by discount, 90 days against 12 months",
            "现金折扣占比变化（近90天对近12个月）",
            "Change of the share settled by discount, last 90 days against 12 months: {value}{notes}.",
            "近90天现金折扣占比较近12个月的变化：{value}{notes}。",
            note_en="negative is less", note_zh="负数表示减少",
            group="payment_trend", windows=_YEAR, reads=_KIND, missing="nothing was paid in the last 90 days",
            sign_reason="who stops taking discounts may be short of cash",
        ),
    )
)  # fmt: skip
"""Every feature of settlements by their date."""
