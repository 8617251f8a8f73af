"""Moments without a frame: what an `as_of` means, and where its month began."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from features.errors import InputError

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "epoch_day",
    "instant_of",
    "is_day",
    "last_month_end",
    "parsed",
    "refuse_instant",
    "second_of",
]

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years between which every date and instant of a ledger, a mapping and a request lies."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH = date(1970, 1, 1).toordinal()


def is_day(text: str) -> bool:
    """Whether a text names a day and no time.

    Examples
    --------
    >>> is_day("2026-01-31"), is_day("2026-01-31T12:00:00Z")
    (True, False)
    """
    return _DAY.fullmatch(text.strip()) is not None


def epoch_day(day: date) -> int:
    """Return a day as days since 1970.

    Examples
    --------
    >>> epoch_day(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def second_of(instant: datetime) -> int:
    """Return a naive UTC instant as seconds since 1970.

    Examples
    --------
    >>> second_of(datetime(1970, 1, 2))
    86400
    """
    return int(instant.replace(tzinfo=UTC).timestamp())


def instant_of(value: str | date | datetime, timezone: str) -> datetime:
    """Return an `as_of` as a naive UTC instant of whole seconds; a date means the end of that day.

    Parameters
    ----------
    value : str, date or datetime
        An instant without a zone is local; of one that the clock shows twice the first is meant, one that it
        skips is the moment of the change.
    timezone : str
        IANA name.

    Raises
    ------
    InputError
        Where the text is neither a date nor an instant as ISO 8601 writes them; words like "today" are none.

    Examples
    --------
    >>> instant_of("2026-07-01", "Europe/Berlin").isoformat()
    '2026-07-01T21:59:59'
    >>> instant_of("2026-03-29T02:30:00", "Europe/Berlin").isoformat()
    '2026-03-29T01:00:00'
    """
    if isinstance(value, str):
        value = parsed(value)
    # Reason: what is missing in a frame is unequal to itself.
    if value != value or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise refuse_instant()
    zone = ZoneInfo(timezone)
    if not isinstance(value, datetime):
        return _utc(datetime.combine(value + timedelta(days=1), time()), zone) - timedelta(seconds=1)
    whole = datetime(*value.timetuple()[:6], tzinfo=value.tzinfo)
    return _utc(whole, zone) if whole.tzinfo is None else whole.astimezone(UTC).replace(tzinfo=None)


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local time as a naive UTC instant."""
    early, late = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None) for fold in (1, 0)
    )
    if early >= late:
        return late
    return _change_between(early, late, zone)


def _change_between(first: datetime, last: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second after the clock's change, of which there is one from `first` to `last`."""
    before = _offset(first, zone)
    while last - first > timedelta(seconds=1):
        middle = first + timedelta(seconds=int((last - first).total_seconds()) // 2)
        if _offset(middle, zone) == before:
            first = middle
        else:
            last = middle
    return last


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset()


@lru_cache(maxsize=1024)
def last_month_end(instant: datetime, timezone: str) -> datetime:
    """Return the end of the month before that of an instant's local day, as naive UTC.

    Examples
    --------
    >>> last_month_end(datetime(2026, 6, 30, 21, 59, 59), "Europe/Berlin").isoformat()
    '2026-05-31T21:59:59'
    """
    zone = ZoneInfo(timezone)
    local = datetime.fromtimestamp(second_of(instant), zone)
    start = datetime(local.year, local.month, 1, tzinfo=zone)
    return datetime.fromtimestamp(int(start.timestamp()) - 1, UTC).replace(tzinfo=None)


def parsed(text: str) -> date | datetime:
    """Return the date or instant that a text names.

    Raises
    ------
    InputError
        As `instant_of`.
    """
    try:
        if is_day(text):
            return date.fromisoformat(text.strip())
        if ":" in text:
            return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    raise refuse_instant()


def refuse_instant() -> InputError:
    """Return what refuses anything that is no `as_of`."""
    return InputError.of(
        f"a date like 2026-01-31 or an instant like 2026-01-31T12:00:00Z, from {FIRST_YEAR} to {LAST_YEAR}",
        "something else",
        "correct it",
    )
