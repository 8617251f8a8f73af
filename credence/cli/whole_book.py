"""The list of all buyers, made in several processes where the book is large.

This process computes features and asks the models, part by part of the ledger; what of a part an assessment
follows from goes to another process, which assesses and gives back the rows of the list. Of a part that is
done only its rows are kept, so that memory does not grow with assessments.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from credit.listing import list_rows
from features.errors import InputError

if TYPE_CHECKING:
    from credit.assessor import Assessor
    from credit.book import Book
    from credit.cases import Cases
    from credit.listing import ListRow
    from credit.policy import Policy

__all__ = ["processes_for", "rows_of_all"]

Rows = list["ListRow"]

_LARGE_BOOK = 4_000
"""Buyers from which on processes save more time than they take to begin."""

_MOST_PROCESSES = 4
"""More would wait for this one, which gives them their parts."""

_PARTS_AHEAD = 2
"""Parts that wait for each process."""


class _Told(NamedTuple):
    """What all assessments share."""

    book: Book | None
    policy: Policy
    lang: str


def processes_for(buyers: int) -> int:
    """Return how many processes assess a book: this one alone a small book, or on one processor."""
    if buyers < _LARGE_BOOK:
        return 1
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, _MOST_PROCESSES)


def rows_of_all(
    assessor: Assessor,
    as_of: str | datetime | None,
    lang: str,
    progress: Callable[[int], None],
    processes: int | None = None,
) -> Rows:
    """Return the rows of the list of all buyers, in the order of the ledger.

    Parameters
    ----------
    assessor : Assessor
    as_of, lang :
        As in `Assessor.assess_all`.
    progress : callable
        Called with the number of buyers of each part that is done.
    processes : int, optional
        How many assess; 1 is this one. The rows do not depend on it. Default: `processes_for`.

    Raises
    ------
    InputError
        Where a process was ended from outside; nothing is told then.
    """
    moment = assessor.moment(as_of)
    told = _Told(assessor.book(moment), assessor.release.policy, lang)
    count = processes_for(len(assessor.buyer_ids)) if processes is None else processes
    parts = assessor.cases(moment)
    done = _here(parts, told) if count <= 1 else _elsewhere(parts, told, count)
    rows: Rows = []
    for some in done:
        rows += some
        progress(len(some))
    return rows


def _here(parts: Iterator[Cases], told: _Told) -> Iterator[Rows]:
    for part in parts:
        yield list_rows(part.values, part.assessed(*told))


def _elsewhere(parts: Iterator[Cases], told: _Told, processes: int) -> Iterator[Rows]:
    # Reason: a copy of this process would have its threads' locks, but not its threads.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (told,))
    waiting: deque[Future[Rows]] = deque()
    try:
        for part in parts:
            with _uninterrupted():
                waiting.append(pool.submit(_assess, part))
            while len(waiting) > processes * (1 + _PARTS_AHEAD) or (waiting and waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        step = "free memory, and start again: nothing was written"
        raise InputError.of("processes that assess to the end", "one that was ended", step) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: it ends this one, and this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_shared: list[_Told] = []
"""In a process that assesses: what all assessments share."""


def _begin(told: _Told) -> None:
    _shared[:] = [told]
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it ends, also where that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _assess(part: Cases) -> Rows:
    return list_rows(part.values, part.assessed(*_shared[0]))
