"""What an assessment tells only where somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Extras"]


@dataclass(frozen=True)
class Extras:
    """Parts of an assessment that take time, or that most readers do not need.

    Parameters
    ----------
    offers : bool
        Terms and offers.
    peers : bool
        The score beside that of the buyer's peers.
    raises : bool
        What would raise the limit.
    since : str, datetime or None
        What changed since then, under today's models and policy.
    previous : mapping or None
        An assessment of the same buyer said earlier, maybe by another model: what changed since, with a line
        for the change of the model. It names its moment itself.
    """

    offers: bool = False
    peers: bool = False
    raises: bool = False
    since: str | datetime | None = None
    previous: Mapping[str, Any] | None = None
