"""`CREDENCE_HOME`: registry, releases and store of one seller."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.errors import InputError

__all__ = ["Home"]


_ADDRESSES = ("CREDENCE_TRACKING_URI", "MLFLOW_TRACKING_URI")
"""Variables that name a registry outside of the home; the first that is set counts."""

_held = threading.local()


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
        """Address of MLflow: as the environment names it, else the home's SQLite."""
        named = (os.environ.get(variable) for variable in _ADDRESSES)
        return next(filter(None, named), f"sqlite:///{self.database}")

    @property
    def is_own_registry(self) -> bool:
        """Whether runs and versions are in the home's own database."""
        return self.tracking_uri == f"sqlite:///{self.database}"

    @property
    def cache(self) -> Path:
        """Folder of models that were fetched from elsewhere."""
        return self.path / "cache"

    @property
    def database(self) -> Path:
        """File of MLflow's database."""
        return self.path / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """Folder of MLflow's artefacts."""
        return self.path / "artifacts"

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.path / "releases"

    @property
    def reports(self) -> Path:
        """Folder of the reports, one below it for each version."""
        return self.path / "reports"

    def claim(self, seller_id: str) -> None:
        """Make the home the seller's, or check that it is.

        Raises
        ------
        InputError
            Where it is another seller's: one registry serves one seller; where it cannot be written.
        """
        self.make()
        if not self._owner.is_file():
            self._owner.write_text(json.dumps({"seller_id": seller_id}), encoding="utf-8")
        found = self.seller_id()
        if found != seller_id:
            step = "set CREDENCE_HOME to another folder for this seller"
            raise InputError.of(
                f"a portfolio of seller '{found}', whose home this is", f"one of '{seller_id}'", step
            )

    def seller_id(self) -> str:
        """Return whose home this is; empty for a home that nobody has claimed.

        Raises
        ------
        InputError
            Where ``seller.json`` cannot be read.
        """
        if not self._owner.is_file():
            return ""
        try:
            found = json.loads(self._owner.read_text(encoding="utf-8"))["seller_id"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _no_owner(type(error).__name__) from error
        if not isinstance(found, str) or not found:
            raise _no_owner("seller_id is no text")
        return found

    def make(self) -> None:
        """Make the folder where it is not there.

        Raises
        ------
        InputError
            Where it cannot be made, or cannot be written.
        """
        self.check()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(f"that cannot be made ({error.strerror})") from error

    def check(self) -> None:
        """Refuse a folder that cannot be made or written (InputError); nothing is made."""
        there = next(path for path in (self.path, *self.path.parents) if os.access(path, os.F_OK))
        if not there.is_dir():
            raise _unusable("with a file in its place")
        if not os.access(there, os.W_OK | os.X_OK):
            raise _unusable("without the right to write it")

    @property
    def _owner(self) -> Path:
        return self.path / "seller.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from writing registry and releases at the same time; who holds it may ask again."""
        holding: set[Path] = _held.__dict__.setdefault("paths", set())
        if self.path in holding:
            yield
            return
        self.make()
        try:
            handle = (self.path / "lock").open("w")
        except OSError as error:
            raise _unusable(f"that refuses a lock ({error.strerror})") from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            holding.add(self.path)
            try:
                yield
            finally:
                holding.discard(self.path)


def _no_owner(why: str) -> InputError:
    step = """restore it, or write {"seller_id": "..."} with the id of the seller whose home this is"""
    return InputError.of(
        "seller.json of CREDENCE_HOME with a seller_id", f"one that cannot be read ({why})", step
    )


def _unusable(what: str) -> InputError:
    step = "set CREDENCE_HOME to a folder that you may write, or ask for the right"
    return InputError.of("a CREDENCE_HOME that can be written", f"one {what}", step)
