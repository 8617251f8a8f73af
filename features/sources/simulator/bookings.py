"""How settlements enter the books: allocations, receipts, and credit memos with their own rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.money import text_from_minor
from features.sources.simulator.orders import Invoices
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.settlements import Settlements
from features.sources.simulator.window import Days, Ints, Texts, Window, booked_at, to_dates, to_instants

__all__ = ["book"]

_SHARE_WITH_A_MEMO = 0.6


def book(
    rng: np.random.Generator, settlements: Settlements, invoices: Invoices, profiles: Profiles, window: Window
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table ``allocations``, and the credit memos as rows of ``invoices``.

    Parameters
    ----------
    rng : numpy.random.Generator
    settlements, invoices, profiles
        What was drawn before.
    window : Window
        Only what the books know by its end is told.

    Returns
    -------
    allocations, memos : DataFrame
        Booked zero to three days after the settlement, never before the invoice. Sixty per cent of the credit
        notes come with a memo, which gets an allocation of its own. What a buyer pays above its invoice is
        money of the buyer that no invoice has.
    """
    lag = np.where(rng.random(len(settlements)) < 0.8, 1, 3)
    recorded = booked_at(rng, settlements.on, lag)
    recorded = np.maximum(recorded, invoices.recorded[settlements.item] + np.timedelta64(1, "h"))
    has_memo = (np.array(settlements.kind, dtype=object) == "credit_note") & (
        rng.random(len(settlements)) < _SHARE_WITH_A_MEMO
    )
    known = window.known(recorded)
    told, recorded, has_memo = settlements.where(known), recorded[known], has_memo[known]
    order = np.lexsort((told.item, recorded))
    told, recorded, has_memo = _ordered(told, order), recorded[order], has_memo[order]
    buyer_id = profiles.buyer_id[invoices.buyer[told.item]]
    memo_id = np.array([f"CM-{number:06d}" for number in range(1, int(has_memo.sum()) + 1)], dtype=object)
    credited = told.where(has_memo)
    currency = invoices.currency[credited.item]
    memos = _memos(memo_id, buyer_id[has_memo], credited, currency, recorded[has_memo])
    receipt_id = _receipts(told, buyer_id)
    over = _overpaid(told, invoices)
    matched = Settlements(told.item, told.on, told.minor - over, told.kind)
    is_over = over > 0
    loose = Settlements(told.item, told.on, over, told.kind).where(is_over)
    nothing = np.full(len(told), None, dtype=object)
    unmatched = _frame(nothing[is_over], loose, receipt_id[is_over], recorded[is_over])
    allocations = pd.concat(
        [
            _frame(invoices.invoice_id[told.item], matched, receipt_id, recorded),
            _frame(memo_id, credited, nothing[has_memo], recorded[has_memo]),
            unmatched.assign(buyer_id=buyer_id[is_over], currency=invoices.currency[loose.item]),
        ],
        ignore_index=True,
    )
    allocations.insert(0, "allocation_id", [f"A{number:07d}" for number in range(1, len(allocations) + 1)])
    return allocations, memos


def _overpaid(settlements: Settlements, invoices: Invoices) -> Ints:
    """Return what of each payment is above the amount of its invoice."""
    kinds = np.array(settlements.kind, dtype=object)
    closed = settlements.where(kinds != "recovery").sums(len(invoices))
    over = np.maximum(closed - invoices.minor, 0)[settlements.item]
    return np.where(kinds == "payment", np.minimum(over, settlements.minor - 1), 0)


def _ordered(settlements: Settlements, order: Ints) -> Settlements:
    kinds = np.array(settlements.kind, dtype=object)[order]
    return Settlements(
        settlements.item[order], settlements.on[order], settlements.minor[order], tuple(kinds.tolist())
    )


def _receipts(settlements: Settlements, buyer_id: Texts) -> Texts:
    """Return one receipt for all that a buyer pays on one day; none for what is not paid in cash."""
    keys = pd.MultiIndex.from_arrays([buyer_id, to_dates(settlements.on)])
    number = pd.factorize(keys)[0]
    is_cash = np.isin(np.array(settlements.kind, dtype=object), ["payment", "discount", "bank_fee"])
    return np.array(
        [f"R{n + 1:07d}" if cash else None for n, cash in zip(number, is_cash, strict=True)], dtype=object
    )


def _frame(invoice_id: Texts, settlements: Settlements, receipt_id: Texts, recorded: Days) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "invoice_id": invoice_id,
            "instalment": 1,
            "settled_on": to_dates(settlements.on),
            "amount": text_from_minor(settlements.minor, np.full(len(settlements), 2)),
            "kind": np.array(settlements.kind, dtype=object),
            "receipt_id": receipt_id,
            "recorded_at": to_instants(recorded),
        }
    )


def _memos(
    memo_id: Texts, buyer_id: Texts, credited: Settlements, currency: Texts, recorded: Days
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "invoice_id": memo_id,
            "instalment": 1,
            "buyer_id": buyer_id,
            "issued_on": to_dates(credited.on),
            "due_on": to_dates(credited.on),
            "amount": text_from_minor(credited.minor, np.full(len(credited), 2)),
            "currency": currency,
            "kind": "credit_memo",
            "recorded_at": to_instants(recorded),
        }
    )
