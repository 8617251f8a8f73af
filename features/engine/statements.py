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
        Rows of `statements`; `NO_STATEMENT` where there are none. Of accounts with one period end those over more
        months win, then the consolidated ones; the prior year must be consolidated like the latest.
    """
    latest = np.full(len(subjects), NO_STATEMENT, np.int64)
    prior = np.full(len(subjects), NO_STATEMENT, np.int64)
    _pick(statements.start, statements.known_from, statements.known_until, statements.period_end, statements.months,
          statements.consolidated, subjects.buyer, subjects.as_of, subjects.day, latest, prior)  # fmt: skip
    return latest, prior


@njit(nogil=True, cache=True)
def _pick(start, known_from, known_until, period_end, months, consolidated, buyer, as_of, day, latest, prior):  # type: ignore[no-untyped-def]
    for s in range(len(buyer)):
        if buyer[s] < 0:
            continue
        best = -1
        for i in range(start[buyer[s]], start[buyer[s] + 1]):
            known = known_from[i] <= as_of[s] < known_until[i]
            if not known or period_end[i] > day[s] or period_end[i] < day[s] - MAX_AGE_DAYS:
                continue
            if best < 0 or _rank(period_end, months, consolidated, i) > _rank(period_end, months, consolidated, best):
                best = i
        latest[s] = best
        for i in range(start[buyer[s]], start[buyer[s] + 1]):
            if best < 0 or not known_from[i] <= as_of[s] < known_until[i] or consolidated[i] != consolidated[best]:
                continue
            if abs(period_end[best] - period_end[i] - 365) <= _YEAR_SLACK_DAYS:
                prior[s] = i


@njit(nogil=True, cache=True)
def _rank(period_end, months, consolidated, i):  # type: ignore[no-untyped-def]
    return (period_end[i], months[i], consolidated[i])
