"""An assessment that is said again at a later moment of the same day, where nothing else is known by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from credit.identity import Identity
from credit.sides import Row, SideRows
from features.block import Block
from features.next_change import next_change
from features.shared import Rates

__all__ = ["MOVING", "Lasting", "changes_after", "moment_text"]

MOVING = ("assessment_id", "as_of", "facts_seq")
"""Fields of an assessment that differ between moments of one day at which the same is known."""


def changes_after(block: Block, rows: SideRows, rates: Rates, second: int) -> int:
    """Return the first second after another at which more, or less, is known of a buyer.

    Parameters
    ----------
    block : Block
        Of the buyer alone.
    rows : SideRows
    rates : Rates
    second : int
        Since 1970.
    """
    sides: Iterable[Row] = chain.from_iterable(rows[:-1])
    instants = [int(at) for row in sides for at in row[:2] if at > second]
    return min(next_change(block, second), rates.next_change(second), *instants)


def moment_text(moment: datetime) -> str:
    """Return a naive UTC instant as an assessment tells it.

    Examples
    --------
    >>> moment_text(datetime(2026, 6, 30, 22))
    '2026-06-30T22:00:00Z'
    """
    return moment.isoformat(timespec="seconds") + "Z"


@dataclass(frozen=True)
class Lasting:
    """An assessment, and how long what it follows from stays the same.

    Parameters
    ----------
    said : dict
        As `credit.desk.Desk.assess` or `score` gives it.
    identity : Identity
    begins, ends : int
        Seconds since 1970: when somebody asked, and the first one after that at which more, or less, is
        known. Where `credit.ground.Ground` is the same, whoever asks at ``begins <= second < ends`` is told
        the same but for `MOVING`.
    """

    said: dict[str, Any]
    identity: Identity
    begins: int
    ends: int
