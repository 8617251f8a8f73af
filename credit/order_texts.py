"""Every text of an order's check, in each language."""

from __future__ import annotations

from collections.abc import Mapping

from credit.locales import Words

__all__ = ["LIMIT_SOURCES", "ORDER_DECISIONS", "ORDER_STEPS", "STEP_NAMES", "STEP_STATUSES"]

ORDER_DECISIONS = {
    "release": Words("release", "放行"),
    "hold": Words("hold", "暂停"),
    "refer": Words("refer to a credit officer", "提交信用人员审核"),
}
"""What follows from a check."""

STEP_STATUSES = {
    "pass": Words("ok", "通过"),
    "hold": Words("hold", "暂停"),
    "refer": Words("refer", "提交"),
    "unknown": Words("unknown", "未知"),
}

STEP_NAMES = {
    "clock": Words("Clock", "时钟"),
    "books": Words("Books", "账簿"),
    "blocked": Words("Block", "冻结"),
    "oldest_item": Words("Oldest item", "最久逾期"),
    "overdue_share": Words("Share overdue", "逾期占比"),
    "credit_limit": Words("Limit", "额度"),
    "order_above_limit": Words("Order against the limit", "单笔订单与额度"),
    "document_value": Words("Value of the order", "订单金额"),
    "default_probability": Words("Probability of default", "违约概率"),
    "late_probability": Words("Probability of delay", "逾期概率"),
}

LIMIT_SOURCES = {
    "published": Words("published limit", "已发布额度"),
    "in_force": Words("limit in force", "现行额度"),
    "suggested": Words("suggested limit", "建议额度"),
}
"""Whose limit an order is checked against."""

_UNSAID = Words("The model cannot say; a person has to.", "模型无法判断，须人工决定。")
_NOT_ASKED = Words("No model says anything about it.", "无模型可用。")

ORDER_STEPS: Mapping[str, Mapping[str, Words]] = {
    "clock": {
        "pass": Words(
            "The clock of the service is behind facts that it keeps, by {days_behind:days} at most; the "
            "policy goes on with what is known.",
            "服务时钟落后于已存数据（最多{days_behind:days}）；按信用政策继续以已知数据检查。",
        ),
        "fail": Words(
            "The clock of the service is behind facts that it keeps, by {days_behind:days} at most: what "
            "they say is not seen.",
            "服务时钟落后于已存数据（最多{days_behind:days}）：这些数据未计入。",
        ),
    },
    "books": {
        "pass": Words(
            "The books end {days_behind:days} before this check (at most {most:days} is usual).",
            "账簿截止日早于本次检查{days_behind:days}（通常上限{most:days}）。",
        ),
        "released": Words(
            "The books end {days_behind:days} before this check, more than {most:days}; the policy goes on "
            "with what is known.",
            "账簿截止日早于本次检查{days_behind:days}，超过{most:days}；按信用政策继续以已知数据检查。",
        ),
        "fail": Words(
            "The books end {days_behind:days} before this check, more than {most:days}: what was paid since "
            "is not known.",
            "账簿截止日早于本次检查{days_behind:days}，超过{most:days}：此后的回款未知。",
        ),
    },
    "blocked": {
        "pass": Words("Nothing blocks the buyer.", "买方未被冻结。"),
        "insolvent": Words("An insolvency is on record.", "已有破产或清算记录。"),
        "in_default": Words("The buyer is in default.", "买方处于违约状态。"),
        "overdue": Words(
            "A material sum has been overdue for {days_material_overdue:days} (blocked from "
            "{blocking_days:days}).",
            "重大逾期已持续{days_material_overdue:days}（达到{blocking_days:days}即冻结）。",
        ),
    },
    "oldest_item": {
        "pass": Words(
            "The oldest open item is {oldest_open_days_past_due:days} past due (at most {most:days}).",
            "最久未付款项逾期{oldest_open_days_past_due:days}（上限{most:days}）。",
        ),
        "fail": Words(
            "The oldest open item is {oldest_open_days_past_due:days} past due, more than {most:days}.",
            "最久未付款项逾期{oldest_open_days_past_due:days}，超过{most:days}。",
        ),
        "unknown": Words("How old the oldest open item is cannot be said.", "最久未付款项账龄未知。"),
    },
    "overdue_share": {
        "pass": Words(
            "{overdue_share:share} of what is open is overdue by more than {after_days:days} (at most "
            "{most:share}).",
            "未清余额中{overdue_share:share}逾期超过{after_days:days}（上限{most:share}）。",
        ),
        "fail": Words(
            "{overdue_share:share} of what is open is overdue by more than {after_days:days}; at most "
            "{most:share} may be.",
            "未清余额中{overdue_share:share}逾期超过{after_days:days}，高于上限{most:share}。",
        ),
        "unknown": Words("How much of what is open is overdue cannot be said.", "逾期占比未知。"),
    },
    "credit_limit": {
        "pass": Words(
            "{exposure:money} owed, {open_orders_amount:money} in open orders within {horizon_days:days} and "
            "this order make {used:money}, within the {whose} of {limit:money}.",
            "当前敞口{exposure:money}、{horizon_days:days}内未交付订单{open_orders_amount:money}及本订单合计"
            "{used:money}，"
            "未超过{whose}{limit:money}。",
        ),
        "fail": Words(
            "{exposure:money} owed, {open_orders_amount:money} in open orders within {horizon_days:days} and "
            "this order make {used:money}, above the {whose} of {limit:money}.",
            "当前敞口{exposure:money}、{horizon_days:days}内未交付订单{open_orders_amount:money}及本订单合计"
            "{used:money}，"
            "超过{whose}{limit:money}。",
        ),
        "later": Words(
            "The order is to be delivered after {horizon_days:days} and does not count against the limit "
            "yet; {used:money} of the {whose} of {limit:money} is used.",
            "本订单将在{horizon_days:days}之后交付，暂不占用额度；{whose}{limit:money}已占用{used:money}。",
        ),
        "later_fail": Words(
            "The order is to be delivered after {horizon_days:days} and does not count against the limit "
            "yet, but {used:money} is used already, above the {whose} of {limit:money}.",
            "本订单将在{horizon_days:days}之后交付，暂不占用额度；但已占用{used:money}，超过{whose}{limit:money}。",
        ),
        "unknown": Words(
            "Limit {limit:money}, owed {exposure:money}: what is unknown has to be decided by a person.",
            "额度{limit:money}，当前敞口{exposure:money}：存在未知项，须人工决定。",
        ),
    },
    "order_above_limit": {
        "pass": Words(
            "The order of {request_amount:money} alone is within the {whose} of {limit:money}.",
            "订单金额{request_amount:money}未超过{whose}{limit:money}。",
        ),
        "fail": Words(
            "The order of {request_amount:money} alone is above the whole {whose} of {limit:money}: it does "
            "not fit, however much is paid until then.",
            "单笔订单{request_amount:money}已超过全部{whose}{limit:money}：即使此前欠款全部付清，亦无法按该额度交付。",
        ),
        "unknown": Words(
            "Limit {limit:money}, order {request_amount:money}: what is unknown has to be decided by a "
            "person.",
            "额度{limit:money}，订单{request_amount:money}：存在未知项，须人工决定。",
        ),
        "not_asked": Words("Asked of later orders alone.", "仅适用于交货期更晚的订单。"),
    },
    "document_value": {
        "pass": Words(
            "The order is worth {request_amount:money} (a person looks above {most:money}).",
            "订单金额{request_amount:money}（超过{most:money}须人工审核）。",
        ),
        "fail": Words(
            "The order is worth {request_amount:money}, more than {most:money}.",
            "订单金额{request_amount:money}，超过{most:money}。",
        ),
        "unknown": Words("What the order is worth cannot be said.", "订单金额未知。"),
    },
    "default_probability": {
        "pass": Words(
            "Probability of default {probability:share} (at most {most:share}).",
            "违约概率{probability:share}（上限{most:share}）。",
        ),
        "fail": Words(
            "Probability of default {probability:share}, more than {most:share}.",
            "违约概率{probability:share}，超过{most:share}。",
        ),
        "unknown": _UNSAID,
        "not_asked": _NOT_ASKED,
    },
    "late_probability": {
        "pass": Words(
            "Probability of delay {probability:share} (at most {most:share}).",
            "逾期概率{probability:share}（上限{most:share}）。",
        ),
        "fail": Words(
            "Probability of delay {probability:share}, more than {most:share}.",
            "逾期概率{probability:share}，超过{most:share}。",
        ),
        "unknown": _UNSAID,
        "not_asked": _NOT_ASKED,
    },
}
"""Texts of each step by what it says."""
