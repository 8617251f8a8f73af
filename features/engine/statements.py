"""Which accounts of a buyer count at a moment: the latest usable ones and those of the year before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import kernel

__all__ = ["MAX_AGE_DAYS", "NO_STATEMENT", "StatementBlock", "latest_row", "prior_row"]

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class StatementBlock(NamedTuple):
    """Statements by buyer, one row a version.

    Parameters
    ----------
    start : int64 ndarray, shape (buyers + 1,)
        Rows of buyer b are ``start[b]:start[b + 1]``.
    known_from, known_until : int64 ndarray, shape (rows,)
        Seconds since 1970 between which the version counts.
    period_end : int32 ndarray, shape (rows,)
        Days since 1970.
    received_day : int32 ndarray, shape (rows,)
        The seller's local day on which the first version was received, days since 1970.
    months : int64 ndarray, shape (rows,)
    consolidated : int64 ndarray, shape (rows,)
        1 where the accounts are of the group.
    audited : int64 ndarray, shape (rows,)
        1 or 0; -1 where nobody says.
    currency : int64 ndarray, shape (rows,)
        Index into `Block.currencies`.
    minor_per_unit : float64 ndarray, shape (currencies,)
        Minor units of one unit of each currency.
    items : float64 ndarray, shape (rows, line items)
        In units of the statement's currency; NaN is missing.
    """

    start: Ints
    known_from: Ints
    known_until: Ints
    period_end: Days
    received_day: Days
    months: Ints
    consolidated: Ints
    audited: Ints
    currency: Ints
    minor_per_unit: Floats
    items: Floats


MAX_AGE_DAYS = 913
"""Accounts whose period ended longer ago (30 months) are not used."""

NO_STATEMENT = -1

_YEAR_SLACK_DAYS = 45


@kernel
def latest_row(statements, buyer, as_of, day):  # type: ignore[no-untyped-def]
    """Return the row of the latest accounts known and usable; `NO_STATEMENT` where there are none.

    Of accounts with one period end those over more months win, then the consolidated ones.
    """
    best = NO_STATEMENT
    if buyer < 0:
        return best
    for row in range(statements.start[buyer], statements.start[buyer + 1]):
        is_known = statements.known_from[row] <= as_of < statements.known_until[row]
        is_usable = 0 <= day - statements.period_end[row] <= MAX_AGE_DAYS
        if is_known and is_usable and (best == NO_STATEMENT or _is_newer(statements, row, best)):
            best = row
    return best


@kernel
def _is_newer(statements, one, other):  # type: ignore[no-untyped-def]
    if statements.period_end[one] != statements.period_end[other]:
        return statements.period_end[one] > statements.period_end[other]
    if statements.months[one] != statements.months[other]:
        return statements.months[one] > statements.months[other]
    return statements.consolidated[one] > statements.consolidated[other]


@kernel
def prior_row(statements, buyer, as_of, latest):  # type: ignore[no-untyped-def]
    """Return the row of the accounts of the year before `latest`; `NO_STATEMENT` where there are none.

    They are consolidated like the latest and ended within 45 days of a year before; of several, those over
    as many months win, then those nearest to a year.
    """
    best = NO_STATEMENT
    if latest == NO_STATEMENT:
        return best
    for row in range(statements.start[buyer], statements.start[buyer + 1]):
        is_known = statements.known_from[row] <= as_of < statements.known_until[row]
        is_usable = (
            _days_off(statements, row, latest) <= _YEAR_SLACK_DAYS
            and statements.consolidated[row] == statements.consolidated[latest]
        )
        if is_known and is_usable and (best == NO_STATEMENT or _is_nearer(statements, row, best, latest)):
            best = row
    return best


@kernel
def _days_off(statements, row, latest):  # type: ignore[no-untyped-def]
    return abs(statements.period_end[latest] - statements.period_end[row] - 365)


@kernel
def _is_nearer(statements, one, other, latest):  # type: ignore[no-untyped-def]
    one_fits = statements.months[one] == statements.months[latest]
    other_fits = statements.months[other] == statements.months[latest]
    if one_fits != other_fits:
        return one_fits
    one_off, other_off = _days_off(statements, one, latest), _days_off(statements, other, latest)
    if one_off != other_off:
        return one_off < other_off
    return (statements.period_end[one], statements.months[one]) > (
        statements.period_end[other],
        statements.months[other],
    )
