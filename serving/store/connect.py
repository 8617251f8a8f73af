"""Opens the store: SQLite in the home, or PostgreSQL where the environment names one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

from features.errors import InputError
from serving.store.turns import turn

__all__ = ["DATABASE_URL", "HEAD", "LOCKED", "Store", "open_store", "refusal", "store_url"]

DATABASE_URL = "CREDENCE_DATABASE_URL"
"""Variable with the SQLAlchemy URL of a PostgreSQL database; without it the store is a file in the home."""

HEAD = "0002"
"""Version of the tables that this code reads and writes."""

_FILE = "store.sqlite"
_SECONDS_TO_WAIT = 8.0
"""For which a writer waits for others: less than a call may take, so that its caller is told why."""

_BUSY_MS = 4_000
"""Of which a file waits itself for the lock, after the turn of this writer."""

_MAPPED_BYTES = 1 << 30
_JOURNAL_BYTES = 1 << 26
_SYNCHRONOUS = "credence_synchronous"


class Store:
    """An open store.

    Parameters
    ----------
    engine : Engine
        For facts and orders: what is committed survives a loss of power.
    answers : Engine
        For answers: what is committed survives the death of the process.
    """

    def __init__(self, engine: Engine, answers: Engine) -> None:
        self.engine, self.answers = engine, answers

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        """What may be told of where the store is: never a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store and changes nothing.

        Raises
        ------
        InputError
            Where the database refuses.
        """
        isolation = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _told(self), self.engine.connect().execution_options(**isolation) as connection:
            yield connection

    @contextmanager
    def writing(self, *, answers: bool = False, seconds: float = _SECONDS_TO_WAIT) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end, or undone by an error.

        Parameters
        ----------
        answers : bool
            Write through `answers`.
        seconds : float
            For which to wait for others who write.

        Raises
        ------
        InputError
            Where the database refuses: full, locked for too long, gone.
        """
        engine = self.answers if answers else self.engine
        with (
            self._turn(seconds),
            _told(self),
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite and not answers:
                # Reason: answers wait for nobody, and are written most often.
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1000 * seconds)}")
            yield connection

    def _turn(self, seconds: float) -> AbstractContextManager[None]:
        """Wait for this writer's turn, where the database is a file."""
        database = self.engine.url.database
        if not self.is_sqlite or not database or database == ":memory:":
            return nullcontext()
        return turn(Path(f"{database}.lock"), seconds - _BUSY_MS / 1000)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.answers.dispose()


def store_url(home: Path, environment: Mapping[str, str] = os.environ) -> URL:
    """Return where the store is.

    Parameters
    ----------
    home : Path
        CREDENCE_HOME.
    environment : mapping
        May name another database.

    Raises
    ------
    InputError
        Where it names no PostgreSQL or SQLite database.

    Examples
    --------
    >>> store_url(Path("mine"), {}).render_as_string()
    'sqlite:///mine/store.sqlite'
    >>> store_url(Path("mine"), {"CREDENCE_DATABASE_URL": "postgresql://me:secret@db/credence"})
    postgresql+psycopg://me:***@db/credence
    """
    given = environment.get(DATABASE_URL)
    if not given:
        return URL.create("sqlite", database=str(home / _FILE))
    try:
        url = make_url(given)
    except ArgumentError:
        # Reason: the cause would repeat the password.
        raise _wrong_url("something else") from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        return url
    raise _wrong_url("one of another database")


def _wrong_url(found: str) -> InputError:
    step = f"correct {DATABASE_URL}, or unset it to keep the store in the home"
    return InputError.of("a URL like postgresql://user:password@host/database", found, step)


def open_store(url: URL | str, *, pool_size: int = 5) -> Store:
    """Open a store; one that is not there is made, and an older one is brought up to date.

    Parameters
    ----------
    url : URL or str
        See `store_url`.
    pool_size : int
        Connections that each of the two engines keeps.

    Raises
    ------
    InputError
        Where it cannot be opened, is none, or was written by a newer version.
    """
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(str(url.database)).parent)
    store = Store(_engine(url, "FULL", pool_size), _engine(url, "NORMAL", pool_size))
    try:
        if not _is_current(store):
            from serving.store.upgrade import upgrade

            with store.writing() as connection:
                upgrade(connection)
    except BaseException:
        store.close()
        raise
    return store


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = f"one that refuses ({error.strerror or type(error).__name__})"
        step = "check CREDENCE_HOME and the right to write there"
        raise InputError.of("a folder for the store", found, step) from error


_ENGINE: dict[str, Any] = {"hide_parameters": True, "pool_timeout": _SECONDS_TO_WAIT}


def _engine(url: URL, synchronous: str, pool_size: int) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_size=pool_size, pool_pre_ping=True, **_ENGINE)
        engine = create_engine(url, pool_size=pool_size, connect_args={"timeout": _BUSY_MS / 1000}, **_ENGINE)
    except (ImportError, NoSuchModuleError) as error:
        step = "pip install 'credence[postgres]'"
        raise InputError.of("the driver psycopg for PostgreSQL", "none installed", step) from error
    event.listen(engine, "connect", _prepare(synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(synchronous: str) -> Any:
    def prepare(driver: Any, _record: Any) -> None:
        # Reason: the driver itself would begin transactions late, and not those that only read.
        driver.isolation_level = None
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"mmap_size={_MAPPED_BYTES}",
            f"journal_size_limit={_JOURNAL_BYTES}",
        ):
            driver.execute(f"PRAGMA {pragma}").close()

    return prepare


def _begin(connection: Connection) -> None:
    # Reason: who reads first and writes then would be refused where another has written in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_current(store: Store) -> bool:
    query = text("SELECT version_num FROM alembic_version")
    with _told(store), store.engine.connect() as connection:
        has_version = connection.dialect.has_table(connection, "alembic_version")
        return has_version and connection.scalar(query) == HEAD


@contextmanager
def _told(store: Store) -> Iterator[None]:
    """Tell a database's refusal in our words; what is wrong with a statement is a fault of ours."""
    try:
        yield
    except SQLAlchemyError as error:
        told = refusal(store, error)
        if told is None:
            raise
        raise told from None


LOCKED = "one that is locked, or busy"
"""What is found where others keep the store from being changed for too long."""

_REFUSALS = (
    ("not a database", "a store", "a file that is no database", "move the file away, or restore a copy"),
    ("malformed", "a store", "a damaged file", "restore a copy: docs/guides/store.md"),
    ("disk is full", "room for the store", "a full disk", "free space, then try again: nothing was changed"),
    ("no space left", "room for the store", "a full disk", "free space, then try again: nothing was changed"),
    ("disk i/o error", "room for the store", "a disk that refuses", "check the disk, then try again"),
    ("lock timeout", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("deadlock", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("locked", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("lock timeout", "a store that nobody else changes", LOCKED, "try again in a few seconds"),
    ("readonly", "a store that may be written", "a read-only one", "check the right to write it"),
    ("read-only", "a store that may be written", "a read-only one", "check the right to write it"),
    ("unable to open", "a store that can be opened", "one that refuses", "check the path and the rights"),
    ("permission denied", "a store that may be used", "one that refuses", "grant the role its rights"),
    ("password authentication", "a role and its password", "others", f"correct {DATABASE_URL}"),
    ("does not exist", "a database", "none of that name", f"create it, or correct {DATABASE_URL}"),
)


def refusal(store: Store, error: SQLAlchemyError) -> InputError | None:
    """Return what to tell of a database's refusal; None where the statement was at fault.

    Parameters
    ----------
    store : Store
    error : SQLAlchemyError
    """
    if isinstance(error, NoneFree):
        return InputError.of("a store with a free connection", LOCKED, "try again in a few seconds")
    if not isinstance(error, DBAPIError):
        return None
    driver = type(error.orig).__name__
    words = str(error.orig).lower()
    if driver == "UndefinedTable" or "no such table" in words:
        step = "restore a copy: docs/guides/store.md, or start the service again to make them"
        return InputError.of("a store with its tables", "one without them", step)
    for mark, expected, found, step in _REFUSALS:
        if mark in words and driver not in ("ProgrammingError", "UndefinedTable", "UndefinedColumn"):
            return InputError.of(expected, found, step)
    if error.connection_invalidated or (not store.is_sqlite and isinstance(error, OperationalError)):
        step = f"start it, check {DATABASE_URL}, then try again"
        return InputError.of("a database that answers", "one that does not", step)
    return None
