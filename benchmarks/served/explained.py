"""The same late model as a usual MLflow model: LightGBM on a frame, reasons by shap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow.pyfunc
import numpy as np
import pandas as pd

__all__ = ["Explained", "save"]

_REASONS = 4


class Explained(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Predicts and names the features with the largest contributions."""

    def load_context(self, context: Any) -> None:
        """Load the booster and make the explainer once."""
        import lightgbm
        import shap

        self._booster = lightgbm.Booster(model_file=context.artifacts["booster"])
        self._explainer = shap.TreeExplainer(self._booster)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return probability and reasons of each row."""
        values = model_input.to_numpy(np.float64)
        probabilities = self._booster.predict(values)
        contributions = np.asarray(self._explainer.shap_values(values))
        told = []
        for probability, parts in zip(probabilities, contributions, strict=True):
            order = np.argsort(-np.abs(parts))[:_REASONS]
            reasons = [{"feature": int(each), "contribution": float(parts[each])} for each in order]
            told.append({"probability": float(probability), "reasons": reasons})
        return told


def save(booster: Path, folder: Path) -> None:
    """Write the model where ``mlflow models serve`` finds it."""
    mlflow.pyfunc.save_model(
        path=str(folder),
        python_model=Explained(),
        artifacts={"booster": str(booster)},
        pip_requirements=["lightgbm", "shap", "pandas", "numpy"],
        code_paths=[],
    )
