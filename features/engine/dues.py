"""How late a buyer's items are, by the day on which they fell due, with open items at their current age."""

from __future__ import annotations

import numpy as np

from features.engine.histograms import percentile
from features.engine.index import INDEX_SCALE, points_of
from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import rates_at
from features.engine.moments import fill_nothing, next_buyer, own_rows
from features.engine.money import count_of, in_reporting_currency, over
from features.engine.states import (
    BASE,
    EARLY,
    LATE,
    LATE_DAYS,
    PAID_DAYS,
    PARTLY,
    UNPAID,
    find_states,
    most_states,
    new_states,
)
from features.engine.streams import NO_BIN, new_stream, put_in_order
from features.engine.windows import (
    ARRIVED,
    DAY,
    SPANS,
    WATCHED,
    WINDOWS,
    add_up,
    advance,
    begin,
    enter,
    new_sweep,
    within,
)

__all__ = ["DUES", "dues"]

_THRESHOLDS = tuple("" if days == 0 else f"_{days}" for days in LATE_DAYS)

_FAMILIES = (
    *("count_due", "due_amount", "mean_days_late", "mean_item_days_late", "sd_days_late", "p90_days_late"),
    *("max_days_late", "share_early_amount"),
    *(f"share_late{threshold}_amount" for threshold in _THRESHOLDS),
    *(f"share_late{threshold}_count" for threshold in _THRESHOLDS),
)

DUES: tuple[str, ...] = (
    *(f"{family}_{window}" for window in WINDOWS for family in _FAMILIES),
    *"""payment_index_365d payment_index_unweighted_365d payment_index_capped_365d
    share_partly_paid_count_365d slope_days_late_365d change_mean_days_late_90d_365d mean_days_late_last_3
    mean_days_late_last_10 count_on_time_streak count_late_streak""".split(),
)
"""Columns that `dues` fills, in order."""

(
    _ITEMS, _AMOUNT, _WEIGHTED, _EARLY, _LATE, _LATE_ITEMS, _PARTLY, _DAYS, _SQUARES, _POINTS, _HIGH, _LOW,
    _PARTS,
) = (0, 1, 2, 3, 4, 9, 14, 15, 16, 17, 18, 19, 20)  # fmt: skip
"""Parts: 1, base, amount x days late, what was early, late above each threshold (five), 1 if so (five), 1 if
paid in parts, whole days late, their square, index points, points x base in two pieces (none overflows)."""

_BINS, _LOWEST = 1024, -183
"""Whole days late are counted between these: up to 183 days early and 840 late."""

_PIECE = 1 << 16
_30D, _90D, _180D, _365D = range(4)
_AGES = np.array([15.0, 60.0, 135.0, 272.5])
_MOST_STREAK = 24
_MOST_CAPPED = 1000
_CAP = 0.25
_MIN_INDEX_ITEMS, _MIN_SEGMENTS = 3, 3
_FEW, _MORE = 3, 10


@outermost
def dues(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill figures of the items that fell due up to each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
        n moments, sorted by buyer and as_of.
    out : float64 ndarray, shape (len(DUES), n)
        Amounts in the reporting currency; 0 for sums and counts of nothing, NaN for means of nothing.

    Notes
    -----
    Closed items are in the sums of the sweep; open ones are put in at their age of the day, read with the
    others and taken out again. All are integers: nothing is lost by it.
    """
    rows = most_states(ledger, moments.buyer) + 1
    currencies = len(ledger.fx_start) - 1
    states, stream = new_states(rows), new_stream(rows, _PARTS)
    sweep = new_sweep(rows, currencies, len(SPANS), _PARTS, (len(SPANS), _BINS))
    unpaid, rates = np.empty(rows, np.int64), np.empty(currencies, np.float64)
    _sweep(ledger, moments, (states, unpaid, stream, sweep), rates, out)


@kernel
def _sweep(ledger, moments, room, rates, out):  # type: ignore[no-untyped-def]
    states, unpaid, stream, sweep = room
    first = 0
    while first < len(moments.buyer):
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer < 0:
            fill_nothing(out, first, last)
        else:
            span = (moments.as_of[first], moments.as_of[last - 1])
            count = _fill(ledger, buyer, span, (states, unpaid), stream)
            put_in_order(stream, count, moments, (first, last), False)
            begin(stream, sweep, SPANS, _BINS, (moments.as_of[first], moments.day[first]))
            for s in range(first, last):
                advance(stream, sweep, SPANS, moments.as_of[s], moments.day[s])
                rates_at(ledger, moments.as_of[s], rates)
                own = own_rows(ledger, stream.item_start, buyer, moments.own_item[s])
                _visit(stream, sweep, unpaid, own, 1)
                add_up(stream, sweep)
                _write(sweep, rates, out, s)
                _write_index(stream, sweep, own, rates, out, s)
                _write_last(stream, sweep, own, out, s)
                _visit(stream, sweep, unpaid, own, -1)
        first = last


@kernel
def _fill(ledger, buyer, span, room, stream):  # type: ignore[no-untyped-def]
    """Fill the stream with the states of items that have something to be late with."""
    states, unpaid = room
    count, item = 0, -1
    begin, end = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    lowest = ledger.item[begin] if begin < end else 0
    for state in range(find_states(ledger, buyer, span, states)):
        row, facts = states.row[state], states.facts
        while item < ledger.item[row] - lowest:
            item += 1
            stream.item_start[item] = count
        if facts[state, BASE] > 0:
            stream.begins[count], stream.ends[count] = states.begins[state], states.ends[state]
            stream.anchor[count], stream.currency[count] = ledger.due_day[row], ledger.currency[row]
            unpaid[count] = facts[state, UNPAID]
            _parts(facts, state, stream, count)
            count += 1
    while begin < end and item <= ledger.item[end - 1] - lowest:
        item += 1
        stream.item_start[item] = count
    return count


@inlined
def _parts(facts, state, stream, row):  # type: ignore[no-untyped-def]
    """Fill the parts of a state; what depends on the day of an open one is left at 0."""
    parts, base = stream.parts, facts[state, BASE]
    for part in range(_PARTS):
        parts[row, part] = 0
    parts[row, _ITEMS], parts[row, _AMOUNT], parts[row, _PARTLY] = 1, base, facts[state, PARTLY]
    parts[row, _WEIGHTED], parts[row, _EARLY] = facts[state, PAID_DAYS], facts[state, EARLY]
    for k in range(len(LATE_DAYS)):
        parts[row, _LATE + k] = facts[state, LATE + k]
    stream.watched[row] = facts[state, UNPAID] > 0
    stream.bins[row] = NO_BIN
    if not stream.watched[row]:
        _age(stream, row, _whole_days(facts[state, PAID_DAYS], base))
        for k in range(len(LATE_DAYS)):
            parts[row, _LATE_ITEMS + k] = facts[state, LATE + k] > 0


@inlined
def _whole_days(weighted, base):  # type: ignore[no-untyped-def]
    """Return days late rounded to whole ones, halves up, within the range of the histograms."""
    return min(max((2 * weighted + base) // (2 * base), _LOWEST), _LOWEST + _BINS - 1)


@inlined
def _age(stream, row, days):  # type: ignore[no-untyped-def]
    """Set what follows from an item's whole days late."""
    parts, base, points = stream.parts, stream.parts[row, _AMOUNT], points_of(days)
    stream.bins[row] = days - _LOWEST
    parts[row, _DAYS], parts[row, _SQUARES], parts[row, _POINTS] = days, days * days, points
    parts[row, _HIGH], parts[row, _LOW] = (base // _PIECE) * points, (base % _PIECE) * points


@inlined
def _visit(stream, sweep, unpaid, own, times):  # type: ignore[no-untyped-def]
    """Put the open items in at their age of the day and the own item out (`times` = 1), or undo that (-1)."""
    if times == 1:
        within(stream, sweep, SPANS, own, -1)
    for k in range(sweep.at[WATCHED]):
        row = sweep.watch[k]
        if stream.anchor[row] <= sweep.at[DAY] and not own[0] <= row < own[1]:
            aged = sweep.at[DAY] - stream.anchor[row]
            if times == 1:
                _open(stream, row, unpaid[row], aged)
            enter(stream, sweep, SPANS, row, times)
            if times == -1:
                _shut(stream, row, unpaid[row], aged)
    if times == -1:
        within(stream, sweep, SPANS, own, 1)


@inlined
def _open(stream, row, unpaid, aged):  # type: ignore[no-untyped-def]
    """Let an open item age by the days since it fell due."""
    parts = stream.parts
    parts[row, _WEIGHTED] += unpaid * aged
    for k in range(len(LATE_DAYS)):
        parts[row, _LATE + k] += unpaid * (aged > LATE_DAYS[k])
        parts[row, _LATE_ITEMS + k] = parts[row, _LATE + k] > 0
    _age(stream, row, _whole_days(parts[row, _WEIGHTED], parts[row, _AMOUNT]))


@inlined
def _shut(stream, row, unpaid, aged):  # type: ignore[no-untyped-def]
    """Undo what `_open` did."""
    stream.parts[row, _WEIGHTED] -= unpaid * aged
    for k in range(len(LATE_DAYS)):
        stream.parts[row, _LATE + k] -= unpaid * (aged > LATE_DAYS[k])


@kernel
def _write(sweep, rates, out, s):  # type: ignore[no-untyped-def]
    sums, row = sweep.sums, 0
    for w in range(len(SPANS)):
        items, amount = count_of(sums, w, _ITEMS), in_reporting_currency(sums, w, _AMOUNT, rates)
        out[row, s], out[row + 1, s] = items, amount
        out[row + 2, s] = over(in_reporting_currency(sums, w, _WEIGHTED, rates), amount)
        days, squares = float(count_of(sums, w, _DAYS)), float(count_of(sums, w, _SQUARES))
        out[row + 3, s] = over(days, items)
        out[row + 4, s] = over(np.sqrt(max(items * squares - days * days, 0.0)), items)
        out[row + 5, s], out[row + 6, s] = (
            _LOWEST + percentile(sweep, w, 90, items),
            _LOWEST + percentile(sweep, w, 100, items),
        )
        out[row + 7, s] = over(in_reporting_currency(sums, w, _EARLY, rates), amount)
        for k in range(len(LATE_DAYS)):
            out[row + 8 + k, s] = over(in_reporting_currency(sums, w, _LATE + k, rates), amount)
            out[row + 13 + k, s] = over(float(count_of(sums, w, _LATE_ITEMS + k)), items)
        row += 18
    year = out[_365D * 18 + 2, s]
    out[row + 3, s] = over(float(count_of(sums, _365D, _PARTLY)), count_of(sums, _365D, _ITEMS))
    out[row + 4, s] = _slope(sums, rates)
    out[row + 5, s] = out[_90D * 18 + 2, s] - year


@kernel
def _slope(sums, rates):  # type: ignore[no-untyped-def]
    """Return by how many days the average delay rose every 30 days, through the segments of a year."""
    n, x, y, xx, xy = 0, 0.0, 0.0, 0.0, 0.0
    for w in range(len(_AGES)):
        amount, days = _between(sums, w, _AMOUNT, rates), _between(sums, w, _WEIGHTED, rates)
        if amount > 0:
            age, mean = _AGES[w], days / amount
            n, x, y, xx, xy = n + 1, x + age, y + mean, xx + age * age, xy + age * mean
    if n < _MIN_SEGMENTS:
        return np.nan
    return -30.0 * (n * xy - x * y) / (n * xx - x * x)


@inlined
def _between(sums, w, part, rates):  # type: ignore[no-untyped-def]
    """Return the money that is in a window and not in the next shorter one; NaN without a rate."""
    total = 0.0
    for currency in range(len(rates)):
        minor = sums[currency, w, part] - (sums[currency, w - 1, part] if w else 0)
        if minor != 0:
            total += minor * rates[currency]
    return total


@inlined
def _write_index(stream, sweep, own, rates, out, s):  # type: ignore[no-untyped-def]
    row, sums = len(SPANS) * 18, sweep.sums
    items, weight = count_of(sums, _365D, _ITEMS), in_reporting_currency(sums, _365D, _AMOUNT, rates)
    out[row, s], out[row + 1, s], out[row + 2, s] = np.nan, np.nan, np.nan
    if items >= _MIN_INDEX_ITEMS:
        high = in_reporting_currency(sums, _365D, _HIGH, rates)
        low = in_reporting_currency(sums, _365D, _LOW, rates)
        out[row, s] = (high * _PIECE + low) / INDEX_SCALE / weight
        out[row + 1, s] = count_of(sums, _365D, _POINTS) / INDEX_SCALE / items
        out[row + 2, s] = out[row, s]
        if items <= _MOST_CAPPED:
            out[row + 2, s] = _capped(stream, sweep, own, rates, weight)


@kernel
def _capped(stream, sweep, own, rates, weight):  # type: ignore[no-untyped-def]
    """Return the index in which no item weighs more than a quarter of all."""
    points, total = 0.0, 0.0
    for place in range(sweep.at[ARRIVED] - 1, -1, -1):
        row = stream.by_anchor[place]
        if stream.anchor[row] <= sweep.at[DAY] - SPANS[_365D]:
            break
        if sweep.in_force[row] and not own[0] <= row < own[1]:
            mine = min(stream.parts[row, _AMOUNT] * rates[stream.currency[row]], _CAP * weight)
            points += mine * stream.parts[row, _POINTS]
            total += mine
    return points / INDEX_SCALE / total


@inlined
def _write_last(stream, sweep, own, out, s):  # type: ignore[no-untyped-def]
    """Write what the last items that fell due tell: means of a few, and streaks."""
    row, seen, days = len(DUES) - 4, 0, 0
    on_time, late = 0, 0
    out[row, s], out[row + 1, s], out[row + 2, s], out[row + 3, s] = np.nan, np.nan, np.nan, np.nan
    for place in range(sweep.at[ARRIVED] - 1, -1, -1):
        last = stream.by_anchor[place]
        if not sweep.in_force[last] or own[0] <= last < own[1]:
            continue
        is_late = stream.parts[last, _LATE] > 0
        on_time += on_time == seen and not is_late
        late += late == seen and is_late
        seen += 1
        if seen <= _MORE:
            days += stream.parts[last, _DAYS]
            out[row + 1, s] = days / seen
        if seen <= _FEW:
            out[row, s] = days / seen
        if seen >= _MOST_STREAK or (seen >= _MORE and seen > max(on_time, late)):
            break
    if seen:
        out[row + 2, s], out[row + 3, s] = on_time, late
