"""The folder that an import writes, whole or not at all: portfolio, rejects.csv, differences.csv."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

from features.errors import InputError
from features.files import Format, write
from features.sources.importing import Imported

__all__ = ["check_target", "write_import"]

_STEP = "choose a new folder"


def check_target(folder: str | Path, seller_id: str) -> None:
    """Refuse a folder that an import of this seller must not replace.

    Parameters
    ----------
    folder : str or Path
    seller_id : str
        The mapping's seller.

    Raises
    ------
    InputError
        Where it holds the portfolio of another seller, or files that are no portfolio.
    """
    folder = Path(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError.of("a folder", f"a file at {folder.name}", _STEP)
    head = folder / "portfolio.toml"
    if not head.is_file():
        if any(folder.iterdir()):
            raise InputError.of(
                "a new or empty folder, or a portfolio", f"other files in {folder.name}", _STEP
            )
        return
    found = _seller_id(head)
    if found != seller_id:
        raise InputError.of(
            f"the portfolio of seller '{seller_id}'", f"the one of seller '{found}' in {folder.name}", _STEP
        )


def write_import(imported: Imported, folder: str | Path, fmt: Format = "parquet") -> None:
    """Write an import beside its folder, then put it in place; an earlier import of the seller is replaced.

    Parameters
    ----------
    imported : Imported
    folder : str or Path
    fmt : {"parquet", "csv"}

    Raises
    ------
    InputError
        As in `check_target`; nothing is written then.
    """
    folder = Path(folder).absolute()
    check_target(folder, imported.portfolio.seller.seller_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft-{os.getpid()}")
    try:
        write(imported.portfolio, draft, fmt)
        imported.rejects.write(draft / "rejects.csv")
        imported.reconciliation.differences.to_csv(
            draft / "differences.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
        _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    before = folder.with_name(f".{folder.name}.before-{os.getpid()}")
    folder.rename(before)
    try:
        draft.rename(folder)
    except OSError:
        before.rename(folder)
        raise
    shutil.rmtree(before)


def _seller_id(head: Path) -> str:
    try:
        found = tomllib.loads(head.read_text(encoding="utf-8")).get("seller", {}).get("seller_id", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        found = ""
    return str(found)
