"""Pay dates of invoices: probabilities by day, quantiles and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = ["PayDates"]

Floats = npt.NDArray[np.float64]
Days = Floats | npt.NDArray[np.int64] | float

_BARELY = 1e-12


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
        return self._by(self.paid, days_past_due)

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
        return np.minimum(self.unpaid_at(days_past_due) / np.where(rest > _BARELY, rest, np.nan), 1.0)

    def quantile(self, probability: float) -> Floats:
        """Return the first day by whose end an invoice is paid with this probability, shape (n,).

        Of what is not credited: who asks for a pay date expects money. NaN where the probability is not
        reached within the horizon.
        """
        return np.ceil(self._inverse(probability) - _BARELY * 1e3)

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
        tail, cumulative = (1.0 - level) / 2.0, self._cumulative
        reached = cumulative[:, -1] >= level
        pairs = list(product(self._around(tail), self._around(1.0 - tail)))
        before = np.stack([low for low, _ in pairs])
        last = np.stack([np.where(reached, np.maximum(high, low + 1.0), np.nan) for low, high in pairs])
        held = np.stack(
            [
                np.where(reached, self._by(cumulative, high), 1.0) - self._by(cumulative, low)
                for low, high in zip(before, last, strict=True)
            ]
        )
        best = np.argmin(np.nan_to_num(np.abs(held - level), nan=np.inf).round(9), axis=0)
        rows = np.arange(len(best))
        return before[best, rows] + 1.0, last[best, rows], held[best, rows]

    @property
    def _cumulative(self) -> Floats:
        """Probability of having been paid, of what is not credited within the horizon, shape (n, m)."""
        rest = 1.0 - self.credited[:, [-1]]
        return np.asarray(self.paid / np.where(rest > _BARELY, rest, np.nan))

    def _around(self, probability: float) -> tuple[Floats, Floats]:
        """Return the whole days on both sides of the moment at which a probability is reached."""
        at = self._inverse(probability)
        at = np.where(np.isnan(at), np.where(self._is_ok, float(self.days[-1]), np.nan), at)
        return np.maximum(np.floor(at), self.entry), np.ceil(at)

    def _inverse(self, probability: float) -> Floats:
        """Return the moment, in days, at which a probability of having been paid is reached; NaN never."""
        cumulative = self._cumulative
        reached = cumulative >= probability - _BARELY
        place = np.argmax(reached, axis=1)
        start, before = self._start_of(place, cumulative)
        rows = np.arange(len(place))
        step = np.maximum(cumulative[rows, place] - before, _BARELY)
        share = np.clip((probability - before) / step, 0.0, 1.0)
        return np.where(reached.any(axis=1), start + share * (self.days[place] - start), np.nan)

    def _by(self, cumulative: Floats, day: Days) -> Floats:
        asked = np.broadcast_to(np.asarray(day, np.float64), self.entry.shape)
        place = np.minimum(np.searchsorted(self.days, asked, side="left"), len(self.days) - 1)
        start, before = self._start_of(place, cumulative)
        width = np.maximum(self.days[place] - start, 1.0)
        share = np.clip((asked - start) / width, 0.0, 1.0)
        told = before + share * (cumulative[np.arange(len(place)), place] - before)
        return np.where(np.isnan(asked), np.nan, told)

    def _start_of(self, place: npt.NDArray[np.int64], cumulative: Floats) -> tuple[Floats, Floats]:
        """Return where the part of an interval begins in which an invoice can close, and what was closed."""
        last = np.where(place > 0, self.days[np.maximum(place - 1, 0)].astype(np.float64), -np.inf)
        before = np.where(place > 0, cumulative[np.arange(len(place)), np.maximum(place - 1, 0)], 0.0)
        return np.maximum(last, self.entry), before

    @property
    def _is_ok(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.status == "ok")
