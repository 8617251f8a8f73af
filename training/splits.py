"""Splits in time: a test period, and rolling folds inside the training period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import Refused
from training.periods import date_text, day_start

__all__ = ["Fold", "Split", "buyer_folds", "grouped_folds", "rolling_folds", "split"]

Rows = npt.NDArray[np.int64]

TEST_SHARE = 0.2
"""Share of the subjects, the latest ones, that are the test where no date is given."""

_FOLDS = 4
_FIRST_FOLD = 0.4
"""Quantile of the training subjects' as_of at which the first fold starts, or later: once there is enough to
learn from."""

_LEAST_CLOSED = 0.15
"""Share of the training subjects whose windows must have closed when the first fold starts."""

_BUYER_FOLDS = 5
"""Folds by buyer at most."""

MIN_PER_CLASS = 5
"""Subjects of each outcome that a part needs for anything to be learned or measured."""


@dataclass(frozen=True)
class Split:
    """Rows of the training and of the test subjects, and the instant at which the test starts.

    Subjects before the test whose outcome window had not closed when it starts are in neither: that is the
    gap.
    """

    train: Rows
    test: Rows
    test_from: pd.Timestamp
    gap: int


@dataclass(frozen=True)
class Fold:
    """Rows to fit on and later rows to predict."""

    fit: Rows
    predict: Rows


def split(
    subjects: pd.DataFrame, test_from: pd.Timestamp | None, timezone: str, least: int = MIN_PER_CLASS
) -> Split:
    """Split subjects in time.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        With ``as_of``, ``window_end`` and ``outcome``, ordered by as_of.
    test_from : Timestamp, optional
        First instant of the test; default: the start of the day with which the latest fifth starts.
    timezone : str
        The seller's.
    least : int
        Subjects of each outcome that both parts need; 0 where a prior needs none.

    Raises
    ------
    Refused
        Where the training or the test part has fewer of one of the two outcomes, or the test no subject.
    """
    as_of = subjects["as_of"]
    if test_from is None:
        if not len(subjects):
            raise Refused("expected mature subjects to learn from; found none; load a longer history")
        latest = as_of.iloc[min(int(len(subjects) * (1 - TEST_SHARE)), len(subjects) - 1)]
        test_from = day_start(latest, timezone)
    train = np.flatnonzero(((as_of < test_from) & (subjects["window_end"] <= test_from)).to_numpy())
    test = np.flatnonzero((as_of >= test_from).to_numpy())
    outcome = subjects["outcome"].to_numpy()
    for part, rows in (("training", train), ("test", test)):
        _check_both(part, outcome[rows], date_text(test_from, timezone), least)
    if not len(test):
        raise Refused(
            f"expected mature subjects in the test part (test from {date_text(test_from, timezone)}); found "
            f"none, the latest is of {date_text(as_of.max(), timezone)}; move --test-from to an earlier day"
        )
    return Split(train, test, test_from, len(subjects) - len(train) - len(test))


def _check_both(part: str, outcome: npt.NDArray[np.float64], test_from: str, least: int) -> None:
    events = int(outcome.sum())
    if min(events, len(outcome) - events) < least:
        raise Refused(
            f"expected at least {least} subjects of each outcome in the {part} part (test from "
            f"{test_from}); found {events} bad and {len(outcome) - events} good of {len(outcome)}; "
            "move --test-from, or load a longer history"
        )


def rolling_folds(subjects: pd.DataFrame) -> list[Fold]:
    """Return folds that predict later subjects from earlier ones whose window had closed.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Training subjects, ordered by as_of, with ``window_end`` and ``outcome``.

    Returns
    -------
    list of Fold
        Of about the same size; only folds in which both parts have both outcomes; empty where the history is
        too short.
    """
    if not len(subjects):
        return []
    instants = subjects["as_of"].to_numpy()
    ends = subjects["window_end"].to_numpy()
    first = _first_start(subjects)
    quantiles = first + (1 - first) * np.arange(_FOLDS) / _FOLDS
    starts = [instants[int(quantile * len(instants))] for quantile in quantiles] + [None]
    folds = []
    for start, stop in pairwise(starts):
        later = instants >= start if stop is None else (instants >= start) & (instants < stop)
        folds.append(Fold(np.flatnonzero((instants < start) & (ends <= start)), np.flatnonzero(later)))
    outcome = subjects["outcome"].to_numpy()
    return [fold for fold in folds if _has_both(outcome[fold.fit]) and _has_both(outcome[fold.predict])]


def buyer_folds(subjects: pd.DataFrame) -> list[Fold]:
    """Return folds that predict some buyers from all others, at any time.

    They learn from nearly all of a history in which rolling folds find too few windows closed to learn from.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Training subjects with ``buyer_id`` and ``outcome``.

    Returns
    -------
    list of Fold
        Five at most, each with at least five buyers that had a bad outcome and five that had none; empty
        where there are too few for two. Each group has its share of the bad, by outcomes and ids alone.
    """
    bad = subjects.groupby("buyer_id", sort=True)["outcome"].max()
    count = min(_BUYER_FOLDS, int(min(bad.sum(), (1 - bad).sum())) // MIN_PER_CLASS)
    if count < 2:
        return []
    order = np.lexsort((pd.util.hash_array(bad.index.to_numpy(dtype=object)), bad.to_numpy()))
    group = pd.Series(np.argsort(order) % count, bad.index).loc[subjects["buyer_id"]].to_numpy()
    return [Fold(np.flatnonzero(group != one), np.flatnonzero(group == one)) for one in range(count)]


def grouped_folds(subjects: pd.DataFrame, parts: Split, count: int = 5) -> list[Fold]:
    """Return folds that predict every test subject from training subjects of other buyers only.

    They tell how a model does on buyers that it never saw, out of time as well.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        With ``buyer_id`` and ``outcome``.
    parts : Split
        Of the subjects.
    count : int
        Groups of buyers. A buyer's group follows from its id, so that it stays when others come.

    Returns
    -------
    list of Fold
        Only folds whose training part has both outcomes.
    """
    group = pd.util.hash_array(subjects["buyer_id"].to_numpy(dtype=object)) % count
    outcome = subjects["outcome"].to_numpy()
    folds = [
        Fold(parts.train[group[parts.train] != one], parts.test[group[parts.test] == one])
        for one in range(count)
    ]
    return [fold for fold in folds if len(fold.predict) and _has_both(outcome[fold.fit])]


def _first_start(subjects: pd.DataFrame) -> float:
    """Return the quantile of as_of at which enough windows have closed for a first fold."""
    order = np.argsort(subjects["window_end"].to_numpy(), kind="stable")
    closed = np.searchsorted(subjects["window_end"].to_numpy()[order], subjects["as_of"].to_numpy(), "right")
    bad = np.concatenate([[0.0], np.cumsum(subjects["outcome"].to_numpy()[order])])[closed]
    enough = (np.minimum(bad, closed - bad) >= MIN_PER_CLASS) & (closed >= _LEAST_CLOSED * len(subjects))
    return max(_FIRST_FOLD, float(np.argmax(enough)) / len(subjects)) if enough.any() else _FIRST_FOLD


def _has_both(outcome: npt.NDArray[np.float64]) -> bool:
    return min(outcome.sum(), len(outcome) - outcome.sum()) >= MIN_PER_CLASS
