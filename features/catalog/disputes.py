"""Catalog: disputes of a buyer and credits given to it."""

from __future__ import annotations

from functools import partial

from features.catalog.entry import Feature
from features.catalog.families import NO_HISTORY, Family, expand

__all__ = ["DISPUTE_FEATURES"]

_DISPUTED = "disputed deliveries are paid late"
_RAISED = ("disputes.raised_on",)
_YEAR = ("365d",)

_dispute = partial(
    Family, group="disputes", anchor="raised_on", reads=_RAISED, missing="no dispute was raised {within}",
    sign_reason=_DISPUTED, windows=_YEAR,
)  # fmt: skip
_open = partial(_dispute, anchor="as_of", windows=("now",), reads=("invoices.amount", *_RAISED))

DISPUTE_FEATURES: tuple[Feature, ...] = expand(
    (
        _dispute(
            "count_disputes_{w}", "count", 1, "Disputes, {window}", "{window}争议数",
            "Disputes raised {within}: {value}.", "{window}提出争议{value}起。",
            windows=("90d", "365d", "all"), missing=NO_HISTORY,
        ),
        _dispute(
            "disputes_per_invoice_{w}", "share", 1,
            "Disputes per invoice, {window}", "{window}每张发票的争议数",
            "Disputes raised {within} against invoices issued: {value}.",
            "{window}提出的争议数与开票数之比为{value}。",
            reads=("invoices.issued_on", *_RAISED), inputs=_YEAR, missing="no invoice was issued {within}",
        ),
        _dispute(
            "share_disputed_amount_{w}", "share", 1,
            "Disputed value against invoices, {window}", "{window}争议金额占开票额比例",
            "Disputes raised {within} are about {value} of what was invoiced{notes}.",
            "{window}提出的争议涉及开票额的{value}{notes}。",
            reads=("invoices.issued_on", "invoices.amount", *_RAISED),
            missing="nothing was invoiced {within}",
        ),
        _dispute(
            "mean_dispute_days_{w}", "days", 0,
            "Average length of disputes, {window}", "{window}争议平均持续天数",
            "Disputes raised {within} took {value} on average.", "{window}提出的争议平均持续{value}。",
            sign_reason="how long a dispute lasts is the seller's doing too",
        ),
        _dispute(
            "share_disputes_after_due_{w}", "share", 1,
            "Disputes raised after the due date, {window}", "{window}到期后才提出的争议占比",
            "{value} of the disputes {within} were raised after the due date.",
            "{window}争议中{value}在到期后才提出。",
            reads=("invoices.due_on", *_RAISED),
            sign_reason="a dispute raised after the due date may be a pretext",
        ),
        _open(
            "disputed_amount", "money", 1, "Disputed now", "当前争议金额",
            "{value} of what is open is disputed.", "未清款项中{value}存在争议。",
            missing="no invoice is known, or a currency has no rate",
        ),
        _open(
            "disputed_share", "share", 1, "Disputed share of the open items", "争议占未清款项比例",
            "{value} of the open items is disputed{notes}.", "未清款项中{value}存在争议{notes}。",
            inputs=("now",), missing="nothing is open",
        ),
        _dispute(
            "share_diluted_amount_{w}", "share", 1,
            "Share credited or returned, {window}", "{window}折让退货占比",
            "{value} of the invoiced value of the last 12 months was credited or returned.",
            "{window}开票金额中{value}被折让或退货。",
            anchor="issued_on",
            reads=("invoices.issued_on", "invoices.amount", "allocations.kind"), inputs=_YEAR,
            missing="nothing was invoiced {within}",
        ),
    )
)  # fmt: skip
"""Every feature of disputes and credits."""
