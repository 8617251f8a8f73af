"""Our contributions held against SHAP's own algorithm."""

from __future__ import annotations

import warnings
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt

from credit.margin import Margin
from credit.model import BOOSTER, beside_scorecard
from credit.spec import ModelSpec

__all__ = ["ByShap", "shap_difference"]

Floats = npt.NDArray[np.float64]


class ByShap(Margin):
    """Margins of boosted trees whose shares the library shap finds; see `credit.margin.Margin`.

    Parameters
    ----------
    booster : lightgbm.Booster

    Notes
    -----
    ``TreeExplainer`` would ask LightGBM itself for the shares; its own code (path-dependent, Lundberg et al.
    2020) reads the trees anew and walks them, so that it speaks for itself.
    """

    def __init__(self, booster: lightgbm.Booster) -> None:
        self._booster = booster

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins."""
        return np.asarray(self._booster.predict(inputs, raw_score=True), np.float64)

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base."""
        with warnings.catch_warnings():
            # Reason: shap's own calls of matplotlib, and its word on lists that are taken as they come.
            warnings.simplefilter("ignore")
            import shap

            explainer = shap.TreeExplainer(self._booster, feature_perturbation="tree_path_dependent")
            explainer.model.model_type = "internal"
            found = explainer.shap_values(inputs, check_additivity=False)
        shares = np.asarray(found[-1] if isinstance(found, list) else found, np.float64)
        return shares, float(np.ravel(explainer.expected_value)[-1])


def shap_difference(folder: Path, spec: ModelSpec, inputs: Floats, told: tuple[Floats, float]) -> float:
    """Return the largest difference between shares of the raw margin and those that the library shap finds.

    Parameters
    ----------
    folder : Path
        Of a model with trees.
    spec : ModelSpec
        Its own. Of trees beside a scorecard, shap finds the trees' part, and the terms of the scorecard,
        which are exact by themselves, are added to it.
    inputs : float64 ndarray, shape (n, features)
        Encoded values.
    told : tuple of float64 ndarray, shape (n, features), and float
        What the model says that each feature adds to its raw margin, and what no feature explains.
    """
    booster = lightgbm.Booster(model_file=str(folder / BOOSTER))
    margin = beside_scorecard(ByShap(booster), booster.num_feature(), folder, spec)
    theirs, base = margin.shares(inputs)
    return max(float(np.abs(theirs - told[0]).max()), abs(base - told[1]))
