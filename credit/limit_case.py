"""What a limit is made of, and what each of its candidates says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from credit.book import Book
from credit.cover import Security, counted_securities
from credit.facts import SubjectFacts
from credit.interval import prudent_pd, worth_of_file
from credit.loss_inputs import LossInputs, loss_inputs
from credit.once import once
from credit.policy import Policy

__all__ = ["NO_SLOPES", "Candidate", "Input", "LimitCase", "MoneyPd", "Role", "Slopes"]

Input = float | str | None
Role = Literal["constraint", "capacity", "referral", "reported"]


@dataclass(frozen=True)
class Slopes:
    """How an amount moves: per unit of the probability of default it was made with, and per day of terms."""

    pd: float
    terms_days: float


NO_SLOPES = Slopes(0.0, 0.0)


@dataclass(frozen=True)
class Candidate:
    """One answer to "how much may this buyer owe".

    Parameters
    ----------
    code : str
        ``in_default`` or ``insolvent`` (a stop), ``need``, ``requested``, ``capacity``,
        ``expected_loss_budget``, ``concentration``, ``group_concentration``, ``insured_limit``,
        ``bank_limit``, ``break_even``, ``mean_variance``.
    role : {"constraint", "capacity", "referral", "reported"}
        What binds are constraints and the capacity. A limit above a referral is decided by a person; what is
        reported is only told.
    status : str
        ``ok`` or a cannot-say code.
    amount : float or None
        In the reporting currency; None where it cannot be said.
    inputs : mapping of str to float, str or None
        The numbers that it was made of.
    slopes : Slopes
        Of the amount.
    """

    code: str
    role: Role
    status: str
    amount: float | None = None
    inputs: Mapping[str, Input] = field(default_factory=dict)
    slopes: Slopes = NO_SLOPES

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as the assessment shows it."""
        said = {"code": self.code, "role": self.role, "status": self.status, "amount": self.amount}
        return {**said, "inputs": dict(self.inputs)}

    @property
    def may_bind(self) -> bool:
        """Whether it is said and one of those of which the smallest binds."""
        return self.amount is not None and self.role in ("constraint", "capacity")


@dataclass(frozen=True)
class MoneyPd:
    """The probability of default that money takes.

    Parameters
    ----------
    value : float
    point : {"central", "floor", "cap", "upper"}
        The model's own, the policy's bound, or a higher point of the interval where the file is thin.
    quantile : float or None
        Of the interval, where `point` is ``upper``.
    """

    value: float
    point: Literal["central", "floor", "cap", "upper"]
    quantile: float | None = None


@dataclass(frozen=True)
class LimitCase:
    """Everything that a limit is made of.

    Parameters
    ----------
    subject : SubjectFacts
    pd : float or None
        Probability of default, between the policy's floor and cap.
    pd_status : str
        ``ok``, or why there is no probability.
    definition : str
        Definition of default that the probability is of.
    book : Book or None
    policy : Policy
    """

    subject: SubjectFacts
    pd: float | None
    pd_status: str
    definition: str
    book: Book | None
    policy: Policy

    @once
    def loss(self) -> LossInputs:
        """What a default is assumed to cost."""
        return loss_inputs(self.policy, self.definition, self.book)

    @once
    def counted(self) -> Sequence[tuple[Security, float]]:
        """Securities that count, with the share that they pay; one without a rate does not count."""
        known = [each for each in self.subject.securities if each.amount > 0.0]
        return counted_securities(known, self.subject.known("insured_limit"), self.policy.securities)

    @once
    def margin(self) -> float:
        """Contribution margin of sales: the seller's, else the policy's."""
        return self.policy.economics.margin if self.book is None else self.book.margin

    @once
    def money_pd(self) -> MoneyPd | None:
        """The probability that the loss budget takes; None where there is none."""
        if self.pd is None:
            return None
        rules, policy = self.policy.interval, self.policy
        state, settled = self.subject.information_state, self.subject.value("count_settled_365d")
        worth = worth_of_file(policy, state, settled)
        if worth < rules.thin_below_worth:
            upper = prudent_pd(self.pd, worth, rules.thin_quantile)
            return MoneyPd(policy.bounded(upper), "upper", rules.thin_quantile)
        bounds: dict[float, Literal["floor", "cap"]] = {policy.pd_floor: "floor", policy.pd_cap: "cap"}
        return MoneyPd(self.pd, bounds.get(self.pd, "central"))
