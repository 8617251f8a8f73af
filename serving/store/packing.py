"""Facts as dossiers: what an online call reads of one buyer, as bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from features.block import Block
from features.block_files import block_to_bytes
from features.columns import TABLES
from features.facts import FactTables
from features.pack import pack
from features.plain_portfolio import LARGE_TABLES
from features.portfolio import Portfolio
from features.seller import Seller

__all__ = ["dossiers_of", "dossiers_of_block", "own_block", "pack_in_order"]

_NO_ROWS = np.empty(0, np.int64)


def dossiers_of(portfolio: Portfolio, buyer_ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Give the id and the dossier of some buyers of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
        Holds all that the buyers' packed facts depend on.
    buyer_ids : collection of str
    """
    wanted = set(buyer_ids)
    made = dossiers_of_block(pack_in_order(portfolio), portfolio.seller)
    return ((buyer_id, body) for buyer_id, body in made if buyer_id in wanted)


def pack_in_order(portfolio: Portfolio) -> Block:
    """Pack a portfolio so that the block is the same in whatever order its rows come."""
    frames = {
        name: portfolio.tables[name].sort_values([*TABLES[name].key, TABLES[name].knowledge])
        for name in portfolio.tables
        if name not in LARGE_TABLES
    }
    if isinstance(portfolio.tables, FactTables):
        tables: Mapping[str, pd.DataFrame] = FactTables(
            tuple(portfolio.tables), frames, portfolio.tables.facts
        )
    else:
        tables = {name: frames.get(name, portfolio.tables[name]) for name in portfolio.tables}
    return pack(replace(portfolio, tables=tables))


def dossiers_of_block(block: Block, seller: Seller) -> Iterator[tuple[str, bytes]]:
    """Give the id and the dossier of each buyer of a block."""
    for position, buyer_id in enumerate(block.buyer_ids):
        yield buyer_id, block_to_bytes(own_block(block, position, seller.reporting_currency))


def own_block(block: Block, position: int, reporting_currency: str) -> Block:
    """Return the block of one buyer with its own currencies only: the same whoever else is in `block`."""
    one: Any = block.of_buyer(position)
    ledger, statements = one.ledger, one.statements
    codes = [ledger.currency, ledger.limit_currency, statements.currency]
    used = np.unique(np.concatenate([*codes, [block.currencies.index(reporting_currency)]]).astype(np.int64))
    place = np.full(len(block.currencies), -1, np.int64)
    place[used] = np.arange(len(used))
    edges = [slice(ledger.fx_start[code], ledger.fx_start[code + 1]) for code in used]
    rates = {
        name: np.concatenate([getattr(ledger, name)[edge] for edge in edges])
        for name in ("fx_begins", "fx_day", "fx_rate")
    }
    starts = np.concatenate([[0], np.cumsum([edge.stop - edge.start for edge in edges])]).astype(np.int64)
    return Block(
        one.buyer_ids,
        tuple(block.currencies[code] for code in used),
        ledger._replace(
            currency=place[ledger.currency].astype(np.int16),
            limit_currency=place[ledger.limit_currency].astype(np.int16),
            fx_start=starts,
            **rates,
        ),
        statements._replace(
            currency=place[statements.currency], minor_per_unit=statements.minor_per_unit[used]
        ),
        _with_own_groups(one.profiles),
    )


def _with_own_groups(profiles: Any) -> Any:
    """Return profiles of one buyer with the groups that it is or was in, numbered from 0."""
    used = np.unique(profiles.group[profiles.group >= 0])
    place = np.full(len(profiles.group_start), -1, np.int64)
    place[used] = np.arange(len(used))
    edges = [slice(profiles.group_start[group], profiles.group_start[group + 1]) for group in used]
    rows = np.concatenate([np.arange(edge.start, edge.stop) for edge in edges]) if edges else _NO_ROWS
    return profiles._replace(
        group=np.where(profiles.group >= 0, place[profiles.group], -1).astype(profiles.group.dtype),
        group_start=np.cumsum([0, *(edge.stop - edge.start for edge in edges)]).astype(np.int64),
        group_known_from=profiles.group_known_from[rows],
        group_known_until=profiles.group_known_until[rows],
    )
