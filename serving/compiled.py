"""Where the engine's compiled code is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import MutableMapping
from pathlib import Path

import features

__all__ = ["CACHE", "forget_older", "keep_compiled_code"]

CACHE = "NUMBA_CACHE_DIR"
"""Numba's own variable; it is read when Numba is imported."""

_PACKAGE = Path(features.__file__).parent
_PREFIX = "engine-"


def keep_compiled_code(
    home: Path, package: Path = _PACKAGE, environment: MutableMapping[str, str] = os.environ
) -> None:
    """Say to Numba where it keeps compiled code: beside the source, or in the home where that is read-only.

    Left to itself, Numba would not notice that a function which another file's function calls has changed,
    and would run the old code after an update; so each state of the engine's files has a folder of its own.
    The compiled functions of `credit.trees` are in one file, and so are those of `credit.timing`; of a file
    Numba notices every change, so that the engine is not compiled anew for them.
    Where the installation cannot be written it would need a user's cache folder, which a service account may
    not have. What the environment already says is left alone.

    Parameters
    ----------
    home : Path
        CREDENCE_HOME.
    package : Path
        Folder of the package with the compiled functions.
    environment : mutable mapping
    """
    if environment.get(CACHE) or "numba" in sys.modules:
        return
    beside = package / "__pycache__"
    place = beside if _takes_files(beside) else home.absolute() / "compiled"
    environment[CACHE] = str(place / f"{_PREFIX}{_fingerprint(package)}")


def forget_older(environment: MutableMapping[str, str] = os.environ) -> None:
    """Remove what was compiled from earlier states of the files."""
    kept = Path(environment.get(CACHE, ""))
    if not kept.name.startswith(_PREFIX):
        return
    for folder in kept.parent.glob(f"{_PREFIX}*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


def _takes_files(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _fingerprint(package: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        content = path.read_bytes()
        if b"numba" in content:
            digest.update(path.name.encode() + content)
    return digest.hexdigest()[:12]
