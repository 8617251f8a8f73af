"""Exchange rates as they were known: from which instant on which rate counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from features.instants import FAR_FUTURE
from features.versions import day_starts

__all__ = ["rate_steps"]

_NEVER = int(FAR_FUTURE.astype(np.int64))


def rate_steps(versions: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Return the steps of the latest known rate of each currency.

    Parameters
    ----------
    versions : DataFrame
        Versions of the table fx with ``known_from`` and ``known_until``.
    timezone : str
        In which days begin; a rate of a later day counts from that day on.

    Returns
    -------
    DataFrame, columns currency, known_from, rate
        In order of time by currency. A rate that is recorded late for a day before that of the rate in force
        changes nothing; where all rates are taken back, the rate is NaN.
    """
    begins = day_starts(versions["on_date"], timezone)
    starts = np.maximum(versions["known_from"].to_numpy(np.int64), begins)
    facts = versions.assign(start=starts)[starts < versions["known_until"].to_numpy(np.int64)]
    rows = [
        (currency, *step) for currency, mine in facts.groupby("currency", sort=True) for step in _steps(mine)
    ]
    return pd.DataFrame(rows, columns=["currency", "known_from", "rate"])


def _steps(facts: pd.DataFrame) -> Iterator[tuple[int, float]]:
    days = facts["on_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    columns = (facts["start"].tolist(), facts["known_until"].tolist(), days.tolist(), facts["rate"].tolist())
    rows = list(zip(*columns, strict=True))
    changes: list[tuple[int, int, int, Any]] = [(start, 1, day, rate) for start, _, day, rate in rows]
    changes += [(until, 0, day, None) for _, until, day, _ in rows if until < _NEVER]
    in_force: dict[int, float] = {}
    latest = -1
    for instant, is_start, day, rate in sorted(changes, key=lambda change: change[:3]):
        if is_start:
            in_force[day] = rate
            latest = max(latest, day)
        else:
            del in_force[day]
            latest = max(in_force, default=-1)
        yield instant, in_force.get(latest, np.nan)
