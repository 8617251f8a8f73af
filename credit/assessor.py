"""From a buyer's name to its assessment: the one path of command line, list and service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.answer import Answer
from credit.assess import limit_of
from credit.book import Book
from credit.books import Books, Month, subjects_at
from credit.cases import PART, Cases
from credit.desk import MAX_DAYS_BEHIND, Desk
from credit.dossier import Dossier
from credit.dossiers import DossierMaker, common_of
from credit.extras import Extras
from credit.facts import SubjectFacts
from credit.orders import Order
from credit.policy import Policy
from credit.publish import Published
from credit.release import Release
from credit.request import Request
from credit.side_facts import SideFacts, Sides
from credit.timing.answer import TimingAnswer
from features.build import Packed, build_packed
from features.errors import InputError

__all__ = ["MAX_DAYS_BEHIND", "Assessor", "UnknownBuyer"]

_NOTHING_MORE = Extras()

Progress = Callable[[int], None]


class UnknownBuyer(InputError):
    """The ledger names no such buyer."""


class Assessor:
    """Assesses buyers of one portfolio with one release.

    Parameters
    ----------
    packed : Packed
    release : Release

    Raises
    ------
    InputError
        Where the release is another seller's.
    """

    def __init__(self, packed: Packed, release: Release) -> None:
        self.packed = packed
        self.release = release
        self._buyers = frozenset(packed.block.buyer_ids)
        self._sides = SideFacts(packed, release.policy.orders)
        self._books = Books(packed, release)
        self._desk = self._open_desk()
        self._facts_by_month: dict[pd.Timestamp, list[SubjectFacts]] = {}

    def _open_desk(self) -> Desk:
        common = common_of(self.packed, self._sides.tables, self._books)
        return Desk(common, self.release)

    @cached_property
    def _dossiers(self) -> DossierMaker:
        return DossierMaker(self.packed, self._sides.tables)

    @property
    def buyer_ids(self) -> tuple[str, ...]:
        """Every buyer of the ledger."""
        return self.packed.block.buyer_ids

    def moment(self, as_of: str | datetime | None) -> pd.Timestamp:
        """Return `as_of` as an instant; the end of the books where nobody names one.

        Raises
        ------
        InputError
            Where the text is neither a date nor an instant, or lies so far after the end of the books that
            what was paid meanwhile would look unpaid.
        """
        return pd.Timestamp(self._desk.moment(as_of)).as_unit("s")

    def assess(
        self,
        buyer_id: str,
        as_of: str | datetime | None = None,
        request: Request | None = None,
        *,
        lang: str = "en",
        also: Extras = _NOTHING_MORE,
    ) -> dict[str, Any]:
        """Return the assessment of one buyer.

        Parameters
        ----------
        buyer_id : str
        as_of : str or datetime, optional
            A date means its end in the seller's time zone; default: the end of the books.
        request : Request, optional
            Without one, the late model speaks of the buyer's usual invoice.
        lang : {"en", "zh"}
        also : Extras
            Parts that are told only where they are asked for; without them they are None.

        Raises
        ------
        UnknownBuyer
            Where no table names the buyer.
        InputError
            Where `as_of` is unreadable, no rate for the request's currency was known then, or the earlier
            assessment is another buyer's or not earlier.
        """
        moment, dossier = self._desk.moment(as_of), self._dossier(buyer_id)
        return self._desk.assess(dossier, moment, request, lang=lang, also=also)

    def check_order(
        self,
        buyer_id: str,
        order: Order,
        as_of: str | datetime | None = None,
        *,
        published: Published | None = None,
        lang: str = "en",
    ) -> dict[str, Any]:
        """Return whether an order is released, held or referred: see `credit.orders.check_order`.

        Parameters
        ----------
        buyer_id : str
        order : Order
        as_of : str or datetime, optional
            As in `assess`.
        published : Published, optional
            The limit in force, where the caller keeps it; else that of the limits table, else the suggested.
        lang : {"en", "zh"}

        Raises
        ------
        UnknownBuyer, InputError
            As `assess`; a day of delivery before the moment.
        """
        moment, dossier = self._desk.moment(as_of), self._dossier(buyer_id)
        return self._desk.check_order(dossier, order, moment, published=published, lang=lang)[0]

    def _dossier(self, buyer_id: str) -> Dossier:
        if buyer_id not in self._buyers:
            raise UnknownBuyer.of(
                "the id of a buyer in the ledger",
                "an unknown one",
                "check the id, or import the buyer",
                column="buyer_id",
            )
        return self._dossiers.of(self.packed.block.position(buyer_id))

    def _sides_of(self, buyer_id: str, moment: pd.Timestamp, book: Book | None) -> Sides:
        exposures = {} if book is None else book.exposures
        return self._sides.of(self.packed.block.position(buyer_id), self._desk.at(moment), exposures)

    def assess_all(
        self, as_of: str | datetime | None = None, *, lang: str = "en", progress: Progress | None = None
    ) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
        """Return values and assessments of every buyer of the ledger, without requests.

        Parameters
        ----------
        as_of, lang :
            As in `assess`.
        progress : callable, optional
            Called with 1 after each buyer.
        """
        moment = self.moment(as_of)
        book, policy = self.book(moment), self.release.policy
        frames, told = [], []
        for cases in self.cases(moment):
            frames.append(cases.values)
            for said in cases.assessed(book, policy, lang):
                told.append(said)
                if progress is not None:
                    progress(1)
        return pd.concat(frames), told

    def cases(self, moment: pd.Timestamp, part: int = PART) -> Iterator[Cases]:
        """Yield the buyers of the ledger, in its order, with what their assessments follow from.

        Parameters
        ----------
        moment : Timestamp
            As `moment` gives it.
        part : int
            Buyers at a time; what is said of them does not depend on it.
        """
        for start in range(0, max(len(self.buyer_ids), 1), part):
            yield self._cases(self.buyer_ids[start : start + part], moment)

    def _cases(self, buyer_ids: tuple[str, ...], moment: pd.Timestamp) -> Cases:
        frame = build_packed(self.packed, subjects_at(buyer_ids, moment), assumes_usual=True)
        frame.index = pd.Index(buyer_ids, name="buyer_id")
        values, book = frame.to_numpy(), self.book(moment)
        facts = [
            self._facts(buyer_id, moment, values[row], None, self._sides_of(buyer_id, moment, book))
            for row, buyer_id in enumerate(buyer_ids)
        ]
        return Cases(frame, facts, self._answers(values), self._timing(values, facts, moment))

    def under(self, policy: Policy) -> Assessor:
        """Return an assessor of the same books and models with another policy; both share what models say."""
        other = copy(self)
        other.release = replace(self.release, policy=policy)
        if policy.orders != self.release.policy.orders:
            other._sides = SideFacts(self.packed, policy.orders, self._sides.tables)
            other._facts_by_month = {}
        other._books = self._books.under(policy)
        other._desk = other._open_desk()
        return other

    def limits_at(
        self, end: pd.Timestamp, buyer_ids: Collection[str] | None = None
    ) -> list[tuple[SubjectFacts, dict[str, Any]]]:
        """Return by buyer known at a month end the facts and what of the assessment a review publishes.

        Parameters
        ----------
        end : Timestamp
            End of a month (naive UTC). See `credit.assess.limit_of`; of the late model nothing is asked.
        buyer_ids : collection of str, optional
            Only these; the figures of the book are those of all buyers.
        """
        month, book, policy = self._books.month(end), self.book(end), self.release.policy
        if buyer_ids is None:
            pairs = zip(self._month_facts(end), month.answers, strict=True)
        else:
            rows = [row for row, buyer_id in enumerate(month.buyer_ids) if buyer_id in buyer_ids]
            told = [self._month_fact(month, row, end, book) for row in rows]
            pairs = zip(told, [month.answers[row] for row in rows], strict=True)
        return [(facts, limit_of(facts, said, book, policy)) for facts, said in pairs]

    def _month_facts(self, end: pd.Timestamp) -> list[SubjectFacts]:
        if end not in self._facts_by_month:
            month, book = self._books.month(end), self.book(end)
            self._facts_by_month.clear()
            self._facts_by_month[end] = [
                self._month_fact(month, row, end, book) for row in range(len(month.buyer_ids))
            ]
        return self._facts_by_month[end]

    def _month_fact(self, month: Month, row: int, end: pd.Timestamp, book: Book | None) -> SubjectFacts:
        buyer_id = month.buyer_ids[row]
        return self._facts(buyer_id, end, month.values[row], None, self._sides_of(buyer_id, end, book))

    def without_sides(
        self, buyer_ids: Sequence[str], moments: Sequence[pd.Timestamp], values: npt.NDArray[np.float64]
    ) -> list[tuple[SubjectFacts, dict[str, Answer]]]:
        """Return facts and answers of many subjects with requests, from their features alone.

        Parameters
        ----------
        buyer_ids, moments : sequence, length n
        values : float64 ndarray, shape (n, len(NAMES))
            Features of the catalog; securities, open orders and the like are not looked up.
        """
        answers = self._answers(values, contributions=False)
        nothing = Sides({})
        return [
            (self._facts(buyer_id, moment, values[row], None, nothing), answers[row])
            for row, (buyer_id, moment) in enumerate(zip(buyer_ids, moments, strict=True))
        ]

    def book(self, moment: pd.Timestamp) -> Book | None:
        """Return the figures of the whole book at the month end before a moment; None before the first."""
        return self._books.before(moment)

    def _answers(
        self, values: npt.NDArray[np.float64], *, contributions: bool = True
    ) -> list[dict[str, Answer]]:
        return self._desk.answers(values, contributions=contributions)

    def _timing(
        self, values: npt.NDArray[np.float64], facts: Sequence[SubjectFacts], moment: pd.Timestamp
    ) -> Sequence[TimingAnswer | None]:
        return self._desk.timing(values, facts, moment)

    def _facts(
        self,
        buyer_id: str,
        moment: pd.Timestamp,
        values: npt.NDArray[np.float64],
        request: Request | None,
        sides: Sides,
    ) -> SubjectFacts:
        return self._desk.facts(buyer_id, moment.to_pydatetime(), values, request, sides)
