"""What of a moment, and of the present, an assessment follows from beside the facts that are known then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from credit.common import Common
from credit.sides import Moment, moment_of

__all__ = ["Ground", "ground_of", "warning"]

Warning_ = dict[str, str]


class Ground(NamedTuple):
    """Days where the seller is, and how they lie to each other; equal grounds give equal answers.

    Parameters
    ----------
    day, begins_on, ends_on : date
        Of the moment, and on which the books begin and end.
    is_before : bool
        Whether the moment lies before the books begin.
    days_behind : float or None
        For how many days nothing is known; None where somebody asks before the books end.
    days_since : int
        Days after the moment on which somebody asks.
    days_ahead : float or None
        How far the clock is behind facts that are stored already; None where it is not.
    known_on : date or None
        Day from which the last of those is known.
    """

    day: date
    begins_on: date
    ends_on: date
    is_before: bool
    days_behind: float | None
    days_since: int
    days_ahead: float | None
    known_on: date | None

    def values(self) -> dict[str, float]:
        """Return what decisions read of it by name; absent is not so."""
        since = float(self.days_since) if self.days_since else None
        named = (
            ("days_books_behind", self.days_behind),
            ("days_since_as_of", since),
            ("days_clock_behind", self.days_ahead),
        )
        return {name: value for name, value in named if value is not None}

    def warnings(self) -> Sequence[Warning_]:
        """Return what is to be warned of; see `credit.texts.WARNINGS`."""
        found = []
        # Reason: books that go on are behind by minutes always; what is warned of always is not read.
        if self.days_behind:
            found.append(warning("books_behind", self.ends_on))
        if self.is_before:
            found.append(warning("before_the_books", self.begins_on))
        if self.known_on is not None:
            found.append(warning("clock_behind", self.known_on))
        return found


def ground_of(common: Common, moment: datetime, now: datetime | None) -> Ground:
    """Return the ground of a moment.

    Parameters
    ----------
    common : Common
    moment : datetime
        Naive UTC.
    now : datetime or None
        When somebody asks, where the moment is meant to be now.
    """
    at, asked = _at(common, moment), _at(common, now or moment)
    until, known_until = common.observed_until, common.known_until
    is_ahead = now is not None and known_until is not None and now < known_until
    behind = None if (now or moment) <= until else float(asked.day - _at(common, until).day)
    return Ground(
        day=at.date,
        begins_on=_at(common, common.observed_from).date,
        ends_on=_at(common, until).date,
        is_before=moment < common.observed_from,
        days_behind=behind,
        days_since=max(0, asked.day - at.day),
        days_ahead=(known_until - now) / timedelta(days=1) if is_ahead and known_until and now else None,
        known_on=_at(common, known_until).date if is_ahead and known_until else None,
    )


def warning(code: str, day: date) -> Warning_:
    """Return a warning about the moment of an assessment; see `credit.texts.WARNINGS`."""
    return {"code": code, "field": "as_of", "date": day.isoformat()}


def _at(common: Common, instant: datetime) -> Moment:
    return moment_of(instant, common.seller.timezone)
