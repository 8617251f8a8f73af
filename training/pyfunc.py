"""The model as MLflow loads it: features of the catalog in, probability and log-odds out."""

from __future__ import annotations

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from credit.model import RiskModel

__all__ = ["CredenceModel"]


class CredenceModel(PythonModel):
    """A `RiskModel` behind MLflow's generic interface."""

    def load_context(self, context: Any) -> None:
        """Load the folder that was logged."""
        self.model = RiskModel.load(context.artifacts["risk_model"])

    def predict(
        self,
        context: Any,  # noqa: ARG002  (MLflow's signature)
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002  (MLflow's signature)
    ) -> pd.DataFrame:
        """Return ``probability``, ``log_odds`` and ``status``; NaN and a code where the model cannot say."""
        said = self.model.predict(model_input, contributions=False)
        return pd.DataFrame(
            {"probability": said.probability, "log_odds": said.log_odds, "status": said.status}
        )


set_model(CredenceModel())
