"""The commands of the guide for backup and restore, as they stand there, while facts are posted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy import make_url as parsed

from serving.store import schema
from serving.store.connect import Store, open_store
from serving.store.ledger import post_ledger
from serving.store.loading import rebuild_dossiers
from tests.faults.calls import wait
from tests.serving.store.test_ledger import INVOICE, NOW, begin, statuses

_GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "store.md"
_POSTS = 5


def commands() -> list[str]:
    """Return the blocks of the guide: backup and restore of a file, then of a server."""
    _, _, text = _GUIDE.read_text(encoding="utf-8").partition("## Backup and restore\n")
    found = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 4
    return found


def run(script: str, folder: Path, url: str) -> str:
    """Run commands as an operator does, in a folder for copies."""
    libpq = parsed(url).set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {**os.environ, "CREDENCE_HOME": str(folder), "CREDENCE_DATABASE_URL": libpq}
    ran = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def blocks(store: Store) -> tuple[str, str]:
    """Backup and restore of the database at hand; skipped where its programs are not installed."""
    program = "sqlite3" if store.is_sqlite else "pg_dump"
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    of_file, of_server = commands()[:2], commands()[2:]
    backup, restore = of_file if store.is_sqlite else of_server
    return backup, restore


def invoice(invoice_id: str) -> dict[str, str]:
    return {**INVOICE, "invoice_id": invoice_id, "recorded_at": "2026-01-06T00:00:00Z"}


@contextmanager
def posting(store: Store) -> Iterator[list[str]]:
    """Post invoices one after the other until the block ends; yields the ids that were acknowledged."""
    done, stop = list[str](), threading.Event()

    def post() -> None:
        while not stop.is_set():
            invoice_id = f"n{len(done)}"
            post_ledger(store, [invoice(invoice_id)], now=NOW)
            done.append(invoice_id)

    writer = threading.Thread(target=post)
    writer.start()
    try:
        wait(lambda: len(done) >= _POSTS)
        yield done
    finally:
        stop.set()
        writer.join()


def known(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.scalars(select(schema.FACTS["invoices"].c.invoice_id)))


def change_of(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.max(schema.ledger.c.facts_seq))) or 0


def test_a_copy_made_under_posts_is_whole_and_comes_back(
    store: Store, database_url: str, blocks: tuple[str, str], tmp_path: Path
) -> None:
    # given a store that is copied while facts come in
    backup, restore = blocks
    begin(store)
    with posting(store) as done:
        acknowledged = set(done)
        said = run(backup, tmp_path, database_url)
        copied = len(done)
        wait(lambda: len(done) > copied)
    assert said == ("ok\n" if store.is_sqlite else "")
    before = known(store)
    store.close()

    # when the copy is put in the place of the store
    run(restore, tmp_path, database_url)
    restored = open_store(database_url)

    # then all that was acknowledged before is there, nothing of what came later, and the dossiers fit
    found = known(restored)
    assert acknowledged < found < before
    assert change_of(restored) == len(found)
    assert rebuild_dossiers(restored) == 0

    # and of what is posted again that is added which lacks
    told = statuses(restored, *map(invoice, sorted(before - {"i0"})))
    restored.close()
    assert told.count("unchanged") == len(found) - 1
    assert told.count("accepted") == len(before - found)
