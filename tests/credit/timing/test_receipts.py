from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.timing.odds import FATES, ItemOdds
from credit.timing.open_ledger import OpenLedger
from credit.timing.receipts import LINES, Forecast, Sheet, forecast_receipts
from credit.timing.receipts_table import receipts_frame, receipts_json
from credit.timing.weeks import Weeks

TODAY = (date(2026, 6, 30) - date(1970, 1, 1)).days
AS_OF = pd.Timestamp("2026-06-30T21:59:59")
WEEKS = Weeks(TODAY, 3)


def ledger(rows: list[tuple[int, str, int, int, int]], credit: dict[str, int] | None = None) -> OpenLedger:
    """Items of (buyer, currency, days past due, open, set off)."""
    items = pd.DataFrame(
        [
            {
                "buyer": buyer, "item": at, "currency": currency, "issued_day": TODAY - past - 30,
                "due_day": TODAY - past, "amount_minor": minor, "open_minor": minor, "set_off_minor": off,
                "expected_minor": minor - off,
            }
            for at, (buyer, currency, past, minor, off) in enumerate(rows)
        ]
    )  # fmt: skip
    return OpenLedger(AS_OF, TODAY, items, credit or {})


def odds(count: int, seed: int = 3, unknown: int = 0) -> ItemOdds:
    parts = np.random.default_rng(seed).dirichlet(np.ones(3 + len(FATES)), count)
    known = np.arange(count) >= unknown
    parts[~known] = 0.0
    return ItemOdds(known, np.cumsum(parts[:, :3], axis=1), parts[:, 3:])


def totals(sheet: Sheet) -> tuple[int, int]:
    return sum(line.expected_minor for line in sheet.lines), sum(
        line.of_overdue_minor for line in sheet.lines
    )


def forecast(opened: OpenLedger, said: ItemOdds, **rates: float) -> Forecast:
    return forecast_receipts(opened, said, WEEKS, {"EUR": 0.01, **rates}, "EUR")


def test_expected_is_open_amount_times_probability_and_the_rest_is_named():
    # given one item of 100.00 with known odds, and 10.00 of it set off
    opened = ledger([(0, "EUR", 5, 100_00, 10_00)])
    said = ItemOdds(np.array([True]), np.array([[0.5, 0.7, 0.7]]), np.array([[0.0, 0.1, 0.05, 0.03, 0.12]]))
    # when receipts are forecast
    sheet = forecast(opened, said).reporting
    # then each line is its part of the 90.00 on which money is expected
    told = dict(zip(["w1", "w2", "w3", *LINES[1:]], (x.expected_minor for x in sheet.lines), strict=True))
    assert told == {
        "w1": 45_00, "w2": 18_00, "w3": 0, "unbooked": 0, "later": 9_00,
        "credited": 4_50, "written_off": 2_70, "open_at_horizon": 10_80, "set_off": 10_00, "cannot_say": 0,
    }  # fmt: skip
    assert [line.cumulative_minor for line in sheet.lines[:3]] == [45_00, 63_00, 63_00]
    assert totals(sheet) == (sheet.open_minor, sheet.overdue_minor) == (100_00, 100_00)
    assert (sheet.lines[0].low_minor, sheet.lines[0].high_minor) == (0, 90_00)
    assert [sheet.lines[0].week, sheet.lines[0].first_day] == ["2026-W27", date(2026, 6, 29)]


AMOUNTS = st.integers(1, 10**12)
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["EUR", "JPY", "NOK"]), st.integers(-90, 400), AMOUNTS,
        st.floats(0, 1),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.integers(0, 5), st.integers(0, 99))
def test_the_lines_add_up_to_the_open_ledger_exactly(rows, unknown, seed):
    # given any ledger in three currencies, of which one has no rate, and items that nobody can speak of
    ordered = sorted(rows)
    opened = ledger([(b, c, past, minor, int(minor * off)) for b, c, past, minor, off in ordered])
    # when receipts are forecast
    told = forecast(opened, odds(len(rows), seed, unknown), JPY=0.006, NOK=np.nan)
    # then the lines of every currency add up to its open items to the minor unit
    for sheet in told.sheets:
        mine = opened.items[opened.items["currency"] == sheet.currency]
        assert totals(sheet)[0] == sheet.open_minor == mine["open_minor"].sum()
        late = mine[mine["due_day"] < TODAY]["open_minor"].sum()
        assert totals(sheet)[1] == sheet.overdue_minor == late
    # and those in the reporting currency to what has a rate
    assert totals(told.reporting)[0] == told.reporting.open_minor
    assert list(told.without_rate) == (["NOK"] if "NOK" in {row[1] for row in rows} else [])


def test_an_item_that_may_be_paid_already_is_expected_less():
    # given an item that is open with the odds of before, or paid without the books knowing
    said = ItemOdds(np.array([True]), np.array([[0.5, 0.7, 0.7]]), np.array([[0.0, 0.1, 0.05, 0.03, 0.12]]))
    sheet = forecast(ledger([(0, "EUR", 5, 100_00, 0)]), said.given(np.array([0.2]))).reporting
    told = [line.expected_minor for line in sheet.lines]
    assert told == [40_00, 16_00, 0, 20_00, 8_00, 4_00, 2_40, 9_60, 0, 0]


def test_an_item_that_nobody_can_speak_of_is_a_line_and_no_zero():
    opened = ledger([(0, "EUR", 5, 100_00, 0), (1, "EUR", 5, 40_00, 0)])
    sheet = forecast(opened, odds(2, unknown=2)).reporting
    assert {line.kind: line.expected_minor for line in sheet.lines if line.expected_minor} == {
        "cannot_say": 140_00
    }


def test_json_and_table_tell_the_lines_in_units():
    opened = ledger([(0, "EUR", 5, 100_00, 0), (1, "JPY", -9, 4000, 0)], {"EUR": 7_00})
    told = receipts_json(forecast(opened, odds(2), JPY=0.006), AS_OF, {"release": "r1", "timing": "timing@1"})
    assert told["reporting"]["open"] == 124.0
    assert [sheet["open"] for sheet in told["currencies"]] == [100.0, 4000.0]
    assert told["owed_back"] == [{"currency": "EUR", "amount": 7.0}]
    frame = receipts_frame(told)
    assert len(frame) == 3 * (3 + len(LINES) - 1)
    sums = frame.groupby(["scope", "currency"])["expected"].sum()
    assert sums["all", "EUR"] == pytest.approx(124.0)
    assert sums["currency", "JPY"] == pytest.approx(4000.0)
    assert frame.loc[0, ["week", "from", "to"]].tolist() == ["2026-W27", "2026-06-29", "2026-07-05"]


def test_a_ledger_without_open_items_expects_nothing():
    empty = OpenLedger(AS_OF, TODAY, ledger([(0, "EUR", 1, 1, 0)]).items.iloc[:0], {})
    told = forecast(empty, ItemOdds(np.zeros(0, bool), np.zeros((0, 3)), np.zeros((0, len(FATES)))))
    assert told.reporting.open_minor == 0
    assert {line.expected_minor for line in told.reporting.lines} == {0}
    assert list(told.sheets) == []
