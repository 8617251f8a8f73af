"""What the pack of a timing model is made from: a version, and its test subjects as they were measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from credit.timing.dates import PayDates
from credit.timing.model import TimingModel
from credit.timing.spec import TimingSpec
from features.build import build_packed
from training.report.study import Studied
from training.timing.evaluate import MOST_TESTED
from training.timing.measure import Measured, is_mature, measured
from training.timing.subjects import TimingSample, timing_subjects

__all__ = ["TimingStudy"]


@dataclass(frozen=True)
class TimingStudy(Studied):
    """A version of the timing model with the portfolio that it was trained on."""

    @cached_property
    def model(self) -> TimingModel:
        """The model of the version."""
        return self.version.load_timing()

    @cached_property
    def judge(self) -> TimingModel:
        """The model that was tested."""
        return self.model if self.twin is self.version else self.twin.load_timing()

    @cached_property
    def spec(self) -> TimingSpec:
        """What the model says of itself."""
        return self.model.spec

    @cached_property
    def sample(self) -> TimingSample:
        """All subjects, and the counts of those left out."""
        return timing_subjects(self.packed, self.recipe.config.seed)

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """The test subjects, drawn as the training drew them; later books may have more."""
        told = self.sample.subjects
        told = told[told["as_of"] >= self.period[0]].reset_index(drop=True)
        flags = self.recipe.config.exclude
        if flags:
            values = build_packed(self.packed, told)
            told = told[~(values[list(flags)] == 1.0).any(axis=1)].reset_index(drop=True)
        if len(told) > MOST_TESTED:
            rng = np.random.default_rng(self.recipe.config.seed)
            told = told.iloc[np.sort(rng.choice(len(told), MOST_TESTED, replace=False))]
        return told.reset_index(drop=True)

    @cached_property
    def values(self) -> pd.DataFrame:
        """Values of every feature of the catalog, row by row those of `subjects`."""
        return build_packed(self.packed, self.subjects)

    @cached_property
    def measured(self) -> Measured:
        """Mature test subjects with what was said and what came, and the figures of the tested model."""
        return measured(self.packed, self.judge, self.subjects, self.values, self.period[0])

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Mature subjects of which the tested model can speak and that were not credited; `row` of values."""
        told = self.measured.subjects.assign(row=self._mature)
        return told[(told["status"] == "ok") & ~told["credited"]].reset_index(drop=True)

    @cached_property
    def counted_values(self) -> pd.DataFrame:
        """Values of the catalog, row by row those of `counted`."""
        return self.values.iloc[self.counted["row"].to_numpy()].reset_index(drop=True)

    def said(self, values: pd.DataFrame, subjects: pd.DataFrame) -> PayDates:
        """Return what the version says of subjects under some values."""
        return self.model.predict(values, subjects, self.timezone)

    @property
    def _mature(self) -> np.ndarray:
        return np.flatnonzero(is_mature(self.subjects))
