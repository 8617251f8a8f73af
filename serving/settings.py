"""What the service is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ADDRESS", "HOME", "OPEN", "PORTFOLIO", "RELEASED", "WORKERS", "Settings"]

HOME = "CREDENCE_HOME"
"""Variable that names the folder with the releases."""

PORTFOLIO = "CREDENCE_PORTFOLIO"
"""Variable that names the folder of the portfolio; without it there is nobody to assess."""

ADDRESS = "CREDENCE_ADDRESS"
"""Variable with the address to be told once the service is ready."""

OPEN = "CREDENCE_OPEN"
"""Variable that lets callers of this machine in without a key where it is ``1``: for development only."""

WORKERS = "CREDENCE_WORKERS"
"""Variable with the number of worker processes; 1 where it is not set."""

RELEASED = "released"
"""Folder beside the packages of a Bento with the pointer and the one release inside."""

_IN_THE_BENTO = Path(__file__).resolve().parents[1] / RELEASED


@dataclass(frozen=True)
class Settings:
    """Where a worker finds what it serves.

    Parameters
    ----------
    home : Path
    portfolio : Path or None
    address : str
        Told when the worker is ready; empty tells nothing.
    is_open : bool
        Whether callers of this machine need no key.
    bento : Path
        Releases of the Bento that this process runs from; where it has none, those of the home are served.

    Examples
    --------
    >>> Settings.from_environment({"CREDENCE_HOME": "build/home"}).releases.as_posix()
    'build/home/releases'
    """

    home: Path
    portfolio: Path | None = None
    address: str = ""
    is_open: bool = False
    bento: Path = _IN_THE_BENTO

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of this process; the home is ``.credence`` where none is named."""
        portfolio = environment.get(PORTFOLIO)
        return cls(
            home=Path(environment.get(HOME) or ".credence"),
            portfolio=Path(portfolio) if portfolio else None,
            address=environment.get(ADDRESS, ""),
            is_open=environment.get(OPEN) == "1",
        )

    def to_environment(self) -> None:
        """Tell the processes that this one starts, and keep BentoML's own files in the home."""
        told = {HOME: str(self.home), ADDRESS: self.address, OPEN: str(int(self.is_open))}
        if self.portfolio is not None:
            told[PORTFOLIO] = str(self.portfolio)
        else:
            os.environ.pop(PORTFOLIO, None)
        os.environ.update(told)
        os.environ["BENTOML_DO_NOT_TRACK"] = "True"
        os.environ.setdefault("BENTOML_HOME", str(self.home / "bentoml"))

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.bento if self.bento.is_dir() else self.home / "releases"
