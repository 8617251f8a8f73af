"""What the seller's system reads back of the limits in force, from a served process."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from credit.publish import Published, Review
from serving.store.connect import Store, open_store, store_url
from serving.store.published_rows import Source, last_seq, put_in_force
from tests.serving.process import Service
from tests.serving.schemas import problems_of

HOSTILE = ["=1+1", "+49", "-7", "@SUM(A1)", "\tB", "北京贸易有限公司"]
EARLY, LATE = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 6))


def review(amount: float | None = 1250.5, until: date | None = date(2099, 12, 31)) -> Review:
    return Review(Published("7", "7", amount, "EUR", date(2024, 1, 1), until), "first", "first")


@pytest.fixture(scope="module")
def store(service: Service, served_home: Path) -> Iterator[Store]:
    opened = open_store(store_url(served_home, {}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def start(store: Store) -> int:
    """Put limits in force and return the number of the last row before them."""
    with store.writing() as connection:
        before = last_seq(connection)
        early = [("gone", review(until=date(2024, 3, 31)), None), ("unsaid", review(None, None), None)]
        put_in_force(connection, early, Source("test", EARLY))
        put_in_force(connection, [(each, review(), None) for each in HOSTILE], Source("test", LATE))
    return before


def test_pages_follow_each_other_and_name_each_buyer_once(service: Service, start: int) -> None:
    found, after = [], str(start) if start else None
    for _ in range(10):
        page = service.call("/v1/limits?limit=3" + (f"&after={after}" if after else "")).json
        assert problems_of("LimitList", page) == []
        found += [row["buyer_id"] for row in page["limits"]]
        after = page["next"]
        if after is None:
            break
    assert found == ["gone", "unsaid", *HOSTILE]


def test_what_changed_since_an_instant_includes_what_expired(service: Service, start: int) -> None:
    def since(text: str) -> list[str]:
        answer = service.call(f"/v1/limits?changed_since={text}&limit=10000")
        return [row["buyer_id"] for row in answer.json["limits"]]

    # given a limit that expired at the end of March, and others of June
    assert since("2024-05-31") == since("2024-06-01T00:00:00Z") == HOSTILE
    assert since("2024-06-01T00:00:01Z") == []
    assert since("2024-03-31") == since("2024-02-01") == ["gone", *HOSTILE]
    assert since("2024-01-01") == ["gone", "unsaid", *HOSTILE]

    # then each row tells whether its limit is in force today, and amounts are exact text
    rows = {row["buyer_id"]: row for row in service.call("/v1/limits?limit=10000").json["limits"]}
    assert [rows[each]["is_in_force"] for each in ("gone", "unsaid", "=1+1")] == [False, False, True]
    assert (rows["=1+1"]["amount"], rows["unsaid"]["amount"]) == ("1250.5", None)


def test_a_later_review_takes_the_place_of_an_earlier_one(service: Service, start: int, store: Store) -> None:
    with store.writing() as connection:
        put_in_force(connection, [("twice", review(10.0), None)], Source("test", LATE))
        put_in_force(connection, [("twice", review(20.0), None)], Source("test", LATE))
    rows = service.call("/v1/limits?limit=10000").json["limits"]
    assert [row["amount"] for row in rows if row["buyer_id"] == "twice"] == ["20"]


def test_a_spreadsheet_reads_text_and_all_of_it(service: Service, start: int, store: Store) -> None:
    # given more limits than a page has
    with store.writing() as connection:
        many = [(f"many {number}", review(), None) for number in range(1100)]
        put_in_force(connection, many, Source("test", LATE))
    answer = service.call("/v1/limits.csv")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))

    # then all are there, and no cell begins a formula
    ids = [row["buyer_id"] for row in rows]
    assert ids[: len(HOSTILE) + 2] == ["gone", "unsaid", *[f"'{each}" for each in HOSTILE[:-1]], HOSTILE[-1]]
    assert sum(each.startswith("many ") for each in ids) == 1100
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert (rows[0]["is_in_force"], rows[1]["amount"], rows[2]["is_in_force"]) == ("false", "", "true")
    assert service.call("/v1/limits.csv?limit=2").body.count(b"\r\n") == 3
