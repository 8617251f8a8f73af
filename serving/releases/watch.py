"""Looks at the pointer each second and acts once where it, or the release that it names, has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from serving.releases.pointer import Mark, mark_of

__all__ = ["SECONDS_BETWEEN_LOOKS", "watch"]

SECONDS_BETWEEN_LOOKS = 1.0

_LOOKS_BETWEEN_BEATS = 5


def watch(
    releases: Path,
    load: Callable[[Mark], None],
    beat: Callable[[], None],
    stop: threading.Event,
    *,
    is_worth_another: Callable[[], bool] = lambda: False,
) -> None:
    """Load what is in force, and again after each change, until it is told to stop.

    Parameters
    ----------
    releases : Path
    load : callable
        Called with the mark of what is to be loaded; it must not raise. What it refuses is tried again only
        after the next change.
    beat : callable
        Called after each load and every few seconds.
    stop : Event
    is_worth_another : callable
        Whether what was refused is tried again without a change, every few seconds.
    """
    seen: Mark | None = None
    looks = 0
    while True:
        # Reason: taken before loading, so that what changes meanwhile is seen at the next look.
        mark = mark_of(releases)
        is_due = looks % _LOOKS_BETWEEN_BEATS == 0 and is_worth_another()
        has_changed = mark != seen or is_due
        if has_changed:
            load(mark)
            seen = mark
        if has_changed or looks % _LOOKS_BETWEEN_BEATS == 0:
            beat()
        looks += 1
        if stop.wait(SECONDS_BETWEEN_LOOKS):
            return
