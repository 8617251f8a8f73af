"""The registry: MLflow runs, versions and aliases of a home."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from features.errors import InputError
from training.few_defaults import figures_of
from training.home import Home
from training.leftovers import OPEN, open_tag, sweep
from training.lineage import lineage_tags
from training.model_files import fetch, folder_of
from training.pipelines import AnyRun
from training.run import Recipe, Run
from training.run_files import EVALUATION, TEST_SUBJECTS, log_model, log_run
from training.tested import Scored, read_scored
from training.tracking import connect, local_path
from training.versions import Version, manifest_hash

__all__ = ["MODELS", "Registry", "Version"]

MODELS = ("default", "late", "timing")
"""Names of the models that can be registered."""

_SALT = "subject_salt"

_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow's stores answer where a model or an alias is not there."""


class Registry:
    """MLflow's registry of a home: in the home, or where ``CREDENCE_TRACKING_URI`` says.

    Parameters
    ----------
    home : Home

    Raises
    ------
    InputError
        Where the home cannot be written, the registry cannot be read, or it is another seller's.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._client: MlflowClient = connect(home)
        self._check_seller(home.seller_id())

    def register(
        self, run: AnyRun, recipe: Recipe, metrics: Mapping[str, Any], extra_tags: Mapping[str, str]
    ) -> Version:
        """Log a run with its model, plots, tables and scored test subjects, and add a version.

        Parameters
        ----------
        run : Run or TimingRun
        recipe : Recipe
        metrics : mapping
            In the shape of ``--json``; kept with the version.
        extra_tags : mapping of str to str
            ``tested_twin`` of a refit.
        """
        model = run.model.spec.model
        self._check_seller(run.model.spec.seller_id)
        tags = self._tags(run, recipe, metrics, extra_tags)
        experiment = self._experiment(model)
        with mlflow.start_run(experiment_id=experiment, tags=tags | open_tag()) as active:
            log_run(run, metrics, self._salt(experiment))
            source, model_id = log_model(model, run.folder)
        self._ensure(model, run.model.spec.seller_id)
        made = self._client.create_model_version(
            model, source, active.info.run_id, tags=tags, model_id=model_id
        )
        self._client.delete_tag(active.info.run_id, OPEN)
        return self.version(f"{model}@{made.version}")

    def sweep(self, model: str) -> int:
        """Remove what dead processes left that had begun to register a version; return of how many."""
        with self.home.locked():
            return sweep(self._client, self.home, model)

    def versions(self, model: str | None = None) -> list[Version]:
        """Return every version, newest first, of one model or of all."""
        found = []
        for name in [model] if model else MODELS:
            found += [self._version(item) for item in self._client.search_model_versions(f"name='{name}'")]
        return sorted(found, key=lambda version: (version.model, -version.number))

    def version(self, reference: str) -> Version:
        """Return the version that ``late@champion``, ``late@3`` or ``late`` (its champion) names, fetched.

        Raises
        ------
        InputError
            Where the model or the version is not there, or its files cannot be fetched.
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
        return self._fetched(item)

    def champion(self, model: str) -> str:
        """Return the name of the version that the alias champion is at; empty where there is none."""
        try:
            return f"{model}@{self._client.get_model_version_by_alias(model, 'champion').version}"
        except MlflowException as error:
            if error.error_code in _ABSENT:
                return ""
            # Reason: a silent registry is not one without a champion, whom a first version need not beat.
            step = "see that the registry answers, then run the command again"
            raise InputError.of("a registry that answers", f"an error ({error.error_code})", step) from error

    def has_champion(self, model: str) -> bool:
        """Whether a version of the model is in force."""
        return bool(self.champion(model))

    def set_alias(self, version: Version, alias: str) -> None:
        """Point an alias at a version."""
        self._client.set_registered_model_alias(version.model, alias, str(version.number))

    def drop_alias(self, model: str, alias: str) -> None:
        """Remove an alias where it is set."""
        if any(alias in version.aliases for version in self.versions(model)):
            self._client.delete_registered_model_alias(model, alias)

    def name_portfolio(self, version: Version, folder: str) -> None:
        """Record the folder of the portfolio, as it was named, with a version and a twin that lacks it."""
        for name in {version.name, version.judged_by}:
            model, _, number = name.partition("@")
            if "portfolio" not in self._client.get_model_version(model, number).tags:
                self._client.set_model_version_tag(model, number, "portfolio", folder)

    def keep_report(self, version: Version, folder: Path, names: Sequence[str]) -> None:
        """Keep files of a report with the run of a version, below ``reports``, where MLflow shows them.

        Raises
        ------
        InputError
            Where the registry does not take them.
        """
        try:
            for name in names:
                self._client.log_artifact(version.run_id, str(folder / name), "reports")
        except (MlflowException, OSError) as error:
            step = "see that the registry can be written; the report itself is there"
            found = f"an error ({type(error).__name__})"
            raise InputError.of("a registry that keeps the report", found, step) from error

    def test_subjects(self, version: Version) -> Scored | None:
        """Return the scored test subjects of the version that speaks for this one; None for none."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                return read_scored(self._of_test(version, TEST_SUBJECTS, folder))
        except (MlflowException, OSError):
            return None

    def evaluation(self, version: Version) -> dict[str, Any] | None:
        """Return the evaluation that the run of the version that speaks for this one kept; None for none."""
        return self.kept(version, EVALUATION)

    def kept(self, version: Version, name: str) -> dict[str, Any] | None:
        """Return an object that the run whose test speaks for a version kept as JSON; None for none."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                found = self._of_test(version, name, folder).read_text(encoding="utf-8")
            return dict(json.loads(found))
        except (MlflowException, OSError, ValueError, TypeError):
            return None

    def _of_test(self, version: Version, name: str, folder: str) -> Path:
        """Fetch a file of the run whose test speaks for a version."""
        model, _, number = version.judged_by.partition("@")
        run_id = str(self._client.get_model_version(model, number).run_id)
        return Path(self._client.download_artifacts(run_id, name, folder))

    def _tags(
        self, run: AnyRun, recipe: Recipe, metrics: Mapping[str, Any], extra: Mapping[str, str]
    ) -> dict[str, str]:
        spec = run.model.spec
        tags = {
            "seller_id": spec.seller_id,
            "outcome": spec.outcome,
            "learner": spec.learner,
            "kind": "final" if spec.final else "tested",
            "recipe": json.dumps(recipe.to_json()),
            "shape": json.dumps(dict(run.shape)),
            "metrics": json.dumps(metrics),
            "manifest_hash": manifest_hash(run.folder),
            **lineage_tags(run, recipe),
            **extra,
        }
        return tags | self._few_defaults(run, extra)

    def _few_defaults(self, run: AnyRun, extra: Mapping[str, str]) -> dict[str, str]:
        """Return what so few defaults can tell of a model with prior knowledge; a refit has its twin's."""
        if not isinstance(run, Run) or run.model.spec.prior is None:
            return {}
        if run.test is not None:
            return {"few_defaults": json.dumps(figures_of(run.test[run.test["probability"].notna()]))}
        twin = self.version(extra["tested_twin"]) if "tested_twin" in extra else None
        found = None if twin is None else twin.tags.get("few_defaults")
        return {} if found is None else {"few_defaults": found}

    def _get(self, model: str, which: str) -> ModelVersion:
        if which.isdigit():
            return self._client.get_model_version(model, which)
        return self._client.get_model_version_by_alias(model, which)

    def _version(self, item: ModelVersion) -> Version:
        # Reason: a search gives versions without their aliases; only the version itself has them.
        item = self._client.get_model_version(item.name, item.version)
        tags = dict(item.tags)
        folder = folder_of(self.home, item, tags)
        at = datetime.fromtimestamp(item.creation_timestamp // 1000, UTC).isoformat()
        return Version(item.name, int(item.version), tuple(item.aliases), tags, folder, str(item.run_id), at)

    def _fetched(self, item: ModelVersion) -> Version:
        version = self._version(item)
        if local_path(str(item.source)) is None and not version.folder.is_dir():
            fetch(self.home, str(item.source), version.name, version.folder)
        return version

    def _experiment(self, model: str) -> str:
        """Return the experiment of a model; its artefacts lie below this home, or at a server."""
        below = None if self._serves_artifacts else (self.home.artifacts / model).as_uri()
        for name in (model, f"{model} of {self.home.path}"):
            found = self._client.get_experiment_by_name(name)
            if found is None:
                made = self._client.create_experiment(name, below, tags={_SALT: self._shared_salt(model)})
                return str(made)
            if below in (None, found.artifact_location):
                return str(found.experiment_id)
        raise InputError.of(
            f"an experiment '{model}' with its files in this home", "another one", "rename it in MLflow"
        )

    @property
    def _serves_artifacts(self) -> bool:
        return self.home.tracking_uri.startswith(("http://", "https://"))

    def _shared_salt(self, model: str) -> str:
        """Return the salt of a model's subjects: one for all experiments, so that versions can be paired."""
        found = self._client.get_experiment_by_name(model)
        return secrets.token_hex(16) if found is None else found.tags.get(_SALT, secrets.token_hex(16))

    def _salt(self, experiment: str) -> str:
        found = self._client.get_experiment(experiment)
        if _SALT not in found.tags:
            self._client.set_experiment_tag(experiment, _SALT, secrets.token_hex(16))
            found = self._client.get_experiment(experiment)
        return str(found.tags[_SALT])

    def _ensure(self, model: str, seller_id: str) -> None:
        if not self._client.search_registered_models(f"name='{model}'"):
            self._client.create_registered_model(model, tags={"seller_id": seller_id})

    def _check_seller(self, seller_id: str) -> None:
        """Refuse a registry that holds another seller's models."""
        for item in self._client.search_registered_models():
            found = item.tags.get("seller_id", seller_id)
            if item.name in MODELS and seller_id and found != seller_id:
                step = (
                    "set CREDENCE_TRACKING_URI to a registry of this seller's own: one registry, one seller"
                )
                raise InputError.of(f"a registry of seller '{seller_id}'", f"one of '{found}'", step)
