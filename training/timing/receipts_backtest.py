"""Forecasts of receipts made at past month ends, held against what came in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.booked import complete_until
from credit.settlements import effects_of
from credit.timing.cash import Outlook, outlook_of
from credit.timing.draws import Dependence
from credit.timing.model import TimingModel
from credit.timing.open_ledger import OpenLedger, in_force, open_ledger, reporting_rates
from credit.timing.weeks import Weeks
from features.build import Packed
from features.codes import decimals_of
from features.engine.ledger import PAID
from features.instants import day_of, local_days, month_ends
from features.openings import latest
from features.portfolio import Portfolio
from features.texts import texts_of
from training.timing.receipts_figures import WEEKS, Backtest, Origin

__all__ = ["backtest", "of_some_buyers", "paid_by_day", "received_by_week"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_ITEMS = 5_000
"""Open items of a month end that are forecast at most, about; of more, whole buyers are drawn."""

_ITEM = ["invoice_id", "instalment"]


def backtest(
    packed: Packed,
    model: TimingModel,
    start: pd.Timestamp,
    stop: pd.Timestamp,
    *,
    weeks: int = WEEKS,
    dependence: Dependence | None = None,
) -> Backtest:
    """Forecast receipts at each month end in ``start <= as_of < stop`` and compare.

    Parameters
    ----------
    packed : Packed
    model : TimingModel
        Not learned from what came after `start`.
    start, stop : Timestamp
    weeks : int
    dependence : Dependence, optional

    Notes
    -----
    What came in on the items that were open counts as the model's outcome does: payments and what goes as
    paid (discounts, fees, set-off), on the day of it, bills when they mature. Payments that were made before
    the month end and booked after it are in no week, but told apart. Both sides are converted at the rates
    known at the month end, so that no error is one of rates. Items that the model cannot speak of are in what
    was received.
    """
    until = complete_until(packed.portfolio)
    timezone = packed.seller.timezone
    last_day = int(local_days(np.array([int(until.timestamp())]), timezone)[0])
    paid = paid_by_day(packed)
    origins = []
    for as_of in month_ends(start, min(stop, until), timezone):
        opened = of_some_buyers(open_ledger(packed, as_of))
        seen = outlook_of(packed, model, opened, weeks, dependence)
        origin = _origin(packed, seen, paid, last_day)
        if len(origin.received):
            origins.append(origin)
    return Backtest(origins, weeks)


def of_some_buyers(opened: OpenLedger, most_items: int = MOST_ITEMS) -> OpenLedger:
    """Return an open ledger, of a very large one the part of so many buyers that few enough items are left.

    Buyers are drawn by their position, the same ones every month end.
    """
    items = opened.items
    share = most_items / max(len(items), 1)
    if share >= 1:
        return opened
    chance = np.random.default_rng(0).random(int(items["buyer"].max()) + 1)
    kept = chance[items["buyer"].to_numpy(np.int64)] < share
    return replace(opened, items=items[kept].reset_index(drop=True))


def _origin(packed: Packed, seen: Outlook, paid: pd.DataFrame, last_day: int) -> Origin:
    opened, weeks = seen.opened, seen.weeks
    over = int((weeks.last_days <= last_day).sum())
    rates, currency = reporting_rates(packed.block, opened.as_of), packed.seller.reporting_currency
    to_units = np.nan_to_num(opened.items["currency"].map(rates).to_numpy(np.float64))
    received, unbooked = received_by_week(packed, opened, weeks, paid)
    due = weeks.of_days(opened.items["due_day"].to_numpy(np.int64))
    net = opened.items["expected_minor"].to_numpy(np.float64) * to_units
    by_terms = np.bincount(due, weights=net, minlength=weeks.count + 1)
    scale = 10.0 ** -decimals_of(currency)
    lines = seen.forecast.reporting.lines[:over]
    told = {
        name: np.array([getattr(line, f"{source}_minor") for line in lines], np.float64) * scale
        for name, source in _FROM_LINES.items()
    }
    return Origin(
        day_of(pd.DatetimeIndex([opened.as_of]), packed.seller.timezone)[0],
        seen.forecast.reporting.open_minor * scale,
        by_terms=by_terms[:over].astype(np.float64),
        received=(to_units @ received)[:over],
        unbooked_expected=_line(seen, "unbooked") * scale,
        unbooked_received=float(to_units @ unbooked),
        **told,
    )


def _line(seen: Outlook, kind: str) -> int:
    return next(line.expected_minor for line in seen.forecast.reporting.lines if line.kind == kind)


_FROM_LINES = {
    "expected": "expected",
    "low": "low",
    "high": "high",
    "low_so_far": "cumulative_low",
    "high_so_far": "cumulative_high",
}


def received_by_week(
    packed: Packed, opened: OpenLedger, weeks: Weeks, paid: pd.DataFrame
) -> tuple[Ints, Ints]:
    """Return what came in on each open item by week, and what had come in but was not booked yet.

    Parameters
    ----------
    packed : Packed
    opened : OpenLedger
    weeks : Weeks
    paid : DataFrame
        ``item``, ``day`` (days since 1970) and ``amount_minor``, with all that the books know at their end.

    Returns
    -------
    tuple of int64 ndarray, shapes (n, weeks) and (n,)
        In minor units.
    """
    place = pd.Series(np.arange(len(opened.items)), index=opened.items["item"].to_numpy())
    rows = paid.assign(row=paid["item"].map(place)).dropna(subset=["row"])
    row, amount = rows["row"].to_numpy(np.int64), rows["amount_minor"].to_numpy(np.int64)
    day = rows["day"].to_numpy(np.int64)
    received = np.zeros((len(place), weeks.count + 2), np.int64)
    # Reason: the first column is what had been paid by then.
    np.add.at(received, (row, np.where(day > opened.today, weeks.of_days(day) + 1, 0)), amount)
    return received[:, 1 : weeks.count + 1], received[:, 0] - _known_then(packed, opened)


def _known_then(packed: Packed, opened: OpenLedger) -> Ints:
    """Return what was booked as paid on each item at the moment."""
    ledger = packed.block.ledger
    counts = in_force(ledger.allocation_begins, ledger.allocation_ends, opened.as_of)
    booked = np.flatnonzero(counts & (ledger.meaning & PAID != 0))
    sums = np.zeros(len(ledger.allocation_start) - 1, np.int64)
    item = np.searchsorted(ledger.allocation_start, booked, side="right") - 1
    np.add.at(sums, item, ledger.settled_minor[booked])
    return sums[opened.items["item"].to_numpy(np.int64)]


def paid_by_day(packed: Packed) -> pd.DataFrame:
    """Return what was paid on each item of the block, by day.

    Returns
    -------
    DataFrame
        ``item``, ``day`` (days since 1970) and ``amount_minor``, with all that the books know at their end.
    """
    portfolio = packed.portfolio
    effects = effects_of(portfolio)
    invoices = latest(portfolio, "invoices").reset_index(drop=True)
    paid = pd.concat([effects[effects["effect"] == "paid"], _matured(portfolio, invoices)])
    buyers = pd.Index(packed.block.buyer_ids).get_indexer(pd.Index(invoices["buyer_id"]))
    item = packed.items.find(
        buyers.astype(np.int64),
        texts_of(invoices["invoice_id"].astype("str")),
        invoices["instalment"].to_numpy(np.int64),
    )
    found = paid[[*_ITEM, "day", "amount_minor"]].merge(
        invoices[_ITEM].assign(item=item), on=_ITEM, how="inner"
    )
    day = found["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return pd.DataFrame({"item": found["item"], "day": day, "amount_minor": found["amount_minor"]})


def _matured(portfolio: Portfolio, invoices: pd.DataFrame) -> pd.DataFrame:
    """Return the payments that nobody books: a bill without any booking is paid when it matures."""
    bills = invoices[invoices["kind"] == "bill"]
    untouched = bills[~bills["invoice_id"].isin(portfolio.table("allocations").get("invoice_id", []))]
    return untouched.assign(day=untouched["due_on"])[[*_ITEM, "day", "amount_minor"]]
