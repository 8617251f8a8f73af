"""The check of an order: its steps in the order in which they are asked, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit.facts import SubjectFacts
from credit.locales import check_language
from credit.order_steps import OrderCase, Step, steps_of
from credit.policy import Policy
from credit.publish import Published
from credit.request import Request
from features.errors import InputError

__all__ = ["Order", "OrderDecision", "check_order", "decision_of"]

OrderDecision = Literal["release", "hold", "refer"]


@dataclass(frozen=True)
class Order:
    """An order that is to be delivered.

    Parameters
    ----------
    amount : float
        In units of `currency`, above 0, with tax.
    currency : str
        ISO 4217 code.
    deliver_on : date or None
        None is at once.
    order_id : str
        Where it is one of the open orders, so that it does not count twice.
    terms_days : int or None
        Its payment terms; the usual ones where None.

    Raises
    ------
    InputError
        As `credit.request.Request`.
    """

    amount: float
    currency: str
    deliver_on: date | None = None
    order_id: str = ""
    terms_days: int | None = None

    def __post_init__(self) -> None:
        self.as_request()

    def as_request(self) -> Request:
        """Return the order as what is asked of an assessment."""
        return Request("order", self.amount, self.currency, terms_days=self.terms_days)

    def as_json(self) -> dict[str, Any]:
        """Return the order as the check repeats it."""
        return {
            "order_id": self.order_id or None,
            "amount": self.amount,
            "currency": self.currency,
            "deliver_on": None if self.deliver_on is None else self.deliver_on.isoformat(),
            "terms_days": self.terms_days,
        }


def check_order(
    subject: SubjectFacts,
    order: Order,
    assessment: Mapping[str, Any],
    policy: Policy,
    *,
    published: Published | None = None,
    lang: str = "en",
) -> dict[str, Any]:
    """Return whether an order is released, held or referred, and which step decided.

    Parameters
    ----------
    subject : SubjectFacts
        With ``request_amount`` as the order's amount in the reporting currency, and ``open_orders_amount``
        without this order.
    order : Order
    assessment : mapping
        Of the same subject, as `credit.assess.assess` gives it.
    policy : Policy
    published : Published or None
        The limit in force; where it is None (or has expired) that of the table, else the suggested one.
    lang : {"en", "zh"}

    Returns
    -------
    dict
        ``decision``, ``decided_by`` (None for a release), ``steps`` with their inputs and texts,
        ``releasable_amount`` (in the reporting currency: what of the order the limit still bears, where it
        alone stands in the way). Nobody who is a natural person is held by a rule: a person decides.

    Raises
    ------
    InputError
        A day of delivery before the moment of the check, or a language without texts.
    """
    check_language(lang)
    day = subject.day
    if order.deliver_on is not None and order.deliver_on < day:
        step = "correct the day of delivery, or the moment of the check"
        raise InputError.of("a day of delivery not before as_of", "an earlier one", step, column="deliver_on")
    limit, limit_from = _limit_of(subject, assessment, published)
    case = OrderCase(subject, order.deliver_on, assessment, policy, limit, limit_from)
    steps = list(steps_of(case))
    decision, decided_by = decision_of(steps, is_person=subject.flag("natural_person"))
    releasable = _releasable(steps, subject, decision, policy)
    return {
        "buyer_id": subject.buyer_id,
        "as_of": assessment["as_of"],
        "decision": decision,
        "decided_by": decided_by,
        "natural_person": subject.flag("natural_person"),
        "order": order.as_json(),
        "amount": subject.known("request_amount"),
        "currency": subject.reporting_currency,
        "releasable_amount": releasable,
        "steps": [each.as_json(lang, subject.reporting_currency) for each in steps],
        "assessment_id": assessment["assessment_id"],
        "limit_suggested": assessment["limit"]["amount"],
        "warnings": assessment["warnings"],
        "versions": assessment["versions"],
    }


def _limit_of(
    subject: SubjectFacts, assessment: Mapping[str, Any], published: Published | None
) -> tuple[float | None, str]:
    """Return the limit that the order is checked against, and whose it is."""
    if published is not None and published.is_in_force(subject.today):
        return published.amount, "published"
    own = subject.known("own_limit")
    if own is not None:
        return own, "in_force"
    return assessment["limit"]["amount"], "suggested"


def decision_of(steps: Sequence[Step], *, is_person: bool) -> tuple[OrderDecision, str | None]:
    """Return what follows from the steps of a check, and the first step that decided (None for a release).

    A natural person is never held by a rule: a person decides.
    """
    for decision, statuses in (("hold", ("hold",)), ("refer", ("refer", "unknown"))):
        found = next((step.code for step in steps if step.status in statuses), None)
        if found is not None:
            return ("refer" if is_person or decision == "refer" else "hold"), found
    return "release", None


def _releasable(
    steps: Sequence[Step], subject: SubjectFacts, decision: OrderDecision, policy: Policy
) -> float | None:
    """Return how much of the order may be delivered: all of a released one, else what the limit leaves."""
    amount = subject.known("request_amount")
    if decision == "release" or amount is None:
        return amount
    stopping = [step for step in steps if step.status != "pass"]
    if [step.code for step in stopping] != ["credit_limit"] or stopping[0].status != "hold":
        return 0.0
    left = stopping[0].inputs["left"]
    part = max(0.0, float(left or 0.0))
    return part if part >= policy.orders.least_partial_share * amount else 0.0
