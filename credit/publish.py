"""The grade and limit in force: moved by a review or a decision, with hysteresis, never by a call."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from credit.policy import Policy
from credit.rounding import floor_to_step
from credit.scale import IN_DEFAULT_GRADE, MasterScale
from features.errors import InputError

__all__ = ["Published", "Review", "publish"]

GradeMove = Literal["first", "unchanged", "moved", "kept_near_border", "kept_unsaid", "expired", "unsaid"]
LimitMove = Literal[
    "first",
    "unchanged",
    "raised",
    "raised_to_cap",
    "lowered",
    "kept_small_change",
    "kept_unsaid",
    "expired",
    "unsaid",
]


@dataclass(frozen=True)
class Published:
    """What is in force for a buyer.

    Parameters
    ----------
    grade : str or None
    computed_grade : str or None
        What the review computed, whether or not it came into force.
    amount : float or None
        The limit, in units of `currency`; None where none is in force, which is not 0.
    currency : str
        The seller's reporting currency.
    reviewed_on : date
        Day of the review that said so.
    valid_until : date or None
        Last day; None where no limit is in force.
    """

    grade: str | None
    computed_grade: str | None
    amount: float | None
    currency: str
    reviewed_on: date
    valid_until: date | None

    def as_json(self) -> dict[str, Any]:
        """Return what is in force with dates as text."""
        until = self.valid_until
        return {
            "grade": self.grade,
            "amount": self.amount,
            "currency": self.currency,
            "reviewed_on": self.reviewed_on.isoformat(),
            "valid_until": None if until is None else until.isoformat(),
        }

    def is_in_force(self, day: date) -> bool:
        """Whether the limit holds on a day: there is one, and it has not expired."""
        return self.amount is not None and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Review:
    """What a review puts in force, and why it is not simply what was computed.

    Parameters
    ----------
    published : Published
    grade_code : str
        ``first``, ``unchanged``, ``moved``, ``kept_near_border``, ``kept_unsaid``, ``expired``,
        ``unsaid`` (none was in force, and none can be said).
    limit_code : str
        ``first``, ``unchanged``, ``raised``, ``raised_to_cap``, ``lowered``, ``kept_small_change``,
        ``kept_unsaid``, ``expired``, ``unsaid``.
    """

    published: Published
    grade_code: GradeMove
    limit_code: LimitMove


def publish(previous: Published | None, computed: Mapping[str, Any], policy: Policy) -> Review:
    """Return what a review puts in force.

    A grade moves where its probability lies further beyond the border than ``grade_border_margin`` (in
    logarithms), or where two reviews in a row computed one on the same side of it. A limit rises by at most
    ``largest_increase_share``; it falls at once. Neither moves by less than ``least_change_share`` unless the
    grade moves. What cannot be said leaves what is in force until it expires. Default, insolvency and a limit
    of 0 come into force at once.

    Parameters
    ----------
    previous : Published or None
        What is in force; None before the first review.
    computed : mapping
        An assessment, as `credit.assess.assess` gives it.
    policy : Policy

    Raises
    ------
    InputError
        Where the two are of different currencies, or the assessment is older than what is in force.

    Examples
    --------
    >>> computed = {
    ...     "as_of": "2026-07-01T21:59:59Z",
    ...     "default": {"probability": 0.02},
    ...     "grade": {"computed": "7"},
    ...     "limit": {"amount": 90000.0, "currency": "EUR", "valid_until": "2027-01-01"},
    ... }
    >>> before = Published("7", "7", 50000.0, "EUR", date(2026, 1, 1), date(2026, 12, 31))
    >>> review = publish(before, computed, Policy.default())
    >>> review.limit_code, review.published.amount
    ('raised_to_cap', 75000.0)
    """
    new = _computed(computed)
    if previous is None:
        return Review(new, _first(new.grade), _first(new.amount))
    _check(previous, new)
    grade, grade_code = _grade(previous, new, computed["default"]["probability"], policy)
    amount, limit_code = _amount(previous, new, policy, grade_moved=grade_code == "moved")
    kept = limit_code in ("kept_unsaid", "expired", "unsaid")
    valid_until = previous.valid_until if kept else new.valid_until
    published = replace(new, grade=grade, amount=amount, valid_until=None if amount is None else valid_until)
    return Review(published, grade_code, limit_code)


def _computed(computed: Mapping[str, Any]) -> Published:
    limit, grade = computed["limit"], computed["grade"]["computed"]
    until = limit["valid_until"]
    return Published(
        grade=grade,
        computed_grade=grade,
        amount=limit["amount"],
        currency=limit["currency"],
        reviewed_on=_day(computed),
        valid_until=None if until is None else date.fromisoformat(until),
    )


def _first(found: str | float | None) -> Literal["first", "unsaid"]:
    return "unsaid" if found is None else "first"


def _day(computed: Mapping[str, Any]) -> date:
    """Return the day of an assessment where the seller is; that of UTC where it was not told yet."""
    if "day" in computed:
        return date.fromisoformat(computed["day"])
    return datetime.fromisoformat(computed["as_of"]).date()


def _check(previous: Published, new: Published) -> None:
    if previous.currency != new.currency:
        step = "convert what is in force, or review it as a first one"
        raise InputError.of(
            f"an assessment in {previous.currency}", f"one in {new.currency}", step, column="currency"
        )
    if new.reviewed_on < previous.reviewed_on:
        found = "one of an earlier day"
        step = "review with an assessment of today"
        raise InputError.of("an assessment not before what is in force", found, step, column="as_of")


def _expired(previous: Published, new: Published) -> bool:
    return previous.valid_until is None or new.reviewed_on > previous.valid_until


def _grade(
    previous: Published, new: Published, probability: float | None, policy: Policy
) -> tuple[str | None, GradeMove]:
    if new.grade is None and previous.grade is None:
        return None, "unsaid"
    if new.grade is None:
        return (None, "expired") if _expired(previous, new) else (previous.grade, "kept_unsaid")
    if new.grade == previous.grade:
        return new.grade, "unchanged"
    if _moves_at_once(previous, new) or probability is None:
        return new.grade, "moved"
    scale = policy.master_scale
    names = [grade.name for grade in scale.grades]
    before, now = names.index(str(previous.grade)), names.index(new.grade)
    if _is_beyond(scale, before, now, policy.bounded(probability), policy.publishing.grade_border_margin):
        return new.grade, "moved"
    last = previous.computed_grade
    again = last in names and (names.index(str(last)) - before) * (now - before) > 0
    return (new.grade, "moved") if again else (previous.grade, "kept_near_border")


def _moves_at_once(previous: Published, new: Published) -> bool:
    return previous.grade in (None, IN_DEFAULT_GRADE) or new.grade == IN_DEFAULT_GRADE


def _is_beyond(scale: MasterScale, before: int, now: int, pd: float, margin: float) -> bool:
    """Whether a probability lies clearly outside of the grade that is in force."""
    border = scale.borders[before] if now > before else scale.borders[before - 1]
    return abs(math.log(pd / border)) > margin


def _amount(
    previous: Published, new: Published, policy: Policy, *, grade_moved: bool
) -> tuple[float | None, LimitMove]:
    if new.amount is None and previous.amount is None:
        return None, "unsaid"
    if new.amount is None:
        return (None, "expired") if _expired(previous, new) else (previous.amount, "kept_unsaid")
    if previous.amount is None:
        return new.amount, "first"
    if new.amount == previous.amount:
        return new.amount, "unchanged"
    rules = policy.publishing
    change = abs(new.amount - previous.amount)
    if new.amount > 0.0 and not grade_moved and change <= rules.least_change_share * previous.amount:
        return previous.amount, "kept_small_change"
    if new.amount < previous.amount:
        return new.amount, "lowered"
    return _raised(previous.amount, new, policy)


def _raised(before: float, new: Published, policy: Policy) -> tuple[float, LimitMove]:
    """Return a raised limit; from 0 it rises like a first one, for a share of nothing is nothing."""
    most = before * (1.0 + policy.publishing.largest_increase_share)
    amount = float(new.amount or 0.0)
    if before == 0.0 or amount <= most:
        return amount, "raised"
    return max(before, floor_to_step(most, policy.rounding.step_of(new.currency))), "raised_to_cap"
