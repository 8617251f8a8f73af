"""The seller's book at each month end, made when somebody asks for the first time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from credit.book import Book, LossBasis, make_book
from credit.release import Release
from credit.side_facts import moment_of
from credit.workout import workout_of
from features.build import Packed, build_packed
from features.columns import TABLES
from features.instants import month_end_before
from features.portfolio import Portfolio

__all__ = ["Books", "subjects_at"]


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
        self._known_from = _known_from(packed.portfolio)
        self._made: dict[pd.Timestamp, Book] = {}

    def before(self, moment: pd.Timestamp) -> Book | None:
        """Return the figures of the month end before a moment; None before the first."""
        portfolio = self._packed.portfolio
        end = month_end_before(moment, portfolio.seller.timezone)
        if end < portfolio.observed_from:
            return None
        if end not in self._made:
            self._made[end] = self._make(end)
        return self._made[end]

    def _make(self, end: pd.Timestamp) -> Book:
        # Reason: a buyer of whom nothing was known yet is no part of the book of that day.
        buyers = list(self._known_from.index[self._known_from <= end])
        frame = build_packed(self._packed, subjects_at(buyers, end))
        frame.index = pd.Index(buyers, name="buyer_id", dtype="str")
        model = self._release.models.get("default")
        probability = (
            np.full(len(frame), np.nan)
            if model is None or not buyers
            else model.predict(frame, contributions=False).probability
        )
        definition = "" if model is None else model.spec.outcome
        seller, policy = self._packed.portfolio.seller, self._release.policy
        at = moment_of(end, seller.timezone)
        workout = workout_of(self._packed.block, at.second, at.day, policy.own_recoveries)
        basis = LossBasis(definition, workout)
        return make_book(frame, probability, seller, policy, basis=basis, as_of=end.to_pydatetime())


def subjects_at(buyer_ids: Sequence[str], moment: pd.Timestamp) -> pd.DataFrame:
    """Return subjects without requests: buyers at one moment."""
    subjects = pd.DataFrame({"buyer_id": pd.Series(list(buyer_ids), dtype="str"), "as_of": moment})
    return subjects.astype({"as_of": "datetime64[s]"})


def _known_from(portfolio: Portfolio) -> pd.Series[Any]:
    """Return by buyer the instant at which the first fact of it was known."""
    facts = [
        frame[["buyer_id", TABLES[name].knowledge]].set_axis(["buyer_id", "known"], axis=1)
        for name, frame in portfolio.tables.items()
        if "buyer_id" in frame
    ]
    return pd.concat(facts).groupby("buyer_id")["known"].min()
