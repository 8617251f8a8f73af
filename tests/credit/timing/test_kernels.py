from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.timing.dates import PayDates

BARELY = 1e-12


class Plain:
    """What is read from pay dates, told in whole arrays."""

    def __init__(self, dates: PayDates) -> None:
        self.dates, self.rows = dates, np.arange(len(dates.entry))
        rest = 1.0 - dates.credited[:, [-1]]
        self.cumulative = dates.paid / np.where(rest > BARELY, rest, np.nan)

    def start_of(self, place: np.ndarray, cumulative: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        last = np.where(place > 0, self.dates.days[np.maximum(place - 1, 0)].astype(float), -np.inf)
        before = np.where(place > 0, cumulative[self.rows, np.maximum(place - 1, 0)], 0.0)
        return np.maximum(last, self.dates.entry), before

    def by(self, cumulative: np.ndarray, day: np.ndarray | float) -> np.ndarray:
        asked, days = np.broadcast_to(np.asarray(day, float), self.rows.shape), self.dates.days
        place = np.minimum(np.searchsorted(days, asked, side="left"), len(days) - 1)
        start, before = self.start_of(place, cumulative)
        share = np.clip((asked - start) / np.maximum(days[place] - start, 1.0), 0.0, 1.0)
        return np.where(np.isnan(asked), np.nan, before + share * (cumulative[self.rows, place] - before))

    def inverse(self, probability: float) -> np.ndarray:
        reached = self.cumulative >= probability - BARELY
        place = np.argmax(reached, axis=1)
        start, before = self.start_of(place, self.cumulative)
        step = np.maximum(self.cumulative[self.rows, place] - before, BARELY)
        share = np.clip((probability - before) / step, 0.0, 1.0)
        return np.where(reached.any(axis=1), start + share * (self.dates.days[place] - start), np.nan)

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        tail, reached = (1.0 - level) / 2.0, self.cumulative[:, -1] >= level
        pairs = list(product(self.around(tail), self.around(1.0 - tail)))
        before = np.stack([low for low, _ in pairs])
        last = np.stack([np.where(reached, np.maximum(high, low + 1.0), np.nan) for low, high in pairs])
        until = [np.where(reached, self.by(self.cumulative, each), 1.0) for each in last]
        held = np.stack([end - self.by(self.cumulative, low) for end, low in zip(until, before, strict=True)])
        best = np.argmin(np.nan_to_num(np.abs(held - level), nan=np.inf).round(9), axis=0)
        return before[best, self.rows] + 1.0, last[best, self.rows], held[best, self.rows]

    def around(self, probability: float) -> tuple[np.ndarray, np.ndarray]:
        at, last = self.inverse(probability), float(self.dates.days[-1])
        at = np.where(np.isnan(at), np.where(self.dates.status == "ok", last, np.nan), at)
        return np.maximum(np.floor(at), self.dates.entry), np.ceil(at)


def random_dates(seed: int) -> PayDates:
    rng = np.random.default_rng(seed)
    intervals, subjects = int(rng.integers(1, 30)), int(rng.integers(1, 9))
    days = np.sort(rng.choice(np.arange(-40, 200), intervals, replace=False))
    steps = rng.random((3, subjects, intervals)) * (rng.random((3, subjects, intervals)) < 0.5)
    scale = rng.choice([1.0, 0.5, 0.999], subjects) / np.maximum(steps.sum(axis=(0, 2)), BARELY)
    parts = np.cumsum(steps * scale[None, :, None], axis=2)
    status = rng.choice(np.array(["ok", "ok", "ok", "unseen_pattern", "beyond_horizon"], object), subjects)
    parts[:, status != "ok"] = np.nan
    entry = rng.integers(-60, days[-1] + 1, subjects).astype(float)
    return PayDates(status, days, *parts, entry)


@given(st.integers(0, 100_000))
def test_compiled_reading_is_that_of_whole_arrays_to_the_last_bit(seed):
    dates, rng = random_dates(seed), np.random.default_rng(seed)
    plain, day = Plain(dates), rng.integers(-80, 260, len(dates.entry)).astype(float)
    day[rng.random(len(day)) < 0.2] = np.nan
    for level in (0.1, 0.5, 0.8, 1.0):
        np.testing.assert_array_equal(dates._inverse(level), plain.inverse(level))
        np.testing.assert_array_equal(np.stack(dates.interval(level)), np.stack(plain.interval(level)))
    np.testing.assert_array_equal(dates.paid_by(day), plain.by(dates.paid, day))
    np.testing.assert_array_equal(dates.paid_by(3), plain.by(dates.paid, 3.0))


@pytest.mark.parametrize("seed", range(4))
def test_a_subject_is_told_the_same_alone_and_among_others(seed):
    dates = random_dates(seed)
    told = np.stack(dates.interval(0.8))
    for row in range(len(dates.entry)):
        part = slice(row, row + 1)
        arrays = (each[part] for each in (dates.paid, dates.credited, dates.written_off, dates.entry))
        alone = PayDates(dates.status[part], dates.days, *arrays)
        np.testing.assert_array_equal(np.stack(alone.interval(0.8)), told[:, part])
