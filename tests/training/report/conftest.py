"""Packs of real versions: trees of both models, a refit and a prior."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.build import Packed, pack_portfolio
from training.home import Home
from training.registry import Registry
from training.report.pack import pack_of
from training.report.study import People, Study
from training.train import train

Pack = dict[str, Any]

PEOPLE = People("Ada", "Blaise", "Credit risk")


@pytest.fixture(scope="session")
def study_of(demo_home: Path, demo_packed: Packed) -> Any:
    """Give the study of a version of the demo home."""
    registry = Registry(Home(demo_home))

    def study(name: str, packed: Packed = demo_packed) -> Study:
        return Study.of(registry, registry.version(name), packed, PEOPLE)

    return study


@pytest.fixture(scope="session")
def late_pack(demo_home: Path, demo_packed: Packed) -> Pack:
    """The pack of ``late@1``."""
    registry = Registry(Home(demo_home))
    return pack_of(registry, registry.version("late@1"), demo_packed, people=PEOPLE)


@pytest.fixture(scope="session")
def default_pack(demo_home: Path, demo_packed: Packed) -> Pack:
    """The pack of ``default@1``, learned trees."""
    registry = Registry(Home(demo_home))
    return pack_of(registry, registry.version("default@1"), demo_packed)


@pytest.fixture(scope="session")
def desk(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with ``late@1`` of earlier books, ``late@2`` its refit on all and ``default@1`` a prior."""
    home = Home(tmp_path_factory.mktemp("report") / "home")
    earlier = small.portfolio.cut(small.observed_until - pd.Timedelta(days=60))
    train(pack_portfolio(earlier), "late", home=home, test_from="2025-07-01")
    train(small, "late", home=home, final=True)
    train(small, "default", home=home)
    return home


@pytest.fixture(scope="session")
def blend_study(demo_packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The study of a default model of trees beside prior knowledge."""
    home = Home(tmp_path_factory.mktemp("blend") / "home")
    train(demo_packed, "default", home=home)
    registry = Registry(home)
    return Study.of(registry, registry.version("default@1"), demo_packed, PEOPLE)


@pytest.fixture(scope="session")
def blend_pack(blend_study: Study) -> Pack:
    """The pack of trees beside prior knowledge."""
    return pack_of(blend_study.registry, blend_study.version, blend_study.packed)


@pytest.fixture(scope="session")
def final_pack(desk: Home, small: Packed) -> Pack:
    """The pack of a refit."""
    registry = Registry(desk)
    return pack_of(registry, registry.version("late@2"), small)


@pytest.fixture(scope="session")
def prior_pack(desk: Home, small: Packed) -> Pack:
    """The pack of a prior."""
    registry = Registry(desk)
    return pack_of(registry, registry.version("default@1"), small)
