"""How sales and settlements enter the books: rows of ``invoices`` and ``allocations`` with ids and times."""

from __future__ import annotations

import numpy as np

from features.sources.simulator.arrow import Rows, concatenated, rows_where
from features.sources.simulator.intents import Intents
from features.sources.simulator.orders import Invoices
from features.sources.simulator.scene import Scene
from features.sources.simulator.settlements import Settlements, kind_code
from features.sources.simulator.window import Ints

__all__ = [
    "BILL",
    "DOUBLE",
    "INVOICE",
    "INVOICE_KINDS_TOLD",
    "MEMO",
    "NO_ITEM",
    "allocation_rows",
    "invoice_rows",
]

INVOICE, BILL, MEMO, DOUBLE = range(4)
"""Series of numbers of items: what ``series`` means in rows."""

NO_ITEM = -1
"""Series of money that no item has."""

INVOICE_KINDS_TOLD = ("invoice", "bill", "credit_memo", "invoice")
"""Kind of the items of each series."""

_SHARE_WITH_A_MEMO = 0.6
_SHARE_BOOKED_NEXT_DAY = 0.8
_LATE_BOOKING_DAYS = (10, 61)
_EXTENSION_DAYS = (14, 30)
_HOUR = 3600
_DAY = 86400
_CASH_KINDS = ("payment", "discount", "bank_fee")


def invoice_rows(rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents) -> Rows:
    """Return the invoices; a due date that was moved is a second version, known when it was agreed."""
    count = len(invoices)
    first = {
        "series": np.full(count, INVOICE),
        "number": np.arange(1, count + 1),
        "buyer": invoices.buyer,
        "issued": invoices.issued,
        "due": invoices.due,
        "minor": invoices.minor,
        "currency": invoices.currency,
        "recorded": invoices.recorded,
    }
    length = invoices.due - invoices.issued
    moved = (rng.random(count) < scene.knobs.extensions) & intents.is_late & (length > 8)
    second = rows_where(first, moved)
    second["due"] = second["due"] + rng.choice(_EXTENSION_DAYS, len(second["due"]))
    half_way = second["issued"] + length[moved] // 2
    agreed = half_way * _DAY + rng.integers(7 * _HOUR, 17 * _HOUR, len(half_way))
    second["recorded"] = np.maximum(agreed, second["recorded"] + _HOUR)
    return concatenated([first, second])


def allocation_rows(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, settlements: Settlements
) -> tuple[Rows, Rows]:
    """Return the allocations, and the bills and credit memos that came with some of them.

    Notes
    -----
    Booked zero to three days after the settlement, never before the invoice; a share of the payments weeks
    later, but for those that bounced. Sixty per cent of the credit notes come with a memo, which gets an
    allocation of its own. What a buyer pays above its invoice is money of the buyer that no invoice has.
    """
    recorded = _recorded(rng, scene, invoices, settlements)
    has_memo = settlements.kind == kind_code("credit_note")
    has_memo &= rng.random(len(settlements)) < _SHARE_WITH_A_MEMO
    series, number = _items(invoices, settlements)
    is_bill = settlements.kind == kind_code("bill")
    rows = {
        "series": series,
        "number": number,
        "on": settlements.on,
        "minor": settlements.minor,
        "kind": settlements.kind,
        "receipt": _receipts(invoices, settlements),
        "successor": np.where(is_bill, np.cumsum(is_bill), 0),
        "buyer": invoices.buyer[settlements.item],
        "currency": invoices.currency[settlements.item],
        "recorded": recorded,
    }
    memo_number = np.cumsum(has_memo)
    items = concatenated(
        [
            _new_items(rows, is_bill, BILL, rows["successor"], invoices.due[settlements.item]),
            _new_items(rows, has_memo, MEMO, memo_number, settlements.on),
        ]
    )
    memos = rows_where(rows, has_memo)
    memos |= {"series": np.full(len(memos["on"]), MEMO), "number": memo_number[has_memo]}
    loose = rows_where(rows, settlements.over > 0)
    loose |= {"series": np.full(len(loose["on"]), NO_ITEM), "minor": settlements.over[settlements.over > 0]}
    every = concatenated([rows, memos, loose])
    return rows_where(every, np.argsort(every["recorded"], kind="stable")), items


def _recorded(rng: np.random.Generator, scene: Scene, invoices: Invoices, settlements: Settlements) -> Ints:
    count = len(settlements)
    longest = np.where(rng.random(count) < _SHARE_BOOKED_NEXT_DAY, 2, 4)
    lag = (rng.random(count) * longest).astype(np.int64)
    is_late = (rng.random(count) < scene.knobs.late_bookings) & (settlements.kind == kind_code("payment"))
    # Reason: a bank tells at once what it took back; else the payment that follows would be booked before.
    is_late &= settlements.minor > 0
    lag = np.where(is_late, rng.integers(*_LATE_BOOKING_DAYS, size=count), lag)
    seconds = (settlements.on + lag) * _DAY + rng.integers(7 * _HOUR, 17 * _HOUR, count)
    return np.asarray(np.maximum(seconds, invoices.recorded[settlements.item] + _HOUR))


def _items(invoices: Invoices, settlements: Settlements) -> tuple[Ints, Ints]:
    """Return series and number of the item that each allocation closes: the bill, once there is one."""
    is_bill = settlements.kind == kind_code("bill")
    bill = np.zeros(len(invoices), np.int64)
    bill[settlements.item[is_bill]] = np.arange(1, int(is_bill.sum()) + 1)
    of_bill = (bill[settlements.item] > 0) & ~is_bill
    number = np.where(of_bill, bill[settlements.item], settlements.item + 1)
    return np.where(of_bill, BILL, INVOICE), number


def _receipts(invoices: Invoices, settlements: Settlements) -> Ints:
    """Return one number for all that a buyer pays on one day; 0 for what is not paid in cash."""
    key: Ints = invoices.buyer[settlements.item] * 100_000 + settlements.on
    number = np.unique(key, return_inverse=True)[1] + 1
    is_cash = np.isin(settlements.kind, [kind_code(name) for name in _CASH_KINDS])
    return np.asarray(np.where(is_cash, number, 0))


def _new_items(rows: Rows, marks: np.ndarray, series: int, number: Ints, due: Ints) -> Rows:
    """Return items that begin with an allocation: same buyer, amount and time."""
    chosen = rows_where(rows, marks)
    return {
        "series": np.full(len(chosen["on"]), series),
        "number": number[marks],
        "buyer": chosen["buyer"],
        "issued": chosen["on"],
        "due": due[marks],
        "minor": chosen["minor"],
        "currency": chosen["currency"],
        "recorded": chosen["recorded"],
    }
