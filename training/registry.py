"""The registry: MLflow runs, versions and aliases of a home."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from matplotlib.figure import Figure
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types.schema import ColSpec, Schema
from sqlalchemy.exc import SQLAlchemyError

from credit.model import RiskModel
from features.catalog import NAMES
from features.errors import InputError
from training.home import Home
from training.plots import calibration_plot, roc_plot
from training.run import Recipe, Run

__all__ = ["MODELS", "Registry", "Version"]

MODELS = ("default", "late")
"""Names of the models that can be registered."""

_SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec("double", name) for name in NAMES]),
    outputs=Schema(
        [ColSpec("double", "probability"), ColSpec("double", "log_odds"), ColSpec("string", "status")]
    ),
)


@dataclass(frozen=True)
class Version:
    """A version in the registry.

    Parameters
    ----------
    model : str
    number : int
    aliases : tuple of str
    tags : mapping of str to str
        ``seller_id``, ``outcome``, ``kind`` (tested or final), ``recipe``, ``metrics``, ``fitted_until``,
        ``tested_twin``.
    folder : Path
        The RiskModel folder.
    """

    model: str
    number: int
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    folder: Path

    @property
    def name(self) -> str:
        """``late@3``."""
        return f"{self.model}@{self.number}"

    @property
    def metrics(self) -> dict[str, Any]:
        """Metrics of the test period; a refit has those of its tested twin."""
        return dict(json.loads(self.tags["metrics"]))

    def load(self) -> RiskModel:
        """Load the model, checking its files and golden predictions."""
        return RiskModel.load(self.folder)


class Registry:
    """MLflow's registry in a home.

    Parameters
    ----------
    home : Home

    Raises
    ------
    InputError
        Where the home cannot be written, or its database cannot be read.
    """

    def __init__(self, home: Home) -> None:
        # Reason: MLflow tells of database upgrades and of code paths at INFO; a user has asked for neither.
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        mlflow.environment_variables.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        home.make()
        _check_database(home.database)
        self.home = home
        mlflow.set_tracking_uri(home.tracking_uri)
        self._client = MlflowClient(home.tracking_uri)
        try:
            self._client.search_registered_models(max_results=1)
        except (MlflowException, SQLAlchemyError) as error:
            # Reason: the text of such an error is SQL with its values.
            raise _unreadable(type(error).__name__) from None

    def register(
        self, run: Run, recipe: Recipe, metrics: Mapping[str, Any], extra_tags: Mapping[str, str]
    ) -> Version:
        """Log a run with its model and plots and add a version.

        Parameters
        ----------
        run : Run
        recipe : Recipe
        metrics : mapping
            In the shape of ``--json``; kept with the version.
        extra_tags : mapping of str to str
        """
        model = run.model.spec.model
        tags = {
            "seller_id": run.model.spec.seller_id,
            "outcome": run.model.spec.outcome,
            "fitted_until": run.model.spec.fitted_until,
            "kind": "final" if run.model.spec.final else "tested",
            "recipe": json.dumps(recipe.to_json()),
            "shape": json.dumps(dict(run.shape)),
            "metrics": json.dumps(metrics),
            **extra_tags,
        }
        with mlflow.start_run(experiment_id=self._experiment(model), tags=tags) as active:
            mlflow.log_params(dict(run.parameters))
            mlflow.log_metrics(_flat(metrics))
            mlflow.log_dict(dict(run.choice.dropped), "features_left_out.json")
            mlflow.log_dict(dict(run.excluded), "subjects_left_out.json")
            _log_plots(run)
            _log_extra(run.extra)
            source = _log_model(run.folder)
        self._ensure(model)
        made = self._client.create_model_version(model, source, active.info.run_id, tags=tags)
        return self.version(f"{model}@{made.version}")

    def versions(self, model: str | None = None) -> list[Version]:
        """Return every version, newest first, of one model or of all."""
        found = []
        for name in [model] if model else MODELS:
            found += [self._version(item) for item in self._client.search_model_versions(f"name='{name}'")]
        return sorted(found, key=lambda version: (version.model, -version.number))

    def version(self, reference: str) -> Version:
        """Return the version that ``late@champion``, ``late@3`` or ``late`` (its champion) names.

        Raises
        ------
        InputError
            Where the model or the version is not there.
        """
        model, _, which = reference.partition("@")
        if model not in MODELS:
            raise InputError.of(
                f"a model among {', '.join(MODELS)}", f"'{model}'", "write it like late@champion"
            )
        try:
            item = self._get(model, which or "champion")
        except MlflowException as error:
            step = f"`credence train {model} DIR` trains one; `credence models list` shows what there is"
            raise InputError.of(f"a version {reference} in {self.home.path.name}", "none", step) from error
        return self._version(item)

    def has_champion(self, model: str) -> bool:
        """Whether a version of the model is in force."""
        return any("champion" in version.aliases for version in self.versions(model))

    def set_alias(self, version: Version, alias: str) -> None:
        """Point an alias at a version."""
        self._client.set_registered_model_alias(version.model, alias, str(version.number))

    def drop_alias(self, model: str, alias: str) -> None:
        """Remove an alias where it is set."""
        if any(alias in version.aliases for version in self.versions(model)):
            self._client.delete_registered_model_alias(model, alias)

    def _get(self, model: str, which: str) -> ModelVersion:
        if which.isdigit():
            return self._client.get_model_version(model, which)
        return self._client.get_model_version_by_alias(model, which)

    def _version(self, item: ModelVersion) -> Version:
        # Reason: a search gives versions without their aliases; only the version itself has them.
        item = self._client.get_model_version(item.name, item.version)
        folder = Path(str(item.source).removeprefix("file://")) / "artifacts" / "risk_model"
        return Version(item.name, int(item.version), tuple(item.aliases), dict(item.tags), folder)

    def _experiment(self, model: str) -> str:
        found = self._client.get_experiment_by_name(model)
        if found is not None:
            return str(found.experiment_id)
        return str(
            self._client.create_experiment(model, artifact_location=(self.home.artifacts / model).as_uri())
        )

    def _ensure(self, model: str) -> None:
        if not self._client.search_registered_models(f"name='{model}'"):
            self._client.create_registered_model(model)


def _check_database(path: Path) -> None:
    """Refuse a broken file here: MLflow would try again and again, and log SQL meanwhile."""
    if not path.is_file():
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise _unreadable("no right to write it")
    try:
        with closing(sqlite3.connect(path)) as database:
            found = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _unreadable(type(error).__name__) from None
    if found != ("ok",):
        raise _unreadable("damaged pages")


def _unreadable(found: str) -> InputError:
    step = "restore it from a copy, or set CREDENCE_HOME to another folder and train again"
    return InputError.of(
        "a registry (mlflow.db in CREDENCE_HOME)", f"one that cannot be read ({found})", step
    )


def _log_model(folder: Path) -> str:
    """Log the folder as a pyfunc model and return the local path of what was logged."""
    named = folder.parent / "risk_model"
    folder.rename(named)
    with warnings.catch_warnings():
        # Reason: the signature is stated whole, so MLflow needs no example to guess it from.
        warnings.filterwarnings("ignore", message=".*input example was not provided", category=UserWarning)
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).parent / "pyfunc.py"),
            artifacts={"risk_model": str(named)},
            signature=_SIGNATURE,
            pip_requirements=["credence"],
        )
    return str(info.artifact_path)


def _log_plots(run: Run) -> None:
    if run.test is None:
        return
    known = run.test[run.test["probability"].notna()]
    outcome, probability = known["outcome"].to_numpy(), known["probability"].to_numpy()
    if outcome.min() == outcome.max():
        return
    title = f"{run.model.spec.outcome}, test from {run.metrics['from']}, n = {len(known)}"
    mlflow.log_figure(roc_plot(outcome, probability, title), "roc.png")
    mlflow.log_figure(calibration_plot(outcome, probability, title), "calibration.png")


def _log_extra(extra: Mapping[str, Any]) -> None:
    """Keep figures, tables and objects where MLflow shows them."""
    for name, content in extra.items():
        if isinstance(content, pd.DataFrame):
            mlflow.log_table(content, name)
        elif isinstance(content, Figure):
            mlflow.log_figure(content, name)
        else:
            mlflow.log_dict(dict(content), name)


def _flat(metrics: Mapping[str, Any]) -> dict[str, float]:
    values = metrics.get("metrics", {})
    return {name: value["value"] for name, value in values.items() if value["value"] is not None}
