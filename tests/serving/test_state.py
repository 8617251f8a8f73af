"""What a worker says while it cannot assess anybody, and when something in it breaks."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from starlette.testclient import TestClient

from credit.release import Release, current_folder
from features.files import write
from features.sources.simulator import simulate_portfolio
from serving.errors import CallError
from serving.loading import open_runtime, score_canary
from serving.routes import make_application
from serving.settings import Settings
from serving.state import State
from tests.serving.process import own_home
from tests.serving.schemas import problems_of

Load = Callable[[Path, Path | None], State]


@contextmanager
def client_of(state: State) -> Iterator[TestClient]:
    with TestClient(make_application(state)) as client:
        yield client


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Load]:
    """A function that has a worker load a release and a portfolio into a store of its own."""
    states = []

    def load(home: Path, portfolio: Path | None) -> State:
        state = State()
        states.append(state)
        state.load(Settings(own_home(home, Path(mkdtemp(dir=tmp_path))), portfolio))
        return state

    yield load
    for state in states:
        state.close()


def check_unserved(state: State, code: str) -> dict[str, Any]:
    """Check that readiness, calls and status agree on why nobody can be assessed; the worker lives."""
    with client_of(state) as client:
        for answer in (
            client.get("/readyz"),
            client.get("/v1/buyers"),
            client.post("/v1/assess", json={"buyer_id": "B000001"}),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, code)
            assert problems_of("Error", answer.json()) == []
        assert client.get("/livez").status_code == 200
        status = client.get("/v1/status").json()
    assert status["state"] == code
    assert problems_of("Status", status) == []
    return dict(status)


def test_a_worker_that_loads_says_so() -> None:
    status = check_unserved(State(), "loading")
    assert status["release"] is None


def test_a_home_without_a_release_is_told_to_train(tmp_path: Path, loaded: Load) -> None:
    status = check_unserved(loaded(tmp_path, None), "no_release")
    assert "train a model first" in status["why"]


def test_a_changed_release_is_not_served(
    demo_home: Path, demo_portfolio: Path, tmp_path: Path, loaded: Load
) -> None:
    # given a release one of whose files was changed after training
    source = current_folder(demo_home / "releases")
    target = tmp_path / "releases" / source.name
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "releases" / "current").write_text(source.name)
    booster = target / "late" / "booster.txt"
    booster.write_text(booster.read_text().replace("leaf_value=", "leaf_value=9", 1))

    # then it is refused, and the reason names the file
    status = check_unserved(loaded(tmp_path, demo_portfolio), "no_release")
    assert "booster.txt" in status["why"]


def test_without_a_portfolio_the_release_is_named(demo_home: Path, loaded: Load) -> None:
    status = check_unserved(loaded(demo_home, None), "no_ledger")
    assert status["release"] is not None
    assert "credence load DIR" in status["why"]


def test_a_folder_that_is_no_portfolio_is_refused(demo_home: Path, tmp_path: Path, loaded: Load) -> None:
    status = check_unserved(loaded(demo_home, tmp_path), "no_ledger")
    assert "portfolio.toml" in status["why"]


def test_ready_means_that_somebody_was_scored(demo_home: Path, demo_portfolio: Path, loaded: Load) -> None:
    with client_of(loaded(demo_home, demo_portfolio)) as client:
        assert client.get("/readyz").json() == {"state": "ready"}
        assert client.get("/v1/status").json()["state"] == "ready"


def test_a_ledger_in_which_nobody_can_be_scored_is_not_ready(demo_home: Path, tmp_path: Path) -> None:
    # given a release without models, over a small ledger of the same seller
    release = replace(Release.load(current_folder(demo_home / "releases")), models={}, versions={})
    write(simulate_portfolio(5, 1, 3), tmp_path / "few")
    runtime = open_runtime(Settings(own_home(demo_home, tmp_path), tmp_path / "few"))

    # then no canary can be scored
    with pytest.raises(CallError) as refusal:
        score_canary(runtime.assessor(release))
    runtime.close()
    assert (refusal.value.code, refusal.value.found) == ("not_scored", "none among 5")


def test_a_fault_has_its_trace_id_and_tells_no_data(
    demo_home: Path,
    demo_portfolio: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    loaded: Load,
) -> None:
    # given a worker whose default model breaks while it serves
    state = loaded(demo_home, demo_portfolio)
    assessor = state.assessor()
    buyer_id = "B000001"
    monkeypatch.setattr(logging.getLogger("credence"), "propagate", True)

    class Broken:
        def answers(self, *_: object, **__: object) -> None:
            raise RuntimeError(f"about {buyer_id}")

    desk = assessor.desk()
    desk.release = replace(desk.release, models={"default": Broken()})  # type: ignore[dict-item]

    # when a buyer is assessed
    with client_of(state) as client, caplog.at_level(logging.ERROR):
        answer = client.post("/v1/assess", json={"buyer_id": buyer_id})

    # then the caller has a trace id, under which the log says where, but neither says of whom
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "internal")
    assert error["trace_id"] == answer.headers["X-Trace-Id"]
    assert error["trace_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert buyer_id not in caplog.text + answer.text


def test_the_page_allows_nothing_from_elsewhere() -> None:
    with client_of(State()) as client:
        for path in ("/", "/page.css", "/page.js", "/show.js", "/icon.svg"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in answer.text
            assert "innerHTML" not in answer.text


def test_every_word_of_the_page_exists_in_both_languages() -> None:
    with client_of(State()) as client:
        words = client.get("/words.json").json()
    for part, texts in words["en"].items():
        assert texts.keys() == words["zh"][part].keys()
        assert all(texts.values())
        assert all(words["zh"][part].values())


def test_a_worker_serves_without_what_trained_its_models(
    demo_home: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    # given a fresh process that loads the service, its release and its ledger, and scores a buyer
    script = (
        "import sys; from pathlib import Path; import serving.service as service;"
        "from serving.settings import Settings;"
        "service.state.load(Settings(Path(sys.argv[1]), Path(sys.argv[2])));"
        "print(service.state.status()['state']);"
        "unwanted = {'lightgbm', 'sklearn', 'mlflow', 'shap', 'training', 'pandas', 'pyarrow', 'matplotlib'};"
        "print(sorted(unwanted & set(sys.modules)));"
        "service.state.close()"
    )
    command = [sys.executable, "-c", script, str(own_home(demo_home, tmp_path)), str(demo_portfolio)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    # then it is ready, and neither the learner nor the tracking server nor pandas was imported
    assert ran.stdout.splitlines() == ["ready", "[]"]
