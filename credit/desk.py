"""From one buyer's dossier to its assessment, without a frame: the path of every single call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.changes import changes_of, check_previous
from credit.common import Common
from credit.dossier import Dossier
from credit.extras import Extras
from credit.facts import SubjectFacts
from credit.judged import Judged, answers_of, judged, judged_for_score, timing_of
from credit.known import SubjectReader
from credit.lasting import Lasting, changes_after
from credit.orders import Order, check_order
from credit.publish import Published
from credit.raises import raises_of
from credit.release import Release
from credit.request import Request
from credit.reservations import Reservation, with_reservations
from credit.timing.answer import TimingAnswer
from features.as_of import instant_of
from features.errors import InputError

__all__ = ["MAX_DAYS_BEHIND", "Desk"]

MAX_DAYS_BEHIND = 7
"""Days after the end of the books for which is still answered, with the warning ``books_behind``."""

_NOTHING_MORE = Extras()

Floats = npt.NDArray[np.float64]


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
        self._reader = SubjectReader(common, release)
        self.at, self.facts = self._reader.at, self._reader.facts

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
        said = subject.assessed(lang, also)
        if also.since is not None or also.previous is not None:
            said["changes"] = self._changes(said, dossier, moment, request, also, lang)
        if also.raises:
            said["raises"] = raises_of(
                subject.facts, said, subject.after_levers, self.release.policy, lang=lang
            )
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
        return judged_for_score(self._reader.of(dossier, moment, request, now=now), self.release).scored(lang)

    def lasting(  # noqa: PLR0913  (all that an assessment follows from, by name)
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None = None,
        *,
        lang: str = "en",
        peers: bool = False,
        is_score: bool = False,
        now: datetime | None = None,
    ) -> Lasting:
        """Return an assessment and how long it holds.

        Parameters
        ----------
        dossier, moment, request, lang, now :
            As in `assess`.
        peers : bool
            As of `credit.extras.Extras`.
        is_score : bool
            What `score` says, in the place of what `assess` says.

        Raises
        ------
        InputError
            As `assess`.
        """
        known = self._reader.of(dossier, moment, request, now=now)
        subject = (judged_for_score if is_score else judged)(known, self.release)
        said = subject.scored(lang) if is_score else subject.assessed(lang, Extras(peers=peers))
        asked = self.at(now or moment).second
        ends = changes_after(known.holding.block, dossier.rows, self.common.rates, asked)
        return Lasting(said, subject.identity, asked, ends)

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
        said = subject.assessed(lang)
        return check_order(subject.facts, order, said, policy, published=published, lang=lang), said

    def answers(self, values: Floats, *, contributions: bool = True) -> list[dict[str, Answer]]:
        """Return what each risk model says of subjects, shape (n, len(NAMES))."""
        return answers_of(self.release, values, contributions=contributions)

    def timing(
        self, values: Floats, facts: Sequence[SubjectFacts], moment: datetime
    ) -> Sequence[TimingAnswer | None]:
        """Return when subjects of one moment would pay; None for each where the release has no such model."""
        return timing_of(self.release, values, facts, self.at(moment).date)

    def _with_reserved(
        self, facts: SubjectFacts, dossier: Dossier, reserved: Sequence[Reservation]
    ) -> SubjectFacts:
        horizon = facts.today + timedelta(days=self.release.policy.orders.credit_horizon_days)
        known = {str(row[-1]) for row in dossier.rows.orders}
        return replace(facts, values=with_reservations(facts.values, reserved, known, horizon))

    def _subject(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None,
        without_order: str = "",
        now: datetime | None = None,
    ) -> Judged:
        return judged(self._reader.of(dossier, moment, request, without_order, now), self.release)

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
        then = self._subject(dossier, since, request).assessed(lang)
        return changes_of(said, then, previous, lang=lang)
