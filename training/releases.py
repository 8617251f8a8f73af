"""Puts versions in force and takes them back: each change is a release, an alias and a line in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from credit.release import POINTER, Release, current_folder
from features.build import Packed
from features.errors import InputError, Refused
from training.evaluate import check_seller
from training.gates import Gate, gates_for
from training.pairing import pair_for
from training.promotion_log import append, before_current, now
from training.registry import MODELS, Registry, Version
from training.release_files import current_release, policy_of, release_names, write_release
from training.settling import carry_out, settle

__all__ = ["in_force", "policy_of", "promote", "rollback", "served_versions", "sync"]


def promote(
    registry: Registry,
    version: Version,
    *,
    first: bool = False,
    packed: Packed | None = None,
    force_reason: str = "",
    action: str = "promote",
) -> tuple[str, list[Gate]]:
    """Check the gates, make the version champion and write a release that serves it.

    A version that is in force already stays so, without a new release.

    Parameters
    ----------
    registry : Registry
    version : Version
    first : bool
        The first version of a model in a home: there is no champion to beat.
    packed : Packed, optional
        Portfolio whose subjects out of time both versions are scored on; default: the test subjects that were
        kept with them.
    force_reason : str
        Why it is promoted although gates fail; never against those of seller, outcome, definition, integrity.
    action : {"promote", "sync"}
        What the log says of it.

    Returns
    -------
    release_id : str
    gates : list of Gate

    Raises
    ------
    InputError
        Where the portfolio is another seller's, whether or not anything is to be compared on it.
    Refused
        Where a gate fails; nothing has changed then.
    """
    home = registry.home
    if packed is not None:
        check_seller(version.tags["seller_id"], packed)
    with home.locked():
        settle(registry)
        version = registry.version(version.name)
        champion = None if first else _to_beat(registry, version)
        pair = "" if champion is None else pair_for(registry, version, champion, packed)
        gates = gates_for(version, champion, home.seller_id(), pair)
        entry = _entry(action, version.name, gates) | {"first": champion is None, "reason": force_reason}
        failed = [gate for gate in gates if not gate.passed]
        if failed and not (force_reason and all(gate.yields for gate in failed)):
            append(home, entry | {"promoted": False, "forced": False})
            raise Refused(_refusal(failed))
        unchanged = in_force(registry, version)
        if unchanged:
            return unchanged, gates
        release_id, names = _release(registry, version)
        aliases = {version.model: version.name}
        carry_out(registry, entry | {"release": release_id, "models": names, "aliases": aliases})
        return release_id, gates


def rollback(registry: Registry, to: str = "", reason: str = "") -> str:
    """Put an earlier release in force again, with the aliases that it had.

    Parameters
    ----------
    registry : Registry
    to : str
        Id of a release; default: the one that served before the present one was promoted.
    reason : str
        For the log.

    Returns
    -------
    str
        Id of the release in force.

    Raises
    ------
    InputError
        Where there is no such release, or its files or versions are no longer what they were.
    Refused
        Where nothing served before.
    """
    home = registry.home
    with home.locked():
        settle(registry)
        target = to or before_current(home)
        if not target:
            raise Refused("expected a release that served before this one; found none; keep this one")
        names = release_names(home, target)
        if not names:
            step = "`credence models log` tells which there are"
            raise InputError.of(f"a release {target} in {home.path.name}", "none", step)
        Release.load(home.releases / target)
        aliases = {model: names.get(model) for model in MODELS}
        for name in names.values():
            registry.version(name)
        if _is_as(registry, target, aliases):
            return target
        entry = _entry("rollback", None, []) | {"reason": reason}
        carry_out(registry, entry | {"release": target, "models": names, "aliases": aliases})
        return target


def sync(registry: Registry) -> list[dict[str, Any]]:
    """Turn each champion that somebody named in MLflow into a release, through the same gates.

    Returns
    -------
    list of dict
        By model whose alias differs from what serves: ``model``, ``serves`` (null for nothing), ``champion``,
        ``release`` (null where it was refused) and ``refused`` (why, or null).
    """
    with registry.home.locked():
        settle(registry)
        served = served_versions(registry)
        moved = [model for model in MODELS if registry.champion(model) not in ("", served.get(model))]
        return [_synced(registry, model, served.get(model)) for model in moved]


def in_force(registry: Registry, version: Version) -> str:
    """Return the release in force that serves a champion with the policy as it is; empty where none does."""
    release = current_release(registry.home)
    if release is None or release.policy.hash != policy_of(registry.home).hash:
        return ""
    is_champion = registry.champion(version.model) == version.name
    return release.release_id if is_champion and release.versions.get(version.model) == version.name else ""


def _entry(action: str, name: str | None, gates: list[Gate]) -> dict[str, Any]:
    """Return a line of the log, as of a change that takes place."""
    return {
        "at": now(),
        "action": action,
        "version": name,
        "promoted": True,
        "first": False,
        "forced": any(not gate.passed for gate in gates),
        "reason": "",
        "gates": [asdict(gate) for gate in gates],
    }


def _synced(registry: Registry, model: str, serves: str | None) -> dict[str, Any]:
    name = registry.champion(model)
    told = {"model": model, "serves": serves, "champion": name, "release": None, "refused": None}
    try:
        release_id, _ = promote(registry, registry.version(name), action="sync")
    except (Refused, InputError) as error:
        return told | {"refused": str(error)}
    return told | {"release": release_id}


def served_versions(registry: Registry) -> dict[str, str]:
    """Return the versions in force, whatever the aliases name meanwhile; those where a release is damaged."""
    home = registry.home
    if not (home.releases / POINTER).is_file():
        return {}
    try:
        names = release_names(home, current_folder(home.releases).name)
    except InputError:
        names = {}
    return names or {model: registry.champion(model) for model in MODELS if registry.has_champion(model)}


def _to_beat(registry: Registry, version: Version) -> Version | None:
    """Return what serves; where nothing does, another version that the registry has as champion."""
    champion = registry.champion(version.model)
    named = served_versions(registry).get(version.model) or (champion if champion != version.name else "")
    return registry.version(named) if named else None


def _release(registry: Registry, version: Version) -> tuple[str, dict[str, str]]:
    """Write a release of what serves, with the version in its model's place."""
    names = dict(sorted({**served_versions(registry), version.model: version.name}.items()))
    folders = {model: registry.version(name).folder for model, name in names.items()}
    return write_release(registry.home, folders, names), names


def _is_as(registry: Registry, release_id: str, aliases: Mapping[str, str | None]) -> bool:
    release = current_release(registry.home)
    same = all(registry.champion(model) == (name or "") for model, name in aliases.items())
    return same and release is not None and release.release_id == release_id


def _refusal(failed: list[Gate]) -> str:
    told = "; expected ".join(str(gate) for gate in failed)
    step = "train again, or keep the champion"
    if all(gate.yields for gate in failed):
        step += "; --force --reason TEXT puts it in force all the same"
    return f"not promoted: expected {told}; {step}"
