"""Assesses buyers of the store with one release, as of the moment of the call unless another is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from credit.desk import Desk
from credit.dossier import Dossier
from credit.extras import Extras
from credit.ground import ground_of
from credit.in_force import with_published
from credit.orders import Order
from credit.release import Release
from credit.request import Request
from credit.reservations import Reservation
from serving.errors import CallError
from serving.live.given import Given
from serving.live.ledger import LiveLedger, nothing_loaded
from serving.live.moments import Clock, moments_of, utc_now
from serving.live.month_books import MonthBooks
from serving.live.reader import NOTHING_KNOWN, Entry
from serving.live.recall import Basis, Question, Recall, Recalled
from serving.live.turn_of_month import is_all_known, month_end_instead
from serving.observe.metrics import metrics
from serving.store.common import Head

__all__ = ["LiveAssessor"]

_NOTHING_MORE = Extras()

_SECONDS_TO_PREPARE = 3600.0


class LiveAssessor:
    """Assesses one buyer a call.

    Parameters
    ----------
    ledger : LiveLedger
    release : Release
    books : MonthBooks
    clock : callable
        The present (naive UTC).
    """

    def __init__(
        self, ledger: LiveLedger, release: Release, books: MonthBooks, clock: Clock = utc_now
    ) -> None:
        self.ledger, self.release = ledger, release
        self._books, self._clock = books, clock
        self._desk: tuple[Head, Desk] | None = None
        self._recall = Recall()

    def assess(
        self,
        buyer_id: str,
        as_of: str | datetime | None = None,
        request: Request | None = None,
        *,
        lang: str = "en",
        also: Extras = _NOTHING_MORE,
        seconds: float = 0.0,
    ) -> dict[str, Any]:
        """Return the assessment of a buyer, with the grade and limit in force.

        Without `as_of` it is that of now; where the books end more than `MAX_DAYS_BEHIND` days before, of
        the end of the books. Either way ``books_behind`` names the day where they end before now. Where the
        figures of the month end before have to be made first, that is waited for some `seconds` at most.

        Raises
        ------
        CallError
            ``unknown_buyer``, ``no_ledger``, ``store_unreachable``, ``busy``.
        InputError
            As `credit.desk.Desk.assess`.
        """
        entry = self.entry(buyer_id)
        desk, moment, now = self._prepared(entry.facts_seq, as_of, seconds=seconds, buyer_id=buyer_id)
        if also.since is not None:
            self._prepared(entry.facts_seq, also.since, seconds=seconds)
        said = desk.assess(_dossier(entry), moment, request, lang=lang, also=also, now=now)
        return said if now is None else with_published(said, entry.published, desk.at(now).date)

    def give(self, question: Question, *, seconds: float = 0.0) -> Given:
        """Return the assessment of a buyer as of now, or its score, as it goes out: see `assess`.

        What was said before is said again while it holds: see `serving.live.recall`.

        Raises
        ------
        CallError, InputError
            As `assess`.
        """
        kept = self._recall.of(question)
        asked = self._asked(question, NOTHING_KNOWN if kept is None else kept.basis.dossier_seq, seconds)
        if kept is not None and kept.holds(asked.basis, asked.second):
            metrics.recalled.inc()
            return kept.given(asked.moment, asked.desk.common.facts_seq)
        if asked.entry.dossier is None:
            asked = self._asked(question, NOTHING_KNOWN, seconds)
        return self._said_anew(question, asked)

    def _asked(self, question: Question, known_seq: int, seconds: float) -> _Asked:
        buyer_id = question.buyer_id
        entry = self.entry(buyer_id, known_seq)
        desk, moment, now = self._prepared(entry.facts_seq, None, seconds=seconds, buyer_id=buyer_id)
        return _Asked(entry, desk, moment, now, self._basis(entry, desk, moment, now))

    def _said_anew(self, question: Question, asked: _Asked) -> Given:
        entry, desk, moment, now, basis = asked
        lasting = desk.lasting(
            _dossier(entry),
            moment,
            question.request,
            lang=question.lang,
            peers=question.peers,
            is_score=question.is_score,
            now=now,
        )
        today = desk.at(now or moment).date
        recalled = Recalled.of(basis, lasting, with_published(lasting.said, entry.published, today))
        self._recall.keep(question, recalled)
        return recalled.given(moment, desk.common.facts_seq)

    def _basis(self, entry: Entry, desk: Desk, moment: datetime, now: datetime | None) -> Basis:
        assert entry.dossier_seq is not None  # noqa: S101 (`entry` refuses unknown buyers)
        common = desk.common
        values = (common.seller, common.observed_from, common.has_ledger)
        # Reason: the members of groups are read together with the rates, and are new where those are.
        shared = (common.rates, common.context, common.book(moment))
        return Basis(entry.dossier_seq, entry.published, ground_of(common, moment, now), values, shared)

    def assess_supposed(
        self,
        dossier: bytes,
        as_of: str | datetime | None = None,
        request: Request | None = None,
        *,
        lang: str = "en",
        also: Extras = _NOTHING_MORE,
    ) -> dict[str, Any]:
        """Return the assessment of a dossier that nobody keeps; see `assess`."""
        desk, moment, now = self._prepared(self.ledger.facts_seq, as_of)
        return desk.assess(Dossier.from_bytes(dossier), moment, request, lang=lang, also=also, now=now)

    def score(
        self,
        buyer_id: str,
        as_of: str | datetime | None = None,
        request: Request | None = None,
        *,
        lang: str = "en",
        seconds: float = 0.0,
    ) -> dict[str, Any]:
        """Return score, grade and probabilities of a buyer, and nothing else: see `assess`."""
        entry = self.entry(buyer_id)
        desk, moment, now = self._prepared(entry.facts_seq, as_of, seconds=seconds, buyer_id=buyer_id)
        said = desk.score(_dossier(entry), moment, request, lang=lang, now=now)
        return said if now is None else with_published(said, entry.published, desk.at(now).date)

    def check_order(
        self,
        buyer_id: str,
        order: Order,
        *,
        reserved: Sequence[Reservation] = (),
        lang: str = "en",
    ) -> tuple[dict[str, Any], dict[str, Any], int]:
        """Return what the check of an order says now, the assessment that it is judged on, and its facts.

        The last is the change of facts that both were said at.
        """
        entry = self.entry(buyer_id)
        desk, moment, now = self._prepared(entry.facts_seq, None, buyer_id=buyer_id)
        told, said = desk.check_order(
            _dossier(entry),
            order,
            moment,
            published=entry.published,
            reserved=reserved,
            lang=lang,
            now=now,
        )
        return told, said, entry.facts_seq

    def entry(self, buyer_id: str, known_seq: int = NOTHING_KNOWN) -> Entry:
        """Return what is kept of a buyer: see `serving.live.reader.Reader.read`.

        Raises
        ------
        CallError
            ``unknown_buyer``, ``no_ledger``, ``store_unreachable``.
        """
        entry = self.ledger.reader.read(buyer_id, known_seq)
        if entry is None:
            raise nothing_loaded()
        if entry.dossier_seq is None:
            expected, step = "the id of a buyer in the ledger", "check the id, or load the buyer"
            raise CallError("unknown_buyer", expected, "an unknown one", step, path="buyer_id")
        return entry

    def desk(self, facts_seq: int | None = None) -> Desk:
        """Return the desk over the books as they stand.

        Parameters
        ----------
        facts_seq : int, optional
            As `LiveLedger.head`.
        """
        head = self.ledger.head(facts_seq)
        kept = self._desk
        if kept is not None and kept[0] is head:
            return kept[1]
        # Reason: without a way back to this object it goes as soon as no call holds it any more.
        desk = Desk(head.common(partial(self._books.before, head=head)), self.release)
        self._desk = (head, desk)
        return desk

    def wait_for_month(self, seconds: float, buyer_id: str = "") -> None:
        """Wait for the figures of the last month end where they have to be made first.

        Parameters
        ----------
        seconds : float
            At most.
        buyer_id : str, optional
            Of whom is asked: nothing is waited for where the answer is that of the month's end.

        Raises
        ------
        CallError
            ``busy`` where they are not there in time.
        """
        self._prepared(self.ledger.facts_seq, None, seconds=seconds, buyer_id=buyer_id)

    def prepare(self) -> None:
        """Make the figures of the last month end where they lack, which may take a while."""
        self._prepared(None, None, seconds=_SECONDS_TO_PREPARE)

    def moment(self, as_of: str | datetime | None) -> datetime:
        """Return the moment that a call speaks of."""
        return self._moments(self.desk(), as_of)[0]

    def _prepared(
        self,
        facts_seq: int | None,
        as_of: str | datetime | None,
        *,
        seconds: float = 0.0,
        buyer_id: str = "",
    ) -> tuple[Desk, datetime, datetime | None]:
        """Return the desk with the figures of the month end before a moment, and the moment.

        While the figures of a month that has just ended are made, a call of now about a buyer of whom nothing
        became known since is answered as of that end: as it will be whenever that moment is asked for.
        """
        desk = self.desk(facts_seq)
        moment, now = self._moments(desk, as_of)
        head = self.ledger.head_now
        try:
            book = self._books.before(moment, head)
        except CallError:
            if as_of is None and buyer_id:
                moment = self._month_end_instead(buyer_id, moment, head) or moment
            book = self._books.before(moment, head, seconds=seconds)
        if book is not None and not head.has_month_end(book.as_of):
            # Reason: another worker's clerk has made them since the head was read.
            self.ledger.forget_context()
            desk = self.desk(facts_seq)
        return desk, moment, now

    def _month_end_instead(self, buyer_id: str, moment: datetime, head: Head) -> datetime | None:
        end = month_end_instead(moment, head.seller.timezone)
        if end is None or not self._books.has(end, head):
            return None
        dossier = _dossier(self.entry(buyer_id))
        return end if is_all_known(dossier, head.shared.rates, end, moment) else None

    def _moments(self, desk: Desk, as_of: str | datetime | None) -> tuple[datetime, datetime | None]:
        return moments_of(desk, as_of, self._clock())


class _Asked(NamedTuple):
    """A question of now, with what its answer follows from."""

    entry: Entry
    desk: Desk
    moment: datetime
    now: datetime | None
    basis: Basis

    @property
    def second(self) -> int:
        """When it is asked, seconds since 1970."""
        return self.desk.at(self.now or self.moment).second


def _dossier(entry: Entry) -> Dossier:
    assert entry.dossier is not None  # noqa: S101 (`entry` refuses unknown buyers, and reads what is not known)
    return Dossier.from_bytes(entry.dossier)
