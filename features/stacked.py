"""The blocks of single buyers laid together into one, so that the engine sweeps over many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from features.block import BY_ITEM, LEDGER_ROWS, PROFILE_ROWS, RATING_ROWS, STATEMENT_ROWS, Block
from features.shared import Rates

__all__ = ["stacked"]

Ints = npt.NDArray[np.int64]

_CURRENCIES = ("currency", "limit_currency")


def stacked(blocks: Sequence[Block], rates: Rates) -> Block:
    """Return one block of all buyers of some blocks; what is computed of each is the same.

    Parameters
    ----------
    blocks : sequence of Block
        At least one; each of one buyer, as `features.shared.joined` gives them.
    rates : Rates

    Returns
    -------
    Block
        The buyers in the order of the blocks.
    """
    currencies = tuple(sorted({code for block in blocks for code in block.currencies}))
    places = [_places(block.currencies, currencies) for block in blocks]
    return Block(
        tuple(buyer_id for block in blocks for buyer_id in block.buyer_ids),
        currencies,
        _ledger(blocks, places)._replace(**rates.columns(currencies)),
        _statements(blocks, places, len(currencies)),
        _profiles(blocks),
    )


def _places(own: tuple[str, ...], currencies: tuple[str, ...]) -> Ints | None:
    """Return where own currencies stand among all, -1 at the end; None where they are the same."""
    if own == currencies:
        return None
    return np.array([*(currencies.index(code) for code in own), -1], np.int64)


def _ledger(blocks: Sequence[Block], places: Sequence[Ints | None]) -> Any:
    parts: list[Any] = [block.ledger for block in blocks]
    columns: dict[str, npt.NDArray[Any]] = {}
    for start, rows in LEDGER_ROWS.items():
        columns[start] = _starts(parts, start)
        columns |= {name: _rows(parts, name) for name in rows}
    for name in _CURRENCIES:
        columns[name] = np.concatenate(
            [_renumbered(getattr(part, name), place) for part, place in zip(parts, places, strict=True)]
        )
    columns["item"] = _shifted(
        [part.item for part in parts], [len(getattr(p, BY_ITEM[0])) - 1 for p in parts]
    )
    return parts[0]._replace(**columns)


def _statements(blocks: Sequence[Block], places: Sequence[Ints | None], currencies: int) -> Any:
    parts: list[Any] = [block.statements for block in blocks]
    minor_per_unit = np.ones(currencies)
    for part, place in zip(parts, places, strict=True):
        minor_per_unit[slice(None) if place is None else place[:-1]] = part.minor_per_unit
    columns = {name: _rows(parts, name) for name in STATEMENT_ROWS}
    columns["currency"] = np.concatenate(
        [_renumbered(part.currency, place) for part, place in zip(parts, places, strict=True)]
    )
    return parts[0]._replace(start=_starts(parts, "start"), minor_per_unit=minor_per_unit, **columns)


def _profiles(blocks: Sequence[Block]) -> Any:
    """Return the profiles; a group of several buyers is there once for each of them."""
    parts: list[Any] = [block.profiles for block in blocks]
    columns = {name: _starts(parts, name) for name in ("start", "group_start", "rating_start")}
    rows = (*PROFILE_ROWS, *RATING_ROWS, "group_known_from", "group_known_until")
    columns |= {name: _rows(parts, name) for name in rows}
    columns["group"] = _shifted([part.group for part in parts], [len(p.group_start) - 1 for p in parts])
    return parts[0]._replace(**columns)


def _rows(parts: Sequence[Any], name: str) -> npt.NDArray[Any]:
    return np.concatenate([getattr(part, name) for part in parts])


def _starts(parts: Sequence[Any], name: str) -> Ints:
    starts = [getattr(part, name) for part in parts]
    firsts = np.cumsum([0, *(int(own[-1]) for own in starts[:-1])]).tolist()
    moved = [own[1:] + first for own, first in zip(starts, firsts, strict=True)]
    return np.concatenate([np.zeros(1, np.int64), *moved])


def _renumbered(numbers: npt.NDArray[Any], places: Ints | None) -> npt.NDArray[Any]:
    return numbers if places is None else places[numbers].astype(numbers.dtype)


def _shifted(numbers: Sequence[npt.NDArray[Any]], counts: Sequence[int]) -> npt.NDArray[Any]:
    """Return numbers of each part after those of the parts before it; -1 stays."""
    firsts = np.cumsum([0, *counts[:-1]])
    return np.concatenate(
        [
            np.where(own < 0, own, own + first).astype(own.dtype)
            for own, first in zip(numbers, firsts.tolist(), strict=True)
        ]
    )
