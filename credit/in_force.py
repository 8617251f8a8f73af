"""What is in force for a buyer, shown beside its assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from credit.publish import Published

__all__ = ["with_published"]


def with_published(
    assessment: Mapping[str, Any], published: Published | None, today: date | None = None
) -> dict[str, Any]:
    """Return an assessment with the grade and the limit in force; as it is where there is nothing.

    Parameters
    ----------
    assessment : mapping
        As `credit.assess.assess` gives it, or `score_of`, in which there is no limit.
    published : Published or None
    today : date, optional
        Day on which somebody asks, where the seller is. Default: that of the assessment.

    Returns
    -------
    dict
        With ``grade.published`` and ``limit.published``, of which ``headroom`` is what the limit in force
        leaves; the rest is untouched: nothing that is suggested follows from what is in force.
    """
    if published is None:
        return dict(assessment)
    holds = published.is_in_force(today or date.fromisoformat(assessment["day"]))
    grade = {**assessment["grade"], "published": published.grade if holds else None}
    limit = assessment["limit"]
    if limit is not None:
        limit = {**limit, "published": _limit_in_force(published, limit["exposure"], holds=holds)}
    return {**assessment, "grade": grade, "limit": limit}


def _limit_in_force(published: Published, owed: float | None, *, holds: bool) -> dict[str, Any]:
    amount = published.amount
    return {
        "amount": amount,
        "grade": published.grade,
        "reviewed_on": published.reviewed_on.isoformat(),
        "valid_until": None if published.valid_until is None else published.valid_until.isoformat(),
        "headroom": max(0.0, amount - owed) if holds and amount is not None and owed is not None else None,
        "is_in_force": holds,
    }
