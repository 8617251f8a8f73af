"""A seller's whole ledger, simulated: the same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.portfolio import Portfolio, Seller, from_frames
from features.sources.simulator.bookings import book
from features.sources.simulator.disputes import disputes_table, draw_disputes
from features.sources.simulator.fx import BASE_RATES, fx_table
from features.sources.simulator.health import draw_health
from features.sources.simulator.orders import draw_invoices, invoices_table
from features.sources.simulator.profiles import buyers_table, draw_profiles
from features.sources.simulator.records import events_table, limits_table
from features.sources.simulator.settlements import draw_settlements
from features.sources.simulator.statements import statements_table
from features.sources.simulator.window import make_window

__all__ = ["DEFAULT_END", "PARTS", "simulate", "simulate_portfolio", "simulated_seller"]

DEFAULT_END = date(2026, 6, 30)
"""Last day of the books where none is named."""

PARTS = (
    "buyers",
    "health",
    "invoices",
    "disputes",
    "payments",
    "bookings",
    "statements",
    "events",
    "limits",
    "fx",
)
"""The parts of a simulation in their order; each has random numbers of its own."""

Progress = Callable[[str], None]


def simulate(
    buyers: int, years: int, seed: int, *, end: date = DEFAULT_END, progress: Progress | None = None
) -> dict[str, pd.DataFrame]:
    """Simulate the ledger of a seller of components.

    Parameters
    ----------
    buyers : int
        Buyers of the whole period, about one in twenty of them a prospect without invoices; at least 1.
    years : int
        Length of the books, at least 1.
    seed : int
        Not negative; the same seed gives the same tables, byte for byte.
    end : date
        Last day of the books; no fact is known later.
    progress : callable, optional
        Called with the name of each of `PARTS` as it begins.

    Returns
    -------
    dict of str to DataFrame
        Tables as files hold them: dates datetime64[s], instants datetime64[s, UTC], money as decimal text in
        ``amount``. Payments, accounts and insolvencies follow from one latent health per buyer, not told.

    Raises
    ------
    InputError
        Where `buyers` or `years` is below 1 or `seed` below 0.

    Examples
    --------
    >>> tables = simulate(buyers=20, years=1, seed=7)
    >>> sorted(tables)
    ['allocations', 'buyers', 'disputes', 'events', 'fx', 'invoices', 'limits', 'statements']
    """
    _check(buyers, years, seed)
    streams = dict(zip(PARTS, np.random.default_rng(seed).spawn(len(PARTS)), strict=True))

    def begin(part: str) -> np.random.Generator:
        if progress is not None:
            progress(part)
        return streams[part]

    window = make_window(end, years)
    rng = begin("buyers")
    profiles = draw_profiles(rng, buyers, window)
    tables = {"buyers": buyers_table(rng, profiles, window)}
    health = draw_health(begin("health"), profiles, window)
    invoices = draw_invoices(begin("invoices"), profiles, health, window)
    disputes = draw_disputes(begin("disputes"), invoices)
    distress = health.distress(invoices.buyer, window.month_of(invoices.due))
    settlements = draw_settlements(begin("payments"), invoices, profiles, health, disputes, distress)
    allocations, memos = book(begin("bookings"), settlements, invoices, profiles, window)
    tables["invoices"] = pd.concat([invoices_table(invoices, profiles, window), memos], ignore_index=True)
    tables["allocations"] = allocations
    tables["disputes"] = disputes_table(disputes, invoices, window)
    tables["statements"] = statements_table(begin("statements"), profiles, health, window)
    tables["events"] = events_table(begin("events"), profiles, health, window)
    tables["limits"] = limits_table(begin("limits"), profiles, health, window)
    tables["fx"] = fx_table(begin("fx"), window)
    return tables


def simulated_seller(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the seller of simulated tables; its credit sales are those of the last 365 days, in EUR."""
    sold = tables["invoices"].drop_duplicates("invoice_id").query("kind == 'invoice'")
    last_day = tables["fx"]["on_date"].max()
    lately = sold[sold["issued_on"] > last_day - pd.Timedelta(days=365)]
    sales = (lately["amount"].astype(float) * lately["currency"].map(BASE_RATES)).sum()
    return {
        "seller_id": "nordwind",
        "name": "Nordwind Components GmbH",
        "country": "DE",
        "size_class": "large",
        "reporting_currency": "EUR",
        "timezone": "Europe/Berlin",
        "equity": 20_000_000.0,
        "yearly_credit_sales": float(np.round(sales, 2)),
        "margin": 0.18,
    }


def simulate_portfolio(
    buyers: int, years: int, seed: int, *, end: date = DEFAULT_END, progress: Progress | None = None
) -> Portfolio:
    """Simulate a ledger as a checked portfolio, observed from the first to the last simulated day.

    See `simulate` for the parameters and errors.
    """
    tables = simulate(buyers, years, seed, end=end, progress=progress)
    start = make_window(end, years).start
    seller = Seller(**simulated_seller(tables))
    return from_frames(tables, seller, observed_from=str(start), observed_until=end.isoformat())


def _check(buyers: int, years: int, seed: int) -> None:
    for name, value, least in (("buyers", buyers, 1), ("years", years, 1), ("seed", seed, 0)):
        if value < least:
            raise InputError.of(f"{name} of at least {least}", str(value), f"name more {name}")
