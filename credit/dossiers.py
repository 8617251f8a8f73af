"""Dossiers from packed portfolios: of all buyers for a first load, of one whose facts have changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from credit.books import Books, known_since
from credit.common import Common
from credit.dossier import Dossier
from credit.side_facts import SideTables
from features.build import Packed
from features.errors import InputError
from features.packing import pack_portfolio
from features.portfolio import Portfolio
from features.shared import Rates, alone

__all__ = ["DossierMaker", "common_of", "dossier_of", "dossiers_of"]


class DossierMaker:
    """Makes the dossiers of one packed portfolio.

    Parameters
    ----------
    packed : Packed
    tables : SideTables or None
        Where they were read before.
    """

    def __init__(self, packed: Packed, tables: SideTables | None = None) -> None:
        self._packed, self.tables = packed, tables or SideTables(packed)
        known = known_since(packed.portfolio)
        self._known = _seconds(known)

    def of(self, position: int) -> Dossier:
        """Return the dossier of the buyer at a position of the block."""
        block = self._packed.block
        buyer_id = block.buyer_ids[position]
        rows = self.tables.of(position)
        if rows.bills:
            first = int(block.ledger.item[block.ledger.invoice_start[position]])
            rows = rows._replace(bills=[item - first for item in rows.bills])
        own = alone(block, position, self._packed.seller.reporting_currency)
        return Dossier(buyer_id, own, rows, self._known.get(buyer_id))


def common_of(packed: Packed, tables: SideTables, books: Books) -> Common:
    """Return what the buyers of a packed portfolio share.

    Parameters
    ----------
    packed : Packed
    tables : SideTables
    books : Books
    """
    portfolio = packed.portfolio
    return Common(
        seller=portfolio.seller,
        observed_from=portfolio.observed_from.to_pydatetime(),
        observed_until=portfolio.observed_until.to_pydatetime(),
        has_ledger=len(portfolio.table("invoices")) > 0,
        rates=Rates.of_block(packed.block),
        members=tables.members,
        contexts=packed.book,
        book=lambda moment: books.before(pd.Timestamp(moment)),
    )


def dossiers_of(packed: Packed) -> Iterator[Dossier]:
    """Yield the dossier of every buyer, in the order of their ids.

    Parameters
    ----------
    packed : Packed
    """
    maker = DossierMaker(packed)
    for position in range(len(packed.block.buyer_ids)):
        yield maker.of(position)


def dossier_of(portfolio: Portfolio) -> Dossier:
    """Return the dossier of the one buyer whose facts a portfolio holds.

    Parameters
    ----------
    portfolio : Portfolio
        All facts of one buyer; rates are not read. `observed_from` must be that of the whole books.

    Raises
    ------
    InputError
        Where it names no buyer, or several.
    """
    packed = pack_portfolio(portfolio)
    if len(packed.block.buyer_ids) != 1:
        found = "none" if not packed.block.buyer_ids else "several"
        raise InputError.of("the facts of one buyer", found, "pack each buyer alone")
    return next(dossiers_of(packed))


def _seconds(known: pd.Series[Any]) -> dict[str, int]:
    seconds = known.astype("datetime64[s]").to_numpy().astype("int64").tolist()
    return dict(zip(known.index.tolist(), seconds, strict=True))
