"""Subjects whose scores are explained, with what each feature adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit.encoding import encode
from features.catalog import FEATURES
from training.report.study import Study, drawn

__all__ = ["MOST", "Explained"]

Floats = npt.NDArray[np.float64]

MOST = 2_000
"""Subjects that are explained at most, drawn at random."""


@dataclass(frozen=True)
class Explained:
    """Test subjects with the shares of their log-odds.

    Parameters
    ----------
    study : Study
    values : float64 ndarray, shape (n, len(NAMES))
    log_odds : float64 ndarray, shape (n,)
    contributions : float64 ndarray, shape (n, features)
    base_log_odds : float
    """

    study: Study
    values: Floats
    log_odds: Floats
    contributions: Floats
    base_log_odds: float

    @classmethod
    def of(cls, study: Study, most: int = MOST) -> Explained:
        """Explain at most so many of the test subjects of which the model can speak."""
        values = study.test_values.to_numpy(np.float64)
        status = study.model.predict(values, contributions=False).status
        values = values[drawn(np.flatnonzero(status == "ok"), most)]
        said = study.model.predict(values)
        return cls(study, values, said.log_odds, said.contributions, said.base_log_odds)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.study.model.spec.names

    @property
    def raw(self) -> Floats:
        """Values of the model's features as the catalog gives them."""
        return self.study.inputs(self.values)

    @property
    def inputs(self) -> Floats:
        """Values as they enter the model."""
        return encode(self.raw, self.study.model.spec.features)

    @property
    def points(self) -> Floats:
        """Score points by feature."""
        # Reason: 0.0 is added so that nothing is told as minus zero.
        return -self.study.factor * self.contributions + 0.0

    @property
    def importance(self) -> Floats:
        """Mean absolute points by feature."""
        return np.abs(self.points).mean(axis=0) if len(self.points) else np.zeros(len(self.names))

    @property
    def order(self) -> list[int]:
        """Positions of the features, the most important first, the alphabet deciding between equals."""
        importance = self.importance
        return sorted(range(len(self.names)), key=lambda place: (-importance[place], self.names[place]))

    @property
    def groups(self) -> tuple[list[str], npt.NDArray[np.int64]]:
        """Reason groups of the model, and by feature the position of its own."""
        of_feature = [FEATURES[name].group for name in self.names]
        groups = sorted(set(of_feature))
        return groups, np.array([groups.index(group) for group in of_feature], np.int64)
