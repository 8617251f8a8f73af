"""What becomes of facts, as the clerk tells its worker: apart from what makes it, which needs pandas."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Posted", "Supposed"]


@dataclass(frozen=True)
class Posted:
    """What became of posted facts.

    Parameters
    ----------
    facts_seq : int
        The change with which they came; the last one where nothing changed.
    items : list of dict
        By fact, in order: ``table``, ``status`` (accepted, unchanged, refused) and, where refused, ``code``,
        ``field``, ``expected``, ``found``, ``next_step``.
    buyers : list of str
        Whose dossiers were rewritten.
    books_until : datetime or None
        Until when the books are complete now.
    has_later_books : bool
        Whether that is later than before.
    """

    facts_seq: int
    items: list[dict[str, Any]] = field(default_factory=list)
    buyers: list[str] = field(default_factory=list)
    books_until: datetime | None = None
    has_later_books: bool = False


@dataclass(frozen=True)
class Supposed:
    """What further facts would make of a buyer.

    Parameters
    ----------
    items : list of dict
        By fact, in order: see `Posted`.
    dossier : bytes or None
        None where a fact is refused, or nobody names the buyer.
    """

    items: list[dict[str, Any]] = field(default_factory=list)
    dossier: bytes | None = None
