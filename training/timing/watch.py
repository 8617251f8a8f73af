"""Invoices of a period as a timing model tells of them: what drift is measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.stability import LATE_DAYS
from credit.timing.model import TimingModel
from features.build import Packed, build_packed
from training.drift_outcomes import Watched
from training.run import Recipe
from training.subjects import Sample, without_flagged
from training.timing.evaluate import period_subjects
from training.timing.measure import scored
from training.timing.moves import median_days
from training.timing.reference import late_of
from training.versions import Version

__all__ = ["WatchedDates", "watched_dates"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WatchedDates:
    """Invoices at moments of a period.

    Parameters
    ----------
    watched : Watched
        The rate is that of invoices at their issue that are unpaid 30 days after due, of those not credited.
    late : float64 ndarray, shape (n,)
        P(unpaid 30 days after due) of every invoice of which it is still open; NaN else.
    values : float64 ndarray, shape (n, len(NAMES))
    excluded : mapping of str to int
    """

    watched: Watched
    late: Floats
    values: Floats
    excluded: Mapping[str, int]


def watched_dates(
    version: Version,
    model: TimingModel,
    packed: Packed,
    recipe: Recipe,
    period: tuple[pd.Timestamp, pd.Timestamp],
) -> WatchedDates:
    """Return the invoices of a period as a model tells of them, at issue and each 30 days while open.

    Parameters
    ----------
    version : Version
    model : TimingModel
    packed : Packed
    recipe : Recipe
    period : tuple of Timestamp
        Start and stop of as_of.
    """
    sample = Sample(period_subjects(packed, version, period), {})
    sample, frame = without_flagged(sample, build_packed(packed, sample.subjects), recipe.config.exclude)
    said = model.predict(frame, sample.subjects, packed.portfolio.seller.timezone)
    told = scored(packed, sample.subjects, said)
    closed = (told["due_day"] + LATE_DAYS <= told["seen_day"]).to_numpy()
    watched = Watched(
        told.assign(outcome=told["outcome"].where(closed)),
        median_days(said, model.spec.horizon_days),
        told["probability"].to_numpy(np.float64),
        model.was_fitted_on(sample.subjects),
    )
    return WatchedDates(watched, late_of(said), frame.to_numpy(np.float64), sample.excluded)
