"""`credence load` says what is odd about the time of the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from credence.cli import cli
from features.files import write
from features.portfolio import from_frames
from features.seller import Seller

_DAY = timedelta(days=1)


def load(home: Path, books_end: datetime, *options: str) -> str:
    """Load one buyer whose books end at an instant, and return what is said beside the result."""
    seller = Seller("me", reporting_currency="EUR")
    buyers = pd.DataFrame({"buyer_id": ["B"], "name": ["Smith"], "recorded_at": ["2025-01-01T00:00:00Z"]})
    until = f"{books_end:%Y-%m-%dT%H:%M:%SZ}"
    books = from_frames({"buyers": buyers}, seller, observed_from="2025-01-01", observed_until=until)
    write(books, home / "books")
    environment = {"CREDENCE_HOME": str(home), "CREDENCE_DATABASE_URL": ""}
    ran = CliRunner().invoke(cli, ["load", str(home / "books"), *options], env=environment)
    assert ran.exit_code == 0, ran.output
    return ran.stderr


@pytest.mark.parametrize("options", [(), ("--history",)])
def test_books_that_end_in_the_future_are_told(tmp_path: Path, options: tuple[str, ...]) -> None:
    end = datetime.now(UTC) + 3 * _DAY
    said = load(tmp_path, end, *options)
    assert f"the books end on {end:%Y-%m-%d}, which has not come" in said


def test_old_books_without_their_history_are_told(tmp_path: Path) -> None:
    assert "known from today only" in load(tmp_path, datetime.now(UTC) - 30 * _DAY)


def test_books_of_today_need_no_note(tmp_path: Path) -> None:
    assert "note:" not in load(tmp_path, datetime.now(UTC) - timedelta(minutes=1), "--history")
