"""A buyer's dossier as further facts would make it: the store stays as it is, and keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from features.columns import TABLES
from features.seller import Seller
from serving.store.changes import ledger_row
from serving.store.connect import Store
from serving.store.facts import facts_of_buyers, portfolio_of
from serving.store.judging import judge
from serving.store.outcomes import Supposed
from serving.store.packing import dossiers_of
from serving.store.posted import Item, items_of
from serving.store.rows import rows_as_read

__all__ = ["suppose"]

_OF_ALL = "fx"


def suppose(store: Store, items: Any, buyer_id: str, now: datetime) -> Supposed:
    """Return a buyer's dossier with further facts, checked as those that are posted.

    All is read from one state of the store, while others write.

    Parameters
    ----------
    store : Store
    items : mapping or sequence of mapping
        See `serving.store.posted.items_of`. Exchange rates are refused: they are no facts of a buyer.
    buyer_id : str
    now : datetime
        The moment that is spoken of, with its zone: from when a fact without `recorded_at` is known.

    Raises
    ------
    InputError
        Where `items` has another shape, nothing was loaded yet, or the database refuses.
    """
    posted, now = items_of(items), now.replace(microsecond=0)
    for item in posted:
        if item.table == _OF_ALL:
            step = "leave it out, or post it to the ledger"
            item.refuse("not_of_a_buyer", "table", "facts of a buyer", "an exchange rate", step)
    with store.reading() as connection:
        judge(connection, posted, Seller(**ledger_row(connection)["seller"]), now, atomic=True)
        told = [item.as_json() for item in posted]
        if any(item.status == "refused" for item in posted):
            return Supposed(told)
        return Supposed(told, _dossier(connection, posted, buyer_id, now))


def _dossier(connection: Connection, posted: Sequence[Item], buyer_id: str, now: datetime) -> bytes | None:
    """Pack what is stored of a buyer with the facts that are not stored yet."""
    new = [item for item in posted if item.status == "accepted"]
    # Reason: a link among supposed facts may lead to stored ones that are not the buyer's.
    named = {item.row[name] for item in new for name in ("invoice_id", "successor_id") if item.row.get(name)}
    frames = facts_of_buyers(connection, [buyer_id], named)
    for name in {item.table for item in new}:
        more = rows_as_read(name, [item.row for item in new if item.table == name], now)
        frames[name] = _joined(frames[name], more, [*TABLES[name].key, TABLES[name].knowledge])
    if not any(len(frame) for frame in frames.values()):
        return None
    return dict(dossiers_of(portfolio_of(connection, frames), [buyer_id])).get(buyer_id)


def _joined(stored: pd.DataFrame, more: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    frame = pd.concat([stored, more]) if len(stored) else more
    return frame.sort_values(key, ignore_index=True)
