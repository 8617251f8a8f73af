"""The grid for a book: single days where invoices are paid, coarser ones outside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.timing.grid import Grid
from training.timing.subjects import HORIZON_DAYS

__all__ = ["grid_for"]

_WEEKS_BEFORE, _WEEKS_AFTER, _MONTH = 4, 6, 30
_TAIL_BEFORE, _TAIL_AFTER = 0.02, 0.95


def grid_for(day: npt.NDArray[np.float64]) -> Grid:
    """Return intervals for a book whose invoices closed on these days from due.

    Days from the 2 % to the 95 % quantile are single, so that weekdays and runs at a month's end are told
    apart: at least those from 5 days before to 20 after due, at most from 30 before to 75 after. Weeks come
    next (four before, six after), then 30 days each up to the horizon.

    Examples
    --------
    >>> grid = grid_for(np.arange(-10.0, 31.0))
    >>> grid.ends[:6], grid.ends[-9:]
    ((-38, -31, -24, -17, -10, -9), (130, 160, 190, 220, 250, 280, 310, 340, 365))
    """
    first = int(np.clip(np.quantile(day, _TAIL_BEFORE), -30, -5))
    last = int(np.clip(np.quantile(day, _TAIL_AFTER), 20, 75))
    before = [first - 1 - 7 * week for week in range(_WEEKS_BEFORE, 0, -1)]
    weeks = [last + 7 * week for week in range(1, _WEEKS_AFTER + 1)]
    months = list(range(weeks[-1] + _MONTH, HORIZON_DAYS - _MONTH // 2, _MONTH))
    return Grid((*before, first - 1, *range(first, last + 1), *weeks, *months, HORIZON_DAYS))
