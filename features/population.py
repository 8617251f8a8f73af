"""The yearly default rate of a company's country, sector and size, from the table that is shipped."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.industries import SECTIONS

__all__ = ["population_default_rates", "rates_table"]

Floats = npt.NDArray[np.float64]

_LETTERS = tuple(SECTIONS)


@cache
def rates_table() -> dict[str, Any]:
    """Return the content of ``population_rates.toml``, whose entries name their source and date."""
    text = resources.files("features").joinpath("population_rates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def population_default_rates(country: pd.Series[Any], section: Floats, size: Floats) -> Floats:
    """Return the default rate of the population that each company belongs to.

    Parameters
    ----------
    country : Series, shape (n,)
        ISO 3166-1 alpha-2; missing allowed.
    section : float64 ndarray, shape (n,)
        Position of the ISIC section from 0 (A) to 20 (U); NaN is unknown.
    size : float64 ndarray, shape (n,)
        1 (micro) to 4 (large); NaN is unknown.

    Returns
    -------
    float64 ndarray, shape (n,)
        Share that defaults within a year. A country that the table does not know counts as the world; a
        section or a size that it does not know, or that nobody knows, as all of them.

    Examples
    --------
    >>> population_default_rates(pd.Series(["GB", None]), np.array([5.0, np.nan]), np.full(2, np.nan))
    array([0.018471, 0.015   ])
    """
    table = rates_table()
    rates = country.map(_country_rates()).astype("float64").fillna(table["world"]["rate"]).to_numpy()
    by_section = np.array([_factor("sections", letter) for letter in _LETTERS])
    by_size = np.array([_factor("sizes", str(rank)) for rank in range(1, 5)])
    product = rates * _looked_up(by_section, section) * _looked_up(by_size, size - 1.0)
    bounded: Floats = np.minimum(product, table["highest"])
    return bounded


@cache
def _country_rates() -> dict[str, float]:
    table = rates_table()
    defaults = table["defaults_per_insolvency"]["value"]
    return {
        code: entry["insolvencies_per_10000"] / 10_000.0 * defaults
        for code, entry in table["countries"].items()
    }


def _factor(part: str, name: str) -> float:
    entry = rates_table()[part].get(name, {"factor": 1.0})
    return float(entry["factor"])


def _looked_up(factors: Floats, position: Floats) -> Floats:
    """Return the factor of each position; 1 where it is unknown."""
    known = ~np.isnan(position)
    return np.where(known, factors[np.where(known, position, 0.0).astype(np.int64)], 1.0)
