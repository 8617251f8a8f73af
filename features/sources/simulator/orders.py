"""The flow of invoices: how many each month, on which days, of what amount and terms, and when booked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.fates import NEVER
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.health import plain_risk
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.markets import INDUSTRIES
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Days, Flags, Floats, Ints, Window, last_day_of_month

__all__ = [
    "AMOUNT_SPREAD",
    "PATIENCE_DAYS",
    "Invoices",
    "amount_minor",
    "draw_invoices",
    "invoice_currency",
    "order_factor",
    "orders_a_month",
]

AMOUNT_SPREAD = 0.7
"""Standard deviation of the log of amounts about the buyer's usual one."""

PATIENCE_DAYS = (25, 75)
"""Days of deliveries after the last payment, from the first to before the second number, uniformly."""

_SHARE_OTHER_TERMS = 0.04
_OTHER_TERMS = (7, 14, 30, 45, 60)
_SHARE_BOOKED_LATE = 0.10
_SMALLEST_MINOR = 2_000
_RING_GROWTH_A_DAY = 0.012


@dataclass(frozen=True)
class Invoices:
    """Invoices in the order of their issue; every array has shape (n,).

    ``buyer`` is a position in the profiles; days are numbers since 1970; ``recorded`` seconds since 1970;
    ``currency`` a position in `BASE_RATES`; ``unusual`` the log of the amount over the buyer's usual one.
    """

    buyer: Ints
    issued: Ints
    due: Ints
    minor: Ints
    currency: Ints
    unusual: Floats
    recorded: Ints

    def __len__(self) -> int:
        return len(self.buyer)


def draw_invoices(rng: np.random.Generator, scene: Scene) -> Invoices:
    """Draw the invoices of the books.

    Notes
    -----
    Their number per buyer and month is Poisson, see `orders_a_month`; deliveries end some weeks after a buyer
    stops paying, and begin again after it has paid. Amounts are log-normal about the usual one; those of a
    ring grow from day to day.
    """
    profiles, window = scene.profiles, scene.window
    buyer, issued = _draw_days(rng, orders_a_month(scene), window, scene.knobs)
    kept = _is_delivered(rng, buyer, issued, scene) & (issued <= window.end.astype(np.int64))
    kept &= issued >= window.start.astype(np.int64)
    order = np.lexsort((buyer[kept], issued[kept]))
    buyer, issued = buyer[kept][order], issued[kept][order]
    currency = invoice_currency(profiles, buyer)
    unusual = AMOUNT_SPREAD * rng.standard_normal(len(buyer))
    grown = (profiles.ring[buyer] > 0) * _RING_GROWTH_A_DAY
    unusual += grown * (issued - profiles.joined.astype("datetime64[D]").astype(np.int64)[buyer])
    return Invoices(
        buyer,
        issued,
        _draw_due(rng, buyer, issued, profiles),
        amount_minor(profiles, buyer, currency, unusual),
        currency,
        unusual,
        _draw_recorded(rng, issued),
    )


def invoice_currency(profiles: Profiles, buyer: Ints) -> Ints:
    """Return the currency in which each of these buyers is invoiced, as a position in `BASE_RATES`."""
    names = list(BASE_RATES)
    return np.array([names.index(name) for name in profiles.habits.invoiced_in], np.int64)[buyer]


def amount_minor(profiles: Profiles, buyer: Ints, currency: Ints, unusual: Floats) -> Ints:
    """Return amounts in minor units, of these logs over the buyer's usual one."""
    rates = np.array(list(BASE_RATES.values()))[currency]
    amount = profiles.trade.invoice_amount[buyer] / rates * np.exp(unusual)
    return np.asarray(_SMALLEST_MINOR + np.rint(amount * 100.0).astype(np.int64))


def orders_a_month(scene: Scene) -> Floats:
    """Return the expected invoices of each buyer in each month of the books, shape (n, months of the books).

    Growth, the season of the sector, fewer orders in bad health, and fewer still where the seller has seen
    the risk in the month before and cut the limit.
    """
    profiles, window, level = scene.profiles, scene.window, scene.health.level
    month = np.arange(window.first_month, window.last_month + 1)
    rate = profiles.trade.invoices_a_month[:, None] * _season(profiles, window.months[month], scene.knobs)
    rate = rate * np.exp(profiles.trade.growth_a_year[:, None] * (month - window.first_month) / 12.0)
    rate *= order_factor(level[:, month], level[:, month - 1], scene.knobs)
    rate[profiles.is_prospect] = 0.0
    return rate


def order_factor(level: Floats, before: Floats, knobs: Knobs) -> Floats:
    """Return what health, and the limit cut after last month's health, leave of the orders."""
    wish = np.exp(0.10 * np.clip(level, -2.5, 2.0))
    return np.asarray(wish * (1.0 - knobs.limit_cuts * plain_risk(before, knobs)))


def _season(profiles: Profiles, months: Days, knobs: Knobs) -> Floats:
    calm = INDUSTRIES["M"]
    sections = [INDUSTRIES.get(name, calm) for name in profiles.industry]
    height = knobs.season * np.array([section.season for section in sections])
    peak = np.array([section.peak_month for section in sections])
    of_year = months.astype(np.int64) % 12 + 1
    wave = 1.0 + height[:, None] * np.cos(2.0 * np.pi * (of_year - peak[:, None]) / 12.0)
    return np.asarray(np.maximum(wave, 0.0))


def _draw_days(rng: np.random.Generator, rate: Floats, window: Window, knobs: Knobs) -> tuple[Ints, Ints]:
    """Return buyer and day of every order; days are working days, Mondays as often as their knob says."""
    count = rng.poisson(rate)
    buyer, position = np.nonzero(count)
    times = count[buyer, position]
    month = np.repeat(position, times)
    days, starts, weights = _working_days(window, knobs)
    low, high = weights[starts[month]], weights[starts[month + 1]]
    drawn = np.searchsorted(weights, low + rng.random(len(month)) * (high - low), side="right") - 1
    return np.repeat(buyer, times), days[drawn]


def _working_days(window: Window, knobs: Knobs) -> tuple[Ints, Ints, Floats]:
    """Return the working days, where each month starts among them, and running sums of their weights."""
    months = window.months[window.first_month : window.last_month + 1]
    edges = np.append(months, months[-1] + 1).astype("datetime64[D]")
    every = np.arange(edges[0], edges[-1])
    days = every[np.is_busday(every)].astype(np.int64)
    weights = np.where((days + 3) % 7 == 0, knobs.monday_orders, 1.0)
    return days, np.searchsorted(days, edges.astype(np.int64)), np.append(0.0, np.cumsum(weights))


def _is_delivered(rng: np.random.Generator, buyer: Ints, issued: Ints, scene: Scene) -> Flags:
    fates, joined = scene.fates, scene.profiles.joined.astype("datetime64[D]").astype(np.int64)
    patience = rng.integers(*PATIENCE_DAYS, size=fates.stops.shape)
    is_served = (issued > joined[buyer]) & (issued < np.minimum(fates.leaves, fates.insolvent)[buyer])
    for turn in np.flatnonzero((fates.stops < NEVER).any(axis=0)):
        blocked = (fates.stops[:, turn] + patience[:, turn])[buyer]
        is_served &= (issued < blocked) | (issued > fates.resumes[buyer, turn])
    return np.asarray(is_served)


def _draw_due(rng: np.random.Generator, buyer: Ints, issued: Ints, profiles: Profiles) -> Ints:
    other = rng.choice(_OTHER_TERMS, len(buyer))
    terms = np.where(rng.random(len(buyer)) < _SHARE_OTHER_TERMS, other, profiles.habits.terms_days[buyer])
    due = (issued + terms).astype("datetime64[D]")
    at_end = profiles.habits.due_at_month_end[buyer]
    due[at_end] = last_day_of_month(due[at_end])
    return np.asarray(due.astype(np.int64))


def _draw_recorded(rng: np.random.Generator, issued: Ints) -> Ints:
    """Return seconds between 07:00 and 17:00 UTC, of the day of issue or of one of the five days after."""
    is_late = rng.random(len(issued)) < _SHARE_BOOKED_LATE
    lag = np.where(is_late, rng.integers(0, 6, len(issued)), 0)
    return (issued + lag) * 86400 + rng.integers(7 * 3600, 17 * 3600, len(issued))
