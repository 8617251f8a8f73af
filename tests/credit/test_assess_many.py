"""Buyers assessed many at a time are assessed as one by one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from credit.assess_many import assess_many
from credit.books import Books
from credit.desk import Desk
from credit.dossiers import common_of, dossiers_of
from credit.side_facts import SideTables


@pytest.mark.parametrize(("moment", "days_later"), [("2026-06-30T21:59:59", 0), ("2024-11-20T10:00:00", 3)])
def test_each_buyer_is_assessed_as_alone(demo_packed, demo_release, moment, days_later):
    tables, books = SideTables(demo_packed), Books(demo_packed, demo_release)
    desk = Desk(common_of(demo_packed, tables, books), demo_release)
    at = datetime.fromisoformat(moment)
    now = at + timedelta(days=days_later)
    dossiers = list(dossiers_of(demo_packed))

    found = list(assess_many(dossiers, desk, at, now=now))

    assert found == [desk.assess(dossier, at, now=now) for dossier in dossiers]
