"""From a buyer's name to its assessment: the one path of command line, list and service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.answer import Answer
from credit.assess import assess, limit_of
from credit.book import Book
from credit.books import Books, Month, subjects_at
from credit.cases import PART, Cases
from credit.changes import changes_of, check_previous
from credit.extras import Extras
from credit.facts import SubjectFacts
from credit.levers import Lever, applied
from credit.orders import Order, check_order
from credit.policy import Policy
from credit.publish import Published
from credit.raises import raises_of
from credit.release import TIMING, Release
from credit.request import Request
from credit.side_facts import Moment, SideFacts, Sides, moment_of
from credit.timing.answer import TimingAnswer, timing_answers
from features.build import Asked, Packed, build_packed, one_subject
from features.catalog import CATALOG_HASH, NAMES
from features.engine.compute import compute
from features.errors import InputError
from features.instants import day_of, parse_as_of

__all__ = ["MAX_DAYS_BEHIND", "Assessor", "UnknownBuyer"]

MAX_DAYS_BEHIND = 7
"""Days after the end of the books for which is still answered, with the warning ``books_behind``."""

_NOTHING_MORE = Extras()

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
        self._has_ledger = len(packed.portfolio.table("invoices")) > 0
        self._sides = SideFacts(packed, release.policy.orders)
        self._books = Books(packed, release)
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
        moment = self.moment(as_of)
        subject = self._subject(buyer_id, moment, request)
        said = subject.assessed(self.release.policy, lang=lang, also=also)
        if also.since is not None or also.previous is not None:
            said["changes"] = self._changes(said, moment, request, also, lang)
        if also.raises:
            policy, again = self.release.policy, partial(self._reassess, subject)
            said["raises"] = raises_of(subject.facts, said, again, policy, lang=lang)
        return said

    def _reassess(self, subject: _Subject, levers: Sequence[Lever]) -> list[dict[str, Any]]:
        """Assess a buyer after each lever, by the same models, book and policy."""
        if not levers:
            return []
        values = np.repeat(subject.values[None, :], len(levers), axis=0)
        for row, lever in enumerate(levers):
            for name, value in lever.values.items():
                values[row, NAMES.index(name)] = value
        told = zip(levers, self._answers(values), strict=True)
        policy = self.release.policy
        return [assess(applied(subject.facts, each), said, subject.book, policy) for each, said in told]

    def _changes(
        self, said: dict[str, Any], moment: pd.Timestamp, request: Request | None, also: Extras, lang: str
    ) -> dict[str, Any]:
        """Assess the facts of an earlier moment with the models of today, and tell what changed."""
        buyer_id, currency = str(said["buyer_id"]), self.packed.portfolio.seller.reporting_currency
        previous = None if also.previous is None else check_previous(also.previous, buyer_id, currency)
        since = self.moment(also.since if previous is None else previous["as_of"])
        if since >= moment:
            step = "name an earlier moment"
            raise InputError.of("a moment before that of the assessment", "a later one", step, column="since")
        then = self._subject(buyer_id, since, request).assessed(self.release.policy, lang=lang)
        return changes_of(said, then, previous, lang=lang)

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
        timing = self._timing(values, [facts], moment)[0]
        return _Subject(facts, self._answers(values)[0], book, timing, values[0])

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
            other._sides = SideFacts(self.packed, policy.orders)
            other._facts_by_month = {}
        other._books = self._books.under(policy)
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

    def _at(self, moment: pd.Timestamp) -> Moment:
        return moment_of(moment, self.packed.portfolio.seller.timezone)

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
        model = self.release.timing
        if model is None:
            return [None] * len(facts)
        return timing_answers(model, values, facts, self._at(moment).date)

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
            local_day=self._at(moment).date,
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


@dataclass(frozen=True)
class _Subject:
    """All that the assessment of one buyer follows from, beside the policy."""

    facts: SubjectFacts
    answers: dict[str, Answer]
    book: Book | None
    timing: TimingAnswer | None
    values: npt.NDArray[np.float64]

    def assessed(self, policy: Policy, *, lang: str, also: Extras = _NOTHING_MORE) -> dict[str, Any]:
        return assess(
            self.facts,
            self.answers,
            self.book,
            policy,
            lang=lang,
            offers=also.offers,
            peers=also.peers,
            timing=self.timing,
        )


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
