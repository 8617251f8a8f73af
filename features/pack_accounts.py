"""Packs statements and buyers' own data into arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.arrays import by_buyer, day_numbers, label_positions, starts_of, whole_numbers
from features.codes import decimals_of
from features.columns import LINE_ITEMS
from features.engine.profile import Profiles
from features.engine.statements import StatementBlock
from features.industries import section_of, size_rank
from features.instants import day_of
from features.pack_ratings import pack_ratings
from features.population import population_default_rates
from features.portfolio import Portfolio
from features.versions import fact_versions

__all__ = ["pack_profiles", "pack_statements"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_KEY = ["buyer_id", "period_end", "months", "consolidated"]


def pack_statements(
    portfolio: Portfolio, buyer_ids: tuple[str, ...], currencies: tuple[str, ...]
) -> StatementBlock:
    """Pack the statements of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
    buyer_ids, currencies : tuple of str
        Sorted; every buyer and currency of the statements is among them.
    """
    versions = by_buyer(fact_versions(portfolio, "statements"), buyer_ids)
    received = versions.groupby(_KEY)["known_from"].transform("min").astype("datetime64[s]")
    return StatementBlock(
        start=starts_of(whole_numbers(versions["buyer"]), len(buyer_ids)),
        known_from=whole_numbers(versions["known_from"]),
        known_until=whole_numbers(versions["known_until"]),
        period_end=day_numbers(versions["period_end"]),
        received_day=day_numbers(pd.Series(day_of(received, portfolio.seller.timezone))),
        months=whole_numbers(versions["months"]),
        consolidated=whole_numbers(versions["consolidated"]),
        audited=whole_numbers(_column(versions, "audited").astype("Int64").fillna(-1)),
        currency=label_positions(versions["currency"], currencies),
        minor_per_unit=10.0 ** np.array([decimals_of(code) for code in currencies]),
        items=np.column_stack([_floats(_column(versions, item)) for item in LINE_ITEMS]),
    )


def pack_profiles(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Profiles:
    """Pack what a portfolio says of its buyers themselves.

    Parameters
    ----------
    portfolio : Portfolio
    buyer_ids : tuple of str
        Sorted; every buyer is among them.
    """
    versions = by_buyer(fact_versions(portfolio, "buyers"), buyer_ids)
    founded = _column(versions, "founded_on").astype("datetime64[s]")
    return Profiles(
        start=starts_of(whole_numbers(versions["buyer"]), len(buyer_ids)),
        known_from=whole_numbers(versions["known_from"]),
        known_until=whole_numbers(versions["known_until"]),
        founded_day=np.where(founded.isna(), np.nan, day_numbers(founded).astype(np.float64)),
        traits=_traits(versions, portfolio.seller.country),
        **_groups(versions),
        **pack_ratings(portfolio, buyer_ids),
    )


def _traits(versions: pd.DataFrame, seller_country: str) -> Floats:
    country = _column(versions, "country")
    is_foreign = (country != seller_country).astype(np.float64).where(country.notna() & bool(seller_country))
    sizes = _column(versions, "size_class").map(size_rank, na_action="ignore").astype("float64")
    section, size = _floats(_sections(versions)), _floats(sizes.where(sizes > 0.0))
    flags = [_column(versions, "natural_person"), _column(versions, "public_body"), is_foreign]
    rates = population_default_rates(country, section, size)
    return np.column_stack([*(_floats(flag) for flag in flags), section, size, rates])


def _sections(versions: pd.DataFrame) -> pd.Series[Any]:
    pairs = pd.DataFrame(
        {name: _column(versions, name).astype("str").fillna("") for name in ("industry", "industry_scheme")}
    )
    known = {pair: section_of(*pair) for pair in pairs.drop_duplicates().itertuples(index=False, name=None)}
    found = [known[pair] for pair in pairs.itertuples(index=False, name=None)]
    sections = pd.Series(found, index=versions.index, dtype="float64")
    return sections.where(sections >= 0.0)


def _groups(versions: pd.DataFrame) -> dict[str, Any]:
    names = _column(versions, "group_id")
    labels = tuple(sorted(names.dropna().unique()))
    group = label_positions(names, labels)
    members = group >= 0

    def sorted_within(name: str) -> Ints:
        instants = whole_numbers(versions[name])[members]
        return instants[np.lexsort((instants, group[members]))]

    return {
        "group": group,
        "group_start": starts_of(np.sort(group[members]), len(labels)),
        "group_known_from": sorted_within("known_from"),
        "group_known_until": sorted_within("known_until"),
    }


def _column(versions: pd.DataFrame, name: str) -> pd.Series[Any]:
    return versions[name] if name in versions else pd.Series(np.nan, index=versions.index, dtype="object")


def _floats(values: pd.Series[Any]) -> Floats:
    return values.to_numpy(np.float64, na_value=np.nan)
