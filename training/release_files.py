"""Writes the folders of releases and moves the pointer to the one in force."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

from credit.policy import Policy
from credit.release import POINTER, Release, current_folder
from features.errors import InputError
from training.home import Home

__all__ = ["current_release", "point", "policy_of", "release_names", "write_release"]

_NUMBERED = "r[0-9][0-9][0-9][0-9]-*"


def policy_of(home: Home) -> Policy:
    """Return the seller's policy: ``policy.yaml`` in the home where there is one, else the shipped one."""
    own = home.path / "policy.yaml"
    return Policy.load(own) if own.is_file() else Policy.default()


def current_release(home: Home) -> Release | None:
    """Return the release in force, checked; None where nothing serves or what serves is damaged."""
    try:
        return Release.load(current_folder(home.releases))
    except InputError:
        return None


def release_names(home: Home, release_id: str) -> dict[str, str]:
    """Return ``name@version`` by model of a release; empty where there is none of this id.

    Examples
    --------
    >>> release_names(Home(Path("nowhere")), "r0001-00000000")
    {}
    """
    try:
        head = json.loads((home.releases / release_id / "release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    names = head.get("models") if isinstance(head, dict) else None
    return dict(names) if isinstance(names, dict) else {}


def write_release(home: Home, folders: Mapping[str, Path], names: Mapping[str, str]) -> str:
    """Write a release beside the others and rename it into place whole.

    Parameters
    ----------
    home : Home
    folders : mapping of str to Path
        RiskModel folder by model.
    names : mapping of str to str
        ``name@version`` by model.
    """
    home.releases.mkdir(parents=True, exist_ok=True)
    policy = policy_of(home)
    number = 1 + max((int(path.name[1:5]) for path in home.releases.glob(_NUMBERED)), default=0)
    digest = hashlib.sha256(json.dumps([names, policy.hash], sort_keys=True).encode()).hexdigest()[:8]
    release_id = f"r{number:04d}-{digest}"
    temporary = home.releases / f".{release_id}"
    shutil.rmtree(temporary, ignore_errors=True)
    for name, folder in folders.items():
        shutil.copytree(folder, temporary / name)
    rules = yaml.safe_dump(policy.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    (temporary / "policy.yaml").write_text(rules, encoding="utf-8")
    head = {
        "release_id": release_id, "seller_id": home.seller_id(), "models": dict(names),
        "policy_hash": policy.hash, "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    (temporary / "release.json").write_text(json.dumps(head, indent=2), encoding="utf-8")
    temporary.rename(home.releases / release_id)
    return release_id


def point(home: Home, release_id: str) -> None:
    """Put a release in force, in one step."""
    temporary = home.releases / f".{POINTER}"
    temporary.write_text(release_id, encoding="utf-8")
    temporary.replace(home.releases / POINTER)
