"""A review of the store's book comes into force whole, once a day, with an event for each change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from credit.assessor import Assessor
from credit.release import Release
from credit.review import review
from features.build import Packed
from features.errors import InputError
from features.files import read
from serving.review import StoreReview, review_store
from serving.store.connect import Store, open_store
from serving.store.dossiers import count_buyers
from serving.store.loading import load_portfolio
from serving.store.published_rows import Source, changed_limits, in_force
from serving.store.schema import assessments, outbox, published
from tests.serving.store.conftest import database_url, store  # noqa: F401  (fixtures)

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BY = Source("M. Keller", NOW)


@pytest.fixture
def loaded(store: Store, demo_portfolio: Path) -> Store:  # noqa: F811  (a fixture)
    load_portfolio(store, read(demo_portfolio), history=True, now=NOW)
    return store


def events_of(store: Store) -> list[dict[str, object]]:  # noqa: F811  (a fixture of the same name)
    with store.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.kind, outbox.c.body).order_by(outbox.c.id)).all()
    assert {kind for kind, _ in rows} <= {"limit.changed"}
    return [orjson.loads(body) for _, body in rows]


def assessments_of(store: Store) -> dict[str, dict[str, object]]:  # noqa: F811  (a fixture of the same name)
    with store.reading() as connection:
        rows = connection.execute(sa.select(assessments.c.assessment_id, assessments.c.body)).all()
    return {assessment_id: orjson.loads(bytes(body)) for assessment_id, body in rows}


def rows_of(store: Store) -> int:  # noqa: F811  (a fixture of the same name)
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(published)) or 0


def test_what_comes_into_force_is_what_the_folder_says(
    loaded: Store, demo_packed: Packed, demo_release: Release
) -> None:
    # given the same book as a folder, reviewed at the end of March and of the books
    assessor, expected = Assessor(demo_packed, demo_release), {}
    for as_of in ("2026-03-31", None):
        _, told = assessor.assess_all(as_of)
        rows = review(expected, told, demo_release.policy)
        expected = {row.buyer_id: row.review.published for row in rows}

    # when the store's book is reviewed at both moments
    steps: list[int] = []
    first = review_store(loaded, demo_release, BY, as_of="2026-03-31", progress=steps.append)
    second = review_store(loaded, demo_release, BY)

    # then the same is in force, with who said so and from what
    assert sum(steps) == count_buyers(loaded) == len(expected)
    assert [each.buyer_id for each in second.rows] == [row.buyer_id for row in rows]
    with loaded.reading() as connection:
        assert in_force(connection) == expected
        limits = changed_limits(connection, None, NOW.date())
        by = set(connection.scalars(sa.select(published.c.by)))
    assert by == {"M. Keller"}

    # and the assessment that each row names can be read back
    kept = assessments_of(loaded)
    said = {each["buyer_id"]: each for each in told}
    for row in limits:
        judged_on = kept[str(row.assessment_id)]
        assert judged_on["assessment_id"] == row.assessment_id
        for part in ("buyer_id", "as_of", "grade", "limit", "score", "reasons"):
            assert judged_on[part] == said[row.buyer_id][part]

    # and each change was told once, in exact amounts
    events = events_of(loaded)
    assert len(events) == first.changed + second.changed
    assert 0 < second.changed < len(second.rows)
    moved = {row.buyer_id: row for row in second.rows if row.limit_change}
    told_of = {event["buyer_id"]: event for event in events[first.changed :]}
    assert moved.keys() <= told_of.keys()
    for buyer_id, row in moved.items():
        event = told_of[buyer_id]
        assert Decimal(str(event["amount"])) == Decimal(str(row.review.published.amount))
        assert Decimal(str(event["previous_amount"])) == Decimal(
            str(row.before.amount if row.before else None)
        )
        assert (event["code"], event["grade"]) == (row.review.limit_code, row.review.published.grade)


def test_a_second_review_of_a_day_is_refused_and_changes_nothing(
    loaded: Store, demo_release: Release
) -> None:
    made = review_store(loaded, demo_release, BY)
    kept = rows_of(loaded)
    for as_of in (None, "2026-03-31"):
        with pytest.raises(InputError, match="a review after the one that is in force"):
            review_store(loaded, demo_release, Source("another", NOW + timedelta(hours=1)), as_of=as_of)
    assert rows_of(loaded) == kept == len(made.rows)
    assert len(events_of(loaded)) == made.changed


def test_of_two_reviews_at_once_one_comes_into_force(loaded: Store, demo_release: Release) -> None:
    # given another review that runs and ends while a first one assesses
    others: list[StoreReview] = []

    def once(_steps: int) -> None:
        if not others:
            others.append(review_store(loaded, demo_release, Source("another", NOW)))

    # then the first is refused whole
    with pytest.raises(InputError, match="another review that came into force meanwhile"):
        review_store(loaded, demo_release, BY, progress=once)
    with loaded.reading() as connection:
        assert set(connection.scalars(sa.select(published.c.by))) == {"another"}
    assert rows_of(loaded) == len(others[0].rows)
    assert len(events_of(loaded)) == others[0].changed


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from credit.release import Release, current_folder
from serving import review
from serving.store.connect import open_store
from serving.store.published_rows import Source

review.outbox.put_all = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
release = Release.load(current_folder(Path(sys.argv[2]) / "releases"))
review.review_store(open_store(sys.argv[1]), release, Source("killed", datetime(2026, 9, 1, tzinfo=UTC)))
"""


def test_a_review_that_is_killed_while_it_writes_has_changed_nothing(
    tmp_path: Path, demo_portfolio: Path, demo_home: Path, demo_release: Release
) -> None:
    # given a process that dies between what is in force and the events of it
    url = f"sqlite:///{tmp_path / 'killed.sqlite'}"
    opened = open_store(url)
    load_portfolio(opened, read(demo_portfolio), history=True, now=NOW)
    command = [sys.executable, "-c", _KILLED, url, str(demo_home)]
    ran = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr

    # then nothing of it is there, and the next review is a first one
    assert (rows_of(opened), events_of(opened)) == (0, [])
    made = review_store(opened, demo_release, BY)
    assert {row.review.limit_code for row in made.rows} <= {"first", "unsaid"}
    opened.close()


def test_an_empty_store_and_a_moment_to_come_are_refused(
    store: Store,  # noqa: F811  (a fixture)
    demo_portfolio: Path,
    demo_release: Release,
) -> None:
    with pytest.raises(InputError, match="credence load"):
        review_store(store, demo_release, BY)
    load_portfolio(store, read(demo_portfolio), history=True, now=NOW)
    with pytest.raises(InputError):
        review_store(store, demo_release, BY, as_of="2027-01-01")
    assert rows_of(store) == 0
