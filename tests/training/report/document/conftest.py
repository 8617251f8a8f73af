"""A small pack with what customers write: markup, Chinese, a name without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.report.document.document import document

PACK = Path(__file__).with_name("pack.json")


@pytest.fixture(scope="session")
def page() -> str:
    """The page of that pack as it is."""
    return document(json.loads(PACK.read_text(encoding="utf-8")))


@pytest.fixture
def pack() -> dict[str, Any]:
    """A default model's pack, a few rows of each table; change it as you like."""
    return dict(json.loads(PACK.read_text(encoding="utf-8")))
