"""Writing folders and files whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import InputError

__all__ = ["check_target", "replace_file", "replace_portfolio", "write_new_folder"]


def replace_portfolio(folder: Path, seller_id: str, write: Callable[[Path], None]) -> None:
    """Write a portfolio beside the folder and rename it into place; another seller's is refused.

    Raises
    ------
    InputError
        Where the folder holds something that is not this seller's portfolio, or cannot be written.
    """
    check_target(folder, seller_id)
    folder = folder.absolute()
    temporary = folder.with_name(f".{folder.name}.writing")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        write(temporary)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
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


def write_new_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a folder beside its place and rename it into one that is not there yet.

    Raises
    ------
    InputError
        Where something of that name is there, or it cannot be written.
    """
    folder = folder.absolute()
    temporary = folder.with_name(f".{folder.name}.writing-{os.getpid()}")
    try:
        temporary.mkdir(parents=True)
        write(temporary)
        if folder.exists():
            raise InputError.of("a new folder", "one that is there", "choose another")
        temporary.rename(folder)
    except OSError as error:
        raise _unwritable("folder", error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
