"""Limits in force, as the seller's system reads them back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from credit.formulas_in_cells import neutral
from serving.contract import moment_of_text
from serving.routes.answering import Endpoint, in_a_thread, json_answer, whole_number
from serving.state import State
from serving.store.published_rows import LimitRow, changed_limits
from serving.store.schema import ledger

__all__ = ["Limits"]

_MOST, _FEW = 10_000, 1_000


class Limits:
    """Answers ``/v1/limits`` and ``/v1/limits.csv``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "GET", "/v1/limits", self.json
        yield "GET", "/v1/limits.csv", self.csv

    async def json(self, request: Request) -> Response:
        """Give what is in force of each buyer, or what changed since an instant, oldest change first."""
        limit = _limit_of(request) or _FEW
        rows, today = await self._rows(request, limit)
        last = str(rows[-1].seq) if len(rows) == limit else None
        return json_answer({"limits": [row.as_json(today) for row in rows], "next": last})

    async def csv(self, request: Request) -> Response:
        """Give the same as CSV whose cells no spreadsheet takes for formulas; all rows unless told less."""
        rows, today = await self._rows(request, _limit_of(request))
        content = await to_thread.run_sync(_csv, rows, today)
        headers = {"Content-Disposition": 'attachment; filename="limits.csv"'}
        return Response(content, headers=headers, media_type="text/csv; charset=utf-8")

    async def _rows(self, request: Request, limit: int | None) -> tuple[list[LimitRow], date]:
        asked = request.query_params
        after = whole_number(asked["after"], "after", 10**9) if "after" in asked else 0
        since = moment_of_text(asked["changed_since"], "changed_since") if "changed_since" in asked else None
        store = self._state.store()

        def run() -> tuple[list[LimitRow], date]:
            with store.reading() as connection:
                today = _today(connection)
                return changed_limits(connection, since, today, after=after, limit=limit), today

        return await in_a_thread(run)


def _limit_of(request: Request) -> int | None:
    asked = request.query_params.get("limit")
    return None if asked is None else whole_number(asked, "limit", _MOST)


def _today(connection: sa.Connection) -> date:
    """Return the day where the seller is; that of UTC where nothing was loaded yet."""
    seller = connection.scalar(sa.select(ledger.c.seller))
    zone = UTC if seller is None else ZoneInfo(seller["timezone"])
    return datetime.now(zone).date()


def _csv(rows: Sequence[LimitRow], today: date) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(LimitRow.COLUMNS)
    for row in rows:
        writer.writerow([_neutral(cell) for cell in row.as_json(today).values()])
    # Reason: without the mark Excel reads Chinese as Latin text.
    return text.getvalue().encode("utf-8-sig")


def _neutral(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return neutral("" if cell is None else str(cell))
