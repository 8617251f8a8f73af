"""What happened with a buyer on which day: issues, credits and settlements as one stream of facts."""

from __future__ import annotations

from features.engine.kernel import inlined, kernel
from features.engine.ledger import BILL, DILUTES, DISCOUNT, PAID
from features.engine.states import NO_DAY

__all__ = [
    "BILLED",
    "BOUNCED",
    "DAYS_LATE",
    "DILUTED",
    "DISCOUNTED",
    "ITEMS",
    "PARTS",
    "PAYABLE",
    "SALES",
    "SETTLED",
    "SETTLED_ITEMS",
    "SETTLED_LATE",
    "SOLD",
    "TERMS",
    "WINDOW_PARTS",
    "fill_happenings",
    "most_happenings",
]

(
    ITEMS, SALES, SOLD, SETTLED, DAYS_LATE, SETTLED_LATE, SETTLED_ITEMS, PAYABLE, TERMS, DILUTED, DISCOUNTED,
    BILLED, BOUNCED, PARTS,
) = range(14)  # fmt: skip
"""Parts of a happening. On the day of issue: 1 for an item, 1 for a sale and its amount. On the day of
settlement: amount that counts as paid, times days late, what of it came late, 1 for an item settled. The rest
is not asked of every window: 1 for a payable item, a sale's terms in days and what was credited of it; what
was a discount, what went into bills, 1 for a payment taken back."""

WINDOW_PARTS = PAYABLE
"""The first parts, which every window asks for."""


@kernel
def most_happenings(ledger, buyers):  # type: ignore[no-untyped-def]
    """Return how many facts the longest of some buyers' streams has at most."""
    most, before = 0, -1
    for buyer in buyers:
        if buyer < 0 or buyer == before:
            continue
        before, count = buyer, 0
        for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
            item = ledger.item[i]
            count += 1 + 3 * (ledger.allocation_start[item + 1] - ledger.allocation_start[item])
        most = max(most, count)
    return most


@kernel
def fill_happenings(ledger, buyer, span, stream):  # type: ignore[no-untyped-def]
    """Fill a stream with what happened with a buyer, as known between two seconds, and return the count."""
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    count, stream.item_start[0] = 0, 0
    for i in range(first, last):
        begins, ends = ledger.begins[i], ledger.ends[i]
        if begins < ends and ends > span[0] and begins <= span[1]:
            count = _issue(ledger, i, stream, count)
            count = _settle(ledger, i, span, stream, count)
        stream.item_start[ledger.item[i] - ledger.item[first] + 1] = count
    return count


@inlined
def _add(ledger, i, stream, count, interval, anchor):  # type: ignore[no-untyped-def]
    stream.begins[count], stream.ends[count] = interval
    stream.anchor[count], stream.currency[count] = anchor, ledger.currency[i]
    for part in range(PARTS):
        stream.parts[count, part] = 0


@inlined
def _issue(ledger, i, stream, count):  # type: ignore[no-untyped-def]
    issued, parts = ledger.issued_day[i], stream.parts
    _add(ledger, i, stream, count, (ledger.begins[i], ledger.ends[i]), issued)
    parts[count, ITEMS], parts[count, PAYABLE] = 1, ledger.payable[i]
    if ledger.sale[i]:
        parts[count, SALES], parts[count, SOLD], parts[count, TERMS] = (
            1,
            ledger.amount_minor[i],
            ledger.due_day[i] - issued,
        )
    return count + 1


@kernel
def _settle(ledger, i, span, stream, count):  # type: ignore[no-untyped-def]
    """Add the allocations of an item version, each while both are in force."""
    item, due = ledger.item[i], ledger.due_day[i]
    parts, payments, only = stream.parts, 0, -1
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        interval = _both(ledger, i, a)
        part, meaning, settled = ledger.settled_minor[a], ledger.meaning[a], ledger.settled_day[a]
        if interval[0] >= interval[1] or interval[1] <= span[0] or interval[0] > span[1]:
            continue
        if ledger.sale[i] and meaning & DILUTES:
            _add(ledger, i, stream, count, interval, ledger.issued_day[i])
            parts[count, DILUTED] = part
            count += 1
        if ledger.payable[i] and meaning & (PAID | BILL):
            _add(ledger, i, stream, count, interval, settled)
            if meaning & PAID and part > 0:
                parts[count, SETTLED], parts[count, DAYS_LATE] = part, part * (settled - due)
                parts[count, SETTLED_LATE] = part * (settled > due)
                parts[count, DISCOUNTED] = part * (meaning & DISCOUNT > 0)
                payments, only = payments + 1, count
            parts[count, BOUNCED] = meaning & PAID > 0 and part < 0
            parts[count, BILLED] = part * (meaning & BILL > 0 and part > 0)
            count += 1
    if payments == 1:
        stream.parts[only, SETTLED_ITEMS] = 1
    elif payments > 1:
        count = _last_settlements(ledger, i, stream, count)
    return count


@inlined
def _both(ledger, i, a):  # type: ignore[no-untyped-def]
    begins = max(ledger.begins[i], ledger.allocation_begins[a])
    return begins, min(ledger.ends[i], ledger.allocation_ends[a])


@kernel
def _last_settlements(ledger, i, stream, count):  # type: ignore[no-untyped-def]
    """Add a mark of settlement on the day of the last payment known, for each stretch with the same one."""
    at = ledger.begins[i]
    while at < ledger.ends[i]:
        last, until = _last_known(ledger, i, at)
        if last > NO_DAY:
            _add(ledger, i, stream, count, (at, until), last)
            stream.parts[count, SETTLED_ITEMS] = 1
            count += 1
        at = until
    return count


@kernel
def _last_known(ledger, i, at):  # type: ignore[no-untyped-def]
    """Return the day of the last payment known at an instant, and until when nothing about it changes."""
    item, last, until = ledger.item[i], NO_DAY, ledger.ends[i]
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        if not ledger.meaning[a] & PAID or ledger.settled_minor[a] <= 0:
            continue
        begins, ends = ledger.allocation_begins[a], ledger.allocation_ends[a]
        if begins <= at < ends:
            last, until = max(last, ledger.settled_day[a]), min(until, ends)
        elif at < begins:
            until = min(until, begins)
    return last, until
