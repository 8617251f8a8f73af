"""Delivers the events of the outbox to the address of the seller's system."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import httpx
from sqlalchemy.engine import Connection

from serving.store.outbox import Event, claim, delivered, failed
from serving.webhooks.signature import HEADER, signature

__all__ = ["Sender"]

_LOG = logging.getLogger("credence.serving")

_SECONDS_BETWEEN_LOOKS = 1.0
_DEADLINE_SECONDS = 5.0
_AT_ONCE = 20
"""Events of one look: even where each meets its deadline, that is over before their lease is."""


class Sender:
    """Sends events from a thread of a worker; several workers share the work.

    Parameters
    ----------
    begin : callable
        Opens a writing transaction of the store.
    url : str
        Where events go, by POST. A status of 2xx confirms one.
    secret : str
        Shared with the receiver; see `serving.webhooks.signature`.
    clock : callable
        The present (UTC).
    """

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Connection]],
        url: str,
        secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._begin, self._url, self._secret, self._clock = begin, url, secret, clock
        self._stopped = threading.Event()
        self._last_error: str | None = None
        self._claimed = 0

    @property
    def last_error(self) -> str | None:
        """Why the last attempt failed, as a class of errors or ``status_500``; None where it did not."""
        return self._last_error

    def start(self) -> threading.Thread:
        """Send in a thread of its own until `stop`."""
        thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End the thread after the delivery that it is at."""
        self._stopped.set()

    def send_due(self, client: httpx.Client) -> int:
        """Deliver what is due once; return how many events were confirmed."""
        with self._begin() as connection:
            events = claim(connection, self._clock(), _AT_ONCE)
        self._claimed = len(events)
        confirmed = 0
        for event in events:
            if self._stopped.is_set():
                break
            is_confirmed = self._is_confirmed(client, event)
            with self._begin() as connection:
                (delivered if is_confirmed else failed)(connection, event, self._clock())
            confirmed += is_confirmed
        return confirmed

    def _run(self) -> None:
        with httpx.Client(timeout=_DEADLINE_SECONDS, follow_redirects=False) as client:
            # Reason: a review leaves many events at once.
            while not self._stopped.wait(0.0 if self._claimed == _AT_ONCE else _SECONDS_BETWEEN_LOOKS):
                self._claimed = 0
                try:
                    self.send_due(client)
                except Exception as error:
                    # Reason: a store that is away comes back; its text may hold an address with a password.
                    self._last_error = type(error).__name__
                    _LOG.warning("events wait: %s", self._last_error)

    def _is_confirmed(self, client: httpx.Client, event: Event) -> bool:
        body = event.body
        signed = signature(self._secret, body, int(self._clock().timestamp()))
        headers = {"Content-Type": "application/json", HEADER: signed}
        try:
            status = client.post(self._url, content=body, headers=headers).status_code
        except httpx.HTTPError as error:
            self._last_error = type(error).__name__
            _LOG.warning("event %d was not delivered: %s", event.id, type(error).__name__)
            return False
        is_taken = 200 <= status < 300
        self._last_error = None if is_taken else f"status_{status}"
        if not is_taken:
            _LOG.warning("event %d was not taken: status %d", event.id, status)
        return is_taken
