"""Sales and settlements of a buyer over windows, by the day on which they happened."""

from __future__ import annotations

import numpy as np

from features.engine.happenings import (
    BILLED,
    BOUNCED,
    DAYS_LATE,
    DILUTED,
    DISCOUNTED,
    ITEMS,
    PARTS,
    PAYABLE,
    SALES,
    SETTLED,
    SETTLED_ITEMS,
    SETTLED_LATE,
    SOLD,
    TERMS,
    WINDOW_PARTS,
    fill_happenings,
    most_happenings,
)
from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import rates_at
from features.engine.moments import fill_nothing, next_buyer, own_rows
from features.engine.money import count_of, in_reporting_currency, over
from features.engine.streams import COUNT, new_stream, put_in_order
from features.engine.windows import ARRIVED, DAY, SPANS, WINDOWS, add_up, advance, begin, new_sweep, within

__all__ = ["FLOWS", "FLOW_WINDOWS", "flows"]

_FAMILIES = (
    "count_invoices",
    "invoiced_amount",
    "count_settled",
    "settled_amount",
    "mean_days_late_settled",
    "share_late_settled_amount",
)

FLOW_WINDOWS: tuple[str, ...] = (
    "count_items",
    *(f"{family}_{window}" for window in WINDOWS for family in _FAMILIES),
)
"""Columns of the windows, the first that `flows` fills."""

FLOWS: tuple[str, ...] = (
    *FLOW_WINDOWS,
    *"""share_diluted_amount_365d share_discount_amount_365d share_bill_amount_365d
    count_bounced_payments_365d change_share_discount_amount_90d_365d change_mean_terms_days_90d_365d
    tenure_days days_since_last_invoice days_since_last_settlement count_invoices_first_90d""".split(),
)
"""Columns that `flows` fills, in order."""

_90D, _365D, _ALL = (WINDOWS.index(window) for window in ("90d", "365d", "all"))
_FIRST_DAYS = 90


@outermost
def flows(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill sums, means and shares of what happened up to each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
        n moments, sorted by buyer and as_of.
    out : float64 ndarray, shape (len(FLOWS) or len(FLOW_WINDOWS), n)
        Amounts in the reporting currency; 0 for sums and counts of nothing, NaN for means of nothing. Columns
        after the windows are left out where they do not fit.
    """
    rows = most_happenings(ledger, moments.buyer)
    currencies = len(ledger.fx_start) - 1
    parts = PARTS if len(out) > len(FLOW_WINDOWS) else WINDOW_PARTS
    stream, sweep = new_stream(rows, PARTS), new_sweep(rows, currencies, len(SPANS), parts, (0, 0))
    _sweep(ledger, moments, (stream, sweep), np.empty(currencies, np.float64), out)


@kernel
def _sweep(ledger, moments, room, rates, out):  # type: ignore[no-untyped-def]
    stream, sweep = room
    first = 0
    while first < len(moments.buyer):
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer < 0:
            fill_nothing(out, first, last)
        else:
            span = (moments.as_of[first], moments.as_of[last - 1])
            count = fill_happenings(ledger, buyer, span, stream)
            put_in_order(stream, count, moments, (first, last), True)
            begin(stream, sweep, SPANS, 0, (moments.as_of[first], moments.day[first]))
            for s in range(first, last):
                advance(stream, sweep, SPANS, moments.as_of[s], moments.day[s])
                rates_at(ledger, moments.as_of[s], rates)
                own = own_rows(ledger, stream.item_start, buyer, moments.own_item[s])
                within(stream, sweep, SPANS, own, -1)
                add_up(stream, sweep)
                within(stream, sweep, SPANS, own, 1)
                _write_windows(sweep.sums, rates, out, s)
                if len(out) > len(FLOW_WINDOWS):
                    _write_others(sweep.sums, rates, out, s)
                    _write_days(stream, sweep, own, out, s)
        first = last


@inlined
def _write_windows(sums, rates, out, s):  # type: ignore[no-untyped-def]
    row, out[0, s] = 1, count_of(sums, _ALL, ITEMS)
    for w in range(len(SPANS)):
        settled = in_reporting_currency(sums, w, SETTLED, rates)
        out[row, s] = count_of(sums, w, SALES)
        out[row + 1, s] = in_reporting_currency(sums, w, SOLD, rates)
        out[row + 2, s] = count_of(sums, w, SETTLED_ITEMS)
        out[row + 3, s] = settled
        out[row + 4, s] = over(in_reporting_currency(sums, w, DAYS_LATE, rates), settled)
        out[row + 5, s] = over(in_reporting_currency(sums, w, SETTLED_LATE, rates), settled)
        row += 6


@kernel
def _write_others(sums, rates, out, s):  # type: ignore[no-untyped-def]
    row = len(FLOW_WINDOWS)
    settled = in_reporting_currency(sums, _365D, SETTLED, rates)
    billed = in_reporting_currency(sums, _365D, BILLED, rates)
    discounted = over(in_reporting_currency(sums, _365D, DISCOUNTED, rates), settled)
    recent = over(
        in_reporting_currency(sums, _90D, DISCOUNTED, rates),
        in_reporting_currency(sums, _90D, SETTLED, rates),
    )
    out[row, s] = over(
        in_reporting_currency(sums, _365D, DILUTED, rates), in_reporting_currency(sums, _365D, SOLD, rates)
    )
    out[row + 1, s] = discounted
    out[row + 2, s] = over(billed, billed + settled)
    out[row + 3, s] = count_of(sums, _365D, BOUNCED)
    out[row + 4, s] = recent - discounted
    year = over(float(count_of(sums, _365D, TERMS)), count_of(sums, _365D, SALES))
    out[row + 5, s] = over(float(count_of(sums, _90D, TERMS)), count_of(sums, _90D, SALES)) - year


@kernel
def _write_days(stream, sweep, own, out, s):  # type: ignore[no-untyped-def]
    """Write days since the first item, the last sale and the last settlement, and sales of the first days."""
    day, row = sweep.at[DAY], len(FLOW_WINDOWS) + 6
    out[row, s], out[row + 1, s], out[row + 2, s] = np.nan, np.nan, np.nan
    first = _first(stream, sweep, own, PAYABLE)
    if first >= 0:
        out[row, s] = day - stream.days[first]
    last = _last(stream, sweep, own, SALES)
    if last >= 0:
        out[row + 1, s] = day - stream.anchor[last]
    settled = _last(stream, sweep, own, SETTLED)
    if settled >= 0:
        out[row + 2, s] = day - stream.anchor[settled]
    out[row + 3, s] = _first_sales(stream, sweep, own)


@inlined
def _counts(stream, sweep, own, row, part):  # type: ignore[no-untyped-def]
    return sweep.in_force[row] and stream.parts[row, part] != 0 and not own[0] <= row < own[1]


@kernel
def _first(stream, sweep, own, part):  # type: ignore[no-untyped-def]
    """Return the place, in order of days, of the first fact that has a part; -1 where there is none."""
    for place in range(stream.size[COUNT]):
        row = stream.by_anchor[place]
        if stream.days[place] > sweep.at[DAY]:
            break
        if _counts(stream, sweep, own, row, part):
            return place
    return -1


@kernel
def _last(stream, sweep, own, part):  # type: ignore[no-untyped-def]
    """Return the row of the last fact that has a part; -1 where there is none."""
    for place in range(sweep.at[ARRIVED] - 1, -1, -1):
        row = stream.by_anchor[place]
        if _counts(stream, sweep, own, row, part):
            return row
    return -1


@kernel
def _first_sales(stream, sweep, own):  # type: ignore[no-untyped-def]
    first, count = _first(stream, sweep, own, SALES), 0
    if first < 0:
        return 0.0
    until = min(stream.days[first] + _FIRST_DAYS, sweep.at[DAY] + 1)
    for place in range(first, stream.size[COUNT]):
        row = stream.by_anchor[place]
        if stream.days[place] >= until:
            break
        count += _counts(stream, sweep, own, row, SALES)
    return float(count)
