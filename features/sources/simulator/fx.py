"""Rates of exchange: a geometric random walk for each currency, one rate each business day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.sources.simulator.window import Days, Window, later, to_dates, to_instants

__all__ = ["BASE_RATES", "fx_table"]

BASE_RATES: dict[str, float] = {"EUR": 1.0, "USD": 0.92, "GBP": 1.16, "PLN": 0.23, "CNY": 0.128}
"""EUR for one unit, about which the simulated rates move."""

_DAILY_VOLATILITY = 0.004


def fx_table(rng: np.random.Generator, window: Window) -> pd.DataFrame:
    """Return the table ``fx``: rates in EUR from ten days before the books on, known at 15:00 UTC."""
    every = later(window.start, np.arange(-10, int((window.end - window.start).astype(np.int64)) + 1))
    day = every[np.is_busday(every)]
    return pd.concat(
        [_walk(rng, name, rate, day) for name, rate in BASE_RATES.items() if name != "EUR"], ignore_index=True
    )


def _walk(rng: np.random.Generator, currency: str, rate: float, day: Days) -> pd.DataFrame:
    path = rate * np.exp(np.cumsum(rng.normal(0.0, _DAILY_VOLATILITY, len(day))))
    return pd.DataFrame(
        {
            "currency": currency,
            "on_date": to_dates(day),
            "rate": np.round(path, 6),
            "recorded_at": to_instants(
                np.asarray(day.astype("datetime64[s]") + np.timedelta64(15, "h"), "datetime64[s]")
            ),
        }
    )
