"""The same subjects scored twice: how far a change moves them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from credit.states import STATES, states_of
from training.report.study import Study

__all__ = ["NOTHING_MOVED", "by_state", "moved", "share_above"]

Floats = npt.NDArray[np.float64]

NOTHING_MOVED: dict[str, Any] = dict.fromkeys(
    "mean_probability_before mean_probability_after mean_shift_points".split()
)
"""What is told where no subject can be compared."""

_SAME = 1e-9


def moved(study: Study, before: Floats, after: Floats) -> tuple[dict[str, Any], Floats, Floats]:
    """Score subjects under two sets of values and tell how far they move.

    Parameters
    ----------
    study : Study
    before, after : float64 ndarray, shape (n, len(NAMES))

    Returns
    -------
    told : dict
        ``n`` (subjects that the model can score both times), ``cannot_say`` (those that it can score before
        only), ``mean_probability_before``, ``mean_probability_after`` and ``mean_shift_points``.
    first, second : float64 ndarray, shape (n,)
        Their log-odds.
    """
    first, second = (study.model.predict(values, contributions=False) for values in (before, after))
    known = (first.status == "ok") & (second.status == "ok")
    lost = int(((first.status == "ok") & ~known).sum())
    if not known.any():
        return {"n": 0, "cannot_say": lost, **NOTHING_MOVED}, np.empty(0), np.empty(0)
    told = {
        "n": int(known.sum()),
        "cannot_say": lost,
        "mean_probability_before": float(first.probability[known].mean()),
        "mean_probability_after": float(second.probability[known].mean()),
        "mean_shift_points": float(-study.factor * (second.log_odds - first.log_odds)[known].mean() + 0.0),
    }
    return told, first.log_odds[known], second.log_odds[known]


def share_above(second: Floats, first: Floats) -> float | None:
    """Return the share of subjects whose risk rises; None of none.

    Examples
    --------
    >>> share_above(np.array([1.0, 0.0]), np.array([0.0, 0.0]))
    0.5
    """
    return float((second > first + _SAME).mean()) if len(first) else None


def by_state(study: Study, before: Floats, after: Floats) -> list[dict[str, Any]]:
    """Return by information state (as it was before) the mean probabilities before and after."""
    first, second = (study.model.predict(values, contributions=False) for values in (before, after))
    known = (first.status == "ok") & (second.status == "ok")
    state = states_of(before)
    told = []
    for place, name in enumerate(STATES):
        rows = known & (state == place)
        if rows.any():
            means = (float(said.probability[rows].mean()) for said in (first, second))
            told.append(
                {"state": name, "n": int(rows.sum()), **dict(zip(("before", "after"), means, strict=True))}
            )
    return told  # fmt: skip
