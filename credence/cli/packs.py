"""The packed portfolios that a home keeps, so that the same files are not packed twice."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from serving.settings import Settings

__all__ = ["KEPT", "packs_folder", "prune"]

KEPT = 3
"""Packs that a home keeps."""


def packs_folder() -> Path:
    """Return the folder of packs in CREDENCE_HOME."""
    return Settings.from_environment().home / "packs"


def prune(folder: Path, keep: int = KEPT) -> None:
    """Remove all but the newest packs; one that another process has just removed is no fault.

    Parameters
    ----------
    folder : Path
        ``packs`` of CREDENCE_HOME; each folder in it is a pack, but for hidden ones, which are being written.
    keep : int
    """
    try:
        entries = [entry for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != "."]
        packs = sorted(((entry.stat().st_mtime_ns, entry.name) for entry in entries), reverse=True)
    except OSError:
        return
    for _, name in packs[keep:]:
        shutil.rmtree(folder / name, ignore_errors=True)
