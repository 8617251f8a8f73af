"""Catalog: what was sold to a buyer, by issue date."""

from __future__ import annotations

from functools import partial

from features.catalog.entry import Feature
from features.catalog.families import BUSY, EVERY_WINDOW, NO_HISTORY, NO_RATE, Family, expand

__all__ = ["SALES_FEATURES"]

_ISSUED = ("invoices.issued_on", "invoices.amount")
_TERMS = ("invoices.issued_on", "invoices.due_on")
_YEAR = ("365d",)

_sales = partial(
    Family,
    group="order_behaviour",
    anchor="issued_on",
    reads=_ISSUED,
    missing="nothing was invoiced {within}",
)
_relation = partial(
    Family, group="relationship", anchor="issued_on", reads=("invoices.issued_on",), missing=NO_HISTORY
)

SALES_FEATURES: tuple[Feature, ...] = expand(
    (
        _sales(
            "count_invoices_{w}", "count", 0, "Invoices, {window}", "{window}发票数",
            "{value} invoices were issued {within}.", "{window}开具发票{value}张。",
            windows=EVERY_WINDOW, missing=NO_HISTORY,
            sign_reason="it would speak against busy buyers who pay well, so no model learns from it",
        ),
        _sales(
            "invoiced_amount_{w}", "money", 0, "Invoiced, {window}", "{window}开票金额",
            "{value} was invoiced {within}.", "{window}开票{value}。",
            windows=EVERY_WINDOW, missing=NO_RATE, sign_reason=BUSY,
        ),
        _sales(
            "median_invoice_amount_{w}", "money", 0, "Usual invoice, {window}", "{window}常见发票金额",
            "The usual invoice is {value}.", "常见发票金额{value}。",
            windows=_YEAR, missing="nothing was invoiced {within}, or a currency has no rate",
        ),
        _sales(
            "median_terms_days_{w}", "days", 0, "Usual terms, {window}", "{window}常见账期",
            "The usual terms are {value}.", "常见账期{value}。", windows=_YEAR, reads=_TERMS,
        ),
        _sales(
            "peak_month_factor_{w}", "ratio", 0,
            "Peak month against the average, {window}", "{window}高峰月与月均之比",
            "The peak month is {value} times the average month.", "高峰月为月均的{value}倍。",
            windows=_YEAR, missing="nothing was invoiced {within}, or a currency has no rate",
            sign_reason="a season is no risk of its own",
        ),
        _sales(
            "max_invoice_amount_{w}", "money", 0, "Largest invoice, {window}", "{window}最大单张发票金额",
            "The largest invoice {within} was {value}.", "{window}最大单张发票{value}。",
            windows=_YEAR, missing="nothing was invoiced {within}, or a currency has no rate",
        ),
        _sales(
            "change_invoiced_amount_90d_{w}", "log_ratio", 0,
            "Change of invoiced value, 90 days against 12 months", "开票额变化（近90天对近12个月）", "", "",
            windows=_YEAR, inputs=_YEAR, missing="nothing was invoiced in the last 90 days",
            sign_reason="shrinking and overtrading both hurt",
        ),
        _sales(
            "change_mean_terms_days_90d_{w}", "days", 0,
            "Change of average terms, 90 days against 12 months", "平均账期变化（近90天对近12个月）",
            "Change of the average terms, last 90 days against 12 months: {value}{notes}.",
            "近90天平均账期较近12个月的变化：{value}{notes}。",
            note_en="positive is longer", note_zh="正数表示延长",
            windows=_YEAR, inputs=_YEAR, reads=_TERMS, missing="nothing was invoiced in the last 90 days",
            sign_reason="longer terms are given to the strong who ask and to the weak who need",
        ),
        _relation(
            "tenure_days", "days", -1, "Time since the first invoice", "合作时长",
            "The first invoice was issued {ago}{notes}.", "首张发票开具在{ago}{notes}。",
            inputs=("now",), sign_reason="new buyers default more",
        ),
        _sales(
            "days_since_last_invoice", "days", 0, "Days since the last invoice", "距最近开票天数",
            "The last invoice was issued {ago}.", "最近一次开票在{ago}。",
            inputs=("now",), reads=("invoices.issued_on",), missing="nothing was ever invoiced",
            sign_reason="a pause may be a season, another supplier or distress",
        ),
        _relation(
            "count_invoices_first_90d", "count", 0, "Invoices of the first 90 days", "合作最初90天发票数",
            "{value} invoices were issued in the first 90 days of the relationship.",
            "合作最初90天开具发票{value}张。", sign_reason=BUSY,
        ),
    )
)  # fmt: skip
"""Every feature of invoices by issue date."""
