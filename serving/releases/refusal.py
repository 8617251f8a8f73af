"""Why a release is not served, as a code that an operator can act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from credit.policy import Policy
from features.catalog import CATALOG_HASH
from features.errors import InputError
from serving.errors import CallError

__all__ = ["REFUSALS", "Refusal", "refusal_of"]

REFUSALS = {
    "no_release": "the pointer names no release, or one that is not there",
    "other_seller": "the release is another seller's",
    "other_catalog": "a model was trained with another version of the feature catalog",
    "wrong_policy": "the policy is not the one that the release was made with, or cannot be read",
    "not_scored": "no buyer of the ledger could be scored with it",
    "damaged_release": "a file lacks or was changed, or golden predictions differ",
    "internal": "a fault of the service; the log has more",
}
"""Every code of a refusal."""


@dataclass(frozen=True)
class Refusal:
    """A release that is not served, while another one goes on serving.

    Parameters
    ----------
    release : str or None
        The id that the pointer names; None where it names none.
    code : str
        One of `REFUSALS`.
    message : str
        What was expected, what was found, and the next step.
    """

    release: str | None
    code: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the refusal as status and readiness tell it."""
        return asdict(self)


def refusal_of(problem: CallError, releases: Path, release_id: str | None, seller_id: str) -> Refusal:
    """Return why the release that the pointer names was refused.

    Parameters
    ----------
    problem : CallError
        What loading it or scoring the canary said.
    releases : Path
    release_id : str or None
        Named by the pointer.
    seller_id : str
        Of the ledger that is served.
    """
    code = problem.code if problem.code in ("internal", "not_scored") else None
    return Refusal(release_id, code or _code(releases, release_id, seller_id), problem.message)


def _code(releases: Path, release_id: str | None, seller_id: str) -> str:
    folder = None if release_id is None else releases / release_id
    if folder is None or not (folder / "release.json").is_file():
        return "no_release"
    head = _json(folder / "release.json")
    return next((code for code, holds in _CHECKS if holds(folder, head, seller_id)), "damaged_release")


def _is_another_sellers(_folder: Path, head: dict[str, Any], seller_id: str) -> bool:
    return head.get("seller_id", seller_id) != seller_id


def _has_another_catalog(folder: Path, _head: dict[str, Any], _seller_id: str) -> bool:
    specs = map(_json, folder.glob("*/model.json"))
    return any(spec.get("catalog_hash", CATALOG_HASH) != CATALOG_HASH for spec in specs)


def _has_another_policy(folder: Path, head: dict[str, Any], _seller_id: str) -> bool:
    if "policy_hash" not in head:
        return False
    try:
        return Policy.load(folder / "policy.yaml").hash != head["policy_hash"]
    except (InputError, OSError):
        return True


_CHECKS: tuple[tuple[str, Callable[[Path, dict[str, Any], str], bool]], ...] = (
    ("other_seller", _is_another_sellers),
    ("other_catalog", _has_another_catalog),
    ("wrong_policy", _has_another_policy),
)


def _json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
