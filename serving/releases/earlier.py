"""Which releases served before the one in force, for where that one cannot be loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["earlier_folders"]

_LOG = "promotions.jsonl"


def earlier_folders(releases: Path, release_id: str | None) -> list[Path]:
    """Return the folders of releases that served before another one, newest first.

    A release that was taken back is none of them: a rollback goes back on the way by which releases came.

    Parameters
    ----------
    releases : Path
        Folder with the promotion log and the releases.
    release_id : str or None
        The one that the pointer names.

    Examples
    --------
    >>> earlier_folders(Path("nowhere"), None)
    []
    """
    way: list[str] = []
    for name in _promoted(releases / _LOG):
        way = way[: way.index(name) + 1] if name in way else [*way, name]
    folders = [releases / name for name in reversed(way) if name != release_id]
    return [folder for folder in folders if folder.is_dir()]


def _promoted(log: Path) -> Iterator[str]:
    """Give the releases that were put in force, in their order; a line that cannot be read is passed over."""
    try:
        lines = log.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        entry = _entry(line)
        name = entry.get("release")
        # Reason: a name is a folder beside the log, and never leads elsewhere.
        if entry.get("promoted") and isinstance(name, str) and name and Path(name).name == name:
            yield name


def _entry(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
