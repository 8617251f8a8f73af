"""Facts that a call brings along: packed with those of the ledger, and kept nowhere."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from anyio import to_thread

from serving.errors import CallError
from serving.live.assessor import LiveAssessor
from serving.state import State

__all__ = ["dossier_with"]


async def dossier_with(
    state: State, assessor: LiveAssessor, facts: list[dict[str, Any]], buyer_id: str, as_of: str | None
) -> bytes:
    """Return the dossier of a buyer with further facts, which may be all that is known of it.

    Raises
    ------
    CallError
        ``invalid_field`` where a fact is refused, ``unknown_buyer`` where none names the buyer.
    InputError
        As `serving.store.supposing.suppose`.
    """
    moment = (await to_thread.run_sync(assessor.moment, as_of)).replace(tzinfo=UTC)
    made = await state.clerk().call("suppose", facts, buyer_id, moment)
    _check(made.items)
    if made.dossier is None:
        expected, step = "facts of the buyer that is asked about", "name the same buyer_id in them"
        raise CallError("unknown_buyer", expected, "those of others", step, path="buyer_id")
    return bytes(made.dossier)


def _check(items: list[dict[str, Any]]) -> None:
    """Refuse the call where one of its facts is refused."""
    for place, item in enumerate(items):
        if item["status"] == "refused" and item["code"] != "atomic":
            path = ".".join(["facts", str(place), *([item["field"]] if item["field"] else [])])
            raise CallError("invalid_field", item["expected"], item["found"], item["next_step"], path=path)
