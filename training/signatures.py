"""How MLflow wraps each model: which code loads it, what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlflow.models import ModelSignature
from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec

from credit.release import TIMING
from credit.timing.answer import DAYS_PAST_DUE
from features.catalog import NAMES

__all__ = ["WRAPPERS", "Wrapper"]

_HERE = Path(__file__).parent
_FEATURES: list[ColSpec | TensorSpec] = [ColSpec("double", name) for name in NAMES]


@dataclass(frozen=True)
class Wrapper:
    """What MLflow is told of a model.

    Parameters
    ----------
    code : Path
        Module that defines the model as MLflow's generic one.
    signature : ModelSignature
    """

    code: Path
    signature: ModelSignature


_RISK = Wrapper(
    _HERE / "pyfunc.py",
    ModelSignature(
        inputs=Schema(_FEATURES),
        outputs=Schema(
            [ColSpec("double", "probability"), ColSpec("double", "log_odds"), ColSpec("string", "status")]
        ),
    ),
)

_PAY_DATES = Wrapper(
    _HERE / "timing" / "pyfunc.py",
    ModelSignature(
        inputs=Schema([*_FEATURES, ColSpec("datetime", "as_of"), ColSpec("datetime", "due_on")]),
        outputs=Schema(
            [
                ColSpec("string", "status"),
                *(ColSpec("double", f"{end}_days_past_due") for end in ("median", "low", "high")),
                ColSpec("double", "interval_probability"),
                *(ColSpec("double", f"paid_by_{days}") for days in DAYS_PAST_DUE),
            ]
        ),
        params=ParamSchema([ParamSpec("timezone", "string", "UTC")]),
    ),
)

WRAPPERS: Mapping[str, Wrapper] = {"default": _RISK, "late": _RISK, TIMING: _PAY_DATES}
"""By name of the model."""
