"""Reports on the models in force: found by the release's own names, and by no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from credit.release import Release
from serving.reports import REPORTS, report_of, reports_of
from serving.routes import make_application
from serving.settings import Settings
from serving.state import State
from tests.serving.schemas import problems_of

WAYS_OUT = [
    "/reports/late@1/seller.json",
    "/reports/late@2/validation.html",
    "/reports/late/validation.html",
    "/reports/late@1/",
    "/reports/late@1",
    "/reports/",
    "/reports/../seller.json",
    "/reports/late@1/../../seller.json",
    "/reports/%2e%2e/seller.json",
    "/reports/late@1/%2e%2e%2f%2e%2e%2fseller.json",
    "/reports/late@1%2f../validation.html",
    "/reports/late@1/validation.html%00",
    "/reports/late@1/..\\..\\seller.json",
]


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a report on ``late@1``, and one on a version that is not in force."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demo_home / "releases", folder / "releases", symlinks=True)
    (folder / "seller.json").write_text('{"seller_id": "secret"}', encoding="utf-8")
    for version in ("late@1", "late@2"):
        (folder / "reports" / version).mkdir(parents=True)
        for ending, text in (("html", "<!doctype html><title>é</title>"), ("json", "{}")):
            (folder / "reports" / version / f"validation.{ending}").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    state = State()
    state.load(Settings(home))
    with TestClient(make_application(state)) as opened:
        yield opened


def test_the_status_names_the_reports_that_are_there(client: TestClient) -> None:
    status = client.get("/v1/status").json()
    assert problems_of("Status", status) == []
    found = {name: model["reports"] for name, model in status["models"].items()}
    assert found == {"late": {"validation": "/reports/late@1/validation.html"}, "default": {}, "timing": {}}


def test_a_page_may_show_its_own_style_and_load_nothing(client: TestClient) -> None:
    answer = client.get("/reports/late@1/validation.html")
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>é</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert "script-src" not in policy


def test_its_numbers_stand_beside_it(client: TestClient) -> None:
    answer = client.get("/reports/late@1/validation.json")
    assert (answer.json(), answer.headers["content-type"]) == ({}, "application/json")


@pytest.mark.parametrize("address", WAYS_OUT)
def test_no_other_name_is_followed(client: TestClient, address: str) -> None:
    answer = client.get(address)
    # what no address may have is refused before anything is looked up
    expected = (422, "invalid_field") if "%00" in address else (404, "not_found")
    assert (answer.status_code, answer.json()["error"]["code"]) == expected


@pytest.mark.parametrize("version", ["..", "late@1/..", "/", "", "late@2"])
@pytest.mark.parametrize("file", ["validation.html", "../seller.json", "seller.json", ""])
def test_names_are_compared_and_never_joined(
    home: Path, demo_release: Release, version: str, file: str
) -> None:
    assert report_of(home, demo_release, version, file) is None


def test_a_report_is_not_written_over_the_service(client: TestClient) -> None:
    assert client.put("/reports/late@1/validation.html", content=b"x").status_code == 405


def test_without_a_release_there_is_no_report(home: Path) -> None:
    assert reports_of(home, None) == {}
    assert report_of(home, None, "late@1", f"{REPORTS[0]}.html") is None
    assert State().report("late@1", "validation.html") is None
