"""A real PostgreSQL of the tests' own: a throwaway cluster that ends with them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

__all__ = ["Cluster", "running_cluster"]

_OWNER = "postgres"
"""Unprivileged user that Debian's package makes; PostgreSQL does not run as root."""


@dataclass(frozen=True)
class Cluster:
    """A running server.

    Parameters
    ----------
    port : int
    """

    port: int

    def new_database(self) -> str:
        """Make an empty database and return its SQLAlchemy URL."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://{_OWNER}@127.0.0.1:{self.port}/{name}"

    def _address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user={_OWNER} dbname={database}"


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a server in a new folder, and stop it whatever happens; skip where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: `make system` installs Debian's")
    folder.mkdir()
    if os.geteuid() == 0:
        _open_to_others(folder)
        shutil.chown(folder, _OWNER, _OWNER)
    data, port = folder / "data", _free_port()
    _run(programs / "initdb", "-D", data, "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
    try:
        yield Cluster(port)
    finally:
        _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else None if on_path is None else Path(on_path).parent


def _open_to_others(folder: Path) -> None:
    """Let another user pass the folders above, which pytest makes the owner's alone."""
    for above in folder.parents:
        if above.stat().st_mode & 0o001 == 0:
            above.chmod(above.stat().st_mode | 0o011)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: object) -> None:
    user = ["runuser", "-u", _OWNER, "--"] if os.geteuid() == 0 else []
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(
        [*user, *map(str, command)], capture_output=True, text=True, check=False, env=environment, cwd="/"
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
