"""The timing model as MLflow loads it: features, as_of and due date in, pay dates out."""

from __future__ import annotations

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from credit.timing.answer import DAYS_PAST_DUE, INTERVAL
from credit.timing.model import TimingModel

__all__ = ["PayDateModel"]


class PayDateModel(PythonModel):
    """A `TimingModel` behind MLflow's generic interface."""

    def load_context(self, context: Any) -> None:
        """Load the folder that was logged."""
        self.model = TimingModel.load(context.artifacts["risk_model"])

    def predict(
        self,
        context: Any,  # noqa: ARG002  (MLflow's signature)
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Return days from due; NaN and a code where the model cannot say.

        Parameters
        ----------
        model_input : DataFrame
            Features of the catalog, ``as_of`` (naive UTC) and ``due_on``.
        params : mapping
            ``timezone``: the seller's, in which days are meant.

        Returns
        -------
        DataFrame
            ``status``, ``median_days_past_due``, ``low_days_past_due``, ``high_days_past_due``,
            ``interval_probability``, and ``paid_by_<days>`` for each of `DAYS_PAST_DUE`.
        """
        said = self.model.predict(model_input, model_input, (params or {}).get("timezone", "UTC"))
        low, high, probability = said.interval(INTERVAL)
        return pd.DataFrame(
            {
                "status": said.status,
                "median_days_past_due": said.median,
                "low_days_past_due": low,
                "high_days_past_due": high,
                "interval_probability": probability,
                **{f"paid_by_{days}": said.paid_by(days) for days in DAYS_PAST_DUE},
            }
        )


set_model(PayDateModel())
