"""What a call says that adds facts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from serving.contract.parts import EXPECTED, AsOf, Part
from serving.errors import CallError

__all__ = ["MOST_FACTS", "LedgerCall"]

MOST_FACTS = 20_000
"""Facts of a call."""


class LedgerCall(Part):
    """Body of ``POST /v1/ledger``: each item names its table, and has the fields of that table."""

    items: Annotated[list[dict[str, Any]], Field(max_length=MOST_FACTS)] = Field([])
    atomic: bool = False
    books_until: AsOf | None = None

    def check(self) -> LedgerCall:
        """Return the call.

        Raises
        ------
        CallError
            ``invalid_field`` where it says nothing.
        """
        if not self.items and self.books_until is None:
            step = "send 'items', 'books_until' or both"
            raise CallError("invalid_field", EXPECTED["items"], "nothing", step, path="items")
        return self
