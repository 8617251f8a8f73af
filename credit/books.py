"""The seller's book at each month end, made when somebody asks for the first time."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.answer import Answer
from credit.book import Book, LossBasis, make_book
from credit.cures import Cures, cures_of, shipped_definition
from credit.policy import Policy
from credit.release import Release
from credit.side_facts import Moment, moment_of
from credit.workout import workout_of
from features.build import Packed, build_packed
from features.catalog import NAMES
from features.columns import TABLES
from features.instants import month_end_before
from features.portfolio import Portfolio

__all__ = ["Books", "Month", "known_since", "subjects_at"]

_KEPT_MONTHS = 3
"""Month ends whose features are kept: policies that are compared ask for the same ones."""


class Month(NamedTuple):
    """Buyers at a month end.

    Parameters
    ----------
    buyer_ids : tuple of str, length n
        Those of whom something was known.
    values : float64 ndarray, shape (n, len(NAMES))
    probability : float64 ndarray, shape (n,)
        Of default; NaN where the model cannot say, or there is none.
    answers : list of mapping of str to Answer
        What the default model says, without parts.
    """

    buyer_ids: tuple[str, ...]
    values: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    answers: list[dict[str, Answer]]


class Books:
    """Figures of the whole book, one set a month end.

    Parameters
    ----------
    packed : Packed
    release : Release
        Whose default model and policy the figures are made with.
    """

    def __init__(self, packed: Packed, release: Release) -> None:
        self._packed, self._release = packed, release
        self._known_from = known_since(packed.portfolio)
        self._months: dict[pd.Timestamp, Month] = {}
        self._made: dict[pd.Timestamp, Book] = {}

    def under(self, policy: Policy) -> Books:
        """Return the figures under another policy; both share features and what models say."""
        other = copy(self)
        other._release = replace(self._release, policy=policy)
        other._made = {}
        return other

    def before(self, moment: pd.Timestamp) -> Book | None:
        """Return the figures of the month end before a moment; None before the first."""
        portfolio = self._packed.portfolio
        end = month_end_before(moment, portfolio.seller.timezone)
        if end < portfolio.observed_from:
            return None
        if end not in self._made:
            self._made[end] = self._make(end)
        return self._made[end]

    def month(self, end: pd.Timestamp) -> Month:
        """Return the features of all buyers known at a month end, and what the default model says of them."""
        if end not in self._months:
            while len(self._months) >= _KEPT_MONTHS:
                del self._months[min(self._months)]
            self._months[end] = self._make_month(end)
        return self._months[end]

    def _make_month(self, end: pd.Timestamp) -> Month:
        # Reason: a buyer of whom nothing was known yet is no part of the book of that day.
        buyers = tuple(self._known_from.index[self._known_from <= end])
        values = build_packed(self._packed, subjects_at(buyers, end), assumes_usual=True).to_numpy()
        model = self._release.models.get("default")
        if model is None or not buyers:
            return Month(buyers, values, np.full(len(values), np.nan), [{}] * len(buyers))
        answers = model.answers(values, self._release.versions["default"], contributions=False)
        pds = [np.nan if answer.probability is None else answer.probability for answer in answers]
        return Month(buyers, values, np.array(pds), [{"default": answer} for answer in answers])

    def _make(self, end: pd.Timestamp) -> Book:
        month, model = self.month(end), self._release.models.get("default")
        definition = "" if model is None else model.spec.outcome
        seller, policy = self._packed.portfolio.seller, self._release.policy
        at = moment_of(end, seller.timezone)
        workout = workout_of(self._packed.block, at.second, at.day, policy.own_recoveries)
        basis = LossBasis(definition, workout, self._cures(at, definition))
        index = pd.Index(month.buyer_ids, name="buyer_id", dtype="str")
        frame = pd.DataFrame(month.values, index=index, columns=list(NAMES))
        return make_book(frame, month.probability, seller, policy, basis=basis, as_of=end.to_pydatetime())

    def _cures(self, at: Moment, tag: str) -> Cures | None:
        """Return own cures by the definition of the model, where that is the shipped one."""
        definition = shipped_definition(tag)
        if definition is None:
            return None
        rules = self._release.policy.own_cures
        return cures_of(self._packed.block, at.second, at.day, definition, rules)


def subjects_at(buyer_ids: Sequence[str], moment: pd.Timestamp) -> pd.DataFrame:
    """Return subjects without requests: buyers at one moment."""
    subjects = pd.DataFrame({"buyer_id": pd.Series(list(buyer_ids), dtype="str"), "as_of": moment})
    return subjects.astype({"as_of": "datetime64[s]"})


def known_since(portfolio: Portfolio) -> pd.Series[Any]:
    """Return by buyer the instant at which the first fact of it was known."""
    facts = [
        frame[["buyer_id", TABLES[name].knowledge]].set_axis(["buyer_id", "known"], axis=1)
        for name, frame in portfolio.tables.items()
        if "buyer_id" in frame
    ]
    return pd.concat(facts).groupby("buyer_id")["known"].min()
