"""How often drift is red by chance, and how surely it is after a shock, over worlds of many seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from credit.stability import Clusters, Reference, months_of, reference_of, stability_of
from features.build import Packed, build_packed, pack_portfolio
from features.catalog import NAMES
from features.sources.simulator import Knobs, simulate_portfolio
from training.drift_thresholds import Thresholds
from training.subjects import default_subjects

WEIGHTS = {
    "mean_days_late_365d": 0.05,
    "share_late_amount_365d": 2.0,
    "overdue_share": 1.5,
    "p90_days_late_365d": 0.02,
    "count_on_time_streak": -0.05,
    "book_share_late_amount_90d": 1.0,
    "change_invoiced_amount_90d_365d": 0.1,
}
"""A scorecard by hand: what alarms depend on is how subjects come, not how the score was learned."""

THEN = ("2023-09-01", "2025-01-01")
LATER = [("2025-01-01", "2025-07-01"), ("2025-07-01", "2026-01-01"), ("2025-01-01", "2026-07-01")]


def scored(packed: Packed, start: str, stop: str) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    subjects = default_subjects(packed)
    inside = subjects[(subjects["as_of"] >= start) & (subjects["as_of"] < stop)].reset_index(drop=True)
    values = build_packed(packed, inside).to_numpy()
    columns = [NAMES.index(name) for name in WEIGHTS]
    return values, np.nan_to_num(values[:, columns]) * list(WEIGHTS.values()), inside


def frozen(packed: Packed) -> Reference:
    values, added, subjects = scored(packed, *THEN)
    clusters = Clusters.of(subjects["buyer_id"], months_of(subjects["as_of"]))
    mix = {"payments": len(values)}
    return reference_of(
        values, added.sum(axis=1), dict(zip(WEIGHTS, added.T, strict=True)), clusters, (mix, mix)
    )


def red(packed: Packed, reference: Reference, period: tuple[str, str]) -> list[str]:
    values, added, subjects = scored(packed, *period)
    rows: list[dict[str, Any]] = stability_of(
        reference, values, added.sum(axis=1), subjects["buyer_id"], months_of(subjects["as_of"]),
        level=Thresholds().level,
    )  # fmt: skip
    return [row["name"] for row in rows[: 1 + Thresholds().inputs] if row["colour"] == "red"]


def test_a_stationary_world_is_quiet_over_seeds():
    # given eight worlds that never change, their first half frozen
    alarms = []
    for seed in range(21, 29):
        packed = pack_portfolio(simulate_portfolio(80, 4, seed))
        reference = frozen(packed)
        alarms += [bool(red(packed, reference, period)) for period in LATER]
    # then of 24 periods of half a year and more at most two are red
    assert sum(alarms) <= 2


def test_a_shock_is_loud_over_seeds():
    # given worlds in which a shock hits all buyers half a year after what was frozen
    for seed in range(21, 24):
        knobs = Knobs(shock_month=30, shock_size=3.0)
        packed = pack_portfolio(simulate_portfolio(120, 4, seed, knobs=knobs))
        # then the score itself is red
        assert "score" in red(packed, frozen(packed), ("2025-02-01", "2025-08-01"))
