"""The book's figures by month end and release, kept as they were made."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from credit.book import Book
from credit.book_files import book_from_bytes, book_to_bytes
from serving.store.schema import books

__all__ = ["read_book", "write_book"]


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
