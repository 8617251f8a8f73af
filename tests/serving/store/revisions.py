"""A store as the first version of Credence made it, and a version after the present one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from serving.store import connect, upgrade
from serving.store.connect import HEAD
from serving.store.types import Amount, Instant

__all__ = ["FIRST", "NEXT", "NOW", "first_store", "later_version", "opened_by", "orders_of", "revision_of"]

FIRST, NEXT = "0001", f"{int(HEAD) + 1:04d}"
NOW = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)

_NEXT_REVISION = f'''
import os
import signal

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{NEXT}", "{HEAD}"


def upgrade():
    op.add_column("order_checks", sa.Column("channel", sa.Text(), nullable=False, server_default="ERP"))
    if os.environ.get("KILLED_HALF_WAY"):
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("FAILS_HALF_WAY"):
        raise RuntimeError("a fault of the change")
    op.execute("UPDATE order_checks SET channel = 'shop' WHERE order_id LIKE 'W%'")
    op.create_index("ix_order_checks_channel", "order_checks", ["channel"])
'''  # noqa: S608 (a file that the test writes)

_OPEN = """
import sys
from pathlib import Path
from serving.store import connect, upgrade
upgrade._MIGRATIONS, connect.HEAD = Path(sys.argv[2]), sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
connect.open_store(sys.argv[1]).close()
"""

_ORDERS = sa.table(
    "order_checks",
    *(sa.column(name, sa.Text()) for name in ("order_id", "buyer_id", "state", "currency", "request_hash")),
    *(sa.column(name, Amount()) for name in ("amount", "reserved")),
    *(sa.column(name, Instant()) for name in ("expires_at", "created_at", "updated_at")),
    *(sa.column(name, sa.BigInteger()) for name in ("facts_seq", "seq")),
    sa.column("decision", sa.LargeBinary()),
)


def first_store(url: str) -> list[dict[str, Any]]:
    """Make a store of the first version with orders in it, and return them as they were written."""
    store = connect.Store(*(connect._engine(sa.make_url(url), "FULL", 2) for _ in range(2)))
    rows = [_order("SO-1", 1, "1234.5678"), _order("W-2", 2, "99999999999999.0001")]
    with store.writing() as connection:
        command.upgrade(upgrade._config(connection), FIRST)
        connection.execute(sa.insert(_ORDERS), rows)
    store.close()
    return rows


def _order(order_id: str, seq: int, amount: str) -> dict[str, Any]:
    return {
        "order_id": order_id, "buyer_id": "Müller & Söhne", "state": "released", "currency": "EUR",
        "request_hash": "x", "amount": Decimal(amount), "reserved": Decimal(amount), "expires_at": None,
        "created_at": NOW, "updated_at": NOW, "facts_seq": 1, "seq": seq, "decision": bytes(range(256)),
    }  # fmt: skip


def orders_of(url: str) -> list[dict[str, Any]]:
    """Return the orders in a store of any version, in the columns of the first."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(sa.select(_ORDERS).order_by("seq")).mappings()]
    engine.dispose()
    return rows


def revision_of(url: str) -> str:
    """Return the version that a store says it has; there must be one."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        (found,) = connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all()
    engine.dispose()
    return str(found)


@contextmanager
def later_version(folder: Path) -> Iterator[Path]:
    """Have this process be of a version after the present one; yields its changes, for other processes."""
    place = folder / "later"
    shutil.copytree(upgrade._MIGRATIONS, place, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "versions" / "next.py").write_text(_NEXT_REVISION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "_MIGRATIONS", place)
        patch.setattr(connect, "HEAD", NEXT)
        yield place


def opened_by(url: str, count: int, changes: Path, **environment: str) -> list[tuple[int, str]]:
    """Open a store by several processes of the later version at once; return how each ended and what it said.

    Parameters
    ----------
    url : str
    count : int
    changes : Path
        Of the later version.
    **environment : str
    """
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _OPEN, url, str(changes), NEXT],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[1] for process in processes]
    return [(process.returncode, said) for process, said in zip(processes, told, strict=True)]
