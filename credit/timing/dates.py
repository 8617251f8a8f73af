"""Pay dates of invoices: probabilities by day, quantiles and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.timing.kernels import BARELY, Curves, intervals, moments, shares_by

__all__ = ["PayDates"]

Floats = npt.NDArray[np.float64]
Days = Floats | npt.NDArray[np.int64] | float


@dataclass(frozen=True)
class PayDates:
    """When n invoices are paid, given that each is still open at its as_of.

    Days are days from due: 0 is the due date, negative is before it. Inside an interval of several days
    probability is spread evenly.

    Parameters
    ----------
    status : str ndarray, shape (n,)
        ``ok``, ``unseen_pattern`` or ``beyond_horizon`` (open for longer than the model tells of); the
        numbers of all but ``ok`` are NaN.
    days : int64 ndarray, shape (m,)
        Last day of each interval of the grid.
    paid, credited, written_off : float64 ndarray, shape (n, m)
        Cumulative incidence: the probability of having closed so by the end of each interval. What is left
        to 1 is open then.
    entry : float64 ndarray, shape (n,)
        The day of as_of; an invoice cannot have closed by then.
    """

    status: npt.NDArray[np.object_]
    days: npt.NDArray[np.int64]
    paid: Floats
    credited: Floats
    written_off: Floats
    entry: Floats

    def paid_by(self, days_past_due: Days) -> Floats:
        """Return the probability of having been paid by the end of a day, shape (n,).

        Parameters
        ----------
        days_past_due : number, or ndarray of shape (n,)
            After the last day of the grid the probability by then is told: more may be paid later.
        """
        return self._by(self._curves.paid, days_past_due)

    def unpaid_at(self, days_past_due: Days) -> Floats:
        """Return the probability of being neither paid nor credited by the end of a day, shape (n,).

        What was written off by then is unpaid.
        """
        return np.maximum(1.0 - self.paid_by(days_past_due) - self._by(self.credited, days_past_due), 0.0)

    def open_at(self, days_past_due: Days) -> Floats:
        """Return the probability of not having closed by the end of a day, by any cause, shape (n,)."""
        closed = self._by(self.paid + self.credited + self.written_off, days_past_due)
        return np.maximum(1.0 - closed, 0.0)

    def late_at(self, days_past_due: Days) -> Floats:
        """Return what a late model says: P(unpaid at the end of a day | not credited by then), shape (n,)."""
        rest = 1.0 - self._by(self.credited, days_past_due)
        return np.minimum(self.unpaid_at(days_past_due) / np.where(rest > BARELY, rest, np.nan), 1.0)

    def quantile(self, probability: float) -> Floats:
        """Return the first day by whose end an invoice is paid with this probability, shape (n,).

        Of what is not credited: who asks for a pay date expects money. NaN where the probability is not
        reached within the horizon.
        """
        return np.ceil(self._inverse(probability) - BARELY * 1e3)

    @property
    def median(self) -> Floats:
        """The day by whose end an invoice is as likely paid as not, shape (n,); see `quantile`."""
        return self.quantile(0.5)

    def interval(self, level: float = 0.8) -> tuple[Floats, Floats, Floats]:
        """Return first and last day of an interval of pay dates, and its probability, each of shape (n,).

        Its ends are days next to those before and after which a pay date lies with ``(1 - level) / 2``; of
        the whole days on both sides of them those whose interval is the nearest to `level`. Where many pay on
        one day, it holds more or less than `level` all the same, as its probability says.

        Parameters
        ----------
        level : float

        Returns
        -------
        low, high, probability : float64 ndarray, shape (n,)
            Of what is not credited; `high` is NaN where the interval ends beyond the horizon.
        """
        told = np.empty((len(self.entry), 3))
        intervals(self._curves, self.status == "ok", level, told)
        low, high, probability = told.T
        return low, high, probability

    @cached_property
    def _curves(self) -> Curves:
        return Curves(_laid(self.days, np.int64), _laid(self.paid), _laid(self.credited), _laid(self.entry))

    def _inverse(self, probability: float) -> Floats:
        """Return the moment, in days, at which a probability of having been paid is reached; NaN never."""
        told = np.empty(len(self.entry))
        moments(self._curves, probability, told)
        return told

    def _by(self, cumulative: Floats, day: Days) -> Floats:
        asked, told = np.empty(len(self.entry)), np.empty(len(self.entry))
        asked[:] = day
        # Reason: what is laid once is laid again at no cost but that of asking.
        laid = cumulative if cumulative is self._curves.paid else _laid(cumulative)
        shares_by(self._curves.days, laid, self._curves.entry, _laid(asked), told)
        return told


def _laid(array: npt.NDArray[Any], kind: type = np.float64) -> npt.NDArray[Any]:
    # Reason: compiled code is made for each layout, and for read-only and for writable arrays.
    view: npt.NDArray[Any] = np.ascontiguousarray(array, kind).view()
    view.flags.writeable = False
    return view
