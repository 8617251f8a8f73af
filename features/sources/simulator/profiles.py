"""Who the buyers are: country, industry, size, when they came, what they buy and what is behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.groups import draw_groups
from features.sources.simulator.habits import Habits, Kind, draw_habits
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.markets import COUNTRIES, INDUSTRIES, SIZES
from features.sources.simulator.names import draw_names
from features.sources.simulator.rings import draw_rings, joined_together
from features.sources.simulator.window import Days, Flags, Floats, Ints, Texts, Window, days

__all__ = ["Profiles", "Trade", "draw_profiles"]

_SHARE_PROSPECTS = 0.05
_SHARE_WITHOUT_ACCOUNTS = 0.24
_SHARE_PROSPECTS_WITHOUT_ACCOUNTS = 0.45
_SHARE_NATURAL_PERSONS = 0.03
_SHARE_PUBLIC_BODIES = 0.025
_SHARE_THERE_AT_THE_START = 0.70
_MOST_INVOICES_A_MONTH = 25.0
_RING_INVOICES_A_MONTH = 5.0
_RING_AMOUNT = 4_000.0


@dataclass(frozen=True)
class Trade:
    """How much the buyers buy; arrays of shape (n,), money in EUR, ``revenue`` their own of a year."""

    revenue: Floats
    invoice_amount: Floats
    invoices_a_month: Floats
    growth_a_year: Floats


@dataclass(frozen=True)
class Profiles:
    """What is fixed about each buyer; arrays of shape (n,), days as datetime64[D].

    ``group`` and ``ring`` are numbers of the true group and of the fraud ring, 0 for none; ``own_health`` is
    the lasting part of the health.
    """

    buyer_id: Texts
    name: Texts
    country: Texts
    industry: Texts
    size_class: Texts
    natural_person: Flags
    public_body: Flags
    is_prospect: Flags
    gives_accounts: Flags
    is_listed: Flags
    group: Ints
    ring: Ints
    own_health: Floats
    founded: Days
    joined: Days
    trade: Trade
    habits: Habits

    def __len__(self) -> int:
        return len(self.buyer_id)


def draw_profiles(rng: np.random.Generator, buyers: int, window: Window, knobs: Knobs) -> Profiles:
    """Draw `buyers` buyers.

    Parameters
    ----------
    rng : numpy.random.Generator
    buyers : int
        How many, at least 1.
    window : Window
        The days of the books; buyers come before and during them.
    knobs : Knobs
    """
    country = _draw(rng, {name: market.share for name, market in COUNTRIES.items()}, buyers)
    industry = _draw(rng, {name: section.share for name, section in INDUSTRIES.items()}, buyers)
    size_class = _draw(rng, {name: size.share for name, size in SIZES.items()}, buyers)
    person, public = _draw_persons(rng, size_class)
    is_prospect = rng.random(buyers) < _SHARE_PROSPECTS
    joined = _draw_joined(rng, is_prospect, window)
    ring = draw_rings(rng, (joined > window.start) & ~(person | public | is_prospect), window, knobs)
    joined = joined_together(rng, joined, ring)
    own = knobs.health_mean + knobs.health_own * rng.standard_normal(buyers)
    is_large = size_class == "large"
    kind = Kind(country, is_large & ~public, public, ring, own)
    return Profiles(
        buyer_id=np.array([f"B{number:06d}" for number in range(1, buyers + 1)], dtype=object),
        name=draw_names(rng, country, person, public),
        country=country,
        industry=np.where(public, "O", industry).astype(object),
        size_class=size_class,
        natural_person=person,
        public_body=public,
        is_prospect=is_prospect,
        gives_accounts=_draw_gives_accounts(rng, is_prospect, person | public | (ring > 0)),
        is_listed=is_large & ~public & (rng.random(buyers) < knobs.listed),
        group=np.where(ring > 0, 0, draw_groups(rng, buyers, knobs)),
        ring=ring,
        own_health=own,
        founded=_draw_founded(rng, joined, ring),
        joined=joined,
        trade=_draw_trade(rng, size_class, ring, knobs),
        habits=draw_habits(rng, kind, knobs),
    )


def _draw(rng: np.random.Generator, shares: dict[str, float], count: int) -> Texts:
    weights = np.array(list(shares.values()))
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), count, p=weights / weights.sum())]


def _draw_persons(rng: np.random.Generator, size_class: Texts) -> tuple[Flags, Flags]:
    """Return natural persons, all of them micro, and public bodies, none of them micro."""
    is_micro, share = size_class == "micro", SIZES["micro"].share
    person = (rng.random(len(size_class)) < _SHARE_NATURAL_PERSONS / share) & is_micro
    public = (rng.random(len(size_class)) < _SHARE_PUBLIC_BODIES / (1.0 - share)) & ~is_micro
    return person, public


def _draw_joined(rng: np.random.Generator, is_prospect: Flags, window: Window) -> Days:
    length = int((window.end - window.start).astype(np.int64))
    before = window.start - days(rng.integers(30, 3650, len(is_prospect)))
    during = window.start + days(rng.random(len(is_prospect)) * (length - 40))
    lately = window.end - days(rng.integers(3, 300, len(is_prospect)))
    there = rng.random(len(is_prospect)) < _SHARE_THERE_AT_THE_START
    return np.busday_offset(
        np.where(is_prospect, lately, np.where(there, before, during)), 0, roll="backward"
    )


def _draw_founded(rng: np.random.Generator, joined: Days, ring: Ints) -> Days:
    age = 300 + rng.gamma(1.5, 3000.0, len(joined))
    return joined - days(np.where(ring > 0, rng.integers(40, 400, len(joined)), age))


def _draw_gives_accounts(rng: np.random.Generator, is_prospect: Flags, has_none: Flags) -> Flags:
    without = np.where(is_prospect, _SHARE_PROSPECTS_WITHOUT_ACCOUNTS, _SHARE_WITHOUT_ACCOUNTS)
    return (rng.random(len(is_prospect)) >= without) & ~has_none


def _draw_trade(rng: np.random.Generator, size_class: Texts, ring: Ints, knobs: Knobs) -> Trade:
    sizes = [SIZES[size] for size in size_class]
    scale = rng.normal(0.0, 0.5, len(sizes))
    noise = rng.normal(0.0, 0.6, (2, len(sizes)))
    rate = np.array([size.invoices_a_month for size in sizes]) * np.exp(noise[1])
    rate = np.where(ring > 0, _RING_INVOICES_A_MONTH, rate)
    revenue = np.array([size.revenue for size in sizes]) * np.exp(scale + rng.normal(0.0, 0.3, len(sizes)))
    amount = np.array([size.invoice_amount for size in sizes]) * np.exp(scale + noise[0])
    return Trade(
        revenue=revenue,
        invoice_amount=np.where(ring > 0, _RING_AMOUNT, amount),
        invoices_a_month=np.minimum(rate, _MOST_INVOICES_A_MONTH) * knobs.invoices_a_month,
        growth_a_year=rng.normal(knobs.growth_a_year, 0.08, len(sizes)),
    )
