"""What a timing model says of itself: the content of its ``model.json``."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from credit.spec import FeatureSpec
from credit.timing.grid import Grid
from credit.timing.inputs import input_names

__all__ = ["Shares", "TimingCalibration", "TimingSpec"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Shares(_Frozen):
    """Of what an invoice closes, given that it closes, by band of days from due.

    Parameters
    ----------
    ends : tuple of int
        Last day from due of each band, ascending; the last band holds all later days.
    share : tuple of tuple of float
        By band the shares of the causes, which add to 1.
    closed : tuple of tuple of int
        By band the closings that they were learned from.
    """

    ends: tuple[int, ...]
    share: tuple[tuple[float, ...], ...]
    closed: tuple[tuple[int, ...], ...]

    def by_interval(self, grid: Grid) -> npt.NDArray[np.float64]:
        """Return the shares of each interval, shape (causes, m)."""
        band = np.searchsorted(np.array(self.ends), grid.last, side="left")
        share = np.array(self.share, np.float64)
        return np.asarray(share[np.minimum(band, len(share) - 1)].T)


class TimingCalibration(_Frozen):
    """S(t) becomes exp(-(level x -log S(t)) ** shape); see `credit.timing.incidence.recalibrated`.

    Parameters
    ----------
    level, shape : float
        Fitted on predictions for times that the fold's model had not seen; both above 0.
    subjects, events : int
        Of these predictions, and those of them that closed.
    """

    level: float
    shape: float
    subjects: int
    events: int


class TimingSpec(_Frozen):
    """Everything a user of the model must know; names mean what they mean in `credit.spec.ModelSpec`.

    Parameters
    ----------
    model, outcome : "timing"
    definition_hash : str
        Name of the outcome: when no more than max(1.00, 1 %) is open, by what, up to the horizon.
    horizon_days : int
        Days after due up to which pay dates are told.
    seller_id : str
    features : tuple of FeatureSpec
        Features of the subject, in the order of the trees' first inputs.
    catalog_hash : str
    grid : tuple of int
        Last day from due of each interval; see `credit.timing.grid.Grid`.
    causes : tuple of str
    shares : Shares
    calibration : TimingCalibration
    patterns : tuple of str
    fitted_from, fitted_until : str
    final : bool
    subjects, events : int
        Invoices at moments, and those of them that were paid.
    rows : int
        Subject x interval rows that the trees learned from.
    data_hash : str
    learner : "hazard"
    trees : int
    base : float
        Log-odds of closing within a day from which the trees start.
    salt : str
    """

    format: Literal[1] = 1
    model: Literal["timing"] = "timing"
    outcome: Literal["timing"] = "timing"
    definition_hash: str
    horizon_days: int
    seller_id: str
    features: tuple[FeatureSpec, ...]
    catalog_hash: str
    grid: tuple[int, ...]
    causes: tuple[str, ...]
    shares: Shares
    calibration: TimingCalibration
    patterns: tuple[str, ...]
    fitted_from: str
    fitted_until: str
    final: bool
    subjects: int
    events: int
    rows: int
    data_hash: str
    learner: Literal["hazard"] = "hazard"
    trees: int
    base: float
    salt: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the trees' inputs: the features, and where an interval lies."""
        return input_names(self.features)

    @cached_property
    def intervals(self) -> Grid:
        """The grid."""
        return Grid(self.grid)
