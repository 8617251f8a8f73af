from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from features.errors import InputError
from training.home import Home
from training.promotion_log import append, read_log, served_on

FIRST = {"at": "2026-01-10T08:00:00+00:00", "promoted": True, "release": "r1"}
SECOND = {"at": "2026-02-10T08:00:00+00:00", "promoted": True, "release": "r2"}


def written(home: Home, text: bytes) -> None:
    home.releases.mkdir(parents=True, exist_ok=True)
    (home.releases / "promotions.jsonl").write_bytes(text)


def test_where_nothing_was_promoted_nothing_served(home: Home):
    assert read_log(home) == served_on(home, "2026-01-31") == []
    written(home, b"")
    assert read_log(home) == served_on(home, "2026-01-31") == []


@pytest.mark.parametrize("day", ["", "NaT", "nan"])
def test_a_day_that_is_missing_is_refused(home: Home, day: str):
    with pytest.raises(InputError, match="--on"):
        served_on(home, day)


def test_of_a_day_to_come_nothing_is_said(home: Home):
    append(home, FIRST | {"models": {}})
    today = datetime.now(UTC).date()
    assert [each["release"] for each in served_on(home, str(today))] == ["r1"]
    with pytest.raises(InputError, match="one to come"):
        served_on(home, str(today + timedelta(days=1)))


def test_a_last_line_that_was_cut_is_no_entry_and_gives_way_to_the_next(home: Home):
    append(home, FIRST)
    path = home.releases / "promotions.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "2026-02-')
    assert read_log(home) == [FIRST]
    append(home, SECOND)
    assert read_log(home) == [FIRST, SECOND]


def test_a_last_entry_that_lacks_the_line_end_alone_stays(home: Home):
    append(home, FIRST)
    path = home.releases / "promotions.jsonl"
    path.write_bytes(path.read_bytes().rstrip())
    assert read_log(home) == [FIRST]
    append(home, SECOND)
    assert read_log(home) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "line", [b"no json", b"\xff\xfe", b"[]", b"{}", b'{"at": "2026-01-10", "promoted": true}']
)
def test_a_line_that_is_no_entry_is_named(home: Home, line: bytes):
    append(home, FIRST)
    path = home.releases / "promotions.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    append(home, SECOND)
    with pytest.raises(InputError, match="another line 2; restore"):
        read_log(home)
