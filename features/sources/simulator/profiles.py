"""Who the buyers are: country, industry, size, when they came, how they order and how they pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.sources.simulator.markets import COUNTRIES, INDUSTRIES, SIZES
from features.sources.simulator.names import draw_names
from features.sources.simulator.window import (
    Days,
    Flags,
    Floats,
    Ints,
    Texts,
    Window,
    booked_at,
    days,
    later,
    next_business_day,
    to_dates,
    to_instants,
)

__all__ = ["Habits", "Profiles", "Trade", "buyers_table", "draw_profiles"]


_SHARE_PROSPECTS = 0.05
_SHARE_WITHOUT_ACCOUNTS = 0.24
_SHARE_PROSPECTS_WITHOUT_ACCOUNTS = 0.45
_SHARE_NATURAL_PERSONS = 0.03
_SHARE_PUBLIC_BODIES = 0.025
_SHARE_THERE_AT_THE_START = 0.70
_MOST_INVOICES_A_MONTH = 25.0


@dataclass(frozen=True)
class Trade:
    """How much the buyers buy; arrays of shape (n,), money in EUR, ``revenue`` their own of a year."""

    revenue: Floats
    invoice_amount: Floats
    invoices_a_month: Floats
    growth_a_year: Floats


@dataclass(frozen=True)
class Habits:
    """How the buyers are invoiced and pay while they are well; arrays of shape (n,).

    ``run`` is the weekday of a weekly payment run (0 Monday), 7 for the middle and end of the month, 8 for
    its end; ``run_tendency`` is the share of invoices that wait for the run after the due date.
    """

    terms_days: Ints
    due_at_month_end: Flags
    invoiced_in: Texts
    run: Ints
    run_tendency: Floats
    takes_discount: Flags


@dataclass(frozen=True)
class Profiles:
    """What is fixed about each buyer; arrays of shape (n,), days as datetime64[D]."""

    buyer_id: Texts
    name: Texts
    country: Texts
    industry: Texts
    size_class: Texts
    natural_person: Flags
    public_body: Flags
    is_prospect: Flags
    gives_accounts: Flags
    founded: Days
    joined: Days
    left: Days
    trade: Trade
    habits: Habits

    def __len__(self) -> int:
        return len(self.buyer_id)


def draw_profiles(rng: np.random.Generator, buyers: int, window: Window) -> Profiles:
    """Draw `buyers` buyers.

    Parameters
    ----------
    rng : numpy.random.Generator
    buyers : int
        How many, at least 1.
    window : Window
        The days of the books; buyers come before and during them.
    """
    country = _draw(rng, {name: market.share for name, market in COUNTRIES.items()}, buyers)
    industry = _draw(rng, {name: section.share for name, section in INDUSTRIES.items()}, buyers)
    size_class = _draw(rng, {name: size.share for name, size in SIZES.items()}, buyers)
    natural_person = (rng.random(buyers) < _SHARE_NATURAL_PERSONS / SIZES["micro"].share) & (
        size_class == "micro"
    )
    public_body = (rng.random(buyers) < _SHARE_PUBLIC_BODIES / (1.0 - SIZES["micro"].share)) & (
        size_class != "micro"
    )
    is_prospect = rng.random(buyers) < _SHARE_PROSPECTS
    joined = _draw_joined(rng, is_prospect, window)
    return Profiles(
        buyer_id=np.array([f"B{number:06d}" for number in range(1, buyers + 1)], dtype=object),
        name=draw_names(rng, country, natural_person, public_body),
        country=country,
        industry=np.where(public_body, "O", industry).astype(object),
        size_class=size_class,
        natural_person=natural_person,
        public_body=public_body,
        is_prospect=is_prospect,
        gives_accounts=_draw_gives_accounts(rng, is_prospect, natural_person | public_body),
        founded=joined - days(300 + rng.gamma(1.5, 3000.0, buyers)),
        joined=joined,
        left=later(np.maximum(joined, window.start), rng.exponential(9000.0, buyers) + 200),
        trade=_draw_trade(rng, size_class),
        habits=_draw_habits(rng, country, public_body),
    )


def buyers_table(rng: np.random.Generator, profiles: Profiles, window: Window) -> pd.DataFrame:
    """Return the table ``buyers``; some buyers' groups become known later, as a second version."""
    recorded = booked_at(rng, profiles.joined, 0)
    group = np.where(
        rng.random(len(profiles)) < 0.05, rng.integers(1, 2 + len(profiles) // 60, len(profiles)), 0
    )
    known_later = rng.random(len(profiles)) < 0.5
    first = _buyers_frame(profiles, recorded, np.where(known_later, 0, group))
    told_later = booked_at(
        rng, next_business_day(profiles.joined + days(rng.integers(200, 1200, len(profiles)))), 0
    )
    second = _buyers_frame(profiles, told_later, group)[known_later & (group > 0) & window.known(told_later)]
    return pd.concat([first, second], ignore_index=True)


def _buyers_frame(profiles: Profiles, recorded: Days, group: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buyer_id": profiles.buyer_id,
            "name": profiles.name,
            "country": profiles.country,
            "industry": profiles.industry,
            "industry_scheme": "NACE",
            "size_class": profiles.size_class,
            "founded_on": to_dates(profiles.founded),
            "natural_person": profiles.natural_person,
            "public_body": profiles.public_body,
            "group_id": np.array([f"G{number:04d}" if number else None for number in group], dtype=object),
            "recorded_at": to_instants(recorded),
        }
    )


def _draw(rng: np.random.Generator, shares: dict[str, float], count: int) -> Texts:
    weights = np.array(list(shares.values()))
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), count, p=weights / weights.sum())]


def _draw_joined(rng: np.random.Generator, is_prospect: Flags, window: Window) -> Days:
    length = int((window.end - window.start).astype(np.int64))
    before = window.start - days(rng.integers(30, 3650, len(is_prospect)))
    during = window.start + days(rng.random(len(is_prospect)) * (length - 40))
    lately = window.end - days(rng.integers(3, 300, len(is_prospect)))
    there = rng.random(len(is_prospect)) < _SHARE_THERE_AT_THE_START
    return np.busday_offset(
        np.where(is_prospect, lately, np.where(there, before, during)), 0, roll="backward"
    )


def _draw_gives_accounts(rng: np.random.Generator, is_prospect: Flags, has_none: Flags) -> Flags:
    without = np.where(is_prospect, _SHARE_PROSPECTS_WITHOUT_ACCOUNTS, _SHARE_WITHOUT_ACCOUNTS)
    return (rng.random(len(is_prospect)) >= without) & ~has_none


def _draw_trade(rng: np.random.Generator, size_class: Texts) -> Trade:
    sizes = [SIZES[size] for size in size_class]
    scale = rng.normal(0.0, 0.5, len(sizes))
    noise = rng.normal(0.0, 0.6, (2, len(sizes)))
    rate = np.array([size.invoices_a_month for size in sizes]) * np.exp(noise[1])
    revenue = np.array([size.revenue for size in sizes]) * np.exp(scale + rng.normal(0.0, 0.3, len(sizes)))
    return Trade(
        revenue=revenue,
        invoice_amount=np.array([size.invoice_amount for size in sizes]) * np.exp(scale + noise[0]),
        invoices_a_month=np.minimum(rate, _MOST_INVOICES_A_MONTH),
        growth_a_year=rng.normal(0.03, 0.08, len(sizes)),
    )


def _draw_habits(rng: np.random.Generator, country: Texts, public_body: Flags) -> Habits:
    count = len(country)
    terms = np.array([rng.choice(COUNTRIES[name].terms_days) for name in country], dtype=np.int64)
    foreign = rng.random(count) < np.array([COUNTRIES[name].share_invoiced_in for name in country])
    invoiced_in = np.array([COUNTRIES[name].invoiced_in for name in country], dtype=object)
    run = np.where(rng.random(count) < 0.65, rng.integers(0, 5, count), rng.choice([7, 7, 8], count))
    tendency = rng.beta(0.7, 3.8, count)
    return Habits(
        terms_days=terms,
        due_at_month_end=(rng.random(count) < 0.5) & np.isin(country, ["FR", "IT", "CN"]),
        invoiced_in=np.where(foreign, invoiced_in, "EUR").astype(object),
        run=run,
        run_tendency=np.where(public_body, 0.3 + 0.7 * tendency, tendency),
        takes_discount=(rng.random(count) < 0.14) & np.isin(country, ["DE", "NL", "PL"]) & ~public_body,
    )
