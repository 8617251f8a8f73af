"""Out-of-time margins of subjects and of their masked copies, as a calibration takes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from credit.spec import OPTIONAL
from training.withholding import Pairs

__all__ = ["Staged"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Staged:
    """Out-of-time margins with the information state in which each was made.

    Parameters
    ----------
    raw, outcome : float64 ndarray, shape (m,)
    state : int64 ndarray, shape (m,)
        Positions in `STATES`.
    is_copy : bool ndarray, shape (m,)
        Whether the row is a masked copy; the line is fitted on the others.
    fold : int64 ndarray, shape (m,)
        Which fold made the margin: each learned from other times, with another rate.
    buyer : int64 ndarray, shape (m,), optional
        Which buyer each row is of, where a buyer's rows tell of one outcome again and again: it counts once.
        None: each row has an outcome of its own.
    subject : int64 ndarray, shape (m,), optional
        Which subject each row is of. None: copies are of no subject that is told here.
    lacking : bool ndarray, shape (m, len(OPTIONAL)), optional
        Which optional sources a row lacks although it has accounts. None: none.
    """

    raw: Floats
    outcome: Floats
    state: npt.NDArray[np.int64]
    is_copy: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int64]
    buyer: npt.NDArray[np.int64] | None = None
    subject: npt.NDArray[np.int64] | None = None
    lacking: npt.NDArray[np.bool_] | None = None

    @property
    def own(self) -> npt.NDArray[np.bool_]:
        """Rows that are subjects as they are."""
        return ~self.is_copy

    @cached_property
    def pairs(self) -> Pairs:
        """The copies with their subjects."""
        if self.subject is None:
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
        return Pairs.of(self.subject, self.fold, self.is_copy)

    @property
    def lacks(self) -> npt.NDArray[np.bool_]:
        """Which optional sources each row lacks; nothing where that was not told."""
        return np.zeros((len(self.raw), len(OPTIONAL)), bool) if self.lacking is None else self.lacking

    def events(self, rows: npt.NDArray[np.bool_]) -> float:
        """Return the independent outcomes among some rows, of the kind of which there are fewer."""
        outcome = self.outcome[rows]
        if self.buyer is None:
            return float(min(outcome.sum(), len(outcome) - outcome.sum()))
        buyer = self.buyer[rows]
        return float(min(len(np.unique(buyer[outcome == kind])) for kind in (0.0, 1.0)))
