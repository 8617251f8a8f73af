"""Population default rates: the product of country, section and size, with what falls back on what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.industries import SECTIONS
from features.population import population_default_rates, rates_table

NAN = np.nan


def rate(country: str | None, section: str | None = None, size: float = NAN) -> float:
    position = NAN if section is None else list(SECTIONS).index(section)
    found = population_default_rates(
        pd.Series([country], dtype="object"), np.array([position]), np.array([size])
    )
    return float(found[0])


@pytest.mark.parametrize(
    ("country", "section", "size", "expected"),
    [
        (None, None, NAN, 0.015),
        ("XK", None, NAN, 0.015),
        ("GB", None, NAN, 2.5 * 0.00524),
        ("DE", "F", NAN, 2.5 * 0.0057 * 1.41),
        ("DE", "F", 4, 2.5 * 0.0057 * 1.41 * 0.5),
        (None, "O", 1, 0.015 * 0.1 * 1.2),
        ("GB", "C", 3, 2.5 * 0.00524 * 0.8),
    ],
)
def test_a_rate_is_the_product_of_what_is_known(country, section, size, expected):
    assert rate(country, section, size) == pytest.approx(expected, rel=1e-12)


def test_no_one_is_no_error():
    assert population_default_rates(pd.Series([], dtype="object"), np.array([]), np.array([])).shape == (0,)


def test_every_figure_names_its_source_and_date():
    table = rates_table()
    entries = [table["world"], table["defaults_per_insolvency"]]
    entries += [entry for part in ("countries", "sections", "sizes") for entry in table[part].values()]

    assert all(entry["source"] and entry["date"] for entry in entries)
    assert set(table["sections"]) <= set(SECTIONS)
    assert set(table["sizes"]) == {"1", "2", "3", "4"}
