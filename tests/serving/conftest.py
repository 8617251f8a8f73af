"""A service over a simulated seller, one of whose buyers has markup for a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver

from credit.assessor import Assessor
from credit.release import Release, current_folder
from features.build import pack_portfolio
from features.files import read, write
from serving.observe.samples import FOLDER, SHARE
from tests.serving.browser import opened
from tests.serving.process import Service, own_home, served
from tests.serving.schemas import HOSTILE


@pytest.fixture(scope="session")
def ledger(demo_portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the simulated portfolio, with one buyer renamed to markup."""
    portfolio = read(demo_portfolio)
    renamed = portfolio.tables["invoices"]["buyer_id"].iloc[-1]
    tables = {
        name: frame.assign(buyer_id=frame["buyer_id"].replace(renamed, HOSTILE))
        if "buyer_id" in frame
        else frame
        for name, frame in portfolio.tables.items()
    }
    folder = tmp_path_factory.mktemp("ledger")
    write(replace(portfolio, tables=tables), folder)
    return folder


@pytest.fixture(scope="session")
def served_home(reported_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of `service`."""
    return own_home(reported_home, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def samples_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which `service` keeps a sample of every answer."""
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="session")
def service(served_home: Path, ledger: Path, samples_folder: Path) -> Iterator[Service]:
    with ExitStack() as stack:
        # Reason: other services of the tests keep none.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FOLDER, str(samples_folder))
            patch.setenv(SHARE, "1.0")
            running = stack.enter_context(served(served_home, "--portfolio", str(ledger)))
        yield running


@pytest.fixture(scope="session")
def assessor(demo_home: Path, ledger: Path) -> Assessor:
    """The same release and ledger in this process."""
    return Assessor(pack_portfolio(read(ledger)), Release.load(current_folder(demo_home / "releases")))


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with opened(tmp_path_factory.mktemp("chromium")) as running:
        yield running
