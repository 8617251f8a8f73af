"""Which moment a call speaks of, and the present."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from credit.desk import MAX_DAYS_BEHIND, Desk
from features.errors import InputError

__all__ = ["Clock", "moments_of", "utc_now"]

_APART = timedelta(minutes=1)
"""By which the clocks of machines that share a store may differ."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present as a naive UTC instant, in whole seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def moments_of(desk: Desk, as_of: str | datetime | None, now: datetime) -> tuple[datetime, datetime | None]:
    """Return the moment that is spoken of, and the present where the moment is meant to be now.

    Parameters
    ----------
    desk : Desk
    as_of : str or datetime, optional
        Default: now; where the books end more than `MAX_DAYS_BEHIND` days before, their end. The day of today
        where the seller is means now.
    now : datetime
        Naive UTC.

    Raises
    ------
    InputError
        Where `as_of` cannot be read or lies in the future.
    """
    until = desk.common.observed_until
    known_until = desk.common.known_until or until
    if now < known_until <= now + _APART:
        # Reason: another machine's clock is ahead; what was posted there has to be seen here.
        now = known_until
    if as_of is None:
        latest = until + timedelta(days=MAX_DAYS_BEHIND)
        return (now if now <= latest else until), now
    moment, latest = desk.moment(as_of), max(now, until)
    if moment > latest and as_of != desk.at(now).date.isoformat():
        raise _future()
    # Reason: the day of today ends later, and what is asked for is what is known of it.
    return min(moment, latest), None


def _future() -> InputError:
    expected, step = "a moment that has passed", "name an earlier one, or none for now"
    return InputError.of(expected, "one in the future", step, column="as_of")
