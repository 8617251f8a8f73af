"""What is kept of one subject's calendar says what the rows of many subjects say."""

from __future__ import annotations

import numpy as np

from credit.release import Release
from features.catalog import NAMES


def test_a_subject_alone_has_the_pay_dates_that_it_has_among_others(demo_release: Release):
    model, rng = demo_release.timing, np.random.default_rng(3)
    assert model is not None
    values = rng.normal(20.0, 15.0, (60, len(NAMES)))
    values[rng.random(values.shape) < 0.1] = np.nan
    values[:, [NAMES.index(name) for name in ("has_payments", "has_accounts")]] = 1.0
    as_of = rng.integers(19_000, 19_040, 60)
    due = as_of + rng.integers(-150, 90, 60)
    many = model.predict_days(values, as_of, due)
    assert "ok" in many.status
    for _ in range(2):  # the second time with the calendar kept
        for row in range(60):
            one = slice(row, row + 1)
            alone = model.predict_days(values[one], as_of[one], due[one])
            assert alone.status[0] == many.status[row]
            for name in ("paid", "credited", "written_off"):
                assert getattr(alone, name).tobytes() == getattr(many, name)[one].tobytes()
