"""Has the figures of a month end made before somebody asks: after its end, and after a load."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from serving.live.assessor import LiveAssessor

__all__ = ["watch_months"]

_LOG = logging.getLogger("credence.serving")

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_TO_MAKE = 600.0


def watch_months(assessor: Callable[[], LiveAssessor | None], stop: threading.Event) -> None:
    """Look each second whether the figures lack that a call of now follows from, and have them made.

    Parameters
    ----------
    assessor : callable
        Gives who assesses now; None where nobody does yet.
    stop : Event
        Ends it.
    """
    while not stop.wait(_SECONDS_BETWEEN_LOOKS):
        # Reason: between two looks nothing here holds a release that was replaced.
        _look(assessor())


def _look(assessor: LiveAssessor | None) -> None:
    if assessor is None:
        return
    try:
        assessor.ledger.newest()
        assessor.wait_for_month(_SECONDS_TO_MAKE)
    except Exception as error:
        # Reason: a call that needs them is told, and has them made itself; the text may hold a row.
        _LOG.debug("no look at the month end: %s", type(error).__name__)
