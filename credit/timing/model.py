"""TimingModel: when invoices are paid, as a folder without pickle, checked when it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from credit.artefact import Artefact
from credit.encoding import SeenPatterns
from credit.folder import read_spec
from credit.model import read_trees
from credit.timing.dates import PayDates
from credit.timing.hazard import Hazards
from credit.timing.incidence import incidences, recalibrated, survival
from credit.timing.spec import TimingSpec
from credit.trees import Trees
from features.catalog import NAMES
from features.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TimingModel"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CHUNK = 4096
"""Subjects at a time: their rows, one for each interval, fit into little memory."""

_STATUS = np.array(["unseen_pattern", "ok"], object)
"""Of a subject whose pattern was not seen in training, and of one whose was."""

_TERMS = NAMES.index("request_terms_days")


class TimingModel(Artefact[TimingSpec]):
    """A trained model of pay dates.

    Parameters
    ----------
    spec : TimingSpec
    trees : Trees
        See `credit.timing.hazard.Hazards`.
    fitted : uint64 ndarray
        Salted hashes of the subjects that it was fitted on.
    reference_text : str, optional
        JSON of the frozen training subjects; models made before there was one have none.
    """

    def __init__(
        self,
        spec: TimingSpec,
        trees: Trees,
        fitted: npt.NDArray[np.uint64],
        reference_text: str | None = None,
    ) -> None:
        super().__init__(spec, fitted, reference_text)
        self._hazards = Hazards(trees, spec.base, spec.features, spec.intervals)
        self._columns = np.array([NAMES.index(name) for name in spec.names], np.intp)
        self._patterns = SeenPatterns(spec.names, spec.patterns)
        self._shares = spec.shares.by_interval(spec.intervals)

    @classmethod
    def _read_spec(cls, path: Path) -> TimingSpec:
        return read_spec(path, TimingSpec)

    @classmethod
    def _read(
        cls, folder: Path, spec: TimingSpec, arrays: dict[str, npt.NDArray[Any]], reference_text: str | None
    ) -> Self:
        return cls(spec, read_trees(folder), arrays["fitted"], reference_text)

    def _golden(self, stored: dict[str, npt.NDArray[Any]]) -> tuple[Floats, Floats]:
        said = self.predict_days(stored["values"], stored["as_of_day"], stored["due_day"])
        return said.paid, stored["paid"]

    def predict(self, values: Floats | pd.DataFrame, subjects: pd.DataFrame, timezone: str) -> PayDates:
        """Tell when invoices are paid, given that they are open at as_of.

        Parameters
        ----------
        values : float64 ndarray, shape (n, len(NAMES)), or DataFrame
            Every feature of the catalog at as_of, in its order (a frame: by name).
        subjects : DataFrame, shape (n, ...)
            ``as_of`` (naive UTC instants) and ``due_on`` (dates), both without missing values.
        timezone : str
            The seller's, in which days are meant.

        Raises
        ------
        InputError
            Where a column or a date is missing.
        """
        if not isinstance(values, np.ndarray):
            values = values[list(NAMES)].to_numpy(np.float64)
        # Reason: who asks without frames, online, needs no pandas.
        from features.instants import local_days

        _check(subjects)
        seconds = subjects["as_of"].astype("datetime64[s]").to_numpy().astype(np.int64)
        due = subjects["due_on"].astype("datetime64[s]").to_numpy().astype("datetime64[D]").astype(np.int64)
        return self.predict_days(values, local_days(seconds, timezone), due)

    def predict_days(self, values: Floats, as_of_day: Ints, due_day: Ints) -> PayDates:
        """Tell when invoices are paid; as `predict`, with days since 1970, shape (n,)."""
        grid, entry = self.spec.intervals, as_of_day - due_day
        status = _STATUS[self._patterns.hold(values).view(np.int8)]
        status[entry >= grid.ends[-1]] = "beyond_horizon"
        told = np.full((len(self.spec.causes), len(values), len(grid.ends)), np.nan)
        known = np.flatnonzero(status == "ok")
        for start in range(0, len(known), _CHUNK):
            rows = known[start : start + _CHUNK]
            told[:, rows] = self._incidences(values[rows], as_of_day[rows], due_day[rows])
        paid, credited, written_off = told
        return PayDates(status, grid.last, paid, credited, written_off, entry.astype(np.float64))

    def _incidences(self, values: Floats, as_of_day: Ints, due_day: Ints) -> Floats:
        days = as_of_day, due_day, values[:, _TERMS]
        calibration = self.spec.calibration
        hazard = self._hazards.of(values[:, self._columns], days)
        open_share = recalibrated(survival(hazard), calibration.level, calibration.shape)
        return incidences(open_share, self._shares)


def _check(subjects: pd.DataFrame) -> None:
    for name in ("as_of", "due_on"):
        if name not in subjects:
            raise InputError.of(f"the column '{name}'", "none", "add it", table="subjects", column=name)
        if subjects[name].isna().any():
            raise InputError.of(
                "a date or an instant", "nothing", f"fill {name}", table="subjects", column=name
            )
