"""Which accounts of a buyer count at a moment: the latest usable ones and those of the year before."""

from __future__ import annotations

import numpy as np
from numba import njit

from features.block import StatementBlock, SubjectArrays

__all__ = ["MAX_AGE_DAYS", "NO_STATEMENT", "pick"]

MAX_AGE_DAYS = 913
"""Accounts whose period ended longer ago (30 months) are not used."""

NO_STATEMENT = -1

_YEAR_SLACK_DAYS = 45


def pick(statements: StatementBlock, subjects: SubjectArrays) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the latest accounts known and of those one year before.

    Parameters
    ----------
    statements : StatementBlock
    subjects : SubjectArrays

    Returns
    -------
    latest, prior : int64 ndarray, shape (n,)
        Rows of `statements`; `NO_STATEMENT` where there are none. Of accounts with one period end those
        over more months win, then the consolidated ones. The prior year must be consolidated like the
        latest and have ended within 45 days of a year before; of several, those over as many months win,
        then those nearest to a year.
    """
    latest = np.full(len(subjects), NO_STATEMENT, np.int64)
    prior = np.full(len(subjects), NO_STATEMENT, np.int64)
    keys = np.column_stack([statements.period_end, statements.months, statements.consolidated])
    known = np.column_stack([statements.known_from, statements.known_until])
    moments = np.column_stack([subjects.buyer, subjects.as_of, subjects.day])
    _pick(statements.start, known, keys, moments, latest, prior)
    return latest, prior


@njit(nogil=True, cache=True)
def _pick(start, known, keys, moments, latest, prior):  # type: ignore[no-untyped-def]
    for s in range(len(moments)):
        buyer, as_of, day = moments[s]
        if buyer < 0:
            continue
        rows = np.arange(start[buyer], start[buyer + 1])
        rows = rows[(known[rows, 0] <= as_of) & (as_of < known[rows, 1])]
        latest[s] = _latest(rows, keys, day)
        if latest[s] != NO_STATEMENT:
            prior[s] = _year_before(rows, keys, latest[s])


@njit(nogil=True, cache=True)
def _latest(rows, keys, day):  # type: ignore[no-untyped-def]
    best = NO_STATEMENT
    for i in rows:
        ended, months, consolidated = keys[i]
        is_usable = 0 <= day - ended <= MAX_AGE_DAYS
        if is_usable and (
            best == NO_STATEMENT
            or (ended, months, consolidated) > (keys[best, 0], keys[best, 1], keys[best, 2])
        ):
            best = i
    return best


@njit(nogil=True, cache=True)
def _year_before(rows, keys, best):  # type: ignore[no-untyped-def]
    chosen, highest = NO_STATEMENT, (False, 0, 0, 0)
    for i in rows:
        ended, months, consolidated = keys[i]
        off = abs(keys[best, 0] - ended - 365)
        rank = (months == keys[best, 1], -off, ended, months)
        is_usable = off <= _YEAR_SLACK_DAYS and consolidated == keys[best, 2]
        if is_usable and (chosen == NO_STATEMENT or rank > highest):
            chosen, highest = i, rank
    return chosen
