"""Pay dates said of test subjects and what came: kept with a version, and paired with another's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.bootstrap import FEWEST_BUYERS, REPEATS, Clusters
from training.gate import Gate
from training.non_inferiority import told_by_interval
from training.paired import PairedDifference
from training.tested import Pair, Scored, scored_subjects
from training.timing.measure import WITHIN_DAYS

__all__ = ["absolute_errors", "counted_days", "error_difference", "non_inferior_error", "scored_dates"]

Floats = npt.NDArray[np.float64]

_LEVEL = 0.90
"""Its upper end is a one-sided limit of 95 %."""

_WORSE_BY = 0.05
"""Part of the champion's mean absolute error that a version may lose."""

LEAST_BUYERS = 30
"""Buyers below which a comparison cannot show that a version is not worse."""


def counted_days(test: pd.DataFrame) -> pd.DataFrame:
    """Return the subjects that count with the day on which each was paid and the one that was said.

    Parameters
    ----------
    test : DataFrame, shape (n, ...)
        As `training.timing.measure.scored` gives it.

    Returns
    -------
    DataFrame
        ``outcome`` and ``probability`` are days from due, those beyond `WITHIN_DAYS` the last of them.
    """
    counted = test[(test["status"] == "ok") & ~test["credited"]]
    days = {
        name: np.minimum(counted[source].fillna(np.inf).to_numpy(np.float64), float(WITHIN_DAYS))
        for name, source in (("outcome", "day"), ("probability", "median"))
    }
    return counted.assign(**days)


def scored_dates(test: pd.DataFrame, salt: str) -> Scored:
    """Return test subjects without their names: what came and what was said, in days from due."""
    return scored_subjects(counted_days(test), salt)


def absolute_errors(pair: Pair) -> tuple[Floats, Floats]:
    """Return how many days each of two versions was off, shape (n,) each."""
    return np.abs(pair.a - pair.outcome), np.abs(pair.b - pair.outcome)


def error_difference(pair: Pair, level: float = 0.95, seed: int = 0) -> PairedDifference:
    """Return the mean absolute error of the first version less that of the second, in days.

    The interval is from draws of whole buyers; there is none for fewer than ten.
    """
    first, second = absolute_errors(pair)
    gap, clusters = first - second, Clusters.of(pair.buyer)
    value = float(gap.mean())
    if clusters.count < FEWEST_BUYERS:
        return PairedDifference(value, None, None, None)
    sums = clusters.sums(gap, np.ones(len(gap)))
    drawn = np.concatenate(
        [(sums @ counts)[0] / (sums @ counts)[1] for counts in clusters.counts(seed, REPEATS, 50)]
    )
    low, high = (float(end) for end in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return PairedDifference(value, low, high, float((drawn > 0).mean()))


def non_inferior_error(pair: Pair | str) -> list[Gate]:
    """Return the gate that asks whether a version (a) is surely not worse than the champion (b).

    Parameters
    ----------
    pair : Pair or str
        Days said of the same subjects out of time, or why there are none.
    """
    name, operator = "non_inferior_mean_absolute_error_days", "<"
    if isinstance(pair, str):
        return [Gate.unsaid(name, pair, operator, _WORSE_BY)]
    threshold = _WORSE_BY * float(absolute_errors(pair)[1].mean())
    buyers = len(np.unique(pair.buyer))
    if buyers < LEAST_BUYERS:
        reason = f"{buyers} buyers in the test, {LEAST_BUYERS} are needed"
        return [Gate.unsaid(name, reason, operator, threshold)]
    found = error_difference(pair, _LEVEL)
    if found.low is None or found.high is None:
        return [Gate.unsaid(name, "no interval", operator, threshold)]
    return [told_by_interval(name, (found.low, found.high), operator, threshold)]
