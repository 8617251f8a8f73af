"""Facts as dossiers: what an online call reads of one buyer, as bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from credit.dossiers import DossierMaker
from credit.dossiers import dossiers_of as dossiers_of_packed
from features.build import Packed
from features.columns import TABLES
from features.facts import FactTables
from features.packing import pack_portfolio
from features.plain_portfolio import LARGE_TABLES
from features.portfolio import Portfolio

__all__ = ["dossiers_of", "every_dossier", "pack_in_order"]


def dossiers_of(portfolio: Portfolio, buyer_ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Give the id and the dossier of some buyers of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
        Holds all that the buyers' packed facts depend on.
    buyer_ids : collection of str
    """
    packed = pack_in_order(portfolio)
    maker = DossierMaker(packed)
    for buyer_id in sorted(set(buyer_ids)):
        position = packed.block.position(buyer_id)
        if position >= 0:
            yield buyer_id, maker.of(position).to_bytes()


def every_dossier(packed: Packed) -> Iterator[tuple[str, bytes]]:
    """Give the id and the dossier of each buyer of a packed portfolio."""
    # Reason: of rates alone no dossier can be made.
    made = dossiers_of_packed(packed) if packed.block.buyer_ids else ()
    return ((dossier.buyer_id, dossier.to_bytes()) for dossier in made)


def pack_in_order(portfolio: Portfolio) -> Packed:
    """Pack a portfolio so that the result is the same in whatever order its rows come."""
    frames = {
        name: portfolio.tables[name].sort_values(
            [*TABLES[name].key, TABLES[name].knowledge], ignore_index=True
        )
        for name in portfolio.tables
        if name not in LARGE_TABLES
    }
    if isinstance(portfolio.tables, FactTables):
        names, facts = tuple(portfolio.tables), portfolio.tables.facts
        tables: Mapping[str, pd.DataFrame] = FactTables(names, frames, facts)
    else:
        tables = {name: frames.get(name, portfolio.tables[name]) for name in portfolio.tables}
    return pack_portfolio(replace(portfolio, tables=tables))
