"""`CREDENCE_HOME`: registry, releases and store of one seller."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.errors import InputError

__all__ = ["Home"]


@dataclass(frozen=True)
class Home:
    """The folder that holds a seller's state.

    Parameters
    ----------
    path : Path
    """

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """Return the home named by ``CREDENCE_HOME``; ``.credence`` in the working folder otherwise."""
        return cls(Path(os.environ.get("CREDENCE_HOME") or ".credence").absolute())

    @property
    def tracking_uri(self) -> str:
        """MLflow's SQLite database."""
        return f"sqlite:///{self.path / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """Folder of MLflow's artefacts."""
        return self.path / "artifacts"

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.path / "releases"

    def claim(self, seller_id: str) -> None:
        """Make the home the seller's, or check that it is.

        Raises
        ------
        InputError
            Where it is another seller's: one registry serves one seller.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        owner = self.path / "seller.json"
        if not owner.is_file():
            owner.write_text(json.dumps({"seller_id": seller_id}), encoding="utf-8")
        found = self.seller_id()
        if found != seller_id:
            step = "set CREDENCE_HOME to another folder for this seller"
            raise InputError.of(
                f"a portfolio of seller '{found}', whose home this is", f"one of '{seller_id}'", step
            )

    def seller_id(self) -> str:
        """Return whose home this is; empty for a home that nobody has claimed."""
        owner = self.path / "seller.json"
        return str(json.loads(owner.read_text(encoding="utf-8"))["seller_id"]) if owner.is_file() else ""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing registry and releases at the same time."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
