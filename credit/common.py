"""What the buyers of one seller share when one of them is assessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from credit.book import Book
from features.engine.context import Context
from features.seller import Seller
from features.shared import Members, Rates

__all__ = ["Common"]


@dataclass(frozen=True, eq=False)
class Common:
    """What the buyers of one seller share.

    Parameters
    ----------
    seller : Seller
    observed_from, observed_until : datetime
        Naive UTC instants between which the books are complete.
    has_ledger : bool
        Whether there is any invoice; without one nobody knows what a buyer owes.
    rates : Rates
    members : callable
        Gives the members of a group: `features.shared.Members`.
    contexts : callable
        Gives the figures across buyers at month ends; called when the first buyer is assessed.
    book : callable
        Gives the figures of the whole book at the month end before a naive UTC instant; None before any.
    facts_seq : int or None
        Position of the store that the facts are read at; None for a folder.
    known_until : datetime or None
        Last instant (naive UTC) from which a store knows any fact; None for a folder, which has no clock.
    """

    seller: Seller
    observed_from: datetime
    observed_until: datetime
    has_ledger: bool
    rates: Rates
    members: Members
    contexts: Callable[[], Context]
    book: Callable[[datetime], Book | None]
    facts_seq: int | None = None
    known_until: datetime | None = None

    @property
    def context(self) -> Context:
        """Figures across buyers at month ends."""
        return self.contexts()
