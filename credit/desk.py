"""From one buyer's dossier to its assessment, without a frame: the path of every single call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.assess import assess, score_of
from credit.book import Book
from credit.changes import changes_of, check_previous
from credit.common import Common
from credit.dossier import Dossier
from credit.extras import Extras
from credit.facts import SubjectFacts
from credit.levers import Lever, applied
from credit.orders import Order, check_order
from credit.policy import Policy
from credit.publish import Published
from credit.raises import raises_of
from credit.release import TIMING, Release
from credit.request import Request
from credit.reservations import Reservation, with_reservations
from credit.sides import Moment, SideReader, Sides, moment_of
from credit.timing.answer import TimingAnswer, timing_answers
from features.as_of import instant_of
from features.catalog import CATALOG_HASH, NAMES
from features.engine.compute import compute
from features.errors import InputError
from features.one_subject import Asked, subject_of

__all__ = ["MAX_DAYS_BEHIND", "Desk"]

MAX_DAYS_BEHIND = 7
"""Days after the end of the books for which is still answered, with the warning ``books_behind``."""

_NOTHING_MORE = Extras()

_AMOUNT = NAMES.index("request_amount")

Floats = npt.NDArray[np.float64]
Warning_ = dict[str, str]


class Desk:
    """Assesses buyers of one seller, a dossier at a time, with one release.

    Parameters
    ----------
    common : Common
    release : Release

    Raises
    ------
    InputError
        Where the release is another seller's.
    """

    def __init__(self, common: Common, release: Release) -> None:
        seller = common.seller
        if release.seller_id != seller.seller_id:
            step = "set CREDENCE_HOME to the home of this seller"
            found = f"one of '{seller.seller_id}'"
            raise InputError.of(f"a portfolio of seller '{release.seller_id}'", found, step)
        self.common, self.release = common, release
        self._sides = SideReader(
            release.policy.orders, seller.reporting_currency, common.rates, common.members
        )
        timing = release.versions.get(TIMING)
        self._versions = {"catalog": CATALOG_HASH[:12], **({} if timing is None else {TIMING: timing})}

    def moment(self, as_of: str | datetime | None) -> datetime:
        """Return `as_of` as a naive UTC instant; the end of the books where nobody names one.

        Raises
        ------
        InputError
            Where the text is neither a date nor an instant, or lies so far after the end of the books that
            what was paid meanwhile would look unpaid.
        """
        until = self.common.observed_until
        if as_of is None:
            return until
        moment = instant_of(as_of, self.common.seller.timezone)
        if moment > until + timedelta(days=MAX_DAYS_BEHIND):
            expected = f"a moment at most {MAX_DAYS_BEHIND} days after the books end ({until:%Y-%m-%d})"
            step = "load later books: what was paid since would look unpaid"
            raise InputError.of(expected, "a later one", step, column="as_of")
        return moment

    def assess(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None = None,
        *,
        lang: str = "en",
        also: Extras = _NOTHING_MORE,
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """Return the assessment of one buyer.

        Parameters
        ----------
        dossier : Dossier
        moment : datetime
            Naive UTC, as `moment` gives it.
        request : Request, optional
            Without one, the late model speaks of the buyer's usual invoice.
        lang : {"en", "zh"}
        also : Extras
            Parts that are told only where they are asked for; without them they are None.
        now : datetime, optional
            When somebody asks (naive UTC), where later than `moment`: books that end before are behind.

        Raises
        ------
        InputError
            Where no rate for the request's currency was known then, or the earlier assessment is another
            buyer's or not earlier.
        """
        subject = self._subject(dossier, moment, request, now=now)
        said = subject.assessed(self.release.policy, lang=lang, also=also)
        if also.since is not None or also.previous is not None:
            said["changes"] = self._changes(said, dossier, moment, request, also, lang)
        if also.raises:
            policy, again = self.release.policy, partial(self._reassess, subject)
            said["raises"] = raises_of(subject.facts, said, again, policy, lang=lang)
        return said

    def score(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None = None,
        *,
        lang: str = "en",
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """Return of the assessment of one buyer what the models say, without why and without a limit.

        Parameters
        ----------
        dossier, moment, request, lang, now :
            As in `assess`.

        Returns
        -------
        dict
            See `credit.assess.score_of`.

        Raises
        ------
        InputError
            As `assess`.
        """
        facts, book, values = self._known(dossier, moment, request, now=now)
        answers = self.answers(values, contributions=False)[0]
        return score_of(facts, answers, book, self.release.policy, lang=lang)

    def check_order(  # noqa: PLR0913  (all that a check follows from, by name)
        self,
        dossier: Dossier,
        order: Order,
        moment: datetime,
        *,
        published: Published | None = None,
        reserved: Sequence[Reservation] = (),
        lang: str = "en",
        now: datetime | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return whether an order is released, held or referred, and the assessment that it is judged on.

        The first is what `credit.orders.check_order` gives; it names the second by its id.

        Parameters
        ----------
        dossier : Dossier
        order : Order
        moment : datetime
            As in `assess`.
        published : Published, optional
            The limit in force, where the caller keeps it; else that of the limits table, else the suggested.
        reserved : sequence of Reservation
            Other orders of the buyer that were released; those that the books know count as these say.
        lang : {"en", "zh"}
        now : datetime, optional
            As in `assess`.

        Raises
        ------
        InputError
            As `assess`; a day of delivery before the moment.
        """
        policy = self.release.policy
        subject = self._subject(dossier, moment, order.as_request(), order.order_id, now=now)
        if reserved:
            subject = replace(subject, facts=self._with_reserved(subject.facts, dossier, reserved))
        said = subject.assessed(policy, lang=lang)
        return check_order(subject.facts, order, said, policy, published=published, lang=lang), said

    def answers(self, values: Floats, *, contributions: bool = True) -> list[dict[str, Answer]]:
        """Return what each risk model says of subjects, shape (n, len(NAMES))."""
        by_model = {
            name: model.answers(values, self.release.versions[name], contributions=contributions)
            for name, model in self.release.models.items()
        }
        asked = ~np.isnan(values[:, _AMOUNT])
        return [
            {
                name: answers[row] if name != "late" or asked[row] else _no_request(answers[row])
                for name, answers in by_model.items()
            }
            for row in range(len(values))
        ]

    def timing(
        self, values: Floats, facts: Sequence[SubjectFacts], moment: datetime
    ) -> Sequence[TimingAnswer | None]:
        """Return when subjects of one moment would pay; None for each where the release has no such model."""
        model = self.release.timing
        if model is None:
            return [None] * len(facts)
        return timing_answers(model, values, facts, self.at(moment).date)

    def _with_reserved(
        self, facts: SubjectFacts, dossier: Dossier, reserved: Sequence[Reservation]
    ) -> SubjectFacts:
        horizon = facts.today + timedelta(days=self.release.policy.orders.credit_horizon_days)
        known = {str(row[-1]) for row in dossier.rows.orders}
        return replace(facts, values=with_reservations(facts.values, reserved, known, horizon))

    def facts(
        self,
        buyer_id: str,
        moment: datetime,
        values: Floats,
        request: Request | None,
        sides: Sides,
        now: datetime | None = None,
    ) -> SubjectFacts:
        """Return what is known of a subject from its features, shape (len(NAMES),), and its sides."""
        named = dict(zip(NAMES, values.tolist(), strict=True))
        self._put_nothing_owed(named, moment)
        usual = request or _usual(named, self.common.seller.reporting_currency)
        named |= sides.values
        named |= self._days_behind(now or moment) | self._days_since(moment, now)
        currency = self.common.seller.reporting_currency
        return SubjectFacts(
            buyer_id=buyer_id,
            as_of=moment,
            values=named,
            request=usual,
            reporting_currency=currency,
            release=self.release.release_id,
            versions=self._versions,
            facts_seq=self.common.facts_seq,
            warnings=self._warnings(moment, now or moment),
            securities=sides.securities,
            country=sides.country,
            local_day=self.at(moment).date,
        )

    def at(self, moment: datetime) -> Moment:
        """Return an instant with its day where the seller is."""
        return moment_of(moment, self.common.seller.timezone)

    def _subject(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None,
        without_order: str = "",
        now: datetime | None = None,
    ) -> _Subject:
        facts, book, values = self._known(dossier, moment, request, without_order, now)
        timing = self.timing(values, [facts], moment)[0]
        return _Subject(facts, self.answers(values)[0], book, timing, values[0])

    def _known(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None,
        without_order: str = "",
        now: datetime | None = None,
    ) -> tuple[SubjectFacts, Book | None, Floats]:
        """Return the facts of one buyer, the book, and the features, shape (1, len(NAMES))."""
        holding, at = dossier.holding(self.common.rates, self.common.members), self.at(moment)
        arrays = subject_of(
            0, at.second, self.common.seller.timezone, _asked(request), self._rate(request, at.second)
        )
        values = compute(holding.block, arrays, self.common.context, assumes_usual=True)
        book = self.common.book(moment)
        exposures = {} if book is None else book.exposures
        sides = self._sides.of(holding, at, exposures, without_order=without_order)
        return self.facts(dossier.buyer_id, moment, values[0], request, sides, now), book, values

    def _rate(self, request: Request | None, second: int) -> float:
        """Refuse an amount without a rate: the usual invoice must not stand in for it."""
        if request is None or request.amount is None or request.currency is None:
            return 1.0
        rate = self.common.rates.unit(request.currency, second)
        if np.isnan(rate):
            step = f"load rates for {request.currency} into table fx, or ask in the reporting currency"
            expected = "a currency with a rate known at as_of"
            raise InputError.of(expected, "none", step, table="fx", column="currency")
        return rate

    def _reassess(self, subject: _Subject, levers: Sequence[Lever]) -> list[dict[str, Any]]:
        """Assess a buyer after each lever, by the same models, book and policy."""
        if not levers:
            return []
        values = np.repeat(subject.values[None, :], len(levers), axis=0)
        for row, lever in enumerate(levers):
            for name, value in lever.values.items():
                values[row, NAMES.index(name)] = value
        told = zip(levers, self.answers(values), strict=True)
        policy = self.release.policy
        return [assess(applied(subject.facts, each), said, subject.book, policy) for each, said in told]

    def _changes(
        self,
        said: dict[str, Any],
        dossier: Dossier,
        moment: datetime,
        request: Request | None,
        also: Extras,
        lang: str,
    ) -> dict[str, Any]:
        """Assess the facts of an earlier moment with the models of today, and tell what changed."""
        currency = self.common.seller.reporting_currency
        previous = (
            None if also.previous is None else check_previous(also.previous, dossier.buyer_id, currency)
        )
        since = self.moment(also.since if previous is None else previous["as_of"])
        if since >= moment:
            step = "name an earlier moment"
            raise InputError.of("a moment before that of the assessment", "a later one", step, column="since")
        then = self._subject(dossier, since, request).assessed(self.release.policy, lang=lang)
        return changes_of(said, then, previous, lang=lang)

    def _put_nothing_owed(self, named: dict[str, float], moment: datetime) -> None:
        """Put an exposure of 0 for a buyer without items in a ledger.

        Without a ledger, or before it begins, nobody knows what a buyer owes. The models see no such zeros:
        a prospect must not look like a buyer that has paid everything.
        """
        is_known = self.common.has_ledger and moment >= self.common.observed_from
        if is_known and math.isnan(named["count_open"]):
            named |= {"exposure": 0.0, "overdue_amount": 0.0}

    def _days_behind(self, now: datetime) -> dict[str, float]:
        """Return for how many days nothing is known, where the books end before somebody asks."""
        until = self.common.observed_until
        if now <= until:
            return {}
        return {"days_books_behind": float((self.at(now).date - self.at(until).date).days)}

    def _days_since(self, moment: datetime, now: datetime | None) -> dict[str, float]:
        """Return how many days after the moment somebody asks, where it is not the same day."""
        days = 0 if now is None else (self.at(now).date - self.at(moment).date).days
        return {"days_since_as_of": float(days)} if days > 0 else {}

    def _warnings(self, moment: datetime, now: datetime) -> Sequence[Warning_]:
        found = []
        if self._days_behind(now).get("days_books_behind"):
            # Reason: books that go on are behind by minutes always; what is warned of always is not read.
            found.append(self._warning("books_behind", self.common.observed_until))
        if moment < self.common.observed_from:
            found.append(self._warning("before_the_books", self.common.observed_from))
        return found

    def _warning(self, code: str, instant: datetime) -> Warning_:
        return {"code": code, "field": "as_of", "date": self.at(instant).date.isoformat()}


@dataclass(frozen=True)
class _Subject:
    """All that the assessment of one buyer follows from, beside the policy."""

    facts: SubjectFacts
    answers: dict[str, Answer]
    book: Book | None
    timing: TimingAnswer | None
    values: Floats

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


def _usual(values: dict[str, float], currency: str) -> Request | None:
    """Return the buyer's usual invoice as an assumed request; None where none is known."""
    amount, terms = values["request_amount"], values["request_terms_days"]
    if math.isnan(amount) or amount <= 0:
        return None
    days = None if math.isnan(terms) else round(terms)
    return Request("order", amount, currency, terms_days=days, assumed=True)


def _no_request(answer: Answer) -> Answer:
    return replace(
        answer, status="no_request", probability=None, log_odds=None, base_log_odds=None, contributions={}
    )
