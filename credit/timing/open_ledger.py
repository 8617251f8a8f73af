"""The ledger that is open at a moment, item by item: what money is still expected on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import Block, SubjectArrays
from features.build import Packed, compute_into
from features.catalog import NAMES
from features.codes import decimals_of
from features.engine.compute import rates_of
from features.engine.ledger import MOVES
from features.instants import local_days

__all__ = ["OpenLedger", "in_force", "open_ledger", "open_subjects", "open_values", "reporting_rates"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OpenLedger:
    """What buyers owe at a moment, as the books knew it then.

    Parameters
    ----------
    as_of : Timestamp
        Naive UTC.
    today : int
        The seller's local day of `as_of`, days since 1970.
    items : DataFrame, shape (n, 9)
        One row an item that still asks for money, sorted by buyer: ``buyer`` (position in the block),
        ``item``, ``currency``, ``issued_day``, ``due_day`` (days since 1970), ``amount_minor``,
        ``open_minor``, ``set_off_minor`` (what memos and unapplied money of the buyer take off it) and
        ``expected_minor`` (the rest, on which money is expected).
    credit_minor : mapping of str to int
        Memos, unapplied and overpaid money beyond what their buyers owe, by currency.
    """

    as_of: pd.Timestamp
    today: int
    items: pd.DataFrame
    credit_minor: Mapping[str, int]


def open_ledger(packed: Packed, as_of: pd.Timestamp) -> OpenLedger:
    """Return the items that are open at a moment.

    Parameters
    ----------
    packed : Packed
    as_of : Timestamp
        Naive UTC; only facts known at or before it count.

    Notes
    -----
    Open credit memos, money that no invoice has yet and overpaid items are no receipts to come: they are set
    off against what the same buyer owes in the same currency, the item that falls due first going first. So
    ``open_minor`` less ``credit_minor`` and ``set_off_minor`` is the balance of the ledger.
    """
    rows = _signed_items(packed, as_of)
    owed = rows[rows["open_minor"] > 0].sort_values(["buyer", "currency", "due_day", "item"])
    credit = -rows[rows["open_minor"] < 0].groupby(["buyer", "currency"])["open_minor"].sum()
    account = pd.MultiIndex.from_frame(owed[["buyer", "currency"]])
    available = credit.reindex(account).fillna(0).to_numpy(np.int64)
    before = (owed.groupby(["buyer", "currency"])["open_minor"].cumsum() - owed["open_minor"]).to_numpy()
    set_off = np.clip(available - before, 0, owed["open_minor"].to_numpy())
    owed = owed.assign(set_off_minor=set_off, expected_minor=owed["open_minor"] - set_off)
    left = credit.groupby("currency").sum().sub(owed.groupby("currency")["set_off_minor"].sum(), fill_value=0)
    day = int(local_days(np.array([int(as_of.timestamp())]), packed.seller.timezone)[0])
    beyond = {str(name): int(amount) for name, amount in left.items() if amount}
    return OpenLedger(as_of, day, owed.sort_values(["buyer", "item"]).reset_index(drop=True), beyond)


def in_force(begins: Ints, ends: Ints, as_of: pd.Timestamp) -> npt.NDArray[np.bool_]:
    """Return which rows of a block's ledger are in force at a moment."""
    second = int(as_of.timestamp())
    return (begins <= second) & (second < ends)


def _signed_items(packed: Packed, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return every item in force with what is open of it, negative where it is owed back."""
    ledger = packed.block.ledger
    settled = np.zeros(len(ledger.allocation_start) - 1, np.int64)
    counts = in_force(ledger.allocation_begins, ledger.allocation_ends, as_of) & (ledger.meaning & MOVES != 0)
    booked = np.flatnonzero(counts)
    item = np.searchsorted(ledger.allocation_start, booked, side="right") - 1
    np.add.at(settled, item, ledger.settled_minor[booked])
    rows = np.flatnonzero(in_force(ledger.begins, ledger.ends, as_of))
    codes = np.array(packed.block.currencies, dtype=object)
    return pd.DataFrame(
        {
            "buyer": np.searchsorted(ledger.invoice_start, rows, side="right") - 1,
            "item": ledger.item[rows].astype(np.int64),
            "currency": codes[ledger.currency[rows]],
            "issued_day": ledger.issued_day[rows].astype(np.int64),
            "due_day": ledger.due_day[rows].astype(np.int64),
            "amount_minor": ledger.amount_minor[rows],
            "open_minor": ledger.sign[rows] * (ledger.amount_minor[rows] - settled[ledger.item[rows]]),
        }
    )


def reporting_rates(block: Block, as_of: pd.Timestamp) -> dict[str, float]:
    """Return the reporting currency for one minor unit of each currency, as known at a moment; NaN: none."""
    second = np.array([int(as_of.timestamp())], np.int64)
    return {
        currency: float(rates_of(block, position, second)[0]) / 10.0 ** decimals_of(currency)
        for position, currency in enumerate(block.currencies)
    }


def open_subjects(packed: Packed, opened: OpenLedger) -> SubjectArrays:
    """Return the open items as subjects: each is its own invoice, which no feature of it reads."""
    items, rates = opened.items, reporting_rates(packed.block, opened.as_of)
    count, due = len(items), items["due_day"].to_numpy(np.float64)
    per_minor = items["currency"].map(rates).to_numpy(np.float64)
    return SubjectArrays(
        buyer=items["buyer"].to_numpy(np.int64),
        as_of=np.full(count, int(opened.as_of.timestamp()), np.int64),
        day=np.full(count, opened.today, np.int64),
        own_item=items["item"].to_numpy(np.int64),
        amount=items["amount_minor"].to_numpy(np.float64) * per_minor,
        terms_days=due - items["issued_day"].to_numpy(np.float64),
        days_until_due=due - opened.today,
        due_day=due,
    )


def open_values(packed: Packed, opened: OpenLedger) -> npt.NDArray[np.float64]:
    """Return every feature of the catalog for the open items, shape (n, len(NAMES))."""
    out = np.empty((len(NAMES), len(opened.items)))
    compute_into(packed, open_subjects(packed, opened), NAMES, out)
    return np.ascontiguousarray(out.T)
