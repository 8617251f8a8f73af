"""The assumptions behind an expected loss: the policy's, or the seller's own experience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from credit.book import Book, lgd_of
from credit.policy import Policy
from credit.rule_set import Range

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
    lgd_range, cure_range, usage_range : pair of float or None
        As the policy states them; of own recoveries there is none.
    """

    lgd: float
    cure_rate: float
    usage: float
    lgd_from: Literal["policy", "own_recoveries"]
    lgd_cases: int
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
    loss = policy.loss_of(definition)
    workout = None if book is None else book.workout
    lgd, source = lgd_of(policy, definition, workout)
    return LossInputs(
        lgd=lgd,
        cure_rate=loss.cure_rate,
        usage=loss.usage,
        lgd_from=source,
        lgd_cases=0 if workout is None else workout.cases,
        lgd_range=loss.lgd_range if source == "policy" else None,
        cure_range=loss.cure_range,
        usage_range=loss.usage_range,
    )
