"""Catalog: how late items were paid, by due date; open items count at their current days past due."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from features.catalog.entry import Feature
from features.catalog.families import BUSY, EVERY_WINDOW, NO_HISTORY, NO_RATE, Family, expand

__all__ = ["DUE_FEATURES"]

_SLOW = "slower payment precedes default and repeats itself"
_LEDGER = ("invoices.due_on", "invoices.amount", "allocations.settled_on")
_NONE_DUE = "no item fell due {within}"
_NEVER_DUE = "no item has fallen due yet"
_YEAR = ("365d",)
_NOW = ("now",)

_due = partial(
    Family, group="payment_timeliness", anchor="due_on", reads=_LEDGER, missing=_NONE_DUE, sign_reason=_SLOW,
    windows=EVERY_WINDOW,
)  # fmt: skip
_days = partial(_due, note_en="negative is early", note_zh="负数表示提前付款")
_known = partial(_due, group="relationship", sign_reason=BUSY)
_last = partial(_due, windows=_NOW, inputs=_NOW, missing=_NEVER_DUE)


class _Delay(NamedTuple):
    """More than so many days late, in names and words; windows that models learn from."""

    code: str
    label_en: str
    label_zh: str
    phrase_en: str
    phrase_zh: str
    amount_inputs: tuple[str, ...]
    count_inputs: tuple[str, ...]


def _delay(days: int, amount_inputs: tuple[str, ...]) -> _Delay:
    words = (f"over {days} days late", f"逾期超{days}天", f"more than {days} days late", f"逾期超过{days}天")
    return _Delay(f"late_{days}", *words, amount_inputs, ())


_DELAYS = (
    _Delay("late", "late", "逾期", "late", "逾期", ("90d", "365d"), ("90d", "365d")),
    _delay(15, ()),
    _delay(30, ("90d", "365d")),
    _delay(60, _YEAR),
    _delay(90, _YEAR),
)


def _of_amount(delay: _Delay) -> Family:
    is_any = delay.code == "late"
    return _due(
        f"share_{delay.code}_amount_{{w}}", "share", 1,
        f"Share of value {delay.label_en}, {{window}}", f"{{window}}{delay.label_zh}金额占比",
        "Paid {value} of the value due {within} late{notes}." if is_any
        else f"{{value}} of the value due {{within}} was {delay.phrase_en}{{notes}}.",
        f"{{window}}到期金额中{{value}}{delay.phrase_zh}{{notes}}。", inputs=delay.amount_inputs,
    )  # fmt: skip


def _of_count(delay: _Delay) -> Family:
    return _due(
        f"share_{delay.code}_count_{{w}}", "share", 1,
        f"Share of invoices {delay.label_en}, {{window}}", f"{{window}}{delay.label_zh}发票占比",
        f"{{value}} of the invoices due {{within}} were {delay.phrase_en}{{notes}}.",
        f"{{window}}到期发票中{{value}}{delay.phrase_zh}{{notes}}。", inputs=delay.count_inputs,
    )  # fmt: skip


def _index(name: str, english: str, chinese: str) -> Family:
    return _due(
        name, "index", -1, f"{english}, {{window}}", f"{{window}}{chinese}",
        f"{english}: {{value}} of 100 (80 = prompt).", f"{chinese}{{value}}（满分100，80为准时）。",
        windows=_YEAR, missing="fewer than three items fell due {within}, or a currency has no rate",
    )  # fmt: skip


_DISTRIBUTION = (
    _known(
        "count_due_{w}", "count", 0, "Items due, {window}", "{window}到期笔数",
        "{value} items fell due {within}.", "{window}到期{value}笔。", missing=NO_HISTORY,
    ),
    _known(
        "due_amount_{w}", "money", 0, "Value due, {window}", "{window}到期金额",
        "{value} fell due {within}.", "{window}到期{value}。", missing=NO_RATE,
    ),
    _days(
        "mean_days_late_{w}", "days", 1, "Average days late, {window}", "{window}平均逾期天数",
        "Days late on average, {past}: {value}{notes}.", "{window}平均逾期天数：{value}{notes}。",
        inputs=("90d", "180d", "365d", "all"),
    ),
    _days(
        "mean_item_days_late_{w}", "days", 1,
        "Average days late of an invoice, {window}", "{window}单张发票平均逾期天数",
        "Days late of an invoice on average, {past}: {value}{notes}.",
        "{window}单张发票平均逾期天数：{value}{notes}。",
    ),
    _days(
        "p90_days_late_{w}", "days", 1,
        "Days late of the slowest tenth, {window}", "{window}最慢一成发票逾期天数",
        "One invoice in ten due {within} was later than {value}{notes}.",
        "{window}每十张发票有一张逾期超过{value}{notes}。", inputs=_YEAR,
    ),
    _due(
        "sd_days_late_{w}", "days", 1, "Spread of days late, {window}", "{window}逾期天数标准差",
        "Days late spread around their average, {past}: {value}{notes}.",
        "{window}逾期天数的标准差为{value}{notes}。",
        inputs=_YEAR, sign_reason="who pays now on time and now late pays as cash allows",
    ),
    _days(
        "max_days_late_{w}", "days", 1, "Longest delay, {window}", "{window}最长逾期天数",
        "Longest delay, {past}: {value}{notes}.", "{window}最长逾期天数：{value}{notes}。", inputs=_YEAR,
    ),
    _due(
        "share_early_amount_{w}", "share", -1,
        "Share of value paid early, {window}", "{window}提前付款金额占比",
        "Paid {value} of the value due {within} before it was due{notes}.",
        "{window}到期金额中{value}提前支付{notes}。", inputs=_YEAR,
    ),
)  # fmt: skip

_LATEST = (
    _last(
        "mean_days_late_last_3", "days", 1,
        "Average days late, last three invoices", "最近三张发票平均逾期天数",
        "Days late of the last three invoices due on average: {value}{notes}.",
        "最近到期的三张发票平均逾期天数：{value}{notes}。",
        note_en="negative is early", note_zh="负数表示提前付款",
    ),
    _last(
        "mean_days_late_last_10", "days", 1,
        "Average days late, last ten invoices", "最近十张发票平均逾期天数",
        "Days late of the last ten invoices due on average: {value}{notes}.",
        "最近到期的十张发票平均逾期天数：{value}{notes}。",
        note_en="negative is early", note_zh="负数表示提前付款",
    ),
    _last(
        "count_on_time_streak", "count", -1, "Items on time in a row", "连续按时付款笔数",
        "Items paid on time in a row up to now: {value}{notes}.", "截至目前连续按时付款{value}笔{notes}。",
        group="payment_trend",
    ),
    _last(
        "count_late_streak", "count", 1, "Items late in a row", "连续逾期笔数",
        "Items late in a row up to now: {value}{notes}.", "截至目前连续逾期{value}笔{notes}。",
        group="payment_trend",
    ),
)  # fmt: skip

_TREND = (
    _due(
        "slope_days_late_{w}", "days", 1,
        "Trend of days late per 30 days, {window}", "{window}逾期天数每30天趋势",
        "Trend of days late per 30 days, {past}: {value}{notes}.",
        "{window}逾期天数每30天的变动：{value}{notes}。",
        note_en="positive is slower", note_zh="正数表示变慢", group="payment_trend",
        windows=_YEAR, inputs=_YEAR, missing="items fell due in fewer than three parts of the year",
    ),
    _due(
        "change_mean_days_late_{w}_365d", "days", 1,
        "Change of average days late, 90 days against 12 months", "平均逾期天数变化（近90天对近12个月）",
        "Change of the average delay, last 90 days against 12 months: {value}{notes}.",
        "近90天平均逾期天数较近12个月的变化：{value}{notes}。",
        note_en="positive is slower", note_zh="正数表示变慢", group="payment_trend",
        windows=("90d",), inputs=("90d",),
    ),
    _due(
        "share_partly_paid_count_{w}", "share", 1,
        "Share of items paid in parts, {window}", "{window}分次付款笔数占比",
        "{value} of the items due {within} were paid in parts{notes}.",
        "{window}到期款项中{value}为分次付款{notes}。", group="payment_habits",
        windows=_YEAR, inputs=_YEAR, sign_reason="who pays as cash allows pays in parts",
    ),
)  # fmt: skip

DUE_FEATURES: tuple[Feature, ...] = expand(
    (
        *_DISTRIBUTION,
        *(_of_amount(delay) for delay in _DELAYS),
        *(_of_count(delay) for delay in _DELAYS),
        *_LATEST,
        *_TREND,
        _index("payment_index_{w}", "Payment index", "付款指数"),
        _index("payment_index_unweighted_{w}", "Payment index by invoice", "按笔付款指数"),
        _index(
            "payment_index_capped_{w}",
            "Payment index with weights up to a quarter",
            "单笔权重不超过25%的付款指数",
        ),
    )
)
"""Every feature of items by due date."""
