"""Figures across buyers as bytes, and made from the blocks of single buyers."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from features.block import Block
from features.engine.context import CONTEXT, GROUPS, Context, MonthEnds, figures, sums_of_buyers
from features.engine.ledger import Ledger
from features.engine.profile import section_of_buyer
from features.errors import InputError
from features.shared import Rates

__all__ = [
    "CONTEXT_VERSION",
    "context_from_bytes",
    "context_of_blocks",
    "context_to_bytes",
    "contexts_in_a_row",
]

CONTEXT_VERSION = 1
"""Version of the layout; bytes of another one are refused."""

_HEAD = struct.Struct("<4sHHII")
"""Mark, version, figures of a month end, month ends, CRC-32 of what follows."""

_ALL = ""
"""In place of a currency for what is counted once for all of them: it sorts before each."""

_MAGIC = b"CRDX"
_FIGURES = GROUPS * len(CONTEXT)


def context_to_bytes(context: Context) -> bytes:
    """Return a context as bytes without pickle.

    Examples
    --------
    >>> from features.engine.context import NO_CONTEXT
    >>> len(context_from_bytes(context_to_bytes(NO_CONTEXT)).month_end)
    0
    """
    body = context.month_end.astype("<i8").tobytes() + context.values.astype("<f8").tobytes()
    return _HEAD.pack(_MAGIC, CONTEXT_VERSION, _FIGURES, len(context.month_end), zlib.crc32(body)) + body


def context_from_bytes(data: bytes) -> Context:
    """Return the context of `context_to_bytes`.

    Raises
    ------
    InputError
        Where the bytes are damaged, or those of another version.
    """
    try:
        mark, version, count, months, check = _HEAD.unpack_from(data)
        body = bytearray(data[_HEAD.size :])
        if (mark, version, count) != (_MAGIC, CONTEXT_VERSION, _FIGURES) or zlib.crc32(body) != check:
            raise ValueError("mark, version or check")
        values = np.frombuffer(body, np.float64, months * count, 8 * months)
        ends = np.frombuffer(body, np.int64, months)
        return Context(ends, values.reshape(months, GROUPS, len(CONTEXT)))
    except (struct.error, ValueError) as error:
        expected = f"a context of version {CONTEXT_VERSION}"
        raise InputError.of(expected, "damaged bytes, or another version", "make it again") from error


def contexts_in_a_row(parts: Sequence[Context]) -> Context:
    """Return the context of several month ends, in the order of time, from one for each."""
    if not parts:
        return Context(np.empty(0, np.int64), np.empty((0, GROUPS, len(CONTEXT))))
    ends, values = (
        np.concatenate([getattr(each, name) for each in parts]) for name in ("month_end", "values")
    )
    order = np.argsort(ends, kind="stable")
    return Context(ends[order], values[order])


def context_of_blocks(blocks: Iterable[Block], rates: Rates, months: MonthEnds) -> Context:
    """Return what `features.context.book_context` would of all buyers, from their single blocks.

    Parameters
    ----------
    blocks : iterable of Block
        Of one buyer each, as `features.shared.alone` leaves them, in any order; every one is read once.
    rates : Rates
        Those of a currency without any are unknown.
    months : MonthEnds
    """
    total: dict[str, npt.NDArray[np.int64]] = {}
    ledger = None
    for block in blocks:
        if len(block.ledger.item):
            ledger = _numbered(block)
            for code, sums in zip((_ALL, *block.currencies), _sums(block, ledger, months), strict=True):
                total[code] = total[code] + sums if code in total else sums
    if ledger is None:
        return contexts_in_a_row([])
    codes = tuple(sorted(total))
    of_all = ledger._replace(**rates.columns(codes))
    return Context(months.as_of, figures(of_all, np.array([total[code] for code in codes]), months.as_of))


def _numbered(block: Block) -> Ledger:
    """Return the ledger of a block with its currencies after `_ALL`, which counts buyers."""
    ledger = block.ledger
    nothing = np.zeros(len(block.currencies) + 2, np.int64)
    return ledger._replace(currency=(ledger.currency + 1).astype(np.int16), fx_start=nothing)


def _sums(block: Block, ledger: Ledger, months: MonthEnds) -> npt.NDArray[np.int64]:
    sections = [section_of_buyer(block.profiles, int(as_of)) for as_of in months.as_of]
    columns = np.ascontiguousarray(np.array(sections, np.int8).T.reshape(1, len(months.day)))
    sums: npt.NDArray[np.int64] = sums_of_buyers(ledger, (0, 1), columns, months)
    return sums
