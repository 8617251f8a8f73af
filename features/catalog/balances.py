"""Catalog: what a buyer owes now, what of it is overdue, and the arrears behind it."""

from __future__ import annotations

from functools import partial

from features.catalog.entry import Feature
from features.catalog.families import NO_HISTORY, NO_RATE, Family, expand

__all__ = ["BALANCE_FEATURES"]

_OLD = "older and larger arrears are rarely paid in full"
_LEDGER = ("invoices.due_on", "invoices.amount", "allocations.settled_on")
_OWED = ("invoices.amount", "allocations.settled_on")
_LOST = ("allocations.settled_on", "allocations.kind")
_NOT_PAYING = "a balance that grows against sales is not being paid"
_OWN_LIMIT = "a limit must not feed the PD that sets it"
_YEAR = ("365d",)
_NOW = ("now",)

_overdue = partial(
    Family, group="overdue_now", anchor="as_of", reads=_LEDGER, missing=NO_RATE, sign_reason=_OLD
)
_open = partial(Family, group="exposure", anchor="as_of", reads=_OWED, missing=NO_RATE)
_use = partial(
    Family, group="exposure", anchor="as_of", reads=("limits.amount", *_OWED), source="limits",
    sign_reason=_OWN_LIMIT,
)  # fmt: skip

_BUCKETS = ((1, 30), (31, 60), (61, 90), (91, 120), (121, 180))


def _bucket(first: int, last: int) -> Family:
    return _overdue(
        f"open_{first}_{last}_amount", "money", 1,
        f"Open, {first} to {last} days past due", f"逾期{first}至{last}天余额",
        f"{{value}} is open at {first} to {last} days past due.", f"逾期{first}至{last}天的余额为{{value}}。",
    )  # fmt: skip


def _overdue_over(days: int, inputs: tuple[str, ...]) -> Family:
    return _overdue(
        f"overdue_over_{days}_share", "share", 1,
        f"Share of what is open overdue over {days} days", f"逾期超{days}天占未清余额比例",
        f"{{value}} of the open balance is more than {days} days overdue{{notes}}.",
        f"未清余额中{{value}}逾期超过{days}天{{notes}}。", inputs=inputs,
    )  # fmt: skip


_AGEING = (
    _open(
        "open_not_due_amount", "money", 0, "Open, not yet due", "未到期余额",
        "{value} is open and not yet due.", "未到期余额{value}。", reads=_LEDGER,
        sign_reason="what is not due yet says nothing of payment",
    ),
    *(_bucket(first, last) for first, last in _BUCKETS),
    _overdue(
        "open_over_180_amount", "money", 1, "Open, over 180 days past due", "逾期180天以上余额",
        "{value} is open at more than 180 days past due.", "逾期180天以上的余额为{value}。",
    ),
)  # fmt: skip

_OVERDUE = (
    _overdue(
        "overdue_amount", "money", 1, "Overdue amount", "当前逾期金额",
        "{value} is overdue now.", "当前逾期金额{value}。",
    ),
    _overdue(
        "overdue_share", "share", 1, "Overdue share of what is open", "逾期占未清余额比例",
        "{value} of the open balance is overdue now.", "未清余额中{value}已逾期。", inputs=_NOW,
    ),
    _overdue_over(30, _NOW),
    _overdue_over(90, ()),
    _overdue(
        "oldest_open_days_past_due", "days", 1, "Oldest open item", "最长未付逾期天数",
        "The oldest open item is {value} past due.", "最久未付款项已逾期{value}。", inputs=_NOW,
        missing=NO_HISTORY,
    ),
    _overdue(
        "mean_days_past_due_open", "days", 1,
        "Average days past due of what is overdue", "当前逾期款平均逾期天数",
        "What is overdue now is {value} past due on average.", "当前逾期款项平均已逾期{value}。",
    ),
    _overdue(
        "count_overdue", "count", 1, "Overdue items", "当前逾期笔数",
        "Items overdue now: {value}.", "当前逾期款项{value}笔。", missing=NO_HISTORY,
    ),
    _overdue(
        "written_off_amount", "money", 1, "Written off", "已核销坏账", "{value} was written off.",
        "已核销坏账{value}。", anchor="settled_on", reads=_LOST,
        sign_reason="who was written off once did not pay once",
    ),
    _overdue(
        "share_written_off_amount_all", "share", 1,
        "Share of invoices written off, all time", "历史坏账核销占开票额比例",
        "{value} of all that was invoiced was written off{notes}.", "历史开票额中{value}作坏账核销{notes}。",
        anchor="settled_on", reads=("invoices.amount", *_LOST),
        inputs=_NOW, missing="nothing was ever invoiced",
        sign_reason="who was written off once did not pay once",
    ),
    _overdue(
        "days_material_overdue", "days", 1, "Days of material arrears", "重大逾期持续天数",
        "Arrears above the materiality thresholds have lasted {value}.",
        "超过重要性门槛的逾期已持续{value}。",
        inputs=_NOW, models=("default",),
    ),
    _overdue(
        "in_default", "flag", 1, "In default now", "当前违约", "The buyer is in default now.",
        "买方当前处于违约状态。", sign_reason="it is what is to be foreseen",
    ),
)  # fmt: skip

_EXPOSURE = (
    _open("exposure", "money", 0, "Open balance", "未清余额", "{value} is open.", "未清余额{value}。"),
    _open(
        "count_open", "count", 0, "Open items", "未清笔数", "{value} items are open.", "未清款项{value}笔。",
        missing=NO_HISTORY,
        sign_reason="it would speak against busy buyers who pay well, so no model learns from it",
    ),
    _open(
        "unapplied_amount", "money", 0, "Credits and money not yet applied", "未核销的预收及贷项",
        "{value} of credits and money received is not yet applied.", "未核销的预收款及贷项{value}。",
        sign_reason="money that waits for its invoice is the seller's bookkeeping",
    ),
    _open(
        "unapplied_share", "ratio", 0,
        "Credits not yet applied against what is open", "未核销贷项与未清款项之比",
        "Credits and money not yet applied are {value} times the open items.",
        "未核销的预收款及贷项为未清款项的{value}倍。",
        missing="nothing is open", sign_reason="money that waits for its invoice is the seller's bookkeeping",
    ),
    _open(
        "exposure_to_invoiced_{w}", "ratio", 1,
        "Open balance against a year's invoices", "未清余额与近12个月开票额之比",
        "The open balance is {value} times the invoices of the last 12 months.",
        "未清余额为近12个月开票额的{value}倍。",
        windows=_YEAR, inputs=_YEAR, anchor="issued_on", missing="nothing was invoiced {within}",
        sign_reason=_NOT_PAYING,
    ),
    _open(
        "high_credit_{w}", "money", 0, "High credit, {window}", "{window}最高欠款额",
        "The open balance peaked at {value} {within}.", "{window}未清余额最高{value}。",
        windows=_YEAR, sign_reason="much is owed by those who buy much",
    ),
    _open(
        "exposure_to_high_credit_{w}", "ratio", 0,
        "Open balance against its peak, {window}", "未清余额与{window}最高欠款之比",
        "The open balance is {value} times its peak {within}{notes}.",
        "未清余额为{window}最高欠款额的{value}倍{notes}。",
        windows=_YEAR, inputs=_YEAR, missing="nothing was owed {within}",
        sign_reason="a balance is at its peak when sales grow and when payment stops",
    ),
    _use(
        "utilisation", "share", 0, "Use of the limit", "额度使用率",
        "{value} of the limit in force is used.", "现有额度已使用{value}。",
        missing="no invoice is known, or no limit of ours is in force",
    ),
    _use(
        "max_utilisation_{w}", "share", 0, "Highest use of the limit, {window}", "{window}额度使用率最高值",
        "Use of the limit peaked at {value} {within}.", "{window}额度使用率最高为{value}。",
        windows=_YEAR, missing="no invoice is known, or no limit of ours was in force {within}",
    ),
    _use(
        "mean_utilisation_{w}", "share", 0, "Average use of the limit, {window}", "{window}额度平均使用率",
        "Use of the limit {within} was {value} on average.", "{window}额度平均使用率为{value}。",
        windows=_YEAR, missing="no invoice is known, or no limit of ours was in force {within}",
    ),
)  # fmt: skip

BALANCE_FEATURES: tuple[Feature, ...] = expand((*_OVERDUE, *_AGEING, *_EXPOSURE))
"""Every feature of the balance as it is, and of its past."""
