"""Raw margins of a model and their exact shares by feature, whatever learned them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Boosted", "Margin"]

Floats = npt.NDArray[np.float64]

_FEW_ROWS = 64
"""Below so many rows a second thread costs more than it saves."""


class Margin(Protocol):
    """What a learner gives: a raw margin, and its parts."""

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins, shape (n,), of encoded values, shape (n, features)."""

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return the parts of the margins by feature, shape (n, features), and what no feature explains."""


class Boosted:
    """Margins of a LightGBM booster; the shares are exact SHAP values (path-dependent).

    Parameters
    ----------
    booster : lightgbm.Booster
    """

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins; see `Margin`."""
        return np.asarray(self._booster.predict(inputs, raw_score=True, num_threads=_threads(inputs)))

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base; see `Margin`."""
        shares = np.asarray(self._booster.predict(inputs, pred_contrib=True, num_threads=_threads(inputs)))
        return shares[:, :-1], float(shares[0, -1])


def _threads(inputs: Floats) -> int:
    return 1 if len(inputs) < _FEW_ROWS else 0
