"""A store of each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store.connect import Store, open_store


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store of each database."""
    opened = open_store(database_url)
    yield opened
    opened.close()
