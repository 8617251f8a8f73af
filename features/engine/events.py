"""Public records of a buyer as known at a moment."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import kernel

__all__ = ["EVENTS", "events"]

EVENTS: tuple[str, ...] = ("is_insolvent", "count_adverse_events_365d", "days_since_last_adverse_event")
"""Columns that `events` fills, in order."""

_YEAR = 365


@kernel
def events(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill what public records say of buyers at each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
    out : float64 ndarray, shape (len(EVENTS), n), C order
        Whether an insolvency event is in force, the count of others in a year, and the days since the last
        of those (NaN: none). A buyer that nobody knows has none.
    """
    for s in range(len(moments.buyer)):
        out[0, s], out[1, s], out[2, s] = 0.0, 0.0, np.nan
        buyer, as_of, day = moments.buyer[s], moments.as_of[s], moments.day[s]
        # Reason: a buyer has a handful of events, so that looking at all of them costs less than a sweep.
        first, last = (ledger.event_start[buyer], ledger.event_start[buyer + 1]) if buyer >= 0 else (0, 0)
        for e in range(first, last):
            if ledger.event_begins[e] <= as_of < ledger.event_ends[e]:
                days = day - ledger.event_day[e]
                if ledger.is_insolvency[e]:
                    out[0, s] = 1.0
                else:
                    out[1, s] += days < _YEAR
                    out[2, s] = days if not out[2, s] <= days else out[2, s]
