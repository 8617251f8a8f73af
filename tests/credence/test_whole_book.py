from __future__ import annotations

import os
from contextlib import nullcontext
from importlib import import_module
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd
import pytest

from credence.cli import main, whole_book
from credence.cli.whole_book import processes_for, rows_of_all
from credit.assessor import Assessor
from credit.listing import book_list, list_frame
from credit.release import Release
from features.build import Packed
from features.errors import InputError


@pytest.fixture(scope="module")
def assessor(demo_packed: Packed, demo_release: Release) -> Assessor:
    return Assessor(demo_packed, demo_release)


BEFORE: set[BaseProcess] = set()


@pytest.fixture(autouse=True)
def before() -> None:
    """Leave out children that other tests of this process have left."""
    BEFORE.clear()
    BEFORE.update(active_children())


def end_all(_done: int) -> None:
    """End the processes that assess, as a system without memory would."""
    for child in set(active_children()) - BEFORE:
        child.kill()


@pytest.fixture
def small_parts(assessor: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the book into many parts."""
    monkeypatch.setattr(Assessor, "cases", lambda self, moment, cases=Assessor.cases: cases(self, moment, 8))


@pytest.mark.usefixtures("small_parts")
def test_rows_are_those_of_the_assessments_in_any_number_of_processes(assessor: Assessor):
    seen: list[int] = []
    expected = book_list(*assessor.assess_all(lang="zh"))

    here, elsewhere = (rows_of_all(assessor, None, "zh", seen.append, count) for count in (1, 2))

    pd.testing.assert_frame_equal(list_frame(here), expected)
    pd.testing.assert_frame_equal(list_frame(elsewhere), expected)
    assert sum(seen) == 2 * len(expected)
    assert set(active_children()) <= BEFORE


@pytest.mark.usefixtures("small_parts")
def test_a_process_that_is_ended_ends_the_list(assessor: Assessor):
    with pytest.raises(InputError, match="nothing was written"):
        rows_of_all(assessor, None, "en", end_all, 2)
    assert set(active_children()) <= BEFORE


@pytest.mark.usefixtures("small_parts")
def test_an_interruption_leaves_no_process(assessor: Assessor):
    def interrupt(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rows_of_all(assessor, None, "en", interrupt, 2)
    assert set(active_children()) <= BEFORE


def test_small_books_stay_in_one_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert [processes_for(buyers) for buyers in (0, 3_999, 4_000)] == [1, 1, 2]


@pytest.mark.usefixtures("small_parts")
def test_no_list_is_written_where_a_process_is_ended(
    demo_portfolio: Path,
    demo_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("CREDENCE_HOME", str(demo_home))
    monkeypatch.setattr(whole_book, "processes_for", lambda _: 2)
    command = import_module("credence.cli.assess")
    monkeypatch.setattr(command, "progress_bar", lambda *_: nullcontext(end_all))
    out = tmp_path / "book.csv"
    with pytest.raises(SystemExit) as ended:
        main(["assess", str(demo_portfolio), "--all", "--out", str(out)])
    assert (ended.value.code, out.exists()) == (2, False)
    assert "nothing was written" in capsys.readouterr().err
