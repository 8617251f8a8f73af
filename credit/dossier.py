"""Everything that an online call reads of one buyer, also as the bytes of one row of a database."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass

import orjson

from credit.sides import Holding, SideRows
from features.block import Block
from features.block_files import BLOCK_VERSION, block_from_bytes, block_to_bytes
from features.errors import InputError
from features.shared import Members, Rates, joined

__all__ = ["DOSSIER_VERSION", "Dossier"]

DOSSIER_VERSION = f"1.{BLOCK_VERSION}"
"""Version of the layout; bytes of another one are refused, and the dossier is to be made again."""

_HEAD = struct.Struct("<4s8sIII")
"""Mark, version, CRC-32 of what follows, length of the texts and of the whole."""

_MAGIC = b"CRDD"
_ALIGNED = 8


@dataclass(frozen=True)
class Dossier:
    """The packed facts of one buyer, without what buyers share.

    Parameters
    ----------
    buyer_id : str
    block : Block
        Of this buyer alone, as `features.shared.alone` leaves it: no rates, no other members of its groups.
    rows : SideRows
        Bills are items of `block`.
    known_from : int or None
        Second since 1970 at which the first fact of the buyer was known; None where there is no fact.
    """

    buyer_id: str
    block: Block
    rows: SideRows
    known_from: int | None

    def holding(self, rates: Rates, members: Members) -> Holding:
        """Return the facts with what buyers share, ready for the engine."""
        return Holding(joined(self.block, rates, self.rows.groups, members), 0, self.rows)

    def to_bytes(self) -> bytes:
        """Return the dossier as bytes without pickle; the same facts give the same bytes."""
        told = [self.buyer_id, self.known_from, *self.rows]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-(len(text) + _HEAD.size) % _ALIGNED)
        body = text + block_to_bytes(self.block)
        size = _HEAD.size + len(body)
        return _HEAD.pack(_MAGIC, DOSSIER_VERSION.encode(), zlib.crc32(body), len(text), size) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Dossier:
        """Return the dossier of `to_bytes`.

        Raises
        ------
        InputError
            Where the bytes are damaged, or those of another version.
        """
        try:
            mark, version, check, texts, size = _HEAD.unpack_from(data)
            if mark != _MAGIC or version.rstrip(b"\0") != DOSSIER_VERSION.encode() or size != len(data):
                raise ValueError("mark, version or length")
            if zlib.crc32(memoryview(data)[_HEAD.size :]) != check:
                raise ValueError("check")
            buyer_id, known_from, *rows = orjson.loads(data[_HEAD.size : _HEAD.size + texts])
            return cls(buyer_id, block_from_bytes(data[_HEAD.size + texts :]), SideRows(*rows), known_from)
        except (struct.error, TypeError, ValueError) as error:
            expected = f"a dossier of version {DOSSIER_VERSION}"
            raise InputError.of(expected, "damaged bytes, or another version", "make it again") from error
