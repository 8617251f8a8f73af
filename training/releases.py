"""Promotes versions and writes releases; the promotion log beside them is append-only."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import yaml

from credit.policy import Policy
from credit.release import POINTER, Release, current_folder
from features.errors import InputError, Refused
from training.gates import Gate, gates_for
from training.home import Home
from training.registry import MODELS, Registry, Version

__all__ = ["in_force", "policy_of", "promote"]


def promote(registry: Registry, version: Version, *, first: bool = False) -> tuple[str, list[Gate]]:
    """Check the gates, make the version champion and write a release that serves it.

    A version that is in force already stays so, without a new release.

    Parameters
    ----------
    registry : Registry
    version : Version
    first : bool
        The first version of a model in a home: there is no champion to beat.

    Returns
    -------
    release_id : str
    gates : list of Gate

    Raises
    ------
    Refused
        Where a gate fails; nothing has changed then.
    """
    home, version = registry.home, registry.version(version.name)
    champion = (
        None
        if first or not registry.has_champion(version.model)
        else registry.version(f"{version.model}@champion")
    )
    gates = gates_for(version, champion, home.seller_id())
    failed = [str(gate) for gate in gates if not gate.passed]
    if failed:
        _log(
            home,
            {
                "version": version.name,
                "promoted": False,
                "first": first,
                "gates": [asdict(gate) for gate in gates],
            },
        )
        raise Refused(
            f"not promoted: expected {'; expected '.join(failed)}; train again, or keep the champion"
        )
    unchanged = in_force(registry, version)
    if unchanged:
        return unchanged, gates
    serving = {name: registry.version(f"{name}@champion") for name in MODELS if registry.has_champion(name)}
    release_id = _write(home, {**serving, version.model: version})
    registry.set_alias(version, "champion")
    if "candidate" in version.aliases:
        registry.drop_alias(version.model, "candidate")
    _point(home.releases, release_id)
    _log(home, {
        "version": version.name, "promoted": True, "first": first, "release": release_id,
        "gates": [asdict(gate) for gate in gates],
    })  # fmt: skip
    return release_id, gates


def in_force(registry: Registry, version: Version) -> str:
    """Return the release in force that serves a champion with the policy as it is; empty where none does."""
    home = registry.home
    try:
        release = Release.load(current_folder(home.releases))
    except InputError:
        return ""
    champions = {name: f"{name}@champion" for name in MODELS if registry.has_champion(name)}
    served = {name: registry.version(reference).name for name, reference in champions.items()}
    same = served == release.versions and release.policy.hash == policy_of(home).hash
    return release.release_id if same and served.get(version.model) == version.name else ""


def policy_of(home: Home) -> Policy:
    """Return the seller's policy: ``policy.yaml`` in the home where there is one, else the shipped one."""
    own = home.path / "policy.yaml"
    return Policy.load(own) if own.is_file() else Policy.default()


def _write(home: Home, versions: Mapping[str, Version]) -> str:
    """Write a release beside the others and rename it into place whole."""
    home.releases.mkdir(parents=True, exist_ok=True)
    policy = policy_of(home)
    names = {name: version.name for name, version in versions.items()}
    number = 1 + max((int(path.name[1:5]) for path in home.releases.glob("r[0-9]*-*")), default=0)
    digest = hashlib.sha256(json.dumps([names, policy.hash], sort_keys=True).encode()).hexdigest()[:8]
    release_id = f"r{number:04d}-{digest}"
    temporary = home.releases / f".{release_id}"
    shutil.rmtree(temporary, ignore_errors=True)
    for name, version in versions.items():
        shutil.copytree(version.folder, temporary / name)
    rules = yaml.safe_dump(policy.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    (temporary / "policy.yaml").write_text(rules, encoding="utf-8")
    head = {
        "release_id": release_id, "seller_id": home.seller_id(), "models": names, "policy_hash": policy.hash,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    (temporary / "release.json").write_text(json.dumps(head, indent=2), encoding="utf-8")
    temporary.rename(home.releases / release_id)
    return release_id


def _point(releases: Path, release_id: str) -> None:
    temporary = releases / f".{POINTER}"
    temporary.write_text(release_id, encoding="utf-8")
    temporary.replace(releases / POINTER)


def _log(home: Home, entry: Mapping[str, object]) -> None:
    home.releases.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **entry})
    with (home.releases / "promotions.jsonl").open("a", encoding="utf-8") as log:
        log.write(line + "\n")
