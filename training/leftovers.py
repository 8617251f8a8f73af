"""What a process that died while it registered a version left in the registry and below the home."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from training.home import Home
from training.tracking import local_path

__all__ = ["OPEN", "open_tag", "sweep"]

OPEN = "credence.registering"
"""Tag of a run whose version is not registered yet: machine and process that are at it."""

_SURELY_DEAD_SECONDS = 24 * 3600
"""Age from which a run counts as left behind where its process cannot be asked, or its number is in use."""

_MOST = 1000
"""Runs that are looked at in one go: many more than can be open."""


def open_tag() -> dict[str, str]:
    """Return the tag of a run that this process begins to register.

    MLflow names the folder of a model's files, so that they cannot be renamed into place: they count once
    their version is there, and the tag tells meanwhile whose they are.
    """
    return {OPEN: f"{socket.gethostname()}:{os.getpid()}"}


def sweep(client: MlflowClient, home: Home, model: str) -> int:
    """Remove runs of a model that died before their version was there, with their files; return how many.

    Call it with the home locked: then no process of this home is at it. A run counts as left behind where its
    process is dead on this machine, or after a day.

    Parameters
    ----------
    client : MlflowClient
    home : Home
        Files are removed below its artefacts alone.
    model : str
    """
    experiments = [
        str(found.experiment_id)
        for name in (model, f"{model} of {home.path}")
        if (found := client.get_experiment_by_name(name)) is not None
    ]
    if not experiments:
        return 0
    # Reason: a backtick lets MLflow take a name with a dot.
    runs = client.search_runs(experiments, f"tags.`{OPEN}` LIKE '%:%'", max_results=_MOST)
    left = [run for run in runs if _is_left_behind(run)]
    known = {version.run_id for version in client.search_model_versions(f"name='{model}'")} if left else set()
    for run in left:
        if run.info.run_id in known:
            client.delete_tag(run.info.run_id, OPEN)
        else:
            _remove(client, home, run)
    return sum(run.info.run_id not in known for run in left)


def _is_left_behind(run: Run) -> bool:
    host, _, process = run.data.tags[OPEN].rpartition(":")
    if time.time() - run.info.start_time / 1000 > _SURELY_DEAD_SECONDS:
        return True
    return host == socket.gethostname() and process.isdigit() and not _is_alive(int(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(client: MlflowClient, home: Home, run: Run) -> None:
    """Remove the files first: cut here as well, the run keeps its tag and the next sweep goes on."""
    models = client.search_logged_models(
        [run.info.experiment_id], f"source_run_id = '{run.info.run_id}'", max_results=_MOST
    )
    places = [str(run.info.artifact_uri), *(str(found.artifact_location) for found in models)]
    for place in places:
        _remove_folder(home, local_path(place))
    try:
        for found in models:
            client.delete_logged_model(found.model_id)
        client.delete_run(run.info.run_id)
    except MlflowException:
        # Reason: what somebody deletes meanwhile is gone, which is all that is wanted.
        return


def _remove_folder(home: Home, place: Path | None) -> None:
    if place is None or not place.is_relative_to(home.artifacts):
        return
    # Reason: MLflow keeps a run's or a model's files in `artifacts` of a folder of its own.
    shutil.rmtree(place.parent if place.name == "artifacts" else place, ignore_errors=True)
