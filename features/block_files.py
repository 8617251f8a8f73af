"""A block as bytes: versioned, aligned, without pickle, read in microseconds."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from features.block import Block
from features.engine.ledger import Ledger
from features.engine.profile import Profiles
from features.engine.statements import StatementBlock
from features.errors import InputError

__all__ = ["BLOCK_VERSION", "PART_NAMES", "arrays_of", "block_from_bytes", "block_of", "block_to_bytes"]

BLOCK_VERSION = 3
"""Version of the fields and of the layout; bytes of another version are refused."""

_PARTS: dict[str, Any] = {"ledger": Ledger, "statements": StatementBlock, "profiles": Profiles}

PART_NAMES: dict[str, list[str]] = {part: list(kind._fields) for part, kind in _PARTS.items()}
"""Names of the arrays of each part of a block."""

_COUNT = sum(map(len, PART_NAMES.values()))
_MAGIC = b"CRDB"
_ALIGNED = 8

_HEAD = struct.Struct("<4sHHII")
"""Mark, version, count of arrays, length of the texts and of the whole."""

_SHAPE = struct.Struct("<BBHII")
"""Code of an array's type, its dimensions, nothing, its rows and columns."""

_TYPES = ("<i8", "<i4", "<i2", "|i1", "<f8")
"""Types of arrays by their code."""

_DTYPES = tuple(np.dtype(name) for name in _TYPES)

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
    """Return a block as bytes: a head, the shapes of its arrays, its texts, the arrays.

    The arrays stand in the order of `PART_NAMES`; the same facts give the same bytes.

    Examples
    --------
    >>> from features.portfolio import Portfolio, Seller
    >>> import pandas as pd
    >>> from features.pack import pack
    >>> block = pack(Portfolio(Seller("me"), {}, pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")))
    >>> block_from_bytes(block_to_bytes(block)).currencies
    ('XXX',)
    """
    arrays = [np.ascontiguousarray(array) for part in _PARTS for array in getattr(block, part)]
    shapes = b"".join(_shape(array) for array in arrays)
    text = json.dumps([block.buyer_ids, block.currencies], ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(_HEAD.size + len(shapes) + len(text)) % _ALIGNED)
    parts = [part for array in arrays for part in (array.tobytes(), b"\0" * (-array.nbytes % _ALIGNED))]
    size = _HEAD.size + len(shapes) + len(text) + sum(map(len, parts))
    head = _HEAD.pack(_MAGIC, BLOCK_VERSION, len(arrays), len(text), size)
    return b"".join([head, shapes, text, *parts])


def _shape(array: npt.NDArray[Any]) -> bytes:
    columns = array.shape[1] if array.ndim == 2 else 1
    return _SHAPE.pack(_TYPES.index(array.dtype.str), array.ndim, 0, array.shape[0], columns)


def block_from_bytes(data: bytes) -> Block:
    """Return the block of `block_to_bytes`.

    Raises
    ------
    InputError
        Where the bytes are not those of a block of this version.
    """
    try:
        return _read(data)
    except (struct.error, KeyError, TypeError, ValueError, IndexError) as error:
        found = "bytes of another kind or version"
        raise InputError.of(f"a packed block of version {BLOCK_VERSION}", found, "pack it again") from error


def _read(data: bytes) -> Block:
    mark, version, count, texts, size = _HEAD.unpack_from(data)
    if (mark, version, count) != (_MAGIC, BLOCK_VERSION, _COUNT) or size != len(data):
        raise ValueError("mark, version or length")
    at = _HEAD.size + count * _SHAPE.size
    buyer_ids, currencies = orjson.loads(data[at : at + texts])
    # Reason: arrays that may not be written to are another type, for which the engine would compile anew.
    memory, at = bytearray(data), at + texts
    arrays = []
    for code, dimensions, _, rows, columns in _SHAPE.iter_unpack(data[_HEAD.size : at - texts]):
        shape = rows if dimensions == 1 else (rows, columns)
        array: npt.NDArray[Any] = np.ndarray(shape, _DTYPES[code], memory, at)
        arrays.append(array)
        at += array.nbytes + (-array.nbytes % _ALIGNED)
    if at != len(data):
        raise ValueError("length")
    read = iter(arrays)
    parts = {part: kind._make(islice(read, len(kind._fields))) for part, kind in _PARTS.items()}
    return Block(tuple(buyer_ids), tuple(currencies), **parts)
