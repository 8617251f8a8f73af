"""Scored subjects made by hand, for the tests of how they are measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.instants import month_ends
from training.scored import ScoredPeriod


def made(n: int = 4000, buyers: int = 400, seed: int = 0, bias: float = 1.0) -> tuple[pd.DataFrame, ...]:
    """Subjects at 24 month ends with outcomes of `bias` times the stated odds, values and profile."""
    rng = np.random.default_rng(seed)
    ends = month_ends(pd.Timestamp("2022-01-01"), pd.Timestamp("2024-01-01"), "UTC")
    log_odds = rng.normal(-2.0, 1.2, n)
    probability = 1 / (1 + np.exp(-log_odds))
    odds = bias * np.exp(log_odds)
    buyer = rng.integers(0, buyers, n)
    subjects = pd.DataFrame(
        {
            "buyer_id": [f"b{i:04d}" for i in buyer],
            "as_of": ends[rng.integers(0, len(ends), n)],
            "outcome": (rng.random(n) < odds / (1 + odds)).astype(float),
            "probability": probability,
        }
    )
    values = pd.DataFrame(
        {
            "oldest_open_days_past_due": rng.choice([np.nan, -5.0, 0.0, 1.0, 29.0, 30.0, 75.0, 120.0], n),
            "has_payments": rng.choice([0.0, 1.0], n),
            "has_accounts": rng.choice([0.0, 1.0, np.nan], n),
            "industry_section": rng.choice([0.0, 2.0, 20.0, np.nan], n),
            "size_class": rng.choice([1.0, 2.0, 3.0, 4.0, np.nan], n),
            "exposure": rng.choice([np.nan, 0.0, 100.0, 5000.0], n),
            "request_amount": rng.choice([10.0, 1000.0], n),
        }
    )
    profile = pd.DataFrame({"country": rng.choice(["DE", "FR", None], n)})
    return subjects, values, profile


def period(**choice: object) -> ScoredPeriod:
    subjects, values, profile = made(**choice)
    return ScoredPeriod(subjects, values, profile, known_buyers=[f"b{i:04d}" for i in range(200)])
