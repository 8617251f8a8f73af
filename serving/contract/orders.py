"""What a call about an order says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from credit.orders import Order
from serving.contract.parts import Amount, Currency, Day, Id, Part, Terms, Text

__all__ = ["DecisionCall", "OrderCall"]


class OrderCall(Part):
    """Body of ``POST /v1/order_check``."""

    buyer_id: Id
    order_id: Id
    amount: Amount
    currency: Currency
    deliver_on: Day | None = None
    terms_days: Terms | None = None
    amends: bool = False
    lang: Literal["en", "zh"] = "en"

    @property
    def order(self) -> Order:
        """The order as the check takes it."""
        return Order(self.amount, self.currency, self.deliver_on, self.order_id, self.terms_days)


class DecisionCall(Part):
    """Body of ``POST /v1/orders/{order_id}``."""

    state: Literal["released", "held", "cancelled", "invoiced"]
    by: Id
    reason: Annotated[Text, Field(max_length=1000)] = ""
