"""The figures of a book as bytes, without pickle; what is read back is equal to what was written."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

from credit.book import Book
from credit.cures import Cures
from credit.peers import PeerCell, PeerTable
from credit.workout import Workout
from features.errors import InputError

__all__ = ["BOOK_VERSION", "book_from_bytes", "book_to_bytes"]

BOOK_VERSION = 1
"""Version of the layout; bytes of another one are refused."""

_MAGIC = b"CRDK"


def book_to_bytes(book: Book) -> bytes:
    """Return a book as bytes: a mark, a CRC-32, and JSON whose numbers come back as they were."""
    told: dict[str, Any] = asdict(book) | {
        "version": BOOK_VERSION,
        "as_of": None if book.as_of is None else book.as_of.isoformat(),
        "peers": [asdict(cell) for cell in book.peers.cells.values()],
        "usual_terms": list(book.usual_terms.items()),
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return _MAGIC + zlib.crc32(body).to_bytes(4, "little") + body


def book_from_bytes(data: bytes) -> Book:
    """Return the book of `book_to_bytes`.

    Raises
    ------
    InputError
        Where the bytes are damaged, or those of another version.
    """
    try:
        if data[:4] != _MAGIC or zlib.crc32(data[8:]) != int.from_bytes(data[4:8], "little"):
            raise ValueError("mark or check")
        return _book(json.loads(data[8:]))
    except (KeyError, TypeError, ValueError) as error:
        expected = f"a book of version {BOOK_VERSION}"
        raise InputError.of(expected, "damaged bytes, or another version", "make it again") from error


def _book(told: dict[str, Any]) -> Book:
    if told.pop("version") != BOOK_VERSION:
        raise ValueError("version")
    cells = [PeerCell(**cell) for cell in told["peers"]]
    return Book(
        **told
        | {
            "as_of": None if told["as_of"] is None else datetime.fromisoformat(told["as_of"]),
            "reference_pds": tuple(told["reference_pds"]),
            "peers": PeerTable({(cell.size_class, cell.section): cell for cell in cells}),
            "usual_terms": {int(section): days for section, days in told["usual_terms"]},
            "cures": None if told["cures"] is None else Cures(**told["cures"]),
            "workout": None if told["workout"] is None else Workout(**told["workout"]),
        }
    )
