"""What a timing model was trained on, frozen: its features, and what it said of the training subjects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.stability import LATE_DAYS, Clusters, Reference, months_of, quantity_of, reference_of
from credit.timing.dates import PayDates
from credit.timing.model import TimingModel
from training.mix import mix_of
from training.timing.moves import median_days, shifts_of

__all__ = ["frozen", "late_of"]

Floats = npt.NDArray[np.float64]

_MOST_FROZEN, _MOST_SHUFFLED = 10_000, 200
"""Training subjects that are frozen at most, and those among which values are exchanged."""


def frozen(model: TimingModel, subjects: pd.DataFrame, values: pd.DataFrame) -> Reference:
    """Freeze the subjects that a model was trained on; of very many some, evenly spread over time.

    Parameters
    ----------
    model : TimingModel
    subjects : DataFrame, shape (n, ...)
        Of `training.timing.subjects.timing_subjects`; n is at least 1.
    values : DataFrame, shape (n, len(NAMES))
    """
    rows = _spread(len(subjects), _MOST_FROZEN)
    kept, matrix = subjects.iloc[rows], values.iloc[rows].to_numpy(np.float64)
    days = tuple(kept[name].to_numpy(np.int64) for name in ("as_of_day", "due_day"))
    said = model.predict_days(matrix, *days)
    clusters = Clusters.of(kept["buyer_id"], months_of(kept["as_of"]))
    some = _spread(len(rows), _MOST_SHUFFLED)
    moved = shifts_of(model, matrix[some], (days[0][some], days[1][some]))
    added = {name: shift[~np.isnan(shift)] for name, shift in moved.items()}
    median = median_days(said, model.spec.horizon_days)
    told = reference_of(matrix, median, added, clusters, mix_of(matrix, model.spec.names))
    # Reason: parts of a pay date do not add, so that none has a mean with a sign.
    inputs = {name: one.model_copy(update={"contribution": 0.0}) for name, one in told.inputs.items()}
    return told.model_copy(update={"inputs": inputs, "late": quantity_of(late_of(said), clusters)})


def late_of(said: PayDates) -> Floats:
    """Return P(unpaid 30 days after due), shape (n,); NaN where nothing is said or they have passed."""
    return np.where(said.entry < LATE_DAYS, said.late_at(LATE_DAYS), np.nan)


def _spread(rows: int, most: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, rows - 1, min(most, rows)).astype(np.int64)
