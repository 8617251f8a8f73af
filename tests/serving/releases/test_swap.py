"""A promoted release is served from the next call on; a bad one is refused while the old one serves."""

from __future__ import annotations

import gc
import json
import shutil
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from credit.release import Release
from serving.releases.refusal import REFUSALS
from serving.releases.watch import SECONDS_BETWEEN_LOOKS
from serving.routes import make_application
from serving.settings import Settings
from serving.state import State
from tests.serving.releases.homes import another_release, copied_home, point
from tests.serving.schemas import problems_of


@pytest.fixture(scope="module")
def started(
    demo_home: Path, demo_portfolio: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, State, str]]:
    """A home of one release, and a state that serves and watches it."""
    home = tmp_path_factory.mktemp("home")
    release_id = copied_home(demo_home, home)
    state = State()
    thread = state.start(Settings(home, demo_portfolio))
    wait(lambda: state.problem is None)
    yield home, state, release_id
    state.stop()
    thread.join(timeout=30)
    assert not thread.is_alive()


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def serves(state: State, release_id: str) -> bool:
    status = state.status()
    return status["release"] == release_id and status["refused"] is None


def corrupt(folder: Path) -> None:
    booster = folder / "late" / "booster.txt"
    booster.write_text(booster.read_text().replace("leaf_value=", "leaf_value=9", 1))


def damage_trees(folder: Path) -> None:
    (folder / "default" / "trees" / "nodes.npy").write_bytes(b"")


def lack_a_file(folder: Path) -> None:
    (folder / "default" / "golden.npz").unlink()


def lack_the_head(folder: Path) -> None:
    (folder / "release.json").unlink()


def break_the_head(folder: Path) -> None:
    (folder / "release.json").write_text("{")


def change_head(folder: Path, **changed: object) -> None:
    head = json.loads((folder / "release.json").read_text())
    (folder / "release.json").write_text(json.dumps({**head, **changed}))


def be_of_another_seller(folder: Path) -> None:
    change_head(folder, seller_id="suedwind")


def change_the_policy(folder: Path) -> None:
    change_head(folder, policy_hash="0" * 12)


def be_of_another_catalog(folder: Path) -> None:
    spec, manifest = folder / "late" / "model.json", folder / "late" / "manifest.json"
    spec.write_text(json.dumps({**json.loads(spec.read_text()), "catalog_hash": "0" * 64}))
    # Reason: with an own manifest only the catalog is wrong.
    from credit.folder import manifest_of

    manifest.write_text(json.dumps(manifest_of(folder / "late")))


def have_no_models(folder: Path) -> None:
    change_head(folder, models={})


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (corrupt, "damaged_release", "booster.txt"),
        (damage_trees, "damaged_release", "nodes.npy"),
        (lack_a_file, "damaged_release", "golden.npz"),
        (break_the_head, "damaged_release", "release.json"),
        (lack_the_head, "no_release", "release.json"),
        (be_of_another_seller, "other_seller", "suedwind"),
        (change_the_policy, "wrong_policy", "policy"),
        (be_of_another_catalog, "other_catalog", "another catalog"),
        (have_no_models, "not_scored", "a buyer who can be scored"),
    ],
)
def test_a_bad_release_is_refused_while_the_old_one_serves(
    started: tuple[Path, State, str], spoil: Callable[[Path], None], code: str, said: str
) -> None:
    # given a release that serves, and a bad one that is put in force
    home, state, good = started
    name = f"r0009-{spoil.__name__}"
    folder = another_release(home, name)
    spoil(folder)
    point(home, name)

    # when the worker has looked
    wait(lambda: state.status()["refused"] is not None)

    # then it says which release it refused and why, is ready, and answers from the old one
    with TestClient(make_application(state)) as client:
        status, ready = client.get("/v1/status").json(), client.get("/readyz")
        buyer_id = client.get("/v1/buyers").json()["buyers"][0]
        answer = client.post("/v1/assess", json={"buyer_id": buyer_id}).json()
    assert problems_of("Status", status) == []
    assert problems_of("State", ready.json()) == []
    assert (status["state"], status["release"], answer["versions"]["release"]) == ("ready", good, good)
    assert (ready.status_code, ready.json()["refused"]) == (200, status["refused"])
    assert (status["refused"]["release"], status["refused"]["code"]) == (name, code)
    assert said in status["refused"]["message"]
    assert [worker["refused"] for worker in status["workers"]] == [status["refused"]]
    assert code in REFUSALS

    # and once the pointer is moved back nothing is refused
    point(home, good)
    wait(lambda: serves(state, good))


@pytest.mark.parametrize("text", ["r0404-gone", "../elsewhere", ""])
def test_a_pointer_to_nowhere_is_refused(started: tuple[Path, State, str], text: str) -> None:
    home, state, good = started
    point(home, text)
    wait(lambda: state.status()["refused"] is not None)
    assert state.readiness()["refused"]["code"] == "no_release"
    assert state.status()["release"] == good
    point(home, good)
    wait(lambda: serves(state, good))


def test_a_promotion_is_served_and_taken_back(started: tuple[Path, State, str]) -> None:
    # given a second release, and an assessor that a call holds
    home, state, good = started
    another_release(home, "r0002-second")
    held = state.assessor()
    buyer_id = "B000001"

    # when it is put in force
    point(home, "r0002-second")
    wait(lambda: serves(state, "r0002-second"))

    # then new calls have it whole, over the same ledger, and the call in hand keeps the first one
    new, old = state.assessor().assess(buyer_id)["versions"], held.assess(buyer_id)["versions"]
    assert (new["release"], new["default"], new["late"]) == ("r0002-second", "default@2", "late@2")
    assert (old["release"], old["default"], old["late"]) == (good, "default@1", "late@1")
    assert state.assessor().ledger is held.ledger

    # and it can be taken back
    point(home, good)
    wait(lambda: serves(state, good))


def test_a_release_that_no_call_holds_is_let_go(started: tuple[Path, State, str]) -> None:
    home, state, good = started
    another_release(home, "r0003-third")
    gone = weakref.ref(state.assessor())
    point(home, "r0003-third")
    wait(lambda: serves(state, "r0003-third"))
    gc.collect()
    assert gone() is None
    point(home, good)
    wait(lambda: serves(state, good))


def test_a_refused_release_is_tried_again_only_when_it_changes(
    started: tuple[Path, State, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a release that lacks a file, and is refused
    home, state, good = started
    folder = another_release(home, "r0004-mended")
    golden = folder / "late" / "golden.npz"
    kept = golden.read_bytes()
    golden.unlink()
    loads: list[Path] = []
    load = Release.load
    monkeypatch.setattr(Release, "load", lambda path: (loads.append(path), load(path))[1])
    point(home, "r0004-mended")
    wait(lambda: state.status()["refused"] is not None)

    # when nothing changes, then it is not loaded again
    time.sleep(2.5 * SECONDS_BETWEEN_LOOKS)
    assert len(loads) == 1

    # and when the file is put back, it is served
    golden.write_bytes(kept)
    wait(lambda: serves(state, "r0004-mended"))
    point(home, good)
    wait(lambda: serves(state, good))


def test_a_home_without_release_becomes_ready_when_one_is_promoted(
    demo_home: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    # given a worker that found no release
    state = State()
    state.start(Settings(tmp_path, demo_portfolio))
    wait(lambda: state.problem is not None and state.problem.code == "no_release")

    # when one is promoted, then it serves it
    shutil.copytree(demo_home / "releases", tmp_path / "releases")
    wait(lambda: state.problem is None)
    state.stop()
