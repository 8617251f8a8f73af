"""The review of a book: what comes into force for every buyer, and what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credit.policy import Policy
from credit.publish import Published, Review, publish
from features.errors import InputError

__all__ = ["LIMIT_MOVES", "NOT_ASSESSED", "Reviewed", "counts_of", "review"]

LIMIT_MOVES = (
    "expired",
    "lowered",
    "kept_unsaid",
    "kept_small_change",
    "unsaid",
    "unchanged",
    "raised_to_cap",
    "raised",
    "first",
)
"""What may become of a limit, the worst first."""

NOT_ASSESSED = "not_assessed"
"""Status of a buyer that has something in force, and that the books do not name any more."""


@dataclass(frozen=True)
class Reviewed:
    """What a review says of one buyer.

    Parameters
    ----------
    buyer_id : str
    before : Published or None
        What was in force; None before the first review.
    review : Review
    computed_amount : float or None
        The limit that the assessment suggests, whether or not it came into force.
    status : str
        Of the suggested limit: ``ok``, or why none can be said; ``not_assessed`` without an assessment.
    binding : str or None
        What binds the suggested limit.
    exposure : float or None
    """

    buyer_id: str
    before: Published | None
    review: Review
    computed_amount: float | None
    status: str
    binding: str | None
    exposure: float | None

    @property
    def limit_change(self) -> float | None:
        """By how much the limit in force moved; None where none is in force before or after."""
        now = self.review.published.amount
        before = None if self.before is None else self.before.amount
        return None if now is None or before is None else now - before

    @property
    def lost(self) -> float:
        """How much less the buyer may owe than before: what a list is ordered by."""
        before = 0.0 if self.before is None else self.before.amount or 0.0
        return before - (self.review.published.amount or 0.0)


def review(
    previous: Mapping[str, Published], assessments: Iterable[Mapping[str, Any]], policy: Policy
) -> list[Reviewed]:
    """Return what a review puts in force for every buyer, the worst moves first.

    Parameters
    ----------
    previous : mapping of str to Published
        By buyer_id what is in force; empty before the first review.
    assessments : iterable of mapping
        As `credit.assess.assess` gives them, all of one moment, each buyer once. A buyer that is in force and
        has none keeps what it has until that expires.
    policy : Policy

    Returns
    -------
    list of Reviewed
        Each buyer of either once: by `LIMIT_MOVES`, within a move by what the buyer may owe less, then by id.

    Raises
    ------
    InputError
        Assessments of several moments or with a buyer twice, or as `credit.publish.publish`.
    """
    told = list(assessments)
    _check(told)
    rows = [_reviewed(each, previous.get(str(each["buyer_id"])), policy) for each in told]
    if told:
        gone = sorted(previous.keys() - {row.buyer_id for row in rows})
        rows += [
            _reviewed(_silent(told[0], buyer, previous[buyer]), previous[buyer], policy) for buyer in gone
        ]
    return sorted(rows, key=_place)


def counts_of(rows: Sequence[Reviewed]) -> dict[str, dict[str, int]]:
    """Return how many limits and grades moved how: ``{"limits": {move: count}, "grades": {...}}``."""
    limits = Counter(row.review.limit_code for row in rows)
    grades = Counter(row.review.grade_code for row in rows)
    return {
        "limits": {move: limits[move] for move in LIMIT_MOVES if limits[move]},  # type: ignore[index]
        "grades": dict(sorted(grades.items())),
    }


def _check(told: Sequence[Mapping[str, Any]]) -> None:
    if len({each["as_of"] for each in told}) > 1:
        step = "assess all buyers as of one moment"
        raise InputError.of("assessments of one moment", "several moments", step, column="as_of")
    if len({each["buyer_id"] for each in told}) < len(told):
        step = "assess each buyer once"
        raise InputError.of("one assessment a buyer", "a buyer with several", step, column="buyer_id")


def _reviewed(assessment: Mapping[str, Any], before: Published | None, policy: Policy) -> Reviewed:
    limit = assessment["limit"]
    return Reviewed(
        buyer_id=str(assessment["buyer_id"]),
        before=before,
        review=publish(before, assessment, policy),
        computed_amount=limit["amount"],
        status=str(limit["status"]),
        binding=limit["binding"],
        exposure=limit["exposure"],
    )


def _silent(other: Mapping[str, Any], buyer_id: str, before: Published) -> dict[str, Any]:
    """Return, at the moment of another assessment, one that says nothing."""
    limit = dict.fromkeys(("amount", "binding", "exposure", "valid_until"))
    return {
        "buyer_id": buyer_id,
        "as_of": other["as_of"],
        "day": other["day"],
        "default": {"probability": None},
        "grade": {"computed": None},
        "limit": {**limit, "status": NOT_ASSESSED, "currency": before.currency},
    }


def _place(row: Reviewed) -> tuple[int, float, str]:
    return LIMIT_MOVES.index(row.review.limit_code), -row.lost, row.buyer_id
