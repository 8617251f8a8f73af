"""Our contributions held against SHAP's own algorithm."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from credit.model import BOOSTER

__all__ = ["shap_difference"]

Floats = npt.NDArray[np.float64]


def shap_difference(folder: Path, inputs: Floats, shares: Floats, base: float) -> float:
    """Return the largest difference between shares of the raw margin and those that the library shap finds.

    Parameters
    ----------
    folder : Path
        Of a model of trees.
    inputs : float64 ndarray, shape (n, features)
        Encoded values.
    shares : float64 ndarray, shape (n, features)
        What the model says that each feature adds to its raw margin.
    base : float
        What no feature explains.

    Notes
    -----
    ``TreeExplainer`` would ask LightGBM itself for the shares; its own code (path-dependent, Lundberg et al.
    2020) reads the trees anew and walks them, so that it speaks for itself.
    """
    import lightgbm

    with warnings.catch_warnings():
        # Reason: shap's own calls of matplotlib, and its word on lists that are taken as they come.
        warnings.simplefilter("ignore")
        import shap

        explainer = shap.TreeExplainer(
            lightgbm.Booster(model_file=str(folder / BOOSTER)), feature_perturbation="tree_path_dependent"
        )
        explainer.model.model_type = "internal"
        found = explainer.shap_values(inputs, check_additivity=False)
    theirs = np.asarray(found[-1] if isinstance(found, list) else found, np.float64)
    base_gap = abs(float(np.ravel(explainer.expected_value)[-1]) - base)
    return max(float(np.abs(theirs - shares).max()), base_gap)
