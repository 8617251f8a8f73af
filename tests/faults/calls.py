"""How tests of faults call a service: many at once, and as patient as a caller is told to be."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.mutations import Made
from tests.serving.process import Answer, Service

__all__ = ["Caller", "at_once", "is_documented", "repeated", "wait"]

SECONDS = 30.0


class _Connection(http.client.HTTPConnection):
    """Closes with the thread that holds it."""

    def __del__(self) -> None:
        self.close()


@dataclass
class Caller:
    """Connections to a service, one for each thread, that come again where they are told to.

    Parameters
    ----------
    service : Service
    patience : float
        Seconds for which a call is repeated that is answered with Retry-After, or not at all.
    """

    service: Service
    patience: float = 30.0
    local: threading.local = field(default_factory=threading.local)

    def post(self, path: str, body: Any) -> Answer:
        """Return the first answer that does not ask to come again, or the last one."""
        end = time.monotonic() + self.patience
        while True:
            try:
                answer = self._once(path, body)
            except (OSError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
            else:
                if answer.status != 503 or time.monotonic() > end:
                    return answer
                assert answer.headers.keys() & {"Retry-After", "retry-after"}, answer.body
            time.sleep(0.1)

    def send(self, made: Made) -> Answer:
        """Return the answer of a call of any method; one whose connection was closed before is sent again."""
        try:
            return self._sent(made.method, made.target, made.body)
        except (OSError, http.client.HTTPException):
            return self._sent(made.method, made.target, made.body)

    def once(self, path: str, body: Any) -> Answer | None:
        """Return the answer of a call that is not repeated; None where the connection broke."""
        try:
            return self._once(path, body)
        except (OSError, http.client.HTTPException):
            return None

    def _once(self, path: str, body: Any) -> Answer:
        return self._sent("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())

    def _sent(self, method: str, target: str, body: bytes | None) -> Answer:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = _Connection(self.service.address.removeprefix("http://"), timeout=SECONDS)
            self.local.connection = connection
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.service.key}"}
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        except BaseException:
            self.local.connection = None
            connection.close()
            raise


def at_once(work: Callable[[Any], Any], items: Iterable[Any], threads: int = 8) -> list[Any]:
    """Return what some threads made of items, in their order."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


@contextmanager
def repeated(*works: Callable[[int], Any]) -> Iterator[None]:
    """Do pieces of work again and again, each in a thread of its own, until the block ends."""
    stop = threading.Event()

    def run(work: Callable[[int], Any]) -> None:
        number = 0
        while not stop.is_set():
            work(number)
            number += 1

    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(run, work) for work in works]
        try:
            yield
        finally:
            stop.set()
        for each in running:
            each.result()


def is_documented(answer: Answer) -> bool:
    """Whether an answer is one that the document allows, without a word of what went wrong inside."""
    if b"Traceback" in answer.body or b'File "' in answer.body:
        return False
    return answer.status < 500 or (answer.status in (503, 504) and "code" in answer.error)


def wait(holds: Callable[[], bool], seconds: float = 60.0) -> float:
    """Return after how many seconds something holds."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, f"not within {seconds:g} seconds"
        time.sleep(0.1)
    return time.monotonic() - start
