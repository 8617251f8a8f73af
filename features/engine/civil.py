"""Days since 1970 as dates of the civil calendar, for compiled code."""

from __future__ import annotations

from features.engine.kernel import inlined, kernel

__all__ = ["civil", "is_month_end"]

_DAYS_OF_400_YEARS = 146_097
_FROM_0000_03_01 = 719_468
_LAST_DAYS, _FIRST_DAYS = 3, 2


@kernel
def civil(day):  # type: ignore[no-untyped-def]
    """Return year, month and day of the month of a day since 1970-01-01 (proleptic Gregorian).

    Examples
    --------
    >>> civil(0), civil(19782), civil(-1)
    ((1970, 1, 1), (2024, 2, 29), (1969, 12, 31))
    """
    shifted = day + _FROM_0000_03_01
    era = shifted // _DAYS_OF_400_YEARS
    of_era = shifted - era * _DAYS_OF_400_YEARS
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted_month = (5 * of_year + 2) // 153
    day_of_month = of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day_of_month


@inlined
def is_month_end(day):  # type: ignore[no-untyped-def]
    """Return whether a day (days since 1970) is among the last three or the first two of a month.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.arange("2024-02-26", "2024-03-04", dtype="datetime64[D]").astype(int)
    >>> [bool(is_month_end(day)) for day in days]
    [False, True, True, True, True, True, False]
    """
    return civil(day)[2] <= _FIRST_DAYS or civil(day + _LAST_DAYS)[2] <= _LAST_DAYS
