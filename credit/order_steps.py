"""The steps of an order's check: each asks one thing of the facts, in the order of the policy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from credit.candidates import stop_of
from credit.decisions import is_blocked
from credit.facts import SubjectFacts
from credit.locales import fill
from credit.order_texts import LIMIT_SOURCES, ORDER_STEPS
from credit.policy import Policy

__all__ = ["OrderCase", "Step", "StepStatus", "steps_of"]

StepStatus = Literal["pass", "hold", "refer", "unknown"]

Inputs = dict[str, float | str | None]


@dataclass(frozen=True)
class Step:
    """One step of a check: what was asked, with its numbers, and what it says."""

    code: str
    status: StepStatus
    inputs: Mapping[str, float | str | None]

    def as_json(self, lang: str, currency: str) -> dict[str, Any]:
        """Return the step as the check shows it, with its sentence."""
        told: dict[str, Any] = dict(self.inputs)
        if "limit_from" in told:
            told["whose"] = LIMIT_SOURCES[str(self.inputs["limit_from"])].of(lang)
        text = fill(ORDER_STEPS[self.code][_text_key(self)].of(lang), told, lang, currency)
        return {"code": self.code, "status": self.status, "inputs": dict(self.inputs), "text": text}


@dataclass(frozen=True)
class OrderCase:
    """What an order is checked with.

    Parameters
    ----------
    subject : SubjectFacts
    deliver_on : date or None
        None is at once.
    assessment : mapping
    policy : Policy
    limit : float or None
    limit_from : {"published", "in_force", "suggested"}
    """

    subject: SubjectFacts
    deliver_on: date | None
    assessment: Mapping[str, Any]
    policy: Policy
    limit: float | None
    limit_from: str

    def known(self, *names: str) -> Inputs:
        """Return figures by name, None where they are missing."""
        return {name: self.subject.known(name) for name in names}


def steps_of(case: OrderCase) -> Iterator[Step]:
    """Give every step, whether or not one before it stands in the way."""
    rules = case.policy.orders
    yield from _clock(case)
    yield from _books(case)
    yield _blocked(case)
    yield _at_most(case, "oldest_item", "oldest_open_days_past_due", float(rules.oldest_item_days), "hold")
    yield _overdue_share(case)
    yield _credit_limit(case)
    yield _order_above_limit(case)
    yield _at_most(case, "document_value", "request_amount", rules.document_value, "refer")
    yield _model(case, "default", rules.highest_pd)
    yield _model(case, "late", rules.highest_late_probability)


def _clock(case: OrderCase) -> Iterator[Step]:
    """Ask whether facts are stored that are later than now: what they say is not seen."""
    ahead = case.subject.known("days_clock_behind")
    if ahead is not None:
        yield Step("clock", _otherwise(case), {"days_behind": float(math.ceil(ahead))})


def _otherwise(case: OrderCase) -> StepStatus:
    """Return what becomes of an order where not all is known that should be."""
    rule = case.policy.orders.when_books_behind
    # Reason: the policy's word for going on is what it does with the order; a step is passed.
    return "pass" if rule == "release" else rule


def _books(case: OrderCase) -> Iterator[Step]:
    """Ask how far the books are behind, where they are."""
    behind = case.subject.known("days_books_behind")
    if behind is None:
        return
    rules = case.policy.orders
    is_late = behind > rules.most_days_behind
    inputs: Inputs = {"days_behind": behind, "most": float(rules.most_days_behind)}
    yield Step("books", _otherwise(case) if is_late else "pass", inputs)


def _blocked(case: OrderCase) -> Step:
    inputs = case.known("overdue_amount", "days_material_overdue")
    inputs["blocking_days"] = float(case.policy.blocking_days_overdue)
    stop = stop_of(case.subject)
    inputs["why"] = stop if stop is not None else "overdue" if is_blocked(case.subject, case.policy) else None
    return Step("blocked", "pass" if inputs["why"] is None else "hold", inputs)


def _at_most(case: OrderCase, code: str, name: str, most: float, otherwise: StepStatus) -> Step:
    """Ask whether a figure is within the policy's; a buyer that owes nothing has nothing overdue."""
    value, owed = case.subject.known(name), case.subject.known("exposure")
    if value is None and name != "request_amount" and owed is not None and owed <= 0.0:
        value = 0.0
    status: StepStatus = "unknown" if value is None else "pass" if value <= most else otherwise
    return Step(code, status, {name: value, "most": most})


_OVERDUE_SHARES = {0: "overdue_share", 30: "overdue_over_30_share", 90: "overdue_over_90_share"}
"""Features by the days past due from which on an item counts."""


def _overdue_share(case: OrderCase) -> Step:
    """Ask how much of what is open is overdue; an item that is a few days late is none that stops orders."""
    after = case.policy.orders.overdue_share_after_days
    name = _OVERDUE_SHARES[after]
    step = _at_most(case, "overdue_share", name, case.policy.orders.highest_overdue_share, "hold")
    told = {"overdue_share": step.inputs[name], "most": step.inputs["most"], "after_days": float(after)}
    return replace(step, inputs=told)


def _credit_limit(case: OrderCase) -> Step:
    limit = case.limit
    inputs = case.known("exposure", "open_orders_amount", "open_orders_later_amount", "request_amount")
    inputs |= {
        "limit": limit,
        "limit_from": case.limit_from,
        "horizon_days": float(case.policy.orders.credit_horizon_days),
    }
    owed, ordered, amount = (
        case.subject.known(name) for name in ("exposure", "open_orders_amount", "request_amount")
    )
    if "open_orders_amount" not in case.subject.values:
        ordered = 0.0
    if limit is None or owed is None or ordered is None or amount is None:
        return Step("credit_limit", "unknown", inputs)
    counted = 0.0 if _is_later(case) else amount
    inputs |= {"counted": counted, "used": owed + ordered + counted, "left": limit - owed - ordered}
    return Step("credit_limit", "pass" if owed + ordered + counted <= limit else "hold", inputs)


def _order_above_limit(case: OrderCase) -> Step:
    """Ask of an order that the limit does not count yet whether it can ever fit."""
    limit, amount = case.limit, case.subject.known("request_amount")
    inputs: Inputs = {"request_amount": amount, "limit": limit, "limit_from": case.limit_from}
    asks = case.policy.orders.above_limit_beyond_horizon == "refer" and _is_later(case)
    inputs["is_asked"] = "yes" if asks else "no"
    if not asks:
        return Step("order_above_limit", "pass", inputs)
    if limit is None or amount is None:
        return Step("order_above_limit", "unknown", inputs)
    return Step("order_above_limit", "pass" if amount <= limit else "refer", inputs)


def _is_later(case: OrderCase) -> bool:
    """Whether the order is to be delivered behind the credit horizon, and so does not count yet."""
    # Reason: what is delivered soon must count however far the books are behind.
    horizon = case.subject.today + timedelta(days=case.policy.orders.credit_horizon_days)
    return case.deliver_on is not None and case.deliver_on > horizon


def _model(case: OrderCase, name: str, highest: float) -> Step:
    """Ask a model; one that was never trained is not asked, one that cannot say leaves it to a person."""
    said = case.assessment[name]
    probability, status = said["probability"], str(said["status"])
    inputs: Inputs = {"probability": probability, "most": highest, "status": status}
    code = f"{name}_probability"
    if probability is None:
        return Step(code, "pass" if status in _NOT_ASKED else "unknown", inputs)
    return Step(code, "pass" if probability <= highest else "refer", inputs)


_NOT_ASKED = ("no_default_model", "no_late_model", "in_default", "no_request")


def _text_key(step: Step) -> str:
    if step.code == "blocked" and step.status != "pass":
        return str(step.inputs["why"])
    if step.code.endswith("_probability") and step.status == "pass" and step.inputs["probability"] is None:
        return "not_asked"
    if step.inputs.get("is_asked") == "no":
        return "not_asked"
    if step.code == "books" and step.status == "pass" and _beyond(step):
        return "released"
    if step.code == "credit_limit" and step.inputs.get("counted") == 0.0:
        return "later" if step.status == "pass" else "later_fail"
    return "fail" if step.status in ("hold", "refer") else step.status


def _beyond(step: Step) -> bool:
    return float(step.inputs["days_behind"] or 0.0) > float(step.inputs["most"] or 0.0)
