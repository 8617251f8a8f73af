"""Brings the tables of a store to what this version of Credence needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from features.errors import InputError
from serving.store.schema import METADATA

__all__ = ["SECONDS_TO_LOCK", "differences", "upgrade"]

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x43524544

SECONDS_TO_LOCK = 10
"""For which a change waits for a table that others use; meanwhile whoever wants the table waits behind it."""


def upgrade(connection: Connection) -> None:
    """Run the changes that a store lacks, within the transaction of a connection.

    Parameters
    ----------
    connection : Connection
        In a transaction that may write; on PostgreSQL others that do the same wait.

    Raises
    ------
    InputError
        Where the store was changed by a newer version of Credence, or others hold its tables: nothing is
        changed then.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_LOCK}s'"))
    config = _config(connection)
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        step = "install the version of Credence that wrote the store, or restore a copy from before it did"
        raise InputError.of(f"a store of version {max(known)} or older", "one of a newer version", step)
    command.upgrade(config, "head")


def differences(connection: Connection) -> list[object]:
    """Return in what the tables of a database differ from those of the code."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, METADATA))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    # Reason: Alembic takes a percent sign for the start of a variable.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
