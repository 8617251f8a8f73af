"""The assumptions behind an expected loss: the policy's, or the seller's own experience."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from credit.book import Book, cure_rate_of, lgd_of
from credit.cures import Cures
from credit.policy import Policy
from credit.rule_set import Range
from credit.workout import Workout

__all__ = ["LossInputs", "loss_inputs"]


@dataclass(frozen=True)
class LossInputs:
    """What a default is assumed to cost.

    Parameters
    ----------
    lgd, cure_rate, usage : float
        Loss given default without securities, share of defaults that pay in full after all, share of the
        unused limit that is drawn by then.
    lgd_from : {"policy", "own_recoveries"}
    lgd_cases : int
        Buyers behind own recoveries, whether or not there are enough.
    cure_from : {"policy", "own_cures"}
    cure_cases : int
        Buyers behind own cures, whether or not there are enough.
    lgd_range, cure_range, usage_range : pair of float or None
        As the policy states them; of own recoveries there is none, of own
        cures it is the interval of the share, which may not contain the rate that is weighed and capped.
    """

    lgd: float
    cure_rate: float
    usage: float
    lgd_from: Literal["policy", "own_recoveries"]
    lgd_cases: int
    cure_from: Literal["policy", "own_cures"]
    cure_cases: int
    lgd_range: Range | None
    cure_range: Range | None
    usage_range: Range | None


def loss_inputs(policy: Policy, definition: str, book: Book | None) -> LossInputs:
    """Return the assumptions for a definition of default.

    Parameters
    ----------
    policy : Policy
    definition : str
    book : Book or None
        With the seller's own losses.
    """
    own = (None, None) if book is None else (book.workout, book.cures)
    return _inputs(_Basis(policy.hash, definition, *own, policy))


@dataclass(frozen=True)
class _Basis:
    """All that the assumptions follow from; a policy is told by its hash."""

    policy_hash: str
    definition: str
    workout: Workout | None
    cures: Cures | None
    policy: Policy = field(compare=False, repr=False)


@lru_cache(maxsize=256)
def _inputs(basis: _Basis) -> LossInputs:
    # Reason: the same for every buyer of a month, and an interval of own cures costs more than the rest.
    policy, definition, workout, cures = basis.policy, basis.definition, basis.workout, basis.cures
    loss = policy.loss_of(definition)
    lgd, source = lgd_of(policy, definition, workout)
    cure_rate, cure_from = cure_rate_of(policy, definition, cures)
    return LossInputs(
        lgd=lgd,
        cure_rate=cure_rate,
        usage=loss.usage,
        lgd_from=source,
        lgd_cases=0 if workout is None else workout.cases,
        cure_from=cure_from,
        cure_cases=0 if cures is None else cures.cases,
        lgd_range=loss.lgd_range if source == "policy" else None,
        cure_range=loss.cure_range if cure_from == "policy" else _interval(policy, cures),
        usage_range=loss.usage_range,
    )


def _interval(policy: Policy, cures: Cures | None) -> Range | None:
    return None if cures is None else cures.interval(policy.interval.lower, policy.interval.upper)
