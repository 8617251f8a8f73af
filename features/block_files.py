"""Named arrays as bytes: versioned, aligned, without pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from features.block import Block
from features.engine.ledger import Ledger
from features.engine.profile import Profiles
from features.engine.statements import StatementBlock
from features.errors import InputError

__all__ = ["BLOCK_VERSION", "PART_NAMES", "arrays_of", "block_from_bytes", "block_of", "block_to_bytes"]

BLOCK_VERSION = 2
"""Version of the fields and of the layout; bytes of another version are refused."""

_PARTS: dict[str, Any] = {"ledger": Ledger, "statements": StatementBlock, "profiles": Profiles}

PART_NAMES: dict[str, list[str]] = {part: list(kind._fields) for part, kind in _PARTS.items()}
"""Names of the arrays of each part of a block."""

_MAGIC = b"CRDB"
_ALIGNED = 8

Arrays = dict[str, npt.NDArray[Any]]


def arrays_of(block: Block) -> Arrays:
    """Return the arrays of a block by part and name."""
    return {
        f"{part}.{name}": array for part in _PARTS for name, array in getattr(block, part)._asdict().items()
    }


def block_of(buyer_ids: tuple[str, ...], currencies: tuple[str, ...], arrays: Mapping[str, Any]) -> Block:
    """Return the block that has these arrays; the contrary of `arrays_of`."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
    for name, array in arrays.items():
        part, _, field = name.partition(".")
        parts[part][field] = array
    tuples = {part: kind(**parts[part]) for part, kind in _PARTS.items()}
    return Block(buyer_ids, currencies, **tuples)


def block_to_bytes(block: Block) -> bytes:
    """Return a block as bytes: a mark, the length of a JSON head, the head, the arrays.

    Examples
    --------
    >>> from features.portfolio import Portfolio, Seller
    >>> import pandas as pd
    >>> from features.pack import pack
    >>> block = pack(Portfolio(Seller("me"), {}, pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")))
    >>> block_from_bytes(block_to_bytes(block)).currencies
    ('XXX',)
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays_of(block).items()}
    head = {
        "version": BLOCK_VERSION,
        "buyer_ids": block.buyer_ids,
        "currencies": block.currencies,
        "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % _ALIGNED)
    parts = [_MAGIC, len(text).to_bytes(4, "little"), text]
    for array in arrays.values():
        parts += [array.tobytes(), b"\0" * (-array.nbytes % _ALIGNED)]
    return b"".join(parts)


def block_from_bytes(data: bytes) -> Block:
    """Return the block of `block_to_bytes`.

    Raises
    ------
    InputError
        Where the bytes are not those of a block of this version.
    """
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        found = "bytes of another kind or version"
        raise InputError.of(f"a packed block of version {BLOCK_VERSION}", found, "pack it again") from error


def _read(data: bytes) -> Block:
    size = int.from_bytes(data[4:8], "little")
    if data[:4] != _MAGIC:
        raise ValueError("mark")
    head = json.loads(data[8 : 8 + size])
    if head["version"] != BLOCK_VERSION:
        raise ValueError("version")
    memory, at = np.frombuffer(bytearray(data), np.uint8), 8 + size
    arrays: Arrays = {}
    for name, dtype, shape in head["arrays"]:
        length = int(np.prod(shape)) * np.dtype(dtype).itemsize
        # Reason: a slice beyond the end is silently shorter; the view refuses it.
        arrays[name] = memory[at : at + length].view(dtype).reshape(shape)
        at += length + (-length % _ALIGNED)
    if at != len(data):
        raise ValueError("length")
    return block_of(tuple(head["buyer_ids"]), tuple(head["currencies"]), arrays)
