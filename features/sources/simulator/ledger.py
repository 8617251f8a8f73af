"""A seller's whole ledger, simulated: the same seed and knobs give the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from features.plain_portfolio import plain_portfolio
from features.portfolio import Portfolio, Seller, from_frames
from features.sources.simulator.arrow import Rows, concatenated, rows_where
from features.sources.simulator.bookings import BILL, allocation_rows, invoice_rows
from features.sources.simulator.calendar import make_calendar
from features.sources.simulator.disputes import draw_disputes
from features.sources.simulator.fates import draw_fates
from features.sources.simulator.fx import BASE_RATES, fx_table
from features.sources.simulator.health import draw_health
from features.sources.simulator.intents import Intents, draw_intents
from features.sources.simulator.knobs import Knobs, World
from features.sources.simulator.mistakes import spoil_allocations, spoil_invoices
from features.sources.simulator.order_book import orders_table
from features.sources.simulator.orders import Invoices, draw_invoices
from features.sources.simulator.profiles import draw_profiles
from features.sources.simulator.records import events_table, limits_table
from features.sources.simulator.scene import Scene
from features.sources.simulator.settlements import draw_settlements, kind_code
from features.sources.simulator.statements import statements_table
from features.sources.simulator.tables import (
    allocations_table,
    buyers_table,
    disputes_table,
    invoices_table,
)
from features.sources.simulator.window import make_window

__all__ = ["DEFAULT_END", "PARTS", "Simulated", "simulate", "simulate_portfolio"]

DEFAULT_END = date(2026, 6, 30)
"""Last day of the books where none is named."""

PARTS = (
    "buyers",
    "health",
    "fates",
    "invoices",
    "payments",
    "disputes",
    "settlements",
    "bookings",
    "mistakes",
    "masters",
    "statements",
    "events",
    "limits",
    "fx",
    "truth",
    "orders",
)
"""The parts of a simulation; each has random numbers of its own by its place, so a new one goes last."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Simulated:
    """A simulated portfolio, and what is behind it.

    Parameters
    ----------
    portfolio : Portfolio
        Checked, observed from the first to the last simulated day.
    scene : Scene
    invoices : Invoices
        In the order of their ids.
    intents : Intents
    bills : Invoices
        Bills that buyers gave for some of them, in the order of their ids.
    seed : int
    """

    portfolio: Portfolio
    scene: Scene
    invoices: Invoices
    intents: Intents
    bills: Invoices
    seed: int


class _Streams:
    """Random numbers of each part, so that one part's draws do not move another's."""

    def __init__(self, seed: int, progress: Progress | None) -> None:
        self._streams = dict(zip(PARTS, np.random.default_rng(seed).spawn(len(PARTS)), strict=True))
        self._progress = progress

    def begin(self, part: str) -> np.random.Generator:
        if self._progress is not None:
            self._progress(part)
        return self._streams[part]


def simulate(world: World, *, end: date = DEFAULT_END, progress: Progress | None = None) -> Simulated:
    """Simulate the ledger of a seller of components.

    Parameters
    ----------
    world : World
        Buyers of the whole period (about one in twenty a prospect without invoices), years of books, seed and
        knobs.
    end : date
        Last day of the books; no fact is known later.
    progress : callable, optional
        Called with the name of each of `PARTS` as it begins.

    Examples
    --------
    >>> sorted(simulate(World(buyers=20, years=1, seed=7)).portfolio.tables)
    ['allocations', 'buyers', 'disputes', 'events', 'fx', 'invoices', 'limits', 'orders', 'statements']
    """
    streams = _Streams(world.seed, progress)
    scene = _draw_scene(streams, world, end)
    invoices = draw_invoices(streams.begin("invoices"), scene)
    intents = draw_intents(streams.begin("payments"), scene, invoices)
    portfolio, bills = _portfolio(streams, scene, invoices, intents)
    return Simulated(portfolio, scene, invoices, intents, bills, world.seed)


def simulate_portfolio(
    buyers: int, years: int, seed: int, *, end: date = DEFAULT_END, knobs: Knobs | None = None
) -> Portfolio:
    """Simulate a ledger as a checked portfolio; see `simulate`.

    Raises
    ------
    InputError
        Where `buyers` or `years` is below 1 or `seed` below 0.
    """
    return simulate(World(buyers, years, seed, knobs or Knobs()), end=end).portfolio


def _draw_scene(streams: _Streams, world: World, end: date) -> Scene:
    window, knobs = make_window(end, world.years), world.knobs
    profiles = draw_profiles(streams.begin("buyers"), world.buyers, window, knobs)
    health = draw_health(streams.begin("health"), profiles, window, knobs)
    fates = draw_fates(streams.begin("fates"), profiles, health, window, knobs)
    return Scene(window, make_calendar(window, knobs.clearing_months), knobs, profiles, health, fates)


def _portfolio(
    streams: _Streams, scene: Scene, invoices: Invoices, intents: Intents
) -> tuple[Portfolio, Invoices]:
    disputes = draw_disputes(streams.begin("disputes"), scene, invoices, intents)
    settlements = draw_settlements(streams.begin("settlements"), scene, invoices, intents, disputes)
    rng = streams.begin("bookings")
    sold = invoice_rows(rng, scene, invoices, intents)
    booked, items = allocation_rows(rng, scene, invoices, settlements)
    bills = _bills(items)
    rng = streams.begin("mistakes")
    sold = spoil_invoices(rng, concatenated([sold, items]), scene.knobs)
    booked = spoil_allocations(rng, booked, invoices.issued, kind_code("payment"), scene.knobs)
    small = _small_tables(streams, scene) | {
        "disputes": disputes_table(disputes, scene),
        "orders": orders_table(streams.begin("orders"), scene, invoices),
    }
    large = {
        "invoices": lambda: invoices_table(sold, scene),
        "allocations": lambda: allocations_table(booked, scene),
    }
    observed = (str(scene.window.start), str(scene.window.end))
    seller = _seller(scene, invoices)
    if not len(invoices.issued):
        return from_frames(small, seller, observed_from=observed[0], observed_until=observed[1]), bills
    portfolio = plain_portfolio(large, small, seller, observed)
    told = {name: portfolio.knowledge[name] for name in portfolio.tables}
    return replace(portfolio, knowledge=told), bills


def _bills(items: Rows) -> Invoices:
    rows = rows_where(items, items["series"] == BILL)
    return Invoices(
        buyer=rows["buyer"],
        issued=rows["issued"],
        due=rows["due"],
        minor=rows["minor"],
        currency=rows["currency"],
        unusual=np.zeros(len(rows["buyer"])),
        recorded=rows["recorded"],
    )


def _small_tables(streams: _Streams, scene: Scene) -> dict[str, pd.DataFrame]:
    return {
        "buyers": buyers_table(streams.begin("masters"), scene),
        "statements": statements_table(streams.begin("statements"), scene),
        "events": events_table(streams.begin("events"), scene),
        "limits": limits_table(streams.begin("limits"), scene),
        "fx": fx_table(streams.begin("fx"), scene.window),
    }


def _seller(scene: Scene, invoices: Invoices) -> Seller:
    """Return the seller; its credit sales are those of the last 365 days, in EUR."""
    lately = invoices.issued > scene.window.end.astype(np.int64) - 365
    rates = np.array(list(BASE_RATES.values()))[invoices.currency]
    sales = float((invoices.minor * rates)[lately].sum() / 100.0)
    return Seller(
        seller_id="nordwind",
        name="Nordwind Components GmbH",
        country="DE",
        size_class="large",
        reporting_currency="EUR",
        timezone="Europe/Berlin",
        equity=20_000_000.0,
        yearly_credit_sales=float(np.round(sales, 2)),
        margin=0.18,
    )
