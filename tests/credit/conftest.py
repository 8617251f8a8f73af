"""Golden texts: what people read, kept as files that a reviewer reads too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from credit.policy import Policy

FOLDER = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.default()


@pytest.fixture
def matches_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    def check(name: str, text: str) -> None:
        path = FOLDER / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden text {name}; write it with --update-golden and read it"
        assert text == path.read_text(encoding="utf-8")

    return check
