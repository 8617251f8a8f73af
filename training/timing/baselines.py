"""What a credit department says of pay dates without a model: the buyer's own median delay, the terms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.booked import booking_lag_days
from credit.timing.exits import exits_of
from features.build import Packed
from features.instants import day_of
from training.subjects import late_subjects

__all__ = ["own_median_delay", "paid_delays"]

Floats = npt.NDArray[np.float64]


def paid_delays(packed: Packed, buyers: pd.Index) -> pd.DataFrame:
    """Return the paid invoices of buyers: ``buyer_id``, ``days_late`` and ``known_day`` (days since 1970).

    A payment is known when payments are usually booked; see `credit.booked.booking_lag_days`.
    """
    first = late_subjects(packed)
    first = first[first["buyer_id"].isin(buyers)].reset_index(drop=True)
    portfolio = packed.portfolio
    last = day_of(pd.DatetimeIndex([portfolio.observed_until]), portfolio.seller.timezone)[0]
    exits = exits_of(portfolio, first, last)
    paid = (exits["cause"] == 1).to_numpy()
    closed = exits["closed_on"][paid]
    known = closed.to_numpy().astype("datetime64[D]").astype(np.int64) + booking_lag_days(portfolio)
    late = (closed - first["due_on"][paid]).dt.days.to_numpy(np.float64)
    return pd.DataFrame({"buyer_id": first["buyer_id"][paid], "days_late": late, "known_day": known})


def own_median_delay(subjects: pd.DataFrame, delays: pd.DataFrame) -> Floats:
    """Return the median delay of what each subject's buyer had paid, as known at as_of.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        ``buyer_id`` and ``as_of_day``.
    delays : DataFrame
        Of `paid_delays`.

    Returns
    -------
    float64 ndarray, shape (n,)
        Days from due. Where the buyer had paid nothing, the median of what all had paid before the first
        subject; 0 where nobody had.
    """
    earlier = delays["days_late"][delays["known_day"] <= subjects["as_of_day"].min()]
    told = np.full(len(subjects), float(earlier.median()) if len(earlier) else 0.0)
    ordered = delays.sort_values("known_day", kind="stable")
    of_buyer = ordered.groupby("buyer_id").indices
    known, days = (ordered[name].to_numpy() for name in ("known_day", "days_late"))
    as_of = subjects["as_of_day"].to_numpy()
    for buyer, rows in subjects.reset_index(drop=True).groupby("buyer_id").indices.items():
        own = of_buyer.get(buyer, np.zeros(0, np.int64))
        counts = np.searchsorted(known[own], as_of[rows], side="right")
        for count in np.unique(counts[counts > 0]):
            told[rows[counts == count]] = np.median(days[own[:count]])
    return told
