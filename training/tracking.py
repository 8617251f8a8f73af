"""Where MLflow keeps runs and versions: the home's own SQLite, a PostgreSQL or a tracking server."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from features.errors import InputError
from training.home import Home

__all__ = ["connect", "local_path"]

_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Columns of MLflow's database that hold places below the home."""

_PATIENCE_SECONDS = 10

_RETRIES = "2"
"""MLflow would otherwise try for minutes to reach a server that is not there."""


def connect(home: Home) -> MlflowClient:
    """Return a client of the home's registry that answers.

    Raises
    ------
    InputError
        Where the registry cannot be read.
    """
    # Reason: MLflow tells of database upgrades and of code paths at INFO; a user has asked for neither.
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    mlflow.environment_variables.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", _RETRIES)
    home.make()
    if home.is_own_registry:
        _check_file(home.database)
        _follow(home)
    address = home.tracking_uri
    _use(address)
    try:
        _knock(address)
        client = MlflowClient(address, address)
        client.search_registered_models(max_results=1)
    except (MlflowException, SQLAlchemyError) as error:
        # Reason: the text of such an error is SQL with its values, or an address with its password.
        raise _unreadable(home, type(error).__name__) from None
    return client


def _knock(address: str) -> None:
    """Fail at once where a PostgreSQL does not answer: MLflow would try for minutes, and log addresses."""
    if address.startswith("postgresql"):
        engine = create_engine(address, connect_args={"connect_timeout": _PATIENCE_SECONDS})
        with engine.connect():
            pass
        engine.dispose()


def _use(address: str) -> None:
    """Let MLflow log there, in this process alone.

    MLflow writes the address into the environment, where the next home would take it for the user's wish.
    """
    kept = {name: os.environ.get(name) for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def local_path(place: str) -> Path | None:
    """Return the path that a place of MLflow is on this machine; None for one behind a server.

    Examples
    --------
    >>> local_path("file:///srv/my%20home/artifacts").as_posix()
    '/srv/my home/artifacts'
    >>> local_path("/srv/home").as_posix()
    '/srv/home'
    >>> local_path("mlflow-artifacts:/1/models/m-2/artifacts") is None
    True
    """
    parts = urlsplit(place)
    if parts.scheme not in ("", "file"):
        return None
    return Path(unquote(parts.path) if parts.scheme else place)


def _check_file(path: Path) -> None:
    """Refuse a broken file here: MLflow would try again and again, and log SQL meanwhile."""
    if not path.is_file():
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise _unreadable(None, "no right to write it")
    try:
        with closing(sqlite3.connect(path)) as database:
            found = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _unreadable(None, type(error).__name__) from None
    if found != ("ok",):
        raise _unreadable(None, "damaged pages")


def _follow(home: Home) -> None:
    """Where the home was moved or copied, let its database name the places below it as they are now."""
    if not home.database.is_file():
        return
    try:
        with closing(sqlite3.connect(home.database)) as database, database:
            for old in _former_places(database, home.artifacts):
                _rename(database, old, home.artifacts)
    except sqlite3.Error:
        # Reason: a database that MLflow has not finished to make has no such tables yet.
        return


def _former_places(database: sqlite3.Connection, now: Path) -> set[Path]:
    rows = database.execute("SELECT name, artifact_location FROM experiments").fetchall()
    # Reason: an experiment that a user made beside ours lies where it lies.
    places = {local_path(place) for name, place in rows if (now / name).is_dir()}
    former = {path.parent for path in places if path is not None and path.parent != now}
    return {place for place in former if place.name == now.name}


def _rename(database: sqlite3.Connection, old: Path, new: Path) -> None:
    for table, column in _PLACES:
        for before, after in ((old.as_uri(), new.as_uri()), (str(old), str(new))):
            # Reason: table and column are those of the list above; values are bound.
            statement = (
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {column} LIKE ? ESCAPE '!'"  # noqa: S608
            )
            pattern = before.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "/%"
            database.execute(statement, (after, len(before) + 1, pattern))


def _unreadable(home: Home | None, found: str) -> InputError:
    if home is None or home.is_own_registry:
        step = "restore it from a copy, or set CREDENCE_HOME to another folder and train again"
        expected = "a registry (mlflow.db in CREDENCE_HOME)"
    else:
        step = "start it, or correct CREDENCE_TRACKING_URI; without it the registry is the home's own"
        expected = "a registry at CREDENCE_TRACKING_URI (or MLFLOW_TRACKING_URI)"
    return InputError.of(expected, f"one that cannot be read ({found})", step)
