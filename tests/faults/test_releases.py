"""Releases that cannot be served, a registry that is away, and clocks that are wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credit.folder import manifest_of
from tests.faults.calls import wait
from tests.faults.conftest import Start, ready
from tests.faults.table import fault
from tests.serving.process import Service
from tests.serving.releases.homes import another_release, copied_home, point

_BAD = "r0009-bad"


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """Home with a release alone: no registry, no tracking."""
    copied_home(demo_home, tmp_path)
    shutil.copy(demo_home / "seller.json", tmp_path / "seller.json")
    assert not (tmp_path / "mlflow.db").exists()
    return tmp_path


def corrupted(folder: Path) -> None:
    nodes = folder / "default" / "trees" / "nodes.npy"
    data = bytearray(nodes.read_bytes())
    data[len(data) // 2] ^= 0xFF
    nodes.write_bytes(bytes(data))


def of_another_catalog(folder: Path) -> None:
    model = folder / "late"
    spec = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps({**spec, "catalog_hash": "0" * 64}))
    (model / "manifest.json").write_text(json.dumps(manifest_of(model)))


def of_another_seller(folder: Path) -> None:
    head = json.loads((folder / "release.json").read_text())
    (folder / "release.json").write_text(json.dumps({**head, "seller_id": "suedwind"}))


_SPOILED: dict[str, tuple[Callable[[Path], None], str]] = {
    "corrupt artefact": (corrupted, "damaged_release"),
    "another catalog": (of_another_catalog, "other_catalog"),
    "another seller": (of_another_seller, "other_seller"),
}


def refusals(service: Service) -> list[Any]:
    try:
        told = service.call("/v1/status").json["workers"]
    except OSError:
        return []
    return [(worker["refused"] or {}).get("code") for worker in told if worker["state"] == "ready"]


@pytest.mark.parametrize("name", _SPOILED)
def test_a_bad_release_is_refused_also_by_workers_that_start(start: Start, home: Path, name: str) -> None:
    spoil, code = _SPOILED[name]
    with fault(name, "promoted under 2 workers; one killed; the service started again") as row:
        with start(home=home) as service:
            good = service.assess("B000001")["versions"]["release"]
            spoil(another_release(home, _BAD))

            # when the bad one is put in force, then both refuse it
            point(home, _BAD)
            wait(lambda: refusals(service) == [code, code])
            assert service.assess("B000001")["versions"]["release"] == good

            # and a worker that starts serves the one before, and says so
            killed = ready(service)[0]
            os.kill(killed, signal.SIGKILL)
            wait(lambda: refusals(service) == [code, code] and killed not in ready(service), 120)
            for _ in range(10):
                assert service.assess("B000001")["versions"]["release"] == good
        with start(home=home, workers=1) as again:
            told = again.call("/readyz").json
            assert (told["state"], told["refused"]["code"], told["refused"]["release"]) == (
                "ready",
                code,
                _BAD,
            )
            assert again.assess("B000001")["versions"]["release"] == good
            point(home, good)
            wait(lambda: refusals(again) == [None])
        row.seen = f"{code}; {good} served throughout, also by new workers"


def test_the_registry_is_not_needed(start: Start, home: Path) -> None:
    with (
        fault("registry away", "no tracking folder or database in the home") as row,
        start(home=home) as service,
    ):
        assert service.assess("B000001")["score"] is not None
        assert {path.name for path in home.iterdir()}.isdisjoint({"mlruns", "mlflow", "mlflow.db"})
        row.seen = "served from the release's folder"


def test_moments_that_have_not_come(service: Service) -> None:
    with fault("clock steps", "as_of ahead, books recorded ahead and behind") as row:
        now = datetime.now(UTC)

        # when as_of is in the future, near or far
        for ahead in (timedelta(minutes=10), timedelta(days=1), timedelta(days=36500)):
            as_of = (now + ahead).isoformat()
            answer = service.call("/v1/assess", {"buyer_id": "B000001", "as_of": as_of})
            assert (answer.status, answer.error["field"]) == (422, "as_of")

        # then it is refused; and facts that say they were recorded ahead of the clock are refused, too
        fact = {"table": "buyers", "buyer_id": "clock", "name": "Clock"}
        for ahead in (timedelta(hours=2), timedelta(days=400)):
            posted = {"items": [{**fact, "recorded_at": (now + ahead).isoformat()}]}
            item = service.call("/v1/ledger", posted).json["items"][0]
            assert (item["status"], item["field"]) == ("refused", "recorded_at")

        # and the books do not run ahead, so that calls of now are answered as before
        told = service.call("/v1/status").json
        assert datetime.fromisoformat(told["observed_until"]) <= datetime.now(UTC)
        assert service.assess("B000001")["buyer_id"] == "B000001"
        row.seen = "422 as_of; facts ahead of the clock refused; now is answered"
