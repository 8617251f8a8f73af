"""Days of a buyer: exposure, overdue sum and own limit day by day, and the material arrears that follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost

__all__ = [
    "EXPOSURE",
    "LIMIT",
    "NO_LIMIT",
    "OVERDUE",
    "Axis",
    "Rules",
    "evaluate",
    "most_owed",
    "new_axis",
    "new_axis_room",
]

EXPOSURE, OVERDUE, LIMIT, _CHANNELS = range(4)
"""Last axis of `Axis.delta`: sums in minor units."""

NO_LIMIT = -np.inf
"""Utilisation of a day without own limit."""

_LONG_AGO = -(10**6)
_BLOCK = 32


class Rules(NamedTuple):
    """What makes a default of arrears.

    Parameters
    ----------
    material_amount : float
        Overdue sum, in the reporting currency, above which arrears are material (absolute threshold).
    material_share : float
        Share of the exposure above which arrears are material (relative threshold).
    default_days : int
        Consecutive days of material arrears that make a default.
    cure_days : int
        Days without material arrears after which a default counts as cured.
    """

    material_amount: float
    material_share: float
    default_days: int
    cure_days: int


class Axis(NamedTuple):
    """One row a day, the first of them a day before all facts.

    Parameters
    ----------
    delta, level : int64 ndarray, shape (days, currencies, 3)
        Change of each sum on the day, and the sum.
    rate : float64 ndarray, shape (days, currencies)
        Reporting currency for a minor unit.
    owed, used : float64 ndarray, shape (days,)
        Exposure in the reporting currency, and its share of the own limit (`NO_LIMIT`: none in force).
    most : float64 ndarray, shape (days / 32,)
        The highest exposure of 32 rows; NaN where one of them has no rate.
    run : int64 ndarray, shape (days,)
        Days of material arrears in a row.
    cured_after : int64 ndarray, shape (days,)
        The row of the last day before the default is cured.
    unknown : int64 ndarray, shape (days,)
        0 where the arrears are certain. From a day on which a sum has no rate: 1 and the clean days in a row
        since, until either these cure whatever there was, or a default by itself is seen.
    """

    delta: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    rate: npt.NDArray[np.float64]
    owed: npt.NDArray[np.float64]
    used: npt.NDArray[np.float64]
    most: npt.NDArray[np.float64]
    run: npt.NDArray[np.int64]
    cured_after: npt.NDArray[np.int64]
    unknown: npt.NDArray[np.int64]


@outermost
def new_axis(days, currencies, room):  # type: ignore[no-untyped-def]
    """Return an axis without facts; a part of `room`, an axis of one currency, where that is large enough."""
    size = days * currencies
    if len(room.owed) < size:
        room = new_axis_room(2 * size)
    delta = room.delta[:size].reshape((days, currencies, _CHANNELS))
    level = room.level[:size].reshape((days, currencies, _CHANNELS))
    delta[:, :, :] = 0
    level[0, :, :] = 0
    room.run[0], room.cured_after[0], room.unknown[0] = 0, _LONG_AGO, 0
    rate = room.rate[:size].reshape((days, currencies))
    axis = Axis(delta, level, rate, room.owed, room.used, room.most, room.run, room.cured_after, room.unknown)
    return axis, room


@outermost
def new_axis_room(size):  # type: ignore[no-untyped-def]
    """Return an axis of `size` days of one currency, of which others are parts."""
    return Axis(
        np.empty((size, 1, _CHANNELS), np.int64), np.empty((size, 1, _CHANNELS), np.int64),
        np.empty((size, 1), np.float64), np.empty(size, np.float64), np.empty(size, np.float64),
        np.empty(size // _BLOCK + 1, np.float64),
        np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64),
    )  # fmt: skip


@kernel
def evaluate(axis, first, last, rules):  # type: ignore[no-untyped-def]
    """Tell the days ``first <= row <= last`` from the day before; arrears in the cure start it anew."""
    delta, level, rate, owed, used, _, run, cured_after, unknown = axis
    for d in range(first, last + 1):
        exposure, overdue, limit = 0.0, 0.0, 0.0
        for c in range(delta.shape[1]):
            open_ = level[d - 1, c, EXPOSURE] + delta[d, c, EXPOSURE]
            late = level[d - 1, c, OVERDUE] + delta[d, c, OVERDUE]
            own = level[d - 1, c, LIMIT] + delta[d, c, LIMIT]
            level[d, c, EXPOSURE], level[d, c, OVERDUE], level[d, c, LIMIT] = open_, late, own
            exposure += open_ * rate[d, c] if open_ != 0 else 0.0
            overdue += late * rate[d, c] if late != 0 else 0.0
            limit += own * rate[d, c] if own != 0 else 0.0
        is_material = overdue > rules.material_amount and overdue > rules.material_share * exposure
        run[d] = run[d - 1] + 1 if is_material else 0
        starts_cure = is_material and (run[d] >= rules.default_days or d <= cured_after[d - 1])
        cured_after[d] = d + rules.cure_days if starts_cure else cured_after[d - 1]
        lacks_rate = exposure != exposure or overdue != overdue
        unknown[d] = _uncertain(unknown[d - 1], lacks_rate, run[d], rules)
        owed[d] = exposure
        used[d] = exposure / limit if limit != 0 else NO_LIMIT
    for block in range(first // _BLOCK, (last + 1) // _BLOCK):
        axis.most[block] = _most(owed, block * _BLOCK, (block + 1) * _BLOCK)


@kernel
def most_owed(axis, first, last):  # type: ignore[no-untyped-def]
    """Return the highest exposure of days ``first <= row <= last``, at least 0; NaN where one is unknown."""
    head, tail = min(-(-first // _BLOCK) * _BLOCK, last + 1), (last + 1) // _BLOCK * _BLOCK
    peak = _higher(0.0, _most(axis.owed, first, head))
    if head <= tail:
        peak = _higher(peak, _most(axis.most, head // _BLOCK, tail // _BLOCK))
        peak = _higher(peak, _most(axis.owed, tail, last + 1))
    return peak


@inlined
def _most(values, first, end):  # type: ignore[no-untyped-def]
    most = -np.inf
    for row in range(first, end):
        most = _higher(most, values[row])
    return most


@inlined
def _higher(one, other):  # type: ignore[no-untyped-def]
    """Return the higher of two numbers; NaN where one is."""
    return one if one != one or one >= other else other


@inlined
def _uncertain(before, lacks_rate, run, rules):  # type: ignore[no-untyped-def]
    if lacks_rate:
        return 1
    if before == 0 or run >= rules.default_days or (run == 0 and before > rules.cure_days):
        return 0
    return before + 1 if run == 0 else 1
