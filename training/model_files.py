"""Where the files of a version lie: below the home, or fetched into its cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from features.errors import InputError
from training.home import Home
from training.tracking import local_path

__all__ = ["fetch", "folder_of"]


def folder_of(home: Home, item: ModelVersion, tags: Mapping[str, str]) -> Path:
    """Return the RiskModel folder of a version; below the home's artefacts where these were moved.

    Parameters
    ----------
    home : Home
    item : ModelVersion
    tags : mapping of str to str
        The version's.

    Returns
    -------
    Path
        Of files that no path on this machine leads to, the place in the cache that `fetch` fills.
    """
    place = local_path(str(item.source))
    if place is not None:
        if not place.is_dir():
            _, below, rest = place.as_posix().rpartition(f"/{home.artifacts.name}/{item.name}/")
            place = home.artifacts / item.name / rest if below else place
        return place / "artifacts" / "risk_model"
    return home.cache / f"{item.name}-{tags.get('manifest_hash', str(item.version))[:16]}" / "risk_model"


def fetch(home: Home, source: str, name: str, folder: Path) -> None:
    """Fetch the files of a version into the cache, whole or not at all.

    Parameters
    ----------
    home : Home
    source : str
        MLflow's place of the model.
    name : str
        Of the version, for the message.
    folder : Path

    Raises
    ------
    InputError
        Where the server does not give them.
    """
    home.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.cache) as temporary:
        try:
            found = mlflow.artifacts.download_artifacts(
                f"{source.rstrip('/')}/artifacts/risk_model",
                dst_path=temporary,
                tracking_uri=home.tracking_uri,
            )
        except (MlflowException, OSError) as error:
            step = "see whether the server keeps its artefacts; other versions can still be used"
            raise InputError.of(f"the files of {name}", type(error).__name__, step) from None
        # Reason: what a cut or another download left in this place is no reason to refuse.
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        Path(found).rename(folder)
