"""What is told of a database that refuses: in our words, for its own may hold a customer's data."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

from features.errors import InputError

__all__ = ["DATABASE_URL", "LOCKED", "refusal"]

DATABASE_URL = "CREDENCE_DATABASE_URL"
"""Variable with the SQLAlchemy URL of a PostgreSQL database; without it the store is a file in the home."""

LOCKED = "one that is locked, or busy"
"""What is found where others keep the store from being changed for too long."""

_REFUSALS = (
    ("not a database", "a store", "a file that is no database", "move the file away, or restore a copy"),
    ("malformed", "a store", "a damaged file", "restore a copy: docs/guides/store.md"),
    ("disk is full", "room for the store", "a full disk", "free space, then try again: nothing was changed"),
    ("no space left", "room for the store", "a full disk", "free space, then try again: nothing was changed"),
    ("disk i/o error", "room for the store", "a disk that refuses", "check the disk, then try again"),
    ("lock timeout", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("deadlock", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("locked", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("readonly", "a store that may be written", "a read-only one", "check the right to write it"),
    ("read-only", "a store that may be written", "a read-only one", "check the right to write it"),
    ("unable to open", "a store that can be opened", "one that refuses", "check the path and the rights"),
    ("permission denied", "a store that may be used", "one that refuses", "grant the role its rights"),
    ("password authentication", "a role and its password", "others", f"correct {DATABASE_URL}"),
    ("does not exist", "a database", "none of that name", f"create it, or correct {DATABASE_URL}"),
)


def refusal(error: SQLAlchemyError, *, is_sqlite: bool) -> InputError | None:
    """Return what to tell of a database's refusal; None where the statement was at fault.

    Parameters
    ----------
    error : SQLAlchemyError
    is_sqlite : bool
        Whether the database is a file; else it is a PostgreSQL.
    """
    if isinstance(error, NoneFree):
        return InputError.of("a store with a free connection", LOCKED, "try again in a few seconds")
    if not isinstance(error, DBAPIError):
        return None
    driver = type(error.orig).__name__
    words = str(error.orig).lower()
    if driver == "UndefinedTable" or "no such table" in words:
        step = "restore a copy: docs/guides/store.md, or start the service again to make them"
        return InputError.of("a store with its tables", "one without them", step)
    for mark, expected, found, step in _REFUSALS:
        if mark in words and driver not in ("ProgrammingError", "UndefinedTable", "UndefinedColumn"):
            return InputError.of(expected, found, step)
    if error.connection_invalidated or (not is_sqlite and isinstance(error, OperationalError)):
        step = f"start it, check {DATABASE_URL}, then try again"
        return InputError.of("a database that answers", "one that does not", step)
    return None
