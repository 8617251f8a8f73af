"""The clerk: a real child process, killed and started anew."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.portfolio import from_frames
from features.seller import Seller
from serving.clerk import Clerk
from serving.errors import CallError
from serving.store.connect import open_store, store_url
from serving.store.loading import load_portfolio

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
INVOICE = {
    "invoice_id": "i1", "buyer_id": "B", "issued_on": "2026-01-05", "due_on": "2026-02-04", "amount": "1.00",
    "currency": "EUR",
}  # fmt: skip


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    url = store_url(tmp_path, {})
    store = open_store(url)
    load_portfolio(
        store, from_frames({"invoices": pd.DataFrame([INVOICE])}, Seller("me")), history=True, now=NOW
    )
    store.close()
    clerk = Clerk(url.render_as_string(hide_password=False))
    yield clerk
    clerk.close()


_WORKER = """
import sys
from datetime import UTC, datetime
from serving.clerk import Clerk

if __name__ == "__main__":
    clerk, now = Clerk(sys.argv[1]), datetime(2026, 7, 2, tzinfo=UTC)
    fact = {"table": "buyers", "buyer_id": "B", "country": "DE"}
    posted = clerk.run("post_ledger", [fact], False, now)
    supposed = clerk.run("suppose", [{**fact, "country": "FR"}], "B", now.replace(day=3))
    clerk.close()
    print([posted.items[0]["status"], supposed.dossier is not None, "pandas" in sys.modules])
"""


def test_what_the_clerk_tells_brings_no_pandas_into_its_worker(clerk: Clerk, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(_WORKER, encoding="utf-8")
    command = [sys.executable, str(script), clerk._url]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout == "['accepted', True, False]\n", ran.stderr


def test_the_clerk_posts_refuses_dies_and_comes_back(clerk: Clerk) -> None:
    fact = {"table": "invoices", **INVOICE, "invoice_id": "i2"}

    async def work() -> None:
        posted = await clerk.call("post_ledger", [fact], False, NOW)
        assert [item["status"] for item in posted.items] == ["accepted"]
        with pytest.raises(InputError, match="list of facts"):
            await clerk.call("post_ledger", 7, False, NOW)
        assert clerk._pool is not None
        (child,) = clerk._pool._processes
        waiting = asyncio.ensure_future(clerk.call("post_ledger", [{**fact, "invoice_id": "i3"}], False, NOW))
        await asyncio.sleep(0)
        os.kill(child, signal.SIGKILL)
        with pytest.raises(CallError) as busy:
            await waiting
        assert (busy.value.code, busy.value.status) == ("busy", 503)
        assert await clerk.call("warm") == 2
        assert (await clerk.call("post_ledger", [fact], False, NOW)).items[0]["status"] == "unchanged"

    asyncio.run(work())
