"""Packs on disk: a folder of .npy files and a head, mapped into memory, written at once or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import Block
from features.block_files import BLOCK_VERSION, arrays_of, block_of
from features.engine.context import Context
from features.errors import InputError
from features.item_lookup import Items
from features.portfolio import Seller

__all__ = ["PACK_VERSION", "Pack", "load_pack", "save_pack"]

PACK_VERSION = f"1.{BLOCK_VERSION}"
"""Version of the layout and of what packing does; packs of another version are made again."""

_HEAD = "head.json"

Arrays = dict[str, npt.NDArray[Any]]


class Pack(NamedTuple):
    """What is kept of a portfolio: see `features.packing.Packed`."""

    seller: Seller
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp
    block: Block
    context: Context
    items: Items


def save_pack(pack: Pack, cache: Path, key: str) -> bool:
    """Keep a pack as ``cache / key``; whether that could be done.

    Parameters
    ----------
    pack : Pack
    cache : Path
        Folder of packs.
    key : str
        What the pack was made from.
    """
    temporary = None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=cache))
        _write(pack, temporary, key)
        _move(temporary, cache / key)
    except OSError:
        # Reason: a cache that cannot be written is no reason to refuse an answer.
        return False
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return True


def load_pack(folder: Path, key: str) -> Pack | None:
    """Return the pack in a folder; None where there is none, or a damaged or foreign one."""
    try:
        return _load(folder, key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, InputError):
        return None


def _write(pack: Pack, folder: Path, key: str) -> None:
    arrays = _arrays(pack)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    with ThreadPoolExecutor() as pool:
        hashes = dict(zip(arrays, pool.map(lambda name: _sha256(folder, name), arrays), strict=True))
    head = {
        "version": PACK_VERSION,
        "key": key,
        "seller": dataclasses.asdict(pack.seller),
        "observed_from": pack.observed_from.isoformat(),
        "observed_until": pack.observed_until.isoformat(),
        "buyer_ids": pack.block.buyer_ids,
        "currencies": pack.block.currencies,
        "arrays": hashes,
    }
    text = json.dumps(head, ensure_ascii=False)
    sealed = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "head": text}
    (folder / _HEAD).write_text(json.dumps(sealed), encoding="utf-8")


def _move(temporary: Path, folder: Path) -> None:
    """Give the finished pack its name; a damaged pack of that name makes way, a good one stays."""
    try:
        temporary.rename(folder)
    except OSError:
        # Reason: somebody was quicker, or what lies there was refused; both may be replaced by the same.
        with tempfile.TemporaryDirectory(prefix=".leaving-", dir=folder.parent) as leaving:
            with suppress(FileNotFoundError):
                folder.rename(Path(leaving) / "pack")
            with suppress(OSError):
                temporary.rename(folder)


def _load(folder: Path, key: str) -> Pack:
    sealed = json.loads((folder / _HEAD).read_text(encoding="utf-8"))
    text = sealed["head"]
    _demand(hashlib.sha256(text.encode()).hexdigest() == sealed["sha256"])
    head = json.loads(text)
    _demand(head["version"] == PACK_VERSION and head["key"] == key)
    hashes: dict[str, str] = head["arrays"]
    with ThreadPoolExecutor() as pool:
        _demand(list(pool.map(lambda name: _sha256(folder, name), hashes)) == list(hashes.values()))
    parts: dict[str, Arrays] = {"block": {}, "context": {}, "items": {}}
    for name in hashes:
        part, _, rest = name.partition(".")
        parts[part][rest] = _mapped(folder / f"{name}.npy")
    block = block_of(tuple(head["buyer_ids"]), tuple(head["currencies"]), parts["block"])
    return Pack(
        Seller(**head["seller"]),
        pd.Timestamp(head["observed_from"]),
        pd.Timestamp(head["observed_until"]),
        block,
        Context(**parts["context"]),
        Items(**parts["items"]),
    )


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError("no pack of this key and version")


def _arrays(pack: Pack) -> Arrays:
    named = {"block": arrays_of(pack.block), "context": vars(pack.context), "items": pack.items.arrays()}
    return {f"{part}.{name}": array for part, arrays in named.items() for name, array in arrays.items()}


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Return an array whose memory is the file; writing to it would not reach the file."""
    try:
        # Reason: compiled code is made for arrays that can be written; a copy on write is one.
        array: npt.NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode="c")
    except ValueError:
        # Reason: nothing can be mapped of an array without elements.
        array = np.load(path, allow_pickle=False)
    return array.view(np.ndarray)


def _sha256(folder: Path, name: str) -> str:
    with (folder / f"{name}.npy").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
