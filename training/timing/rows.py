"""Subject x interval rows that hazards are learned from: at risk, and closed or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.timing.grid import Grid, Rows

__all__ = ["HazardRows", "days_of", "hazard_rows", "thinned"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HazardRows:
    """Rows with their outcome.

    Parameters
    ----------
    rows : Rows
    closed : bool ndarray, shape (r,)
        Whether the subject closed in the interval.
    kept_share : float
        Share of the rows without a closing that was kept; those with one all are. So the log-odds of closing
        are higher by ``-log(kept_share)`` among those kept.
    """

    rows: Rows
    closed: npt.NDArray[np.bool_]
    kept_share: float = 1.0

    @property
    def stands_for(self) -> npt.NDArray[np.float64]:
        """Rows that each kept one stands for, shape (r,)."""
        return np.where(self.closed, 1.0, 1.0 / self.kept_share)


def days_of(subjects: pd.DataFrame, values: pd.DataFrame) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return what `credit.timing.inputs.interval_inputs` takes: days of as_of and due, and the terms."""
    as_of, due = (subjects[name].to_numpy(np.int64) for name in ("as_of_day", "due_day"))
    return as_of, due, values["request_terms_days"].to_numpy(np.float64)


def hazard_rows(subjects: pd.DataFrame, grid: Grid, until_day: float = np.inf) -> HazardRows:
    """Return the rows of subjects with all that had happened by a day.

    A subject is at risk from the day after as_of until it closes, or to the last day on which it is seen: an
    open invoice is censored then.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Of `training.timing.subjects.timing_subjects`.
    grid : Grid
    until_day : float
        Last day that counts, days since 1970.
    """
    due = subjects["due_day"].to_numpy(np.int64)
    seen = np.minimum(subjects["seen_day"].to_numpy(np.float64), until_day)
    day = subjects["closed_day"].to_numpy(np.float64)
    closes = day <= seen
    last = np.where(closes, day, seen).astype(np.int64) - due
    interval = grid.interval_of(last)
    inside = closes & (interval < len(grid.ends))
    # Reason: who closes in an interval was at risk on all of it; who is censored only until then.
    until = np.where(inside, grid.last[np.minimum(interval, len(grid.ends) - 1)], last)
    rows = grid.rows(subjects["as_of_day"].to_numpy(np.int64) - due, until)
    closed = inside[rows.subject] & (rows.interval == interval[rows.subject])
    return HazardRows(rows, closed)


def thinned(found: HazardRows, most: int, per_closing: float, seed: int) -> HazardRows:
    """Return all rows with a closing and some of the others, drawn at random.

    Parameters
    ----------
    found : HazardRows
    most : int
        Rows at most; where there are more closings than a third of it, their subjects are drawn first.
    per_closing : float
        Rows without a closing that are kept for each one with it.
    seed : int
    """
    rng = np.random.default_rng(seed)
    count = int(found.closed.sum())
    keep = np.ones(len(found.closed), bool)
    if 3 * count > most:
        subjects = int(found.rows.subject.max()) + 1
        keep = (rng.random(subjects) < most / (3.0 * count))[found.rows.subject]
        count = int((keep & found.closed).sum())
    rest = int(keep.sum()) - count
    share = min(1.0, min(per_closing * count, most - count) / max(rest, 1))
    share = max(share, 1.0 / max(rest, 1))
    keep &= found.closed | (rng.random(len(keep)) < share)
    rows = found.rows
    kept = Rows(rows.subject[keep], rows.interval[keep], rows.width[keep])
    return HazardRows(kept, found.closed[keep], found.kept_share * share)
