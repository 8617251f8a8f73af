from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from credit.release import Release, current_folder
from features.errors import InputError


@pytest.fixture
def copied(demo_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(current_folder(demo_home / "releases"), tmp_path / "release")


def test_a_release_holds_models_versions_and_policy(demo_home: Path, demo_release: Release):
    folder = current_folder(demo_home / "releases")
    assert demo_release.release_id == folder.name
    assert dict(demo_release.versions) == {
        "default": "default@1", "late": "late@1", "timing": "timing@1",
    }  # fmt: skip
    assert {name: model.spec.model for name, model in demo_release.models.items()} == {
        "default": "default", "late": "late",
    }  # fmt: skip
    assert {model.spec.seller_id for model in demo_release.models.values()} == {demo_release.seller_id}


def test_a_release_from_before_there_were_pay_dates_loads(copied: Path):
    head = json.loads((copied / "release.json").read_text())
    del head["models"]["timing"]
    (copied / "release.json").write_text(json.dumps(head))
    shutil.rmtree(copied / "timing")
    release = Release.load(copied)
    assert release.timing is None
    assert sorted(release.specs) == ["default", "late"]


def test_a_release_tells_of_every_model(demo_release: Release):
    assert {name: spec.model for name, spec in demo_release.specs.items()} == {
        "default": "default", "late": "late", "timing": "timing",
    }  # fmt: skip


def test_no_release_yet_says_what_to_do(tmp_path: Path):
    with pytest.raises(InputError, match=r"found none; train a model first: `credence train late DIR`"):
        current_folder(tmp_path)


@pytest.mark.parametrize("text", [None, "", "[1]", "{}", "\xff"])
def test_a_folder_without_a_readable_head_is_refused(copied: Path, text):
    head = copied / "release.json"
    head.unlink()
    if text is not None:
        head.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"release\.json"):
        Release.load(copied)


def test_another_policy_than_the_releases_is_refused(copied: Path):
    rules = (copied / "policy.yaml").read_text(encoding="utf-8")
    assert "validity" in rules
    head = json.loads((copied / "release.json").read_text())
    (copied / "release.json").write_text(json.dumps(head | {"policy_hash": "0" * 64}))
    with pytest.raises(InputError, match="the release's own policy"):
        Release.load(copied)


@pytest.mark.parametrize("model", ["late", "timing"])
def test_a_changed_model_is_refused(copied: Path, model: str):
    (copied / model / "booster.txt").write_text("tree")
    with pytest.raises(InputError, match=r"other content in \['booster\.txt'\]"):
        Release.load(copied)
