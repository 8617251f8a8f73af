"""The latest day on which an invoice may fall due by law."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from credit.offer_rules import Statutory

__all__ = ["latest_due_on"]


def latest_due_on(rule: Statutory, invoiced_on: date) -> date:
    """Return the latest due date that a business may agree on for an invoice of a day.

    ``days`` net, or ``end_of_month_days`` from the end of the month, whichever is later. The latter is
    counted in both ways that are in use: to the end of the invoice's month and from there the days, or the
    days first and from there to the end of the month.

    Parameters
    ----------
    rule : Statutory
    invoiced_on : date

    Examples
    --------
    >>> france = Statutory(days=60, public_days=30, end_of_month_days=45)
    >>> (
    ...     latest_due_on(france, date(2026, 7, 1)).isoformat(),
    ...     latest_due_on(france, date(2026, 7, 31)).isoformat(),
    ... )
    ('2026-09-14', '2026-09-30')
    """
    due = [invoiced_on + timedelta(days=rule.days)]
    if rule.end_of_month_days is not None:
        after = timedelta(days=rule.end_of_month_days)
        due += [_end_of_month(invoiced_on) + after, _end_of_month(invoiced_on + after)]
    return max(due)


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
