"""A real PostgreSQL for the tests: a throwaway cluster in a folder of its own, reached by a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

__all__ = ["Cluster", "programs", "running_cluster"]

_ROLE = "tester"
_UNPRIVILEGED = ("postgres", "nobody")
_SECONDS_TO_START, _SECONDS_TO_STOP = 60, 20
# Reason: where the tests are killed, the standard input ends, which stops the server and clears the folder.
_UNTIL_INPUT_ENDS = '"$@" </dev/null & cat >/dev/null; kill -INT $!; wait; rm -rf "$FOLDER"'
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
}


@dataclass(frozen=True)
class Cluster:
    """A running server with the socket in `folder`."""

    folder: Path

    def url(self, database: str) -> URL:
        """Return the URL of a database for a role that may do everything; no password is asked."""
        return URL.create("postgresql+psycopg", _ROLE, database=database, query={"host": str(self.folder)})

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make an empty database, give its URL and drop it, whoever is still connected."""
        self.execute(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name).render_as_string(hide_password=False)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs; None where there is no server."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    # Reason: Debian keeps the programs of each version apart and off the PATH.
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: float(path.parent.name), default=None)


@contextmanager
def running_cluster(server: Path) -> Iterator[Cluster]:
    """Run a server with the programs in a folder until the block ends, however it ends."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="credence-pg-"))
    if user:
        os.chown(folder, user["user"], user["group"])
    process = None
    try:
        _initialise(server, folder, user)
        process = _start(server, folder, user)
        cluster = Cluster(folder)
        _wait(cluster, process)
        yield cluster
    finally:
        if process:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> dict[str, int]:
    """Return who runs the server, as arguments of `subprocess`: somebody else where the tests run as root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in _UNPRIVILEGED if name in known)
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def _initialise(server: Path, folder: Path, user: dict[str, int]) -> None:
    command = [server / "initdb", "--pgdata", folder / "data", "--username", _ROLE, "--auth", "trust"]
    options = ["--encoding", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, **_alone(user))
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _start(server: Path, folder: Path, user: dict[str, int]) -> subprocess.Popen[bytes]:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    command = [str(server / "postgres"), "-D", str(folder / "data")]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            ["sh", "-c", _UNTIL_INPUT_ENDS, "sh", *command],
            cwd=folder,
            env={**os.environ, "FOLDER": str(folder)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_alone(user),
        )


def _alone(user: dict[str, int]) -> dict:
    # Reason: without an empty list the server would keep root's further groups.
    return {**user, "extra_groups": []} if user else {}


def _wait(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; tell its log where it does not."""
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            return cluster.execute("SELECT 1")
        except OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"no PostgreSQL: {(cluster.folder / 'log').read_text()}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.stdin.close()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
