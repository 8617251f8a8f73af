"""The usual invoice of a buyer: median amount and terms of a year, the largest one, the peak month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.histograms import bin_at
from features.engine.kernel import kernel, outermost
from features.engine.ledger import rates_at
from features.engine.moments import next_buyer, own_rows
from features.engine.money import count_of, in_reporting_currency
from features.engine.sorting import order_by
from features.engine.streams import NO_BIN, Stream, new_stream, put_in_order
from features.engine.windows import ARRIVED, DAY, add_up, advance, begin, new_sweep, within

__all__ = ["USUAL", "usual"]

USUAL: tuple[str, ...] = (
    "median_invoice_amount_365d",
    "max_invoice_amount_365d",
    "median_terms_days_365d",
    "peak_month_factor_365d",
)
"""Columns that `usual` fills, in order."""

_YEAR = np.array([365], np.int64)
_MONTHS = np.array([-(-365 * month // 12) for month in range(1, 13)], np.int64)
_LAST = len(_MONTHS) - 1
_HIGH_SHARE = 0.95 * 11 - 10
_SOLD, _TERMS, _SALES, _PARTS = range(4)


class _Room(NamedTuple):
    """Scratch: sales by rank of amount and of terms, and what is to be ranked."""

    by_amount: npt.NDArray[np.int32]
    by_terms: npt.NDArray[np.int32]
    keys: npt.NDArray[np.float64]


@outermost
def usual(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill medians and peaks of the sales of 365 days.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
        n moments, sorted by buyer and as_of.
    out : float64 ndarray, shape (len(USUAL), n)
        Amounts in the reporting currency; NaN without sales, or where one is in a currency without a rate.
    """
    rows, currencies = _most_versions(ledger, moments.buyer), len(ledger.fx_start) - 1
    ranked = new_stream(rows, _PARTS)
    of_terms = _with_bins(ranked, np.full(rows, NO_BIN, np.int32))
    months = new_sweep(rows, currencies, len(_MONTHS), _PARTS, (1, rows))
    terms = new_sweep(rows, currencies, 1, 0, (1, rows))
    room = _Room(np.empty(rows, np.int32), np.empty(rows, np.int32), np.empty(rows))
    out[:] = np.nan
    _sweep(ledger, moments, (ranked, of_terms, months, terms, room), np.empty(currencies), out)


@kernel
def _sweep(ledger, moments, scratch, rates, out):  # type: ignore[no-untyped-def]
    ranked, of_terms, months, terms, room = scratch
    first = 0
    while first < len(moments.buyer):
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            span = (moments.as_of[first], moments.as_of[last - 1])
            count = _fill(ledger, buyer, (span, moments.day[first] - _YEAR[0]), ranked)
            _rank(ranked, count, _SOLD, room.keys, room.by_amount)
            _rank(of_terms, count, _TERMS, room.keys, room.by_terms)
            has_one_currency = _is_one_currency(ranked, count)
            put_in_order(ranked, count, moments, (first, last), False)
            begin(ranked, months, _MONTHS, count, (moments.as_of[first], moments.day[first]))
            begin(of_terms, terms, _YEAR, count, (moments.as_of[first], moments.day[first]))
            for s in range(first, last):
                as_of, day = moments.as_of[s], moments.day[s]
                own = own_rows(ledger, ranked.item_start, buyer, moments.own_item[s])
                advance(ranked, months, _MONTHS, as_of, day)
                advance(of_terms, terms, _YEAR, as_of, day)
                within(ranked, months, _MONTHS, own, -1)
                within(of_terms, terms, _YEAR, own, -1)
                add_up(ranked, months)
                if count_of(months.sums, _LAST, _SALES):
                    rates_at(ledger, as_of, rates)
                    if has_one_currency:
                        _write_ranked(ranked, months, room, rates, out, s)
                    else:
                        _write_mixed(ranked, months, own, (room, rates), out, s)
                    _write_terms(of_terms, terms, (room, count_of(months.sums, _LAST, _SALES)), out, s)
                    _write_peak(months, rates, out, s)
                within(ranked, months, _MONTHS, own, 1)
                within(of_terms, terms, _YEAR, own, 1)
        first = last


@outermost
def _with_bins(stream, bins):  # type: ignore[no-untyped-def]
    """Return the same facts counted in other bins."""
    return Stream(
        stream.begins, stream.ends, stream.anchor, stream.currency, stream.parts, bins, stream.watched,
        stream.steady, stream.by_begin, stream.by_end, stream.by_anchor, stream.days, stream.size,
        stream.item_start, stream.spare,
    )  # fmt: skip


@kernel
def _most_versions(ledger, buyers):  # type: ignore[no-untyped-def]
    most = 0
    for buyer in buyers:
        if buyer >= 0:
            most = max(most, ledger.invoice_start[buyer + 1] - ledger.invoice_start[buyer])
    return most


@kernel
def _fill(ledger, buyer, asked, stream):  # type: ignore[no-untyped-def]
    """Fill the stream with the sales issued after a day, by day of issue, and return their count."""
    span, since = asked
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    count, stream.item_start[0] = 0, 0
    for i in range(first, last):
        is_asked = ledger.issued_day[i] > since and ledger.ends[i] > span[0] and ledger.begins[i] <= span[1]
        if ledger.sale[i] and ledger.begins[i] < ledger.ends[i] and is_asked:
            stream.begins[count], stream.ends[count] = ledger.begins[i], ledger.ends[i]
            stream.anchor[count], stream.currency[count] = ledger.issued_day[i], ledger.currency[i]
            stream.parts[count, _SOLD], stream.parts[count, _SALES] = ledger.amount_minor[i], 1
            stream.parts[count, _TERMS] = ledger.due_day[i] - ledger.issued_day[i]
            count += 1
        stream.item_start[ledger.item[i] - ledger.item[first] + 1] = count
    return count


@kernel
def _rank(stream, count, part, keys, by_rank):  # type: ignore[no-untyped-def]
    """Set each sale's bin to its rank by a part."""
    for row in range(count):
        keys[row] = stream.parts[row, part]
    order_by(keys, count, by_rank, stream.spare)
    for rank in range(count):
        stream.bins[by_rank[rank]] = rank


@kernel
def _is_one_currency(stream, count):  # type: ignore[no-untyped-def]
    others = 0
    for row in range(count):
        others += stream.currency[row] != stream.currency[0]
    return others == 0


@kernel
def _write_ranked(stream, months, room, rates, out, s):  # type: ignore[no-untyped-def]
    """Write median and maximum of amounts in one currency."""
    sales = count_of(months.sums, _LAST, _SALES)
    low = room.by_amount[bin_at(months, 0, (sales - 1) // 2)]
    high = room.by_amount[bin_at(months, 0, sales // 2)]
    most = room.by_amount[bin_at(months, 0, sales - 1)]
    rate = rates[stream.currency[low]]
    out[0, s] = (stream.parts[low, _SOLD] * rate + stream.parts[high, _SOLD] * rate) / 2
    out[1, s] = stream.parts[most, _SOLD] * rate


@kernel
def _write_mixed(stream, months, own, shared, out, s):  # type: ignore[no-untyped-def]
    """Write median and maximum of amounts whose order depends on the rates of the day."""
    room, rates = shared
    sales = 0
    for place in range(months.at[ARRIVED] - 1, -1, -1):
        row = stream.by_anchor[place]
        if stream.anchor[row] <= months.at[DAY] - _YEAR[0]:
            break
        if months.in_force[row] and not own[0] <= row < own[1]:
            room.keys[sales] = stream.parts[row, _SOLD] * rates[stream.currency[row]]
            if np.isnan(room.keys[sales]):
                return
            sales += 1
    order_by(room.keys, sales, room.by_amount, stream.spare)
    low, high = room.by_amount[(sales - 1) // 2], room.by_amount[sales // 2]
    out[0, s] = (room.keys[low] + room.keys[high]) / 2
    out[1, s] = room.keys[room.by_amount[sales - 1]]


@kernel
def _write_terms(stream, terms, known, out, s):  # type: ignore[no-untyped-def]
    room, sales = known
    low = room.by_terms[bin_at(terms, 0, (sales - 1) // 2)]
    high = room.by_terms[bin_at(terms, 0, sales // 2)]
    out[2, s] = (stream.parts[low, _TERMS] + stream.parts[high, _TERMS]) / 2


@kernel
def _write_peak(months, rates, out, s):  # type: ignore[no-untyped-def]
    total, before, first, second = 0.0, 0.0, 0.0, 0.0
    for month in range(len(_MONTHS)):
        total = in_reporting_currency(months.sums, month, _SOLD, rates)
        amount, before = total - before, total
        first, second = max(first, amount), max(second, min(first, amount))
    # Reason: the 95th percentile of twelve lies 45 % of the way from the second highest to the highest.
    if not np.isnan(total):
        out[3, s] = (second + (first - second) * _HIGH_SHARE) / (total / len(_MONTHS))
