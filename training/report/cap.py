"""Cumulative accuracy profile: how many of the bad lie among the riskiest."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["cap_of"]

Floats = npt.NDArray[np.float64]

_GRID = np.linspace(0.0, 1.0, 101)


def cap_of(outcome: Floats, probability: Floats) -> dict[str, Any] | None:
    """Return the CAP curve and its accuracy ratio; None with one outcome only.

    Parameters
    ----------
    outcome : float64 ndarray, shape (n,)
        1 bad, 0 good.
    probability : float64 ndarray, shape (n,)

    Returns
    -------
    dict
        ``flagged`` (share of all subjects, the riskiest first), ``captured`` (share of the bad among them),
        ``base_rate``, ``accuracy_ratio`` (area between the curve and the diagonal over that of a perfect
        ranking: 2 AUC - 1), ``captured_at_5_percent`` and ``captured_at_10_percent``. Subjects of equal
        probability are flagged together: the curve is a line over them.

    Examples
    --------
    >>> told = cap_of(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.9, 0.3, 0.2, 0.1]))
    >>> told["accuracy_ratio"], told["captured"][25], round(told["captured_at_10_percent"], 3)
    (1.0, 1.0, 0.4)
    """
    bad = outcome.sum()
    if not 0 < bad < len(outcome):
        return None
    order = np.argsort(-probability, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(probability[order]) != 0, True))
    flagged = np.append(0.0, (ends + 1) / len(outcome))
    captured = np.append(0.0, np.cumsum(outcome[order])[ends] / bad)
    area = float(np.trapezoid(captured, flagged)) - 0.5
    rate = float(bad / len(outcome))
    return {
        "flagged": _GRID.tolist(),
        "captured": np.interp(_GRID, flagged, captured).tolist(),
        "base_rate": rate,
        "accuracy_ratio": area / (0.5 * (1 - rate)),
        "captured_at_5_percent": float(np.interp(0.05, flagged, captured)),
        "captured_at_10_percent": float(np.interp(0.10, flagged, captured)),
    }
