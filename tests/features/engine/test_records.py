"""Public records, limits and disputes of a buyer, with numbers made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.engine.disputes import DISPUTES, disputes
from features.engine.events import EVENTS, events
from features.engine.limits import LIMITS, limits
from features.engine.moments import Moments
from tests.features.engine.packed import DAY, Rows


def figures(fill: Any, columns: tuple[str, ...], rows: Rows, day: int, own: int = -1) -> dict[str, float]:
    out = np.empty((len(columns), 1))
    moment = [np.array([value], np.int64) for value in (0, day * DAY + 43_200, day, own)]
    fill(rows.ledger(), Moments(*moment), out)
    return dict(zip(columns, out[:, 0].tolist(), strict=True))


def test_events_count_from_their_day_and_a_year_long():
    rows = Rows()
    rows.event(19_000)
    rows.event(19_100, known=19_110 * DAY, until=19_120 * DAY)
    rows.event(19_200, insolvency=1)
    assert list(figures(events, EVENTS, rows, 19_105).values()) == [0, 1, 105]
    assert list(figures(events, EVENTS, rows, 19_110).values()) == [0, 2, 10]
    assert list(figures(events, EVENTS, rows, 19_120).values()) == [0, 1, 120]
    assert list(figures(events, EVENTS, rows, 19_365).values()) == [1, 0, 365]


def test_nobody_has_no_events_and_no_limits():
    out = np.empty((3, 1))
    nobody = Moments(*(np.array([value], np.int64) for value in (-1, 0, 0, -1)))
    events(Rows().ledger(), nobody, out)
    np.testing.assert_array_equal(out[:, 0], [0, 0, np.nan])
    limits(Rows().ledger(), nobody, out[:2])
    assert np.isnan(out[:2]).all()


def test_limits_in_force_add_up_by_kind_at_the_rate_known_now():
    rows = Rows()
    rows.rates = [{"currency": 1, "known": 19_000 * DAY, "rate": 0.02}]
    rows.limit(100_000, 19_000, 19_100)
    rows.limit(50_000, 19_050, 19_060, currency=1)
    rows.limit(300, 19_000, 19_100, own=0)
    assert list(figures(limits, LIMITS, rows, 19_049).values()) == [1000, 3]
    assert list(figures(limits, LIMITS, rows, 19_060).values()) == [2000, 3]
    assert np.isnan(list(figures(limits, LIMITS, rows, 19_101).values())).all()


def test_disputes_by_the_day_on_which_they_were_raised():
    rows = Rows()
    rows.item(0, 19_000, 19_030, 100_000)
    rows.item(1, 19_000, 19_030, 40_000)
    rows.dispute(0, 19_010, 19_020)
    rows.dispute(1, 19_040, 19_999, 15_000)
    told = figures(disputes, DISPUTES, rows, 19_100)
    assert list(told.values()) == [1, 2, 2, 1150, (10 + 60) / 2, 0.5]
    told = figures(disputes, DISPUTES, rows, 19_375)
    assert list(told.values()) == [0, 1, 2, 150, 335, 1]
    told = figures(disputes, DISPUTES, rows, 19_100, own=1)
    assert list(told.values()) == [0, 1, 1, 1000, 10, 0]
