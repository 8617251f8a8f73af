"""A release: the models and the policy that serve together, read from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit.model import RiskModel
from credit.policy import Policy
from credit.spec import ModelSpec
from credit.timing.model import TimingModel
from credit.timing.spec import TimingSpec
from features.errors import InputError

__all__ = ["POINTER", "TIMING", "Release", "current_folder"]

POINTER = "current"
"""File beside the releases that holds the id of the one in force."""

TIMING = "timing"
"""Name of the model of pay dates; the others are risk models."""

_KEYS = {"release_id", "seller_id", "models", "policy_hash"}


@dataclass(frozen=True)
class Release:
    """Models and policy that serve together.

    Parameters
    ----------
    release_id : str
    seller_id : str
    models : mapping of str to RiskModel
        By name: ``default``, ``late``; a model that was never promoted is absent.
    versions : mapping of str to str
        ``name@version`` by model.
    policy : Policy
    timing : TimingModel or None
        When invoices are paid; None where none was promoted.
    """

    release_id: str
    seller_id: str
    models: Mapping[str, RiskModel]
    versions: Mapping[str, str]
    policy: Policy
    timing: TimingModel | None = None

    @property
    def specs(self) -> dict[str, ModelSpec | TimingSpec]:
        """What each model says of itself, by name."""
        told: dict[str, ModelSpec | TimingSpec] = {name: model.spec for name, model in self.models.items()}
        return told if self.timing is None else {**told, TIMING: self.timing.spec}

    @classmethod
    def load(cls, folder: Path) -> Release:
        """Load a release, checking the hash and the golden predictions of every model.

        Raises
        ------
        InputError
            Where the folder is no release or a file of it was changed.
        """
        head = _head(folder / "release.json")
        versions = {str(name): str(version) for name, version in head["models"].items()}
        models = {name: RiskModel.load(folder / name) for name in versions if name != TIMING}
        timing = TimingModel.load(folder / TIMING) if TIMING in versions else None
        policy = Policy.load(folder / "policy.yaml")
        if policy.hash != head["policy_hash"]:
            raise InputError.of(
                "the release's own policy", "another one", "promote again to make a new release"
            )
        return cls(str(head["release_id"]), str(head["seller_id"]), models, versions, policy, timing)


def _head(path: Path) -> dict[str, Any]:
    step = "promote a model to make a new release"
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError.of("a release folder with release.json", "none", step) from error
    if not isinstance(head, dict) or not head.keys() >= _KEYS or not isinstance(head["models"], dict):
        raise InputError.of(f"release.json with {sorted(_KEYS)}", "other keys", step)
    return head


def current_folder(releases: Path) -> Path:
    """Return the folder of the release in force.

    Raises
    ------
    InputError
        Where no model was promoted yet, or the pointer names no release.
    """
    pointer = releases / POINTER
    if not pointer.is_file():
        step = "train a model first: `credence train late DIR` or `credence train default DIR`"
        raise InputError.of("a release in CREDENCE_HOME", "none", step)
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        name = ""
    if not name or Path(name).name != name or not name.isprintable():
        step = "`credence models rollback --to RELEASE` puts one in force; `credence models log` tells which"
        raise InputError.of("the id of a release in releases/current of CREDENCE_HOME", "other text", step)
    return releases / name
