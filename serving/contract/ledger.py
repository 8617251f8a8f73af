"""What a call says that adds facts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from serving.contract.parts import Part

__all__ = ["MOST_FACTS", "LedgerCall"]

MOST_FACTS = 20_000
"""Facts of a call."""


class LedgerCall(Part):
    """Body of ``POST /v1/ledger``: each item names its table, and has the fields of that table."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_FACTS)]
    atomic: bool = False
