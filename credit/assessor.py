"""From a buyer's name to its assessment: the one path of command line, list and service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.answer import Answer
from credit.assess import assess, limit_of
from credit.book import Book, LossBasis, make_book
from credit.facts import SubjectFacts
from credit.orders import Order, check_order
from credit.policy import Policy
from credit.publish import Published
from credit.release import TIMING, Release
from credit.request import Request
from credit.side_facts import Moment, SideFacts, Sides
from credit.timing.answer import TimingAnswer, timing_answers
from credit.workout import workout_of
from features.build import Asked, Packed, build_packed, one_subject
from features.catalog import CATALOG_HASH, NAMES
from features.columns import TABLES
from features.engine.compute import compute
from features.errors import InputError
from features.instants import day_of, month_end_before, parse_as_of
from features.portfolio import Portfolio

__all__ = ["MAX_DAYS_BEHIND", "Assessor", "UnknownBuyer"]

MAX_DAYS_BEHIND = 7
"""Days after the end of the books for which is still answered, with the warning ``books_behind``."""

_EPOCH = date(1970, 1, 1).toordinal()

_KEPT_MONTHS = 3
"""Month ends whose features are kept: policies that are compared ask for the same ones."""

Progress = Callable[[int], None]
Warning_ = dict[str, str]


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
        seller = packed.portfolio.seller.seller_id
        if release.seller_id != seller:
            step = "set CREDENCE_HOME to the home of this seller"
            raise InputError.of(f"a portfolio of seller '{release.seller_id}'", f"one of '{seller}'", step)
        self.packed = packed
        self.release = release
        self._buyers = frozenset(packed.block.buyer_ids)
        self._known_from = _known_from(packed.portfolio)
        self._has_ledger = len(packed.portfolio.table("invoices")) > 0
        self._sides = SideFacts(packed, release.policy.orders)
        self._books: dict[pd.Timestamp, Book] = {}
        self._months: dict[pd.Timestamp, _Month] = {}
        self._facts_by_month: dict[pd.Timestamp, list[SubjectFacts]] = {}

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
        until = self.packed.portfolio.observed_until
        if as_of is None:
            return until
        moment = parse_as_of(as_of, self.packed.portfolio.seller.timezone)
        if moment > until + pd.Timedelta(days=MAX_DAYS_BEHIND):
            expected = f"a moment at most {MAX_DAYS_BEHIND} days after the books end ({until:%Y-%m-%d})"
            step = "load later books: what was paid since would look unpaid"
            raise InputError.of(expected, "a later one", step, column="as_of")
        return moment

    def assess(
        self,
        buyer_id: str,
        as_of: str | datetime | None = None,
        request: Request | None = None,
        *,
        lang: str = "en",
        offers: bool = False,
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
        offers : bool
            Also suggest terms and offers.

        Raises
        ------
        UnknownBuyer
            Where no table names the buyer.
        InputError
            Where `as_of` is unreadable, or no rate for the request's currency was known then.
        """
        subject = self._subject(buyer_id, self.moment(as_of), request)
        return subject.assessed(self.release.policy, lang=lang, offers=offers)

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
        subject = self._subject(buyer_id, self.moment(as_of), order.as_request(), order.order_id)
        policy = self.release.policy
        said = subject.assessed(policy, lang=lang)
        return check_order(subject.facts, order, said, policy, published=published, lang=lang)

    def _subject(
        self, buyer_id: str, moment: pd.Timestamp, request: Request | None, without_order: str = ""
    ) -> _Subject:
        if buyer_id not in self._buyers:
            raise UnknownBuyer.of(
                "the id of a buyer in the ledger",
                "an unknown one",
                "check the id, or import the buyer",
                column="buyer_id",
            )
        values, book = self._values(buyer_id, moment, request), self.book(moment)
        sides = self._sides_of(buyer_id, moment, book, without_order)
        facts = self._facts(buyer_id, moment, values[0], request, sides)
        return _Subject(facts, self._answers(values)[0], book, self._timing(values, [facts], moment)[0])

    def _sides_of(
        self, buyer_id: str, moment: pd.Timestamp, book: Book | None, without_order: str = ""
    ) -> Sides:
        exposures = {} if book is None else book.exposures
        position = self.packed.block.position(buyer_id)
        return self._sides.of(position, self._at(moment), exposures, without_order=without_order)

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
        frame = build_packed(self.packed, _subjects(self.buyer_ids, moment), assumes_usual=True)
        frame.index = pd.Index(self.buyer_ids, name="buyer_id")
        values = frame.to_numpy()
        answers, book = self._answers(values), self.book(moment)
        facts = [
            self._facts(buyer_id, moment, values[row], None, self._sides_of(buyer_id, moment, book))
            for row, buyer_id in enumerate(self.buyer_ids)
        ]
        timing, policy = self._timing(values, facts, moment), self.release.policy
        told = []
        for of_buyer, said, when in zip(facts, answers, timing, strict=True):
            told.append(assess(of_buyer, said, book, policy, lang=lang, timing=when))
            if progress is not None:
                progress(1)
        return frame, told

    def under(self, policy: Policy) -> Assessor:
        """Return an assessor of the same books and models with another policy; both share what models say."""
        other = copy(self)
        other.release = replace(self.release, policy=policy)
        if policy.orders != self.release.policy.orders:
            other._sides = SideFacts(self.packed, policy.orders)
            other._facts_by_month = {}
        other._books = {}
        return other

    def limits_at(self, end: pd.Timestamp) -> list[tuple[SubjectFacts, dict[str, Any]]]:
        """Return by buyer known at a month end the facts and what of the assessment a review publishes.

        Parameters
        ----------
        end : Timestamp
            End of a month (naive UTC). See `credit.assess.limit_of`; of the late model nothing is asked.
        """
        answers, book, policy = self._month(end).answers, self.book(end), self.release.policy
        pairs = zip(self._month_facts(end), answers, strict=True)
        return [(facts, limit_of(facts, said, book, policy)) for facts, said in pairs]

    def _month_facts(self, end: pd.Timestamp) -> list[SubjectFacts]:
        if end not in self._facts_by_month:
            month, book = self._month(end), self.book(end)
            self._facts_by_month.clear()
            self._facts_by_month[end] = [
                self._facts(buyer_id, end, month.values[row], None, self._sides_of(buyer_id, end, book))
                for row, buyer_id in enumerate(month.buyer_ids)
            ]
        return self._facts_by_month[end]

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
        portfolio = self.packed.portfolio
        end = month_end_before(moment, portfolio.seller.timezone)
        if end < portfolio.observed_from:
            return None
        if end not in self._books:
            self._books[end] = self._make_book(end)
        return self._books[end]

    def _make_book(self, end: pd.Timestamp) -> Book:
        month, model = self._month(end), self.release.models.get("default")
        definition = "" if model is None else model.spec.outcome
        seller, policy = self.packed.portfolio.seller, self.release.policy
        at = self._at(end)
        basis = LossBasis(definition, workout_of(self.packed.block, at.second, at.day, policy.own_recoveries))
        frame = pd.DataFrame(
            month.values, index=pd.Index(month.buyer_ids, name="buyer_id", dtype="str"), columns=list(NAMES)
        )
        return make_book(frame, month.probability, seller, policy, basis=basis, as_of=end.to_pydatetime())

    def _month(self, end: pd.Timestamp) -> _Month:
        """Return the features of all buyers known at a month end, and what the default model says of them."""
        if end not in self._months:
            while len(self._months) >= _KEPT_MONTHS:
                del self._months[min(self._months)]
            self._months[end] = self._make_month(end)
        return self._months[end]

    def _make_month(self, end: pd.Timestamp) -> _Month:
        # Reason: a buyer of whom nothing was known yet is no part of the book of that day.
        buyers = tuple(self._known_from.index[self._known_from <= end])
        values = build_packed(self.packed, _subjects(buyers, end), assumes_usual=True).to_numpy()
        model = self.release.models.get("default")
        if model is None or not buyers:
            return _Month(buyers, values, np.full(len(values), np.nan), [{}] * len(buyers))
        answers = model.answers(values, self.release.versions["default"], contributions=False)
        pds = [np.nan if answer.probability is None else answer.probability for answer in answers]
        return _Month(buyers, values, np.array(pds), [{"default": answer} for answer in answers])

    def _at(self, moment: pd.Timestamp) -> Moment:
        second, zone = int(moment.timestamp()), ZoneInfo(self.packed.portfolio.seller.timezone)
        day = datetime.fromtimestamp(second, zone).date().toordinal() - _EPOCH
        return Moment(second, day)

    def _values(
        self, buyer_id: str, moment: pd.Timestamp, request: Request | None
    ) -> npt.NDArray[np.float64]:
        arrays = one_subject(self.packed, buyer_id, moment, _asked(request))
        _check_amount(arrays.amount[0], request)
        return compute(self.packed.block, arrays, self.packed.context, assumes_usual=True)

    def _answers(
        self, values: npt.NDArray[np.float64], *, contributions: bool = True
    ) -> list[dict[str, Answer]]:
        by_model = {
            name: model.answers(values, self.release.versions[name], contributions=contributions)
            for name, model in self.release.models.items()
        }
        asked = ~np.isnan(values[:, NAMES.index("request_amount")])
        return [
            {
                name: answers[row] if name != "late" or asked[row] else _no_request(answers[row])
                for name, answers in by_model.items()
            }
            for row in range(len(values))
        ]

    def _timing(
        self, values: npt.NDArray[np.float64], facts: Sequence[SubjectFacts], moment: pd.Timestamp
    ) -> Sequence[TimingAnswer | None]:
        model, timezone = self.release.timing, self.packed.portfolio.seller.timezone
        if model is None:
            return [None] * len(facts)
        today = day_of(pd.DatetimeIndex([moment]), timezone)[0].date()
        return timing_answers(model, values, facts, today, timezone)

    def _facts(
        self,
        buyer_id: str,
        moment: pd.Timestamp,
        values: npt.NDArray[np.float64],
        request: Request | None,
        sides: Sides,
    ) -> SubjectFacts:
        named = self._with_nothing_owed(dict(zip(NAMES, values.tolist(), strict=True)), moment)
        currency = self.packed.portfolio.seller.reporting_currency
        return SubjectFacts(
            buyer_id=buyer_id,
            as_of=moment.to_pydatetime(),
            values={**named, **sides.values},
            request=request or _usual(named, currency),
            reporting_currency=currency,
            release=self.release.release_id,
            versions={"catalog": CATALOG_HASH[:12], **self._timing_version},
            warnings=self._warnings(moment),
            securities=sides.securities,
            country=sides.country,
        )

    @property
    def _timing_version(self) -> dict[str, str]:
        name = self.release.versions.get(TIMING)
        return {} if name is None else {TIMING: name}

    def _with_nothing_owed(self, named: dict[str, float], moment: pd.Timestamp) -> dict[str, float]:
        """Return the values with an exposure of 0 for a buyer without items in a ledger.

        Without a ledger, or before it begins, nobody knows what a buyer owes. The models see no such zeros:
        a prospect must not look like a buyer that has paid everything.
        """
        is_known = self._has_ledger and moment >= self.packed.portfolio.observed_from
        if not is_known or not np.isnan(named["count_open"]):
            return named
        return {**named, "exposure": 0.0, "overdue_amount": 0.0}

    def _warnings(self, moment: pd.Timestamp) -> Sequence[Warning_]:
        portfolio = self.packed.portfolio
        found = []
        if moment > portfolio.observed_until:
            found.append(self._warning("books_behind", portfolio.observed_until))
        if moment < portfolio.observed_from:
            found.append(self._warning("before_the_books", portfolio.observed_from))
        return found

    def _warning(self, code: str, instant: pd.Timestamp) -> Warning_:
        day = day_of(pd.Series([instant]), self.packed.portfolio.seller.timezone)[0]
        return {"code": code, "field": "as_of", "date": day.date().isoformat()}


class _Month(NamedTuple):
    """A month end: buyers known then, their features, and what the default model says of them."""

    buyer_ids: tuple[str, ...]
    values: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    answers: Sequence[dict[str, Answer]]


@dataclass(frozen=True)
class _Subject:
    """All that the assessment of one buyer follows from, beside the policy."""

    facts: SubjectFacts
    answers: dict[str, Answer]
    book: Book | None
    timing: TimingAnswer | None

    def assessed(self, policy: Policy, *, lang: str, offers: bool = False) -> dict[str, Any]:
        return assess(
            self.facts, self.answers, self.book, policy, lang=lang, offers=offers, timing=self.timing
        )


def _known_from(portfolio: Portfolio) -> pd.Series[Any]:
    """Return by buyer the instant at which the first fact of it was known."""
    facts = [
        frame[["buyer_id", TABLES[name].knowledge]].set_axis(["buyer_id", "known"], axis=1)
        for name, frame in portfolio.tables.items()
        if "buyer_id" in frame
    ]
    return pd.concat(facts).groupby("buyer_id")["known"].min()


def _subjects(buyer_ids: Sequence[str], moment: pd.Timestamp) -> pd.DataFrame:
    subjects = pd.DataFrame({"buyer_id": pd.Series(list(buyer_ids), dtype="str"), "as_of": moment})
    return subjects.astype({"as_of": "datetime64[s]"})


def _asked(request: Request | None) -> Asked:
    if request is None:
        return Asked()
    return Asked(request.amount, request.currency, request.terms_days, request.due_on)


def _check_amount(converted: float, request: Request | None) -> None:
    """Refuse an amount without a rate: the usual invoice must not stand in for it."""
    if request is None or request.amount is None or not np.isnan(converted):
        return
    step = f"load rates for {request.currency} into table fx, or ask in the reporting currency"
    raise InputError.of("a currency with a rate known at as_of", "none", step, table="fx", column="currency")


def _usual(values: dict[str, float], currency: str) -> Request | None:
    """Return the buyer's usual invoice as an assumed request; None where none is known."""
    amount, terms = values["request_amount"], values["request_terms_days"]
    if np.isnan(amount) or amount <= 0:
        return None
    days = None if np.isnan(terms) else round(terms)
    return Request("order", amount, currency, terms_days=days, assumed=True)


def _no_request(answer: Answer) -> Answer:
    return replace(
        answer, status="no_request", probability=None, log_odds=None, base_log_odds=None, contributions={}
    )
