"""Raw margins of a model and their exact shares by feature, whatever learned them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from credit.trees import Trees

__all__ = ["Boosted", "Margin"]

Floats = npt.NDArray[np.float64]


class Margin(Protocol):
    """What a learner gives: a raw margin, and its parts."""

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins, shape (n,), of encoded values, shape (n, features)."""

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return the parts of the margins by feature, shape (n, features), and what no feature explains."""


class Boosted:
    """Margins of boosted trees; the shares are exact SHAP values (path-dependent).

    Parameters
    ----------
    trees : Trees
    """

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins; see `Margin`."""
        return self._trees.raw(inputs)

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base; see `Margin`."""
        return self._trees.contributions(inputs)[:, :-1], self._trees.expected
