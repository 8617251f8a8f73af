"""Material arrears, high credit and use of the limit, with numbers made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from features.engine.arrears import ARREARS, arrears
from features.engine.axis import Rules
from features.engine.moments import Moments
from features.engine.spells import NEVER, find_spells
from tests.features.engine.packed import DAY, Rows

# Items are of 1,000.00, issued on day 19000 and due on day 19030; the reporting currency is number 0.
RULES = Rules(500.0, 0.01, 90, 90)


def figures(rows: Rows, day: int, own: int = -1) -> dict[str, float]:
    out = np.empty((len(ARREARS), 1))
    moment = [np.array([value], np.int64) for value in (0, day * DAY + 43_200, day, own)]
    arrears(rows.ledger(), Moments(*moment), out)
    return dict(zip(ARREARS, out[:, 0].tolist(), strict=True))


def spells(rows: Rows, until: int) -> list[tuple[int, int]]:
    _, first, last = find_spells(rows.ledger(), 2**40, until, RULES)
    return list(zip(first.tolist(), last.tolist(), strict=True))


def unpaid() -> Rows:
    rows = Rows()
    rows.item(0, 19_000, 19_030, 100_000)
    return rows


@pytest.mark.parametrize(
    ("day", "days", "in_default"), [(19_030, 0, 0), (19_031, 1, 0), (19_119, 89, 0), (19_120, 90, 1)]
)
def test_arrears_count_from_the_day_after_the_due_day(day, days, in_default):
    told = figures(unpaid(), day)
    assert (told["days_material_overdue"], told["in_default"]) == (days, in_default)


@pytest.mark.parametrize(("day", "in_default"), [(19_219, 1), (19_220, 1), (19_221, 0)])
def test_a_default_is_cured_after_90_days_without_arrears(day, in_default):
    rows = unpaid()
    rows.allocate(0, 19_131, 100_000)
    assert figures(rows, day)["in_default"] == in_default
    assert spells(rows, day) == [(19_120, 19_220)]


def test_arrears_in_the_cure_start_it_anew():
    rows = unpaid()
    rows.allocate(0, 19_131, 100_000)
    rows.item(1, 19_190, 19_200, 100_000)
    rows.allocate(1, 19_203, 100_000)
    assert figures(rows, 19_292)["in_default"] == 1
    assert spells(rows, 19_400) == [(19_120, 19_292)]


def test_arrears_at_the_end_of_the_books_have_no_end():
    assert spells(unpaid(), 19_400) == [(19_120, NEVER)]


@pytest.mark.parametrize(("amount", "days"), [(100_000, 20), (60_000, 20), (50_000, 90), (-1, 20)])
def test_what_is_disputed_is_not_overdue_while_the_dispute_is_open(amount, days):
    # given a dispute of an amount (-1: all) on 70 of the 90 days; above 500.00 are material
    rows = unpaid()
    rows.dispute(0, 19_031, 19_101, amount if amount != 50_000 else 49_999)
    told = figures(rows, 19_120)
    assert told["days_material_overdue"] == days
    assert spells(rows, 19_120) == ([(19_120, NEVER)] if days == 90 else [])


def test_a_dispute_that_is_open_does_not_mend_what_was_overdue_before():
    rows = unpaid()
    rows.dispute(0, 19_121, 19_500)
    assert spells(rows, 19_400) == [(19_120, 19_210)]
    assert figures(rows, 19_130)["days_material_overdue"] == 0


def test_past_days_take_the_rate_of_that_day():
    # given 1,000.00 abroad, worth 400 at first and 900 from day 19100 on
    rows = Rows()
    rows.item(0, 19_000, 19_030, 100_000, currency=1)
    rows.rates = [
        {"currency": 1, "known": 18_999 * DAY, "rate": 0.004},
        {"currency": 1, "known": 19_100 * DAY + 5, "rate": 0.009},
    ]
    assert figures(rows, 19_110)["days_material_overdue"] == 11
    assert spells(rows, 19_188) == []
    assert spells(rows, 19_189) == [(19_189, NEVER)]


def test_high_credit_converts_the_past_at_its_rate_and_today_at_the_latest():
    rows = Rows()
    rows.item(0, 19_000, 19_030, 100_000, currency=1)
    rows.rates = [
        {"currency": 1, "known": 18_999 * DAY, "rate": 0.012},
        {"currency": 1, "known": 19_005 * DAY, "rate": 0.009},
        {"currency": 1, "known": 19_010 * DAY + 80_000, "rate": 0.05},
    ]
    # then: at noon of day 19010 the rate of that evening is not known yet
    assert figures(rows, 19_010)["high_credit_365d"] == 1200
    assert figures(rows, 19_011)["high_credit_365d"] == 5000


def test_high_credit_forgets_what_is_a_year_ago():
    rows = unpaid()
    rows.allocate(0, 19_002, 60_000)
    assert figures(rows, 19_365)["high_credit_365d"] == 1000
    assert figures(rows, 19_366)["high_credit_365d"] == 400


def test_the_own_item_is_left_out_with_all_that_refers_to_it():
    rows = unpaid()
    rows.item(1, 19_010, 19_040, 30_000)
    assert figures(rows, 19_200, own=0)["high_credit_365d"] == 300
    assert figures(rows, 19_200, own=0)["in_default"] == 0
    assert np.isnan(figures(unpaid(), 19_200, own=0)["high_credit_365d"])


def test_utilisation_leaves_out_days_without_own_limit():
    # given 1,000.00 open since day 19000, and a limit of 4,000.00 from day 18990 to 19009, then 2,000.00
    rows = unpaid()
    rows.limit(400_000, 18_990, 19_009)
    rows.limit(200_000, 19_020, 19_100)
    rows.limit(1, 19_000, 19_100, own=0)
    told = figures(rows, 19_029)
    assert (told["utilisation"], told["max_utilisation_365d"]) == (0.5, 0.5)
    assert told["mean_utilisation_365d"] == pytest.approx((10 * 0 + 10 * 0.25 + 10 * 0.5) / 30)
    assert np.isnan(figures(rows, 19_101)["utilisation"])


def test_days_may_span_centuries():
    rows = unpaid()
    rows.item(1, -25_000, -24_970, 60_000)
    told = figures(rows, 19_040)
    assert (told["high_credit_365d"], told["days_material_overdue"]) == (1600, 19_040 + 24_970)


def test_a_rate_that_was_never_known_leaves_the_arrears_open():
    rows = unpaid()
    rows.item(1, 19_000, 19_030, 1, currency=2)
    rows.allocate(1, 19_005, 1)
    told = figures(rows, 19_040)
    assert np.isnan(told["in_default"])
    assert np.isnan(told["high_credit_365d"])
    # and for the labels, arrears of an unknown size are none
    assert spells(rows, 19_200) == [(19_120, NEVER)]
