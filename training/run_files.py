"""What a run keeps beside its version: the model, its plots and tables, and its scored test subjects."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from matplotlib.figure import Figure

from training.pipelines import AnyRun
from training.run import Run
from training.signatures import WRAPPERS
from training.tested import scored_subjects, write_scored
from training.timing.kept import scored_dates

__all__ = ["EVALUATION", "TEST_SUBJECTS", "log_model", "log_run"]

TEST_SUBJECTS = "test_subjects.npz"
"""File of a run with its scored test subjects."""

EVALUATION = "evaluation.json"
"""File of a run with all that is said of its test."""

_KEPT = {True: scored_subjects, False: scored_dates}
"""What is kept of the test of a risk model, and of one of pay dates."""


def log_run(run: AnyRun, metrics: Mapping[str, Any], salt: str) -> None:
    """Log all that a run tells but its model into the active run of MLflow."""
    mlflow.log_params(dict(run.parameters))
    mlflow.log_metrics(_flat(metrics))
    mlflow.log_dict(dict(run.choice.dropped), "features_left_out.json")
    mlflow.log_dict(dict(run.excluded), "subjects_left_out.json")
    for name, content in run.extra.items():
        _log_extra(name, content)
    if run.test is not None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / TEST_SUBJECTS
            write_scored(_KEPT[isinstance(run, Run)](run.test, salt), path)
            mlflow.log_artifact(str(path))


def log_model(model: str, folder: Path) -> tuple[str, str]:
    """Log the folder of a model as a pyfunc model and return its place and MLflow's id of it.

    Parameters
    ----------
    model : str
        Its name, such as late.
    folder : Path
    """
    wrapper = WRAPPERS[model]
    named = folder.parent / "risk_model"
    folder.rename(named)
    with warnings.catch_warnings():
        # Reason: the signature is stated whole, so MLflow needs no example to guess it from.
        warnings.filterwarnings("ignore", message=".*input example was not provided", category=UserWarning)
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(wrapper.code),
            artifacts={"risk_model": str(named)},
            signature=wrapper.signature,
            pip_requirements=["credence"],
        )
    return str(info.artifact_path), str(info.model_id)


def _log_extra(name: str, content: Any) -> None:
    """Log a figure, a table or an object so that MLflow's pages show it."""
    if isinstance(content, Figure):
        mlflow.log_figure(content, name)
    elif isinstance(content, pd.DataFrame):
        mlflow.log_table(content, name)
    else:
        mlflow.log_dict(content, name)


def _flat(metrics: Mapping[str, Any]) -> dict[str, float]:
    values = metrics.get("metrics", {})
    return {name: value["value"] for name, value in values.items() if value["value"] is not None}
