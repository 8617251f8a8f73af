"""Writing folders and files whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from features.columns import TABLES
from features.errors import InputError

__all__ = [
    "check_pages", "check_target", "replace_file", "replace_pages", "replace_portfolio", "write_new_folder",
]  # fmt: skip

REPORTS = ("validation", "drift")
"""Reports: each is a page and its numbers, which lie side by side as ``.html`` and ``.json``."""

_MADE = frozenset(
    {"portfolio.toml", "rejects.csv", "differences.csv", "truth"}
    | {f"{table}.{fmt}" for table in TABLES for fmt in ("parquet", "csv")}
)
"""Names in a folder that belong to its portfolio; whatever else lies there is somebody's own."""


def replace_portfolio(folder: Path, seller_id: str, write: Callable[[Path], None]) -> None:
    """Write a portfolio beside the folder and swap them; other files in the folder stay there.

    Of two processes at one folder, the later one to end replaces whole what the earlier one wrote. A process
    that is killed leaves the old portfolio or the new one; what it left beside them, the next one tidies.

    Raises
    ------
    InputError
        Where the folder holds something that is not this seller's portfolio, or cannot be written.
    """
    check_target(folder, seller_id)
    # Reason: a link to a folder stays one.
    folder = folder.resolve()
    try:
        with _workspace(folder, _MADE) as new:
            write(new)
            with _alone_in(folder.parent):
                check_target(folder, seller_id)
                _swap(new, folder, _MADE)
    except OSError as error:
        raise _unwritable("folder", error) from error


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and rename it; what was begun and not ended is removed.

    Raises
    ------
    InputError
        Where it cannot be written, or another process is writing it.
    """
    temporary = path.with_name(f".{path.name}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(temporary):
            write(temporary)
            temporary.replace(path)
    except OSError as error:
        raise _unwritable("file", error) from error


def check_pages(folder: Path) -> None:
    """Refuse a folder with files of which none is a report, or that cannot be written (InputError)."""
    if folder.exists() and not folder.is_dir():
        raise InputError.of("a folder to write to", "a file of that name", "choose another")
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if found and not any(found.issuperset({f"{name}.html", f"{name}.json"}) for name in REPORTS):
        raise InputError.of(
            "a new folder, or one with a report", "a folder with other files", "choose another"
        )
    # Reason: what takes minutes to compute must not find out at its end. A folder is replaced in its parent.
    parent = next(path for path in folder.resolve().parents if path.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        code = errno.EACCES if parent.is_dir() else errno.ENOTDIR
        raise _unwritable("folder", OSError(code, os.strerror(code)))


def replace_pages(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a report, all of them or none; other files in the folder stay there.

    Parameters
    ----------
    folder : Path
    texts : mapping of str to str
        By the name of the file.

    Raises
    ------
    InputError
        Where the folder holds something else, or cannot be written.
    """
    check_pages(folder)
    folder = folder.resolve()
    try:
        with _workspace(folder, texts) as new:
            for name, text in texts.items():
                (new / name).write_text(text, encoding="utf-8")
            with _alone_in(folder.parent):
                check_pages(folder)
                _swap(new, folder, texts)
    except OSError as error:
        raise _unwritable("folder", error) from error


def write_new_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a folder beside its place and rename it into one that is not there yet.

    Raises
    ------
    InputError
        Where something of that name is there, or it cannot be written.
    """
    folder = folder.absolute()
    try:
        with _workspace(folder, ()) as new:
            write(new)
            if folder.exists():
                raise InputError.of("a new folder", "one that is there", "choose another")
            new.rename(folder)
    except OSError as error:
        raise _unwritable("folder", error) from error


@contextmanager
def _workspace(folder: Path, made: Container[str]) -> Iterator[Path]:
    """Make a folder of this process's own beside another one, to be renamed; those of dead ones go."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}.writing"
    with _alone_in(folder.parent):
        _recover(folder, made)
        for left in folder.parent.glob(f"{glob.escape(prefix)}*"):
            _remove_dead(left)
        own = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=folder.parent))
        held = os.open(own, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        # Reason: a temporary folder is its owner's alone; the one inside has the usual rights.
        new = own / folder.name
        new.mkdir()
        yield new
    finally:
        shutil.rmtree(own, ignore_errors=True)
        os.close(held)


@contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """Wait until no other process tidies or renames in a folder; the lock ends with its process."""
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remove_dead(left: Path) -> None:
    """Remove a workspace that no process holds."""
    if not left.is_dir():
        return
    handle = os.open(left, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(left, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)


def _swap(new: Path, folder: Path, made: Container[str]) -> None:
    if folder.exists():
        folder.rename(_aside(folder))
    new.rename(folder)
    _recover(folder, made)


def _recover(folder: Path, made: Container[str]) -> None:
    """End a swap: the old folder comes back where no new one is there, else what was not made moves over."""
    old = _aside(folder)
    if not old.exists():
        return
    if not folder.exists():
        old.rename(folder)
        return
    for path in old.iterdir():
        if path.name not in made and not (folder / path.name).exists():
            path.rename(folder / path.name)
    shutil.rmtree(old)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.replaced")


@contextmanager
def _held(temporary: Path) -> Iterator[None]:
    """Keep other processes from writing the same file; a lock ends with its process, killed or not."""
    with temporary.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step = "wait for it to end, or name another file"
            raise InputError.of("a file that nobody is writing", "another process at it", step) from None
        try:
            yield
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _unwritable(what: str, error: OSError) -> InputError:
    found = f"a refusal ({error.strerror or type(error).__name__})"
    return InputError.of(f"a {what} that can be written", found, "choose another place")


def check_target(folder: Path, seller_id: str) -> None:
    """Refuse a folder that holds something else than this seller's portfolio (InputError)."""
    if folder.is_file():
        raise InputError.of("a folder to write to", "a file of that name", "choose another")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    head = folder / "portfolio.toml"
    found = tomllib.loads(head.read_text(encoding="utf-8"))["seller"]["seller_id"] if head.is_file() else None
    if found != seller_id:
        what = "a folder with other files" if found is None else f"the portfolio of seller '{found}'"
        raise InputError.of(f"an empty folder, or one of seller '{seller_id}'", what, "choose another folder")
