"""What the release in force looks like from outside, cheap enough to be asked each second."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from credit.release import POINTER, current_folder
from features.errors import InputError

__all__ = ["Mark", "mark_of", "named"]


class FileMark(NamedTuple):
    """A file by what changes when it is written or replaced."""

    path: str
    inode: int
    size: int
    modified_ns: int


Mark = tuple[FileMark, ...]
"""Pointer and files of the release that it names; empty where there is no pointer."""


def named(releases: Path) -> str | None:
    """Return the id that the pointer names; None where it names none.

    Examples
    --------
    >>> named(Path("nowhere")) is None
    True
    """
    try:
        return current_folder(releases).name
    except (InputError, OSError):
        return None


def mark_of(releases: Path) -> Mark:
    """Return the mark of the release in force; it differs once the pointer or a file of the folder does.

    Parameters
    ----------
    releases : Path
        Folder with the pointer and the releases.

    Examples
    --------
    >>> mark_of(Path("nowhere"))
    ()
    """
    name = named(releases)
    files = [releases / POINTER]
    if name is not None:
        files += sorted((releases / name).rglob("*"))
    return tuple(mark for path in files if (mark := _file_mark(path)) is not None)


def _file_mark(path: Path) -> FileMark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return FileMark(str(path), found.st_ino, found.st_size, found.st_mtime_ns)
