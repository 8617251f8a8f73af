"""The book's figures by month end and release, kept as they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from credit.book import Book
from credit.peers import PeerCell, PeerTable
from credit.workout import Workout
from serving.store.schema import books

__all__ = ["book_from_bytes", "book_to_bytes", "read_book", "write_book"]


def read_book(connection: Connection, month_end: datetime, release_id: str) -> Book | None:
    """Return the book of a month end (naive UTC) under a release; None where it was not made yet."""
    by = (books.c.month_end == month_end.replace(tzinfo=UTC), books.c.release_id == release_id)
    body = connection.scalar(select(books.c.body).where(*by))
    return None if body is None else book_from_bytes(bytes(body))


def write_book(connection: Connection, month_end: datetime, release_id: str, book: Book) -> bool:
    """Keep a book where none is kept of this month end (naive UTC) and release; whether it was."""
    if read_book(connection, month_end, release_id) is not None:
        return False
    row = {"month_end": month_end.replace(tzinfo=UTC), "release_id": release_id}
    connection.execute(insert(books), {**row, "body": book_to_bytes(book)})
    return True


def book_to_bytes(book: Book) -> bytes:
    """Return a book as JSON; what it holds of floats is kept to the last bit.

    Examples
    --------
    >>> book = Book(None, 1.5, 9.0, 0.2, None, None, 0.1, "EUR", 3, exposures={"B": float("nan")})
    >>> book_from_bytes(book_to_bytes(book)).exposures
    {'B': nan}
    """
    told = asdict(replace(book, peers=PeerTable()))
    told["as_of"] = None if book.as_of is None else book.as_of.isoformat()
    told["peers"] = [[*key, _plain(cell)] for key, cell in book.peers.cells.items()]
    told["usual_terms"] = list(book.usual_terms.items())
    return json.dumps(told, ensure_ascii=False).encode()


def book_from_bytes(data: bytes) -> Book:
    """Return the book of `book_to_bytes`."""
    told: dict[str, Any] = json.loads(data)
    cells = {(size, section): PeerCell(**cell) for size, section, cell in told.pop("peers")}
    as_of, workout = told.pop("as_of"), told.pop("workout")
    return Book(
        **{
            **told,
            "as_of": None if as_of is None else datetime.fromisoformat(as_of),
            "reference_pds": tuple(told["reference_pds"]),
            "usual_terms": dict(told["usual_terms"]),
            "peers": PeerTable(cells),
            "workout": None if workout is None else Workout(**workout),
        }
    )


def _plain(cell: PeerCell) -> Mapping[str, Any]:
    return asdict(cell)
