"""A buyer's dossier as further facts would make it; the store stays as it is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from serving.store.connect import Store
from serving.store.dossiers import read_dossier
from serving.store.ledger import add_facts
from serving.store.posted import items_of

__all__ = ["Supposed", "suppose"]

_OF_ALL = "fx"


@dataclass(frozen=True)
class Supposed:
    """What further facts would make of a buyer.

    Parameters
    ----------
    items : list of dict
        By fact, in order: see `serving.store.ledger.Posted`.
    dossier : bytes or None
        None where a fact is refused, or nobody names the buyer.
    """

    items: list[dict[str, Any]] = field(default_factory=list)
    dossier: bytes | None = None


class _UndoneError(Exception):
    """Ends a transaction without a trace."""


def suppose(store: Store, items: Any, buyer_id: str, now: datetime) -> Supposed:
    """Return a buyer's dossier with further facts, checked as those that are posted.

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
    posted, made = items_of(items), Supposed()
    for item in posted:
        if item.table == _OF_ALL:
            step = "leave it out, or post it to the ledger"
            item.refuse("not_of_a_buyer", "table", "facts of a buyer", "an exchange rate", step)
    with suppress(_UndoneError), store.writing() as connection:
        told = add_facts(connection, posted, atomic=True, books_until=None, now=now).items
        is_refused = any(item["status"] == "refused" for item in told)
        stored = None if is_refused else read_dossier(connection, buyer_id)
        made = Supposed(told, None if stored is None else stored.body)
        raise _UndoneError
    return made
