"""A small seller and a home in which versions of its models come and go."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.build import Packed, pack_portfolio
from features.sources.simulator import simulate_portfolio
from training.home import Home


@pytest.fixture(scope="session")
def small() -> Packed:
    """Sixty buyers over three years: enough for a late model, quickly learned."""
    return pack_portfolio(simulate_portfolio(60, 3, 5))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
