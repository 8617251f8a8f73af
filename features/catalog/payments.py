"""Catalog: everything from the ledger, in the order in which it is shown."""

from __future__ import annotations

from features.catalog.balances import BALANCE_FEATURES
from features.catalog.disputes import DISPUTE_FEATURES
from features.catalog.entry import Feature
from features.catalog.families import Family, expand
from features.catalog.payments_due import DUE_FEATURES
from features.catalog.payments_sales import SALES_FEATURES
from features.catalog.payments_settlements import SETTLEMENT_FEATURES

__all__ = ["PAYMENT_FEATURES"]

_HAS_PAYMENTS = Family(
    "has_payments", "flag", -1, "Payment experience exists", "有付款记录",
    "No payment experience with this buyer yet.", "尚无该买方的付款记录。",
    group="data_quality", missing="never", anchor="as_of",
    reads=("invoices.due_on", "invoices.amount", "allocations.settled_on"), inputs=("now",),
    sign_reason="a buyer of whom nothing is known must not look good",
)  # fmt: skip

PAYMENT_FEATURES: tuple[Feature, ...] = (
    *DUE_FEATURES,
    *SETTLEMENT_FEATURES,
    *BALANCE_FEATURES,
    *SALES_FEATURES,
    *DISPUTE_FEATURES,
    *expand([_HAS_PAYMENTS]),
)
"""Every feature from invoices, allocations, disputes and, for utilisation, our own limits."""
