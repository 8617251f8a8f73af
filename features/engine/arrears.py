"""What a buyer owed day by day: high credit, material arrears, default and use of our own limit."""

from __future__ import annotations

import numpy as np

from features.engine.axis import NO_LIMIT, Rules, evaluate, most_owed
from features.engine.changes import IN_FORCE, own_rows
from features.engine.exchange import find_rates
from features.engine.history import ITEMS, UNTIL, advance, new_room, open_history, room_size, set_item
from features.engine.kernel import inlined, kernel, outermost
from features.engine.moments import next_buyer

__all__ = ["ARREARS", "CURE_DAYS", "DEFAULT_DAYS", "MATERIAL_AMOUNT", "MATERIAL_SHARE", "arrears"]

ARREARS: tuple[str, ...] = (
    "high_credit_365d",
    "days_material_overdue",
    "in_default",
    "utilisation",
    "max_utilisation_365d",
    "mean_utilisation_365d",
)
"""Columns that `arrears` fills, in order."""

MATERIAL_AMOUNT = 500.0
"""Overdue sum, in the reporting currency, above which arrears are material (absolute threshold)."""

MATERIAL_SHARE = 0.01
"""Share of the exposure above which arrears are material (relative threshold)."""

DEFAULT_DAYS = 90
"""Consecutive days of material arrears that make a default."""

CURE_DAYS = 90
"""Days without material arrears after which a default counts as cured."""

_RULES = Rules(MATERIAL_AMOUNT, MATERIAL_SHARE, DEFAULT_DAYS, CURE_DAYS)
_YEAR = 365


@outermost
def arrears(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill figures that need the buyer's past day by day, as known at each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
    out : float64 ndarray, shape (len(ARREARS), n), C order
        The highest exposure of a year in the reporting currency (at least 0), the days of material arrears in
        a row, whether the buyer is in default, and the share of the own limit that is used: now, at most and
        on average over the days of a year with a limit. Money of a day is converted at the latest rate known
        by the end of that day, of today at as_of. NaN where no item is in force, a sum of the days asked for
        has no rate (of arrears: until clean days or a default make them certain), or there was no own limit.
    """
    currencies = len(ledger.fx_start) - 1
    room, size = new_room(64, currencies), 64
    out[:, :] = np.nan
    first, count = 0, len(moments.buyer)
    while first < count:
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            needed = room_size(ledger, buyer)
            if needed > size:
                room, size = new_room(2 * needed, currencies), 2 * needed
            room = _buyer(ledger, buyer, moments, (first, last), room, out)
        first = last


@outermost
def _buyer(ledger, buyer, moments, bounds, room, out):  # type: ignore[no-untyped-def]
    first, last = bounds
    span = (moments.as_of[first], moments.as_of[last - 1])
    history, room = open_history(ledger, buyer, span, (moments.day[first], moments.day[last - 1]), room)
    rates = (np.empty(len(history.used)), np.empty(len(history.used)))
    _tell(ledger, (history, room), moments, bounds, rates, out)
    return room


@kernel
def _tell(ledger, past, moments, bounds, rates, out):  # type: ignore[no-untyped-def]
    history, room = past
    items = ledger.item[ledger.invoice_start[history.buyer] : ledger.invoice_start[history.buyer + 1]]
    state, rows, has_limit = history.state, room.changes.rows, _has_limit(ledger, history.buyer)
    for s in range(bounds[0], bounds[1]):
        as_of, today = moments.as_of[s], moments.day[s] - history.first_day
        advance(ledger, history, room, as_of)
        own = own_rows(items, moments.own_item[s])
        for row in range(own[0], own[1]):
            if rows[row, IN_FORCE]:
                set_item(ledger, history, room, row, as_of, -1)
        if state[ITEMS] > 0:
            find_rates(ledger, as_of, history.used, rates[0])
            _exchange(history.axis.rate, today, rates)
            evaluate(history.axis, state[UNTIL] + 1, today, _RULES)
            _exchange(history.axis.rate, today, (rates[1], rates[0]))
            # Reason: what is said of today is not final yet: neither its facts nor its rates.
            state[UNTIL] = today - 1
            _write(history.axis, today, has_limit, out[:, s])
        for row in range(own[0], own[1]):
            if rows[row, IN_FORCE]:
                set_item(ledger, history, room, row, as_of, 1)


@inlined
def _exchange(rate, row, rates):  # type: ignore[no-untyped-def]
    """Put rates into a row of the axis, and what stood there into the other ones."""
    new, old = rates
    for currency in range(len(new)):
        old[currency], rate[row, currency] = rate[row, currency], new[currency]


@inlined
def _write(axis, today, has_limit, out):  # type: ignore[no-untyped-def]
    first = max(1, today - _YEAR + 1)
    out[0] = most_owed(axis, first, today)
    if not axis.unknown[today]:
        out[1], out[2] = axis.run[today], axis.cured_after[today] >= today
    if has_limit:
        _write_use(axis.used, first, today, out)


@kernel
def _has_limit(ledger, buyer):  # type: ignore[no-untyped-def]
    found = False
    for j in range(ledger.limit_start[buyer], ledger.limit_start[buyer + 1]):
        found |= ledger.is_own[j] > 0
    return found


@kernel
def _write_use(used, first, today, out):  # type: ignore[no-untyped-def]
    most, total, days = NO_LIMIT, 0.0, 0
    for d in range(first, today + 1):
        if used[d] != NO_LIMIT:
            most = used[d] if used[d] > most else most
            total += used[d]
            days += 1
    if used[today] != NO_LIMIT:
        out[3] = used[today]
    if days:
        out[4], out[5] = np.nan if total != total else most, total / days
