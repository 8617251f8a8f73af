"""What a worker holds beside its release: the store, the books, the clerk, and who keeps answers."""

from __future__ import annotations

import queue
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from credit.orders import Order
from credit.release import Release
from credit.reservations import Reservation
from features.errors import InputError
from serving.clerk import Clerk
from serving.errors import CallError
from serving.live.assessor import LiveAssessor
from serving.live.ledger import LiveLedger
from serving.live.month_books import MonthBooks
from serving.orders.desk import OrderDesk
from serving.orders.said import Said
from serving.settings import Settings
from serving.store import outbox
from serving.store.answers import AnswerWriter, answer_row
from serving.store.connect import open_store, store_url
from serving.webhooks.sender import Sender
from serving.webhooks.target import Target

__all__ = ["Runtime"]

_KNOWN_ANSWERS = 10_000


class Runtime:
    """An open store and what works on it.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    InputError
        Where the store cannot be opened, or no event may be sent to where the environment names.
    """

    def __init__(self, settings: Settings) -> None:
        url, target = store_url(settings.home), Target.from_environment()
        self._releases = settings.releases
        self.store = open_store(url)
        self.ledger = LiveLedger(self.store)
        self._url = url.render_as_string(hide_password=False)
        self.clerk = Clerk(self._url)
        self._answers = AnswerWriter(self.store)
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._sender = None if target is None else self._sending(target)

    def _sending(self, target: Target) -> Sender:
        sender = Sender(self.store.writing, target.url, target.secret, lambda: datetime.now(UTC))
        sender.start()
        return sender

    def webhook(self) -> dict[str, Any] | None:
        """Return how many events wait and why the last attempt failed; None where nobody is told of any."""
        if self._sender is None:
            return None
        with self.store.reading() as connection:
            return {"waiting": outbox.waiting(connection), "last_error": self._sender.last_error}

    def load(self, portfolio: Path) -> None:
        """Bring a portfolio with its history into the store; what it has already changes nothing."""
        self.clerk.run("load", str(portfolio), datetime.now(UTC))

    def assessor(self, release: Release) -> LiveAssessor:
        """Return who assesses with a release."""
        make = partial(self._make_month, str(self._releases / release.release_id))
        books = MonthBooks(self.store, release.release_id, make)
        return LiveAssessor(self.ledger, release, books)

    def _make_month(self, release: str, month_end: datetime) -> None:
        # Reason: one of its own, so that no post waits for it; it ends after that.
        clerk = Clerk(self._url)
        try:
            clerk.run("make_month", release, month_end)
        finally:
            clerk.close()

    def order_desk(self, assessor: LiveAssessor) -> OrderDesk:
        """Return who checks orders with an assessor's release."""
        return OrderDesk(self.store.writing, partial(_check, assessor), _tell)

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Return once an answer is kept; one that was kept before is the same one.

        Raises
        ------
        CallError
            ``store_unreachable``, ``busy``.
        """
        assessment_id = row["assessment_id"]
        if assessment_id in self._kept:
            return
        try:
            await self._answers.keep(row)
        except queue.Full:
            step = "call again in a few seconds"
            raise CallError("busy", "a store that keeps up", "too many answers that wait", step) from None
        except InputError as error:
            problem = error.problems[0]
            raise CallError("store_unreachable", problem.expected, problem.found, problem.next_step) from None
        self._kept[assessment_id] = None
        if len(self._kept) > _KNOWN_ANSWERS:
            self._kept.popitem(last=False)

    def close(self) -> None:
        """Keep what waits, end clerk and sender, close the store."""
        if self._sender is not None:
            self._sender.stop()
        self._answers.close()
        self.clerk.close()
        self.ledger.reader.close()
        self.store.close()


def _check(
    assessor: LiveAssessor, buyer_id: str, order: Order, reserved: Sequence[Reservation], lang: str
) -> Said:
    told, assessment, facts_seq = assessor.check_order(buyer_id, order, reserved=reserved, lang=lang)
    release = assessor.release
    kept = answer_row(assessment, release.release_id, datetime.now(UTC))
    return Said(told, facts_seq, release.policy.orders.reservation_days, kept)


def _tell(connection: Connection, kind: str, content: dict[str, Any]) -> None:
    outbox.put(connection, kind, content, datetime.now(UTC))
