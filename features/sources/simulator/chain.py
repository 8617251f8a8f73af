"""Latent health as a Markov chain on a grid: chances of failing, integrated forward month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from features.engine.kernel import kernel
from features.sources.simulator.fates import failure_hazard, leaving_hazard
from features.sources.simulator.health import moving_sd
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.window import Floats

__all__ = ["MONTHS_AHEAD", "Chain", "Table", "make_chain"]

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


def make_chain(knobs: Knobs) -> Chain:
    """Return the chain of a world.

    Notes
    -----
    Moving health u is ``persistence u + noise - hit`` after a month, with noise normal and hits exponential.
    On a grid of u the chance of each transition is the normal probability of the cell about the point, mixed
    over the hits. With h the hazard of failure at ``own + u`` and l that of leaving, the chance f_k to fail
    in month k follows backward: ``f_1(u) = E[h(u')]``, ``f_k(u) = E[(1 - h(u')) f_(k-1)(u')]``; for those who
    are still buyers ``1 - l(u')`` is a further factor. The shock is not foreseen.
    """
    sd = moving_sd(knobs)
    own = knobs.health_mean + max(knobs.health_own, 0.05) * np.linspace(-_WIDTH, _WIDTH, _OWN_POINTS)
    moving = np.linspace(-_WIDTH * sd - 3.0 * knobs.hit_size - 0.5, _WIDTH * sd + 0.5, _MOVING_POINTS)
    forward = _transitions(moving, knobs).T
    level = own[:, None] + moving[None, :]
    stays, fails = 1.0 - leaving_hazard(level, knobs), failure_hazard(level, knobs)
    return Chain(
        Table(own, moving, _first_failures(fails, stays, forward)),
        Table(own, moving, _first_failures(fails, np.ones_like(stays), forward)),
        Table(own, moving, _survivals(fails, forward)),
    )


def _transitions(grid: Floats, knobs: Knobs) -> Floats:
    """Return chances of going from row to column within a month."""
    step = grid[1] - grid[0]
    edges = np.append(grid - step / 2.0, grid[-1] + step / 2.0)
    edges[0], edges[-1] = -np.inf, np.inf
    mean = knobs.health_persistence * grid
    sd = max(moving_sd(knobs) * np.sqrt(1.0 - knobs.health_persistence**2), 0.25 * step)
    shares = (np.arange(_HIT_POINTS) + 0.5) / _HIT_POINTS
    hits = -knobs.hit_size * np.log1p(-shares)
    calm = _normal_cells(mean, sd, edges)
    hit = np.mean([_normal_cells(mean - size, sd, edges) for size in hits], axis=0)
    return np.asarray((1.0 - knobs.hits_a_month) * calm + knobs.hits_a_month * hit)


def _normal_cells(mean: Floats, sd: float, edges: Floats) -> Floats:
    return np.diff(ndtr((edges[None, :] - mean[:, None]) / sd), axis=1)


def _first_failures(fails: Floats, stays: Floats, forward: Floats) -> Floats:
    values = [(stays * fails) @ forward]
    for _ in range(MONTHS_AHEAD - 1):
        values.append((stays * (1.0 - fails) * values[-1]) @ forward)
    return np.stack(values, axis=2)


def _survivals(fails: Floats, forward: Floats) -> Floats:
    values = [np.ones_like(fails)]
    for _ in range(_MONTHS_TO_PAY):
        values.append((1.0 - fails) * (values[-1] @ forward))
    return np.log(np.stack(values, axis=2))
