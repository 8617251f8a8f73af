"""The suggested limit: of the constraints and the capacity, the smallest binds and is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from credit.candidates import STOPS, Candidate, LimitCase, candidates_of
from credit.cover import Security
from credit.limit_case import Slopes
from credit.rounding import floor_to_step

__all__ = ["Action", "Suggestion", "action_of", "choose", "headroom_of", "suggest"]

Action = Literal["open", "hold", "run_down", "refer"]


@dataclass(frozen=True)
class Suggestion:
    """A suggested limit with its candidates.

    Parameters
    ----------
    status : str
        ``ok`` or a cannot-say code.
    amount : float or None
        In the reporting currency, floored to the policy's step; None where it cannot be said, which is not 0.
    binding : str or None
        Code of the candidate that binds.
    candidates : sequence of Candidate
    counted : sequence of (Security, float)
        Securities with the share that they pay.
    """

    status: str
    amount: float | None
    binding: str | None
    candidates: Sequence[Candidate]
    counted: Sequence[tuple[Security, float]] = ()

    @property
    def bound_by(self) -> Candidate | None:
        """The candidate that binds."""
        return next((each for each in self.candidates if each.code == self.binding), None)

    @property
    def slopes(self) -> Slopes | None:
        """How the binding candidate moves, before rounding; None where none binds or a stop does."""
        binding = self.bound_by
        return None if binding is None or binding.code in STOPS.values() else binding.slopes

    @property
    def to_be_referred(self) -> Sequence[Candidate]:
        """The caps that this limit is above and that a person may lift."""
        amount = self.amount
        if amount is None:
            return ()
        caps = [each for each in self.candidates if each.role == "referral" and each.amount is not None]
        return [each for each in caps if (each.amount or 0.0) < amount]


def suggest(case: LimitCase) -> Suggestion:
    """Return the suggested limit of a case.

    Without a capacity there is no limit, unless a stop makes it 0: the other candidates only say how much
    would be too much.
    """
    found = candidates_of(case)
    capacity = next(each for each in found if each.role == "capacity")
    if capacity.amount is None and found[0].code not in STOPS.values():
        return Suggestion(capacity.status, None, None, found, case.counted)
    chosen = choose(found, case.policy.rounding.step_of(case.subject.reporting_currency))
    return replace(chosen, counted=case.counted)


def choose(candidates: Sequence[Candidate], largest_step: float) -> Suggestion:
    """Return the smallest of the constraints and the capacity, floored; the first that floors to it binds.

    Parameters
    ----------
    candidates : sequence of Candidate
        In the order in which ties are named; at least one with an amount.
    largest_step : float
        Step of `credit.rounding.floor_to_step`.

    Examples
    --------
    >>> need, capacity = (
    ...     Candidate("need", "constraint", "ok", 637505.75),
    ...     Candidate("capacity", "capacity", "ok", 280e3),
    ... )
    >>> suggestion = choose([need, capacity], largest_step=1000)
    >>> suggestion.binding, suggestion.amount
    ('capacity', 280000.0)
    """
    said = {each.code: each.amount or 0.0 for each in candidates if each.may_bind}
    floored = {code: floor_to_step(amount, largest_step) for code, amount in said.items()}
    binding = min(floored, key=lambda code: floored[code])
    return Suggestion("ok", floored[binding], binding, candidates)


def headroom_of(suggestion: Suggestion, exposure: float | None) -> float | None:
    """Return ``max(0, amount - exposure)``; None where either is unknown."""
    if suggestion.amount is None or exposure is None:
        return None
    return max(0.0, suggestion.amount - exposure)


def action_of(
    suggestion: Suggestion, exposure: float | None, *, is_blocked: bool, must_refer: bool
) -> Action:
    """Return what to do with new deliveries.

    Parameters
    ----------
    suggestion : Suggestion
    exposure : float or None
        In the reporting currency.
    is_blocked : bool
        A material sum has been overdue for longer than the policy bears.
    must_refer : bool
        A person has to look at it.
    """
    if suggestion.amount is not None and (exposure or 0.0) > suggestion.amount:
        return "run_down"
    if is_blocked or suggestion.amount == 0.0:
        return "hold"
    if suggestion.amount is None or must_refer:
        return "refer"
    return "open"
