"""The table of statements: who gives accounts, when they come, which are abridged, which corrected."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.sources.simulator.accounts import Accounts, draw_opening, draw_shape, draw_year, whole
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.markets import COUNTRIES
from features.sources.simulator.mistakes import spoil_statements
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import (
    Days,
    Floats,
    Ints,
    Texts,
    Window,
    booked_at,
    days,
    last_day_of_month,
    next_business_day,
    to_dates,
    to_instants,
)

__all__ = ["statements_table"]

_ABRIDGED = (
    "revenue",
    "cost_of_goods_sold",
    "gross_profit",
    "selling_general_administrative",
    "research_development",
    "operating_expenses",
    "depreciation_amortization",
    "ebitda",
    "ebit",
    "interest_expense",
    "pretax_income",
    "tax_expense",
    "operating_cash_flow",
    "capital_expenditure",
    "dividends",
)
"""Line items that abridged accounts lack."""

_VALUED_WITH_STOCK = (
    "inventory",
    "current_assets",
    "total_assets",
    "retained_earnings",
    "equity",
    "gross_profit",
    "ebitda",
    "ebit",
    "pretax_income",
    "net_income",
)
"""Line items that are too high by as much as the stock is."""

_NOT_TOLD = ("cash_all", "debt", "paid_in")
_SHARE_ABRIDGED = 0.3
_REVENUE_PER_EMPLOYEE = 190_000.0


def statements_table(rng: np.random.Generator, scene: Scene) -> pd.DataFrame:
    """Return the table ``statements`` of the buyers that give accounts.

    Parameters
    ----------
    rng : numpy.random.Generator
    scene : Scene

    Returns
    -------
    DataFrame
        One row per buyer, year and version. Balance sheets balance, parts add up to their totals and flows
        explain the change of equity and fixed assets, exactly; abridged accounts have no more of the year
        than its income.
    """
    profiles, window = scene.profiles, scene.window
    given = np.flatnonzero(profiles.gives_accounts)
    closing_month = np.where(
        profiles.country[given] == "CN", 12, rng.choice([12, 12, 12, 12, 3, 6, 9], len(given))
    )
    shape = draw_shape(rng, profiles.industry[given], profiles.country[given] == "CN")
    scale = _currency_scale(profiles, given)
    opening = draw_opening(rng, shape, profiles.trade.revenue[given] * scale, scene.health.level[given, 0])
    frames, state = [], opening
    for period_end in _period_ends(closing_month, window):
        level = _yearly_level(scene, given, period_end)
        state = draw_year(rng, state, shape, level)
        value = _market_value(rng, profiles, given, state, level)
        frames.append(_frame(rng, profiles, given, period_end, state | {"market_value": value}))
    table = pd.concat(frames, ignore_index=True)
    table = _with_restatements(rng, table, scene.knobs.restatements)
    return _told(spoil_statements(rng, table, scene.knobs), scene)


def _currency_scale(profiles: Profiles, given: Ints) -> Floats:
    return np.array([1.0 / BASE_RATES[COUNTRIES[name].currency] for name in profiles.country[given]])


def _period_ends(closing_month: Ints, window: Window) -> list[Days]:
    """Return the buyers' year ends, oldest first: as many years as the months of their lives hold."""
    first_year = window.months[0].astype("datetime64[Y]") + 1
    years = range(int((window.end.astype("datetime64[Y]") - first_year).astype(np.int64)) + 1)
    month = (closing_month - 1).astype("timedelta64[M]")
    return [last_day_of_month((first_year + year).astype("datetime64[M]") + month) for year in years]


def _yearly_level(scene: Scene, given: Ints, period_end: Days) -> Floats:
    """Return the mean health of the twelve months that end with the period."""
    last = scene.window.month_of(period_end)
    months = np.clip(last[:, None] - np.arange(12), 0, None)
    return np.asarray(scene.health.level[given[:, None], months].mean(axis=1))


def _market_value(
    rng: np.random.Generator, profiles: Profiles, given: Ints, items: Accounts, level: Floats
) -> Floats:
    """Return what the shares of listed buyers are worth: the market sees more than the accounts."""
    multiple = np.exp(0.45 + 0.45 * np.clip(level, -4.0, 3.0) + rng.normal(0.0, 0.25, len(given)))
    book = np.maximum(items["equity"], 0.05 * items["total_assets"])
    return np.where(profiles.is_listed[given], whole(book * multiple), np.nan)


def _frame(
    rng: np.random.Generator, profiles: Profiles, given: Ints, period_end: Days, items: Accounts
) -> pd.DataFrame:
    """Return one year's rows of the table; micro companies often file abridged accounts."""
    size, country = profiles.size_class[given], profiles.country[given]
    received = next_business_day(period_end + days(rng.integers(120, 275, len(given))))
    head = {
        "buyer_id": profiles.buyer_id[given],
        "period_end": to_dates(period_end),
        "months": 12,
        "consolidated": False,
        "currency": np.array([COUNTRIES[name].currency for name in country], dtype=object),
        "received_at": to_instants(booked_at(rng, received, 0)),
        "audited": np.isin(size, ["medium", "large"]),
        "source": _sources(rng, len(given)),
    }
    frame = pd.DataFrame(head | {name: values for name, values in items.items() if name not in _NOT_TOLD})
    frame["employees"] = np.maximum(
        1.0, whole(items["revenue"] / _currency_scale(profiles, given) / _REVENUE_PER_EMPLOYEE)
    )
    is_abridged = (size == "micro") & (rng.random(len(given)) < _SHARE_ABRIDGED)
    frame.loc[is_abridged, list(_ABRIDGED)] = np.nan
    return frame


def _sources(rng: np.random.Generator, count: int) -> Texts:
    return np.array(["register", "buyer", "agency"], dtype=object)[rng.choice(3, count, p=[0.6, 0.25, 0.15])]


def _with_restatements(rng: np.random.Generator, table: pd.DataFrame, share: float) -> pd.DataFrame:
    """Let a few statements come first with stock valued too high, and be put right by a later version."""
    is_restated = (rng.random(len(table)) < share) & table["revenue"].notna().to_numpy()
    right = table[is_restated].copy()
    right["received_at"] += pd.to_timedelta(rng.integers(40, 300, len(right)), unit="D").as_unit("s")
    too_high = whole(rng.uniform(0.05, 0.25, len(right)) * right["inventory"].to_numpy())
    first = table.copy()
    first.loc[is_restated, list(_VALUED_WITH_STOCK)] += too_high[:, None]
    first.loc[is_restated, "cost_of_goods_sold"] -= too_high
    return pd.concat([first, right], ignore_index=True)


def _told(table: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Keep what is of four years before the start and later, but not after an insolvency."""
    profiles, window = scene.profiles, scene.window
    position = pd.Index(profiles.buyer_id).get_indexer(pd.Index(table["buyer_id"]))
    received = table["received_at"].dt.tz_localize(None).to_numpy()
    insolvent = scene.fates.insolvent_on[position].astype("datetime64[s]")
    is_before_insolvency = np.isnat(insolvent) | (received < insolvent)
    founded = profiles.founded[position] + days(365)
    ended = table["period_end"].to_numpy()
    has_lived = ended >= founded.astype("datetime64[s]")
    is_recent = ended >= (window.start - days(4 * 365)).astype("datetime64[s]")
    kept: pd.DataFrame = table[window.known(received) & is_before_insolvency & has_lived & is_recent]
    return kept.sort_values(["buyer_id", "period_end", "received_at"], kind="stable", ignore_index=True)
