"""Who is in the ledger, what is known of a buyer, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from serving.errors import CallError
from serving.routes.answering import Endpoint, in_a_thread, json_answer, whole_number
from serving.state import State
from serving.store.dossiers import buyers
from serving.store.schema import FACTS, assessments
from serving.store.types import second_text

__all__ = ["Buyers", "kept_of"]

_MOST, _FEW = 1000, 20
_MOST_SAID = 20


class Buyers:
    """Answers ``/v1/buyers``, ``/v1/buyers/{id}`` and ``/v1/assessments/{id}``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "GET", "/v1/buyers", self.list
        yield "GET", "/v1/buyers/{buyer_id}", self.one
        yield "GET", "/v1/assessments/{assessment_id}", self.assessment

    async def list(self, request: Request) -> Response:
        """Give ids in order, a page at a time."""
        self._state.assessor()
        asked = request.query_params
        limit = whole_number(asked.get("limit", str(_FEW)), "limit", _MOST)
        found = await self._read(_ids, asked.get("prefix", ""), asked.get("after", ""), limit)
        return json_answer({"buyers": found, "next": found[-1] if len(found) == limit else None})

    async def one(self, request: Request) -> Response:
        """Tell what is kept of a buyer."""
        buyer_id = request.path_params["buyer_id"]
        entry = await to_thread.run_sync(self._state.assessor().entry, buyer_id)
        told = await self._read(kept_of, buyer_id)
        published = entry.published
        return json_answer(
            {
                "buyer_id": buyer_id,
                "facts_seq": entry.facts_seq,
                **told,
                "published": None if published is None else published.as_json(),
            }
        )

    async def assessment(self, request: Request) -> Response:
        """Give an assessment as it was said."""
        body = await self._read(_assessment, request.path_params["assessment_id"])
        if body is None:
            expected, step = "the id of an assessment that was kept", "check the id"
            raise CallError("unknown_assessment", expected, "an unknown one", step, path="assessment_id")
        return Response(body, media_type="application/json")

    async def _read(self, query: Any, *arguments: Any) -> Any:
        """Run a query over a connection, in a thread."""
        store = self._state.store()

        def run() -> Any:
            with store.reading() as connection:
                return query(connection, *arguments)

        return await in_a_thread(run)


def _ids(connection: sa.Connection, prefix: str, after: str, limit: int) -> list[str]:
    return buyers(connection, prefix=prefix, after=after, limit=limit)


def _assessment(connection: sa.Connection, assessment_id: str) -> bytes | None:
    query = sa.select(assessments.c.body).where(assessments.c.assessment_id == assessment_id)
    body = connection.scalar(query)
    return None if body is None else bytes(body)


def kept_of(connection: sa.Connection, buyer_id: str) -> dict[str, Any]:
    """Return how many facts of each table name a buyer, and what was said of it last, latest first.

    Parameters
    ----------
    connection : Connection
    buyer_id : str
    """
    counts = {
        name: connection.scalar(
            sa.select(sa.func.count()).select_from(table).where(table.c.buyer_id == buyer_id)
        )
        for name, table in FACTS.items()
        if "buyer_id" in table.c
    }
    columns = assessments.c
    query = (
        sa.select(columns.assessment_id, columns.as_of, columns.created_at, columns.release_id)
        .where(columns.buyer_id == buyer_id)
        .order_by(columns.created_at.desc())
        .limit(_MOST_SAID)
    )
    said = [
        {
            "assessment_id": row.assessment_id,
            "as_of": second_text(row.as_of),
            "created_at": second_text(row.created_at),
            "release_id": row.release_id,
        }
        for row in connection.execute(query)
    ]
    return {"facts": {name: count for name, count in counts.items() if count}, "assessments": said}
