"""Packed portfolios: from tables or a folder to what features are computed from, kept on disk where asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

import pandas as pd

from features.block import Block
from features.block_files import PART_NAMES
from features.catalog import CATALOG_HASH
from features.columns import TABLES
from features.context import book_context
from features.engine.context import Context
from features.errors import InputError
from features.files import content_hashes, read, source_files
from features.item_lookup import Items
from features.pack import pack_items
from features.packed_files import PACK_VERSION, Pack, load_pack, save_pack
from features.portfolio import Portfolio, Seller

__all__ = ["Packed", "pack_folder", "pack_key", "pack_portfolio"]


class _Once:
    """A value that is made when somebody asks for the first time, by one thread while the others wait.

    Parameters
    ----------
    make : callable
        Makes it.
    """

    def __init__(self, make: Callable[[], Context]) -> None:
        self._make, self._lock = make, Lock()
        self._made: Context | None = None

    def __call__(self) -> Context:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


@dataclass(frozen=True)
class Packed:
    """A portfolio ready for features: its block, its context, its items.

    Parameters
    ----------
    seller : Seller
    observed_from, observed_until : Timestamp
        Naive UTC instants between which outcomes are complete.
    block : Block
    items : Items
        Their numbers by name.
    book : callable
        Gives the context: it costs a pass over the ledger, and not every feature needs it.
    source : callable
        Gives the tables, for those who need more than the packed facts.
    """

    seller: Seller
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp
    block: Block
    items: Items
    book: Callable[[], Context] = field(repr=False, compare=False)
    source: Callable[[], Portfolio] = field(repr=False, compare=False)

    @property
    def context(self) -> Context:
        """Figures of the whole book at its month ends."""
        return self.book()

    @cached_property
    def portfolio(self) -> Portfolio:
        """The tables, read from their folder where nobody has asked before."""
        return self.source()


def pack_portfolio(portfolio: Portfolio) -> Packed:
    """Pack a portfolio: work that many builds share."""
    return _packed(portfolio, lambda: portfolio)


def pack_folder(folder: str | Path, cache: Path | None = None) -> Packed:
    """Read and pack the portfolio in a folder, or take the pack that was kept of the same files.

    Parameters
    ----------
    folder : str or Path
        As in `features.files.read`.
    cache : Path, optional
        Folder of packs, one a key (`pack_key`); made where it is not there. Names that start with a dot are
        packs on which somebody works. Without it, or where it cannot be written, nothing is kept.

    Raises
    ------
    InputError
        As in `features.files.read`.
    """
    folder = Path(folder)
    seen = _state(folder)
    source = partial(_read_again, folder, seen)
    if cache is None:
        return _packed(read(folder), source)
    key = pack_key(folder)
    kept = load_pack(cache / key, key)
    if kept is not None:
        return Packed(*kept[:4], kept.items, lambda: kept.context, source)
    packed = _packed(read(folder), source)
    # Reason: files that changed while they were read belong to another key.
    if seen == _state(folder):
        save_pack(Pack(*(getattr(packed, name) for name in Pack._fields)), cache, key)
    return packed


def pack_key(folder: str | Path) -> str:
    """Return what a pack of a folder depends on as one sha256: the files, the layout, the catalog.

    Raises
    ------
    InputError
        Where the folder is no portfolio.
    """
    folder = Path(folder)
    names = [PART_NAMES, [item.name for item in fields(Context)]]
    try:
        contents = content_hashes(source_files(folder))
    except OSError as error:
        step = "check the path, and that you have the right to read it"
        raise InputError.of("a portfolio folder that can be read", "one that refuses", step) from error
    depends = [PACK_VERSION, CATALOG_HASH, names, sorted(contents.items())]
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()


def _packed(portfolio: Portfolio, source: Callable[[], Portfolio]) -> Packed:
    block, items = pack_items(portfolio)
    start, end, timezone = portfolio.observed_from, portfolio.observed_until, portfolio.seller.timezone
    book = _Once(lambda: book_context(block, start, end + pd.Timedelta(seconds=1), timezone))
    return Packed(portfolio.seller, start, end, block, items, book, source)


def _state(folder: Path) -> list[tuple[str, int, int]]:
    names = {"portfolio", *TABLES}
    files = [path for path in sorted(folder.glob("*")) if path.stem in names and path.is_file()]
    stats = [(path.name, path.stat()) for path in files]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def _read_again(folder: Path, seen: list[tuple[str, int, int]]) -> Portfolio:
    portfolio = read(folder)
    if _state(folder) != seen:
        step = "start again, so that everything is taken from the same files"
        raise InputError.of("the files that were packed", "changed ones", step)
    return portfolio
