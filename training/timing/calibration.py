"""Level and shape of predicted cumulative hazards, from predictions for times that no fold had seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from credit.timing.incidence import BODY
from credit.timing.spec import TimingCalibration

__all__ = ["Residuals", "calibrate"]

Floats = npt.NDArray[np.float64]

_STRENGTH = 100.0
"""Closings at which what they say of level and shape weighs as much as "both are 1"."""

_LEAST = 1e-12


@dataclass(frozen=True)
class Residuals:
    """Predicted cumulative hazards of subjects at their end: residuals of Cox and Snell.

    Parameters
    ----------
    before, until : float64 ndarray, shape (n,)
        Before and after the interval in which the subject closed; the same where it is censored.
    closed : bool ndarray, shape (n,)
    """

    before: Floats
    until: Floats
    closed: npt.NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Residuals]) -> Residuals:
        """Return the residuals of several folds as one."""
        before, until, closed = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("before", "until", "closed")
        )
        return cls(before, until, closed)

    def body(self) -> Residuals:
        """Return the residuals with whoever goes on beyond `BODY` censored there."""
        beyond = self.before >= BODY
        closed = self.closed & ~beyond
        return Residuals(
            np.minimum(self.before, BODY), np.where(closed, self.until, np.minimum(self.until, BODY)), closed
        )

    def log_likelihood(self, log_level: float, log_shape: float) -> float:
        """Return the log likelihood of the subjects' ends under a level and a shape."""
        level, shape = np.exp(log_level), np.exp(log_shape)
        before, until = ((level * part) ** shape for part in (self.before, self.until))
        ended = -before + np.log(np.maximum(-np.expm1(before - until), _LEAST))
        return float(np.where(self.closed, ended, -until).sum())


def calibrate(residuals: Residuals) -> TimingCalibration:
    """Fit level and shape, drawn towards 1 where few closed.

    What goes on beyond `credit.timing.incidence.BODY` counts as open there: a few buyers that pay much later
    or never would decide how wide the others' intervals are. Log level and log shape have a normal prior
    around 0 that weighs as much as a hundred closings.

    Examples
    --------
    Subjects that close twice as fast as predicted:

    >>> ends = np.random.default_rng(0).exponential(0.5, 20_000)
    >>> told = calibrate(Residuals(np.maximum(ends - 1e-3, 0.0), ends + 1e-3, np.ones(20_000, bool)))
    >>> round(told.level, 1), round(told.shape, 1)
    (2.0, 1.0)
    """
    events = int(residuals.closed.sum())
    if not events:
        return TimingCalibration(level=1.0, shape=1.0, subjects=len(residuals.closed), events=0)

    body = residuals.body()

    def loss(line: Floats) -> float:
        # Reason: closings inform level and shape by about one unit each, the prior by its strength.
        return _STRENGTH * float(line @ line) / 2.0 - body.log_likelihood(line[0], line[1])

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-6})
    level, shape = np.exp(found.x)
    return TimingCalibration(
        level=float(level), shape=float(shape), subjects=len(residuals.closed), events=events
    )
