"""What becomes of each open item: paid in which week, paid later, credited, written off, still open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from credit.timing.weeks import Weeks

if TYPE_CHECKING:
    from credit.timing.dates import PayDates

__all__ = ["FATES", "ItemOdds", "item_odds"]

Floats = npt.NDArray[np.float64]

FATES = ("unbooked", "later", "credited", "written_off", "open_at_horizon")
"""What else may become of an item than payment in one of the weeks; with them the probabilities add to 1.
``unbooked``: it is paid already, and the books do not know yet."""


@dataclass(frozen=True)
class ItemOdds:
    """Probabilities of n items.

    Parameters
    ----------
    known : bool ndarray, shape (n,)
        Of which items the model can speak; the others' probabilities are 0. An item that is open for longer
        than the model's horizon is known to be open at it.
    paid_by : float64 ndarray, shape (n, weeks)
        Paid by the end of each week, given that it is open now; never falls.
    fates : float64 ndarray, shape (n, len(FATES))
    """

    known: npt.NDArray[np.bool_]
    paid_by: Floats
    fates: Floats

    def given(self, unbooked: Floats) -> ItemOdds:
        """Return the odds where an item may be paid already without the books knowing.

        Parameters
        ----------
        unbooked : float64 ndarray, shape (n,)
            Probability of that; the odds so far are those of an item that is open indeed.
        """
        is_open = np.where(self.known, 1.0 - unbooked, 0.0)[:, None]
        fates = self.fates * is_open
        fates[:, 0] = np.where(self.known, unbooked, 0.0)
        return ItemOdds(self.known, self.paid_by * is_open, fates)

    @property
    def paid_in(self) -> Floats:
        """Probability of being paid within each week, shape (n, weeks)."""
        return np.asarray(np.diff(self.paid_by, axis=1, prepend=0.0))


def item_odds(due: npt.NDArray[np.int64], said: PayDates, weeks: Weeks) -> ItemOdds:
    """Return the odds of open items.

    Parameters
    ----------
    due : int64 ndarray, shape (n,)
        Due days, days since 1970.
    said : PayDates
        Of these items, given that each is open on the day before the weeks begin.
    weeks : Weeks
    """
    known, too_old = said.status == "ok", said.status == "beyond_horizon"
    by_week = [said.paid_by(last - due) for last in weeks.last_days]
    paid_by = np.maximum.accumulate(_zeroed(np.stack(by_week, axis=1), known), axis=1)
    paid, credited, lost = (
        _zeroed(part[:, -1], known) for part in (said.paid, said.credited, said.written_off)
    )
    paid = np.maximum(paid, paid_by[:, -1])
    still_open = np.where(known, np.maximum(1.0 - paid - credited - lost, 0.0), too_old.astype(np.float64))
    fates = [np.zeros(len(due)), paid - paid_by[:, -1], credited, lost, still_open]
    return ItemOdds(known | too_old, paid_by, np.stack(fates, axis=1))


def _zeroed(values: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    return np.where(known.reshape(-1, *[1] * (values.ndim - 1)), values, 0.0)
