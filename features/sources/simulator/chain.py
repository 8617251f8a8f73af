"""Latent health as a Markov chain on a grid: chances of failing, integrated forward month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from features.engine.kernel import kernel
from features.sources.simulator.fates import failure_hazard, leaving_hazard
from features.sources.simulator.health import moving_sd
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.window import Floats, Ints

__all__ = ["MONTHS_AHEAD", "Chain", "Table", "at_months", "make_chains", "months_to_shock"]

MONTHS_AHEAD = 12
"""Months of the horizon of default."""

_MONTHS_TO_PAY = 6
_OWN_POINTS, _MOVING_POINTS, _HIT_POINTS = 61, 121, 200
_WIDTH = 4.5


@dataclass(frozen=True)
class Table:
    """Values on a grid of lasting health by moving health, shape (own, moving, k)."""

    own: Floats
    moving: Floats
    values: Floats

    def at(self, own: Floats, moving: Floats) -> Floats:
        """Return the values at points, shape (n, k), linearly between the points of the grid."""
        at = np.empty((len(own), self.values.shape[2]))
        _interpolate(self.own, self.moving, self.values, (own, moving), at)
        return at


@kernel
def _interpolate(own, moving, values, points, at):  # type: ignore[no-untyped-def]
    for number in range(len(at)):
        row, up = _place(own, points[0][number])
        column, right = _place(moving, points[1][number])
        for k in range(at.shape[1]):
            low = values[row, column, k] * (1.0 - right) + values[row, column + 1, k] * right
            high = values[row + 1, column, k] * (1.0 - right) + values[row + 1, column + 1, k] * right
            at[number, k] = low * (1.0 - up) + high * up


@kernel
def _place(grid, value):  # type: ignore[no-untyped-def]
    """Return the point of the grid below a value, and how far the value is on the way to the next one."""
    position = (value - grid[0]) / (grid[1] - grid[0])
    position = min(max(position, 0.0), len(grid) - 1.000001)
    return int(position), position - int(position)


def at_months(tables: Sequence[Table], which: Ints, own: Floats, level: Floats) -> Floats:
    """Return the values for each buyer in each month, shape (n, months, k).

    Parameters
    ----------
    tables : sequence of Table
    which : int64 ndarray, shape (months,)
        Position of each month's table: see `months_to_shock`.
    own : float64 ndarray, shape (n,)
    level : float64 ndarray, shape (n, months)
        Lasting and moving health together.
    """
    at = np.empty((*level.shape, tables[0].values.shape[2]))
    for number in np.unique(which).tolist():
        columns = np.flatnonzero(which == number)
        moving = level[:, columns] - own[:, None]
        found = tables[number].at(np.repeat(own, len(columns)), moving.ravel())
        at[:, columns] = found.reshape(*moving.shape, -1)
    return at


@dataclass(frozen=True)
class Chain:
    """What the latent process has in store, by lasting and moving health.

    Parameters
    ----------
    fails_as_buyer : Table
        Chance, seen from the end of a month, to fail in month k = 1..12 after it without having left before.
    fails : Table
        The same whether it has left or not.
    survives : Table
        Log of the chance not to fail within k = 0..6 months, the present one the first of them.
    """

    fails_as_buyer: Table
    fails: Table
    survives: Table


def make_chains(knobs: Knobs) -> tuple[Chain, ...]:
    """Return the chain of a world, and where it has a shock those of the twelve months before it.

    Returns
    -------
    tuple of Chain, 1 or 13
        The first is of months with no shock ahead, number j of those with the shock j months ahead.

    Notes
    -----
    Moving health u is ``persistence u + noise - hit`` after a month, with noise normal and hits exponential.
    On a grid of u the chance of each transition is the normal probability of the cell about the point, mixed
    over the hits. With h the hazard of failure at ``own + u`` and l that of leaving, the chance f_k to fail
    in month k follows backward: ``f_1(u) = E[h(u')]``, ``f_k(u) = E[(1 - h(u')) f_(k-1)(u')]``; for those who
    are still buyers ``1 - l(u')`` is a further factor. In the month of the shock ``u'`` is lower by its size.
    With the shock j months ahead the first step is an ordinary one, and what follows is seen with the shock
    j - 1 months ahead; with j = 1 the first step has the shock, and what follows is without one.
    """
    own = knobs.health_mean + max(knobs.health_own, 0.05) * np.linspace(-_WIDTH, _WIDTH, _OWN_POINTS)
    moving = _moving_points(knobs)
    level = own[:, None] + moving[None, :]
    stays, fails = 1.0 - leaving_hazard(level, knobs), failure_hazard(level, knobs)
    calm = _transitions(moving, knobs, 0.0).T
    values = [_values(fails, stays, calm)]
    if knobs.shock_month:
        shocked = _transitions(moving, knobs, knobs.shock_size).T
        for ahead in range(1, MONTHS_AHEAD + 1):
            values.append(_month_before(values[-1], fails, stays, shocked if ahead == 1 else calm))
    return tuple(
        Chain(Table(own, moving, left), Table(own, moving, every), Table(own, moving, np.log(survives)))
        for left, every, survives in values
    )


def months_to_shock(months: Ints, shock: int | None) -> Ints:
    """Return which of `make_chains` holds in each month (positions in the window): 0 with no shock ahead.

    Examples
    --------
    >>> months_to_shock(np.array([7, 8, 19, 20, 21]), 20).tolist()
    [0, 12, 1, 0, 0]
    """
    ahead = np.zeros_like(months) if shock is None else shock - months
    return np.where((ahead >= 1) & (ahead <= MONTHS_AHEAD), ahead, 0)


def _moving_points(knobs: Knobs) -> Floats:
    """Return the grid of moving health: down to where hits and the shock leave it, as fine with a shock."""
    sd = moving_sd(knobs)
    low, high = -_WIDTH * sd - 3.0 * knobs.hit_size - 0.5, _WIDTH * sd + 0.5
    shock = knobs.shock_size if knobs.shock_month else 0.0
    more = int(np.ceil(shock * (_MOVING_POINTS - 1) / (high - low)))
    return np.linspace(low - shock, high, _MOVING_POINTS + more)


def _transitions(grid: Floats, knobs: Knobs, shock: float) -> Floats:
    """Return chances of going from row to column within a month that costs all buyers `shock`."""
    step = grid[1] - grid[0]
    edges = np.append(grid - step / 2.0, grid[-1] + step / 2.0)
    edges[0], edges[-1] = -np.inf, np.inf
    mean = knobs.health_persistence * grid - shock
    sd = max(moving_sd(knobs) * np.sqrt(1.0 - knobs.health_persistence**2), 0.25 * step)
    shares = (np.arange(_HIT_POINTS) + 0.5) / _HIT_POINTS
    hits = -knobs.hit_size * np.log1p(-shares)
    calm = _normal_cells(mean, sd, edges)
    hit = np.mean([_normal_cells(mean - size, sd, edges) for size in hits], axis=0)
    return np.asarray((1.0 - knobs.hits_a_month) * calm + knobs.hits_a_month * hit)


def _normal_cells(mean: Floats, sd: float, edges: Floats) -> Floats:
    return np.diff(ndtr((edges[None, :] - mean[:, None]) / sd), axis=1)


def _values(fails: Floats, stays: Floats, forward: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the values of the three tables, the last without its log, where every month is alike."""
    no_months = (np.zeros((*fails.shape, 0)), np.zeros((*fails.shape, 0)), np.ones((*fails.shape, 1)))
    values = no_months
    for _ in range(MONTHS_AHEAD):
        values = _month_before(values, fails, stays, forward)
    return values


def _month_before(
    later: tuple[Floats, Floats, Floats], fails: Floats, stays: Floats, forward: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the values seen a month earlier, from those seen after the month that `forward` tells of.

    They reach one month further ahead, up to the length of the tables.
    """
    of_buyers, of_all, survives = later
    return (
        _failures_before(of_buyers, stays, fails, forward),
        _failures_before(of_all, np.ones_like(stays), fails, forward),
        _survivals_before(survives, fails, forward),
    )


def _failures_before(later: Floats, stays: Floats, fails: Floats, forward: Floats) -> Floats:
    months = [(stays * fails) @ forward]
    months += [(stays * (1.0 - fails) * month) @ forward for month in np.moveaxis(later, 2, 0)]
    return np.stack(months[:MONTHS_AHEAD], axis=2)


def _survivals_before(later: Floats, fails: Floats, forward: Floats) -> Floats:
    months = [np.ones_like(fails)]
    months += [(1.0 - fails) * (month @ forward) for month in np.moveaxis(later, 2, 0)]
    return np.stack(months[: _MONTHS_TO_PAY + 1], axis=2)
