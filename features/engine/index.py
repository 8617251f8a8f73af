"""The payment index: points for days beyond terms."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import inlined

__all__ = ["INDEX_KNOTS", "INDEX_SCALE", "points_of"]

INDEX_KNOTS: tuple[tuple[int, int], ...] = (
    (-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20), (121, 10),
    (211, 1),
)  # fmt: skip
"""Days late and points, straight lines between: 80 is prompt, 50 a month late."""

INDEX_SCALE = 420
"""Points are counted in 420ths, which makes those of every whole day whole."""

_POINTS = np.round(
    np.interp(
        np.arange(INDEX_KNOTS[0][0], INDEX_KNOTS[-1][0] + 1),
        [days for days, _ in INDEX_KNOTS],
        [points * INDEX_SCALE for _, points in INDEX_KNOTS],
    )
).astype(np.int64)
_FIRST, _LAST = INDEX_KNOTS[0][0], INDEX_KNOTS[-1][0]


@inlined
def points_of(days):  # type: ignore[no-untyped-def]
    """Return the points of an item in 420ths.

    Examples
    --------
    >>> [int(points_of(days)) / INDEX_SCALE for days in (-60, 0, 15, 30, 300)]
    [100.0, 80.0, 70.0, 50.0, 1.0]
    """
    return _POINTS[min(max(days, _FIRST), _LAST) - _FIRST]
