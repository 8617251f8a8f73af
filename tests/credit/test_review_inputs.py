"""What a review reads of many buyers at a time is what their assessments say one by one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from credit.books import Books
from credit.desk import Desk
from credit.dossiers import common_of, dossiers_of
from credit.review_inputs import review_inputs
from credit.side_facts import SideTables

_OF_LIMIT = ("status", "amount", "currency", "binding", "exposure", "valid_until")


@pytest.fixture(scope="module")
def desk(demo_packed, demo_release) -> Desk:
    books = Books(demo_packed, demo_release)
    return Desk(common_of(demo_packed, SideTables(demo_packed), books), demo_release)


@pytest.mark.parametrize(("moment", "days_later"), [("2026-06-30T21:59:59", 0), ("2024-11-20T10:00:00", 3)])
def test_each_buyer_is_told_as_its_assessment_tells(demo_packed, desk, moment, days_later):
    at = datetime.fromisoformat(moment)
    now = at + timedelta(days=days_later)
    dossiers = list(dossiers_of(demo_packed))

    found = list(review_inputs(dossiers, desk, at, now=now))

    assert len({each["limit"]["status"] for each in found}) > 1
    for dossier, told in zip(dossiers, found, strict=True):
        said = desk.assess(dossier, at, now=now)
        for name in ("assessment_id", "buyer_id", "as_of", "day"):
            assert told[name] == said[name]
        assert told["grade"]["computed"] == said["grade"]["computed"]
        assert told["limit"] == {name: said["limit"][name] for name in _OF_LIMIT}
        for model in ("default", "late"):
            assert told[model] == {name: said[model][name] for name in ("status", "probability")}
