"""Payments that the books do not know yet: an item that looks open may be paid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.timing.dates import PayDates
from features.engine.ledger import PAID, Ledger
from features.instants import local_days

__all__ = ["unbooked_payments", "unbooked_shares"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LONGEST_DAYS = 31
"""Lags that are longer are mistakes that nobody can foresee."""

_SPAN_DAYS = 365
_NEGLIGIBLE = 0.01
"""Share of payments of which it does not matter that they are booked later still."""

_FEWEST = 30


def unbooked_shares(ledger: Ledger, as_of: pd.Timestamp, timezone: str) -> Floats:
    """Return by day back from a moment which share of the payments of that day is not booked by then.

    Parameters
    ----------
    ledger : Ledger
    as_of : Timestamp
        Naive UTC; only bookings known at or before it tell, of the year that ended a month before.
    timezone : str

    Returns
    -------
    float64 ndarray, shape (days,)
        From the day of `as_of` itself backwards; empty where payments are booked at once, or nobody knows.
    """
    second = int(as_of.timestamp())
    today = int(local_days(np.array([second]), timezone)[0])
    age = today - ledger.settled_day
    of_year = (age > _LONGEST_DAYS) & (age <= _SPAN_DAYS + _LONGEST_DAYS)
    rows = np.flatnonzero((ledger.meaning & PAID != 0) & (ledger.allocation_begins <= second) & of_year)
    if len(rows) < _FEWEST:
        return np.zeros(0)
    lag = local_days(ledger.allocation_begins[rows], timezone) - ledger.settled_day[rows]
    shares = (lag[:, None] > np.arange(_LONGEST_DAYS)).mean(axis=0)
    return np.asarray(shares[: int((shares > _NEGLIGIBLE).sum())])


def unbooked_payments(earlier: PayDates, days_past_due: Ints, shares: Floats) -> Floats:
    """Return how probable it is that an item which looks open is paid, shape (n,).

    Parameters
    ----------
    earlier : PayDates
        Of the items, given that each was open when the bookings of all payments are known.
    days_past_due : int64 ndarray, shape (n,)
        Of the moment.
    shares : float64 ndarray, shape (days,)
        From `unbooked_shares`.

    Returns
    -------
    float64 ndarray, shape (n,)
        By Bayes' rule ``sum f(s) u(s) / (S + sum f(s) u(s))``, where f(s) is the probability of having been
        paid s days before, u(s) the share of such payments that is not booked yet, and S the probability of
        being open. 0 where the model cannot say.
    """
    hidden = np.zeros(len(days_past_due))
    until = earlier.paid_by(days_past_due)
    for back, share in enumerate(shares):
        before = earlier.paid_by(days_past_due - back - 1)
        hidden += share * np.maximum(until - before, 0.0)
        until = before
    is_open = earlier.unpaid_at(days_past_due)
    with np.errstate(invalid="ignore"):
        found = hidden / np.maximum(is_open + hidden, 1e-12)
    return np.where(earlier.status == "ok", found, 0.0)
