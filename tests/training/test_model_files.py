from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.entities.model_registry import ModelVersion

from training.home import Home
from training.model_files import folder_of


def version(source: str) -> ModelVersion:
    return ModelVersion("late", "3", 0, source=source)


@pytest.mark.parametrize("former", ["/gone/late/home", "/gone/artifacts/late/home"])
def test_files_of_a_home_that_was_moved_are_found_below_it(home: Home, former: str):
    found = folder_of(home, version(f"file://{former}/artifacts/late/models/m-1/artifacts"), {})
    assert found == home.artifacts / "late/models/m-1/artifacts/artifacts/risk_model"


def test_files_that_are_where_they_were_stay_there(home: Home, tmp_path: Path):
    place = tmp_path / "elsewhere/artifacts/late/models/m-1/artifacts"
    place.mkdir(parents=True)
    assert folder_of(home, version(place.as_uri()), {}) == place / "artifacts/risk_model"


def test_files_behind_a_server_are_kept_by_their_hash(home: Home):
    remote = version("mlflow-artifacts:/1/models/m-1/artifacts")
    kept = [folder_of(home, remote, {"manifest_hash": hashed * 64}) for hashed in "ab"]
    assert kept[0] != kept[1]
    assert all(path.is_relative_to(home.cache) for path in kept)
