"""The hour of the guide for integrators, done word for word against a served process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credence import Client
from credence.client import ApiError
from tests.serving.process import Service, free_port, own_home, served

_GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "integrate.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FACTS = '{"items": ['
_MARK = "=== next ==="


def blocks() -> list[tuple[str, str]]:
    """Return the blocks of the guide with their kind, in its order."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(_GUIDE.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_home(demo_home, tmp_path_factory.mktemp("hour"))


@pytest.fixture(scope="module")
def service(home: Path, demo_portfolio: Path) -> Iterator[Service]:
    with served(home, "--portfolio", str(demo_portfolio)) as running:
        yield running


@pytest.fixture(scope="module")
def environment(service: Service, home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the shell of the reader has after the first block: the command, the home and a key."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "credence"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m credence "$@"\n')
    command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path.cwd()),
        "CREDENCE_HOME": str(home),
        "CREDENCE_API_KEY": service.key,
    }


@pytest.fixture(scope="module")
def said(
    service: Service, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What each block of commands printed, one after the other in one shell."""
    folder = tmp_path_factory.mktemp("reader")
    (facts,) = (text for kind, text in blocks() if text.startswith(_FACTS))
    (folder / "facts.json").write_text(facts)
    script = f"echo '{_MARK}'\n".join(text for text in commands())
    # Reason: the answers of a block stand on one line otherwise.
    script = script.replace('"${@:2}"; }', '"${@:2}"; echo; }').replace("http://", "")
    assert script.count("localhost:3000") == 1
    script = script.replace("localhost:3000", service.address.removeprefix("http://"))
    ran = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert (folder / "limits.csv").read_text(encoding="utf-8-sig").startswith("buyer_id,amount,currency,")
    return ran.stdout.split(f"{_MARK}\n")


def commands() -> list[str]:
    """Return the blocks of commands after the first, which installs and starts the demo."""
    first, *others = (text for kind, text in blocks() if not kind)
    assert first.startswith("make demo")
    return [text for text in others if "call" in text]


def shown() -> list[Any]:
    """Return the answer that the guide shows after each block of commands; None where it shows none."""
    found: list[Any] = []
    for kind, text in blocks():
        if not kind and "call" in text:
            found.append(None)
        elif kind == "json" and found and found[-1] is None and not text.startswith(_FACTS):
            found[-1] = json.loads(text)
        if kind == "json" and '"evt_' in text:
            break
    return found


def last_answer(text: str) -> Any:
    """Return the last object that was printed: those before it may have asked to come again."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    decoder, at, answer = json.JSONDecoder(), 0, None
    while at < len(lines[-1]):
        answer, at = decoder.raw_decode(lines[-1], at)
    return answer


def lacking(shown: Any, told: Any, place: str = "") -> list[str]:
    """Return where an answer lacks what the guide shows, or has another type there."""
    if isinstance(shown, dict):
        if not isinstance(told, dict):
            return [place]
        return [
            each
            for name, value in shown.items()
            for each in (
                lacking(value, told[name], f"{place}.{name}") if name in told else [f"{place}.{name}"]
            )
        ]
    if isinstance(shown, list) and shown and isinstance(told, list) and told:
        return lacking(shown[0], told[0], f"{place}[0]")
    numbers = (int, float)
    is_alike = type(shown) is type(told) or (isinstance(shown, numbers) and isinstance(told, numbers))
    return [] if is_alike or shown is None or told is None else [place]


def test_every_answer_has_what_the_guide_shows(said: list[str]) -> None:
    expected = shown()
    assert len(said) == len(expected) == 7
    for text, answer in zip(said, expected, strict=True):
        if answer is not None:
            told = last_answer(text)
            assert "error" not in told, told
            assert lacking(answer, told) == []
    assert sum(answer is not None for answer in expected) >= 6


def test_every_fact_and_order_of_the_guide_is_taken(said: list[str]) -> None:
    answers = [
        json.loads(line) for text in said for line in text.splitlines() if line.startswith('{"facts_seq"')
    ]
    assert len(answers) == 4
    assert {item["status"] for answer in answers for item in answer["items"]} == {"accepted"}
    ended = next(line for text in said for line in text.splitlines() if '"state":"invoiced"' in line)
    assert json.loads(ended)["order"]["order_id"] == "SO-1001"


def test_the_python_of_the_guide_does_the_same(service: Service, said: list[str]) -> None:
    # given the first two pieces of Python of the guide
    pieces = [text for kind, text in blocks() if kind == "python"][:2]
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDENCE_API_KEY", service.key)
        for piece in pieces:
            exec(piece.replace("http://localhost:3000", service.address), names)  # noqa: S102 (a page of ours)

    # then they get the same assessment
    assert names["said"]["buyer_id"] == "B000003"
    assert names["told"] == names["said"]
    assert said


@pytest.fixture
def checked() -> Any:
    """What the guide does where there is no answer."""
    (code,) = (text for kind, text in blocks() if kind == "python" and "def checked" in text)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 (a page of ours)
    return names["checked"]


_ORDER = {"buyer_id": "B000003", "order_id": "SO-2001", "amount": "10.00", "currency": "EUR"}


def test_without_an_answer_the_last_limit_counts_until_it_ends(checked: Any) -> None:
    today = datetime.now(UTC).date()
    with Client(f"http://127.0.0.1:{free_port()}", "crd_x", timeout=1, retries=0) as client:
        told = {
            days: checked(
                client, _ORDER, {"amount": "4000", "valid_until": f"{today + timedelta(days=days)}"}
            )
            for days in (-1, 0, 1)
        }
        unknown = checked(client, _ORDER, {"amount": None, "valid_until": None})
    assert {days: each["limit"] for days, each in told.items()} == {-1: None, 0: "4000", 1: "4000"}
    assert {each["state"] for each in told.values()} == {"not_checked"}
    assert unknown == {"state": "not_checked", "code": "unreachable", "limit": None}


def test_with_an_answer_it_is_that_of_the_service(checked: Any, service: Service, said: list[str]) -> None:
    assert said
    with Client(service.address, service.key) as client:
        assert checked(client, _ORDER, {})["order"]["order_id"] == "SO-2001"
    with Client(service.address, "crd_wrong") as client, pytest.raises(ApiError) as refused:
        checked(client, _ORDER, {})
    assert refused.value.code == "unauthorized"
