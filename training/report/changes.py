"""What the promotion log says of a model."""

from __future__ import annotations

from typing import Any

from training.promotion_log import read_log
from training.report.study import Studied

__all__ = ["changes_of"]


def changes_of(study: Studied) -> list[dict[str, Any]]:
    """Return the section ``changes``, oldest first: entries in which a version of the model was concerned."""
    model = study.version.model
    return [
        {
            "at": str(entry["at"]),
            "action": str(entry.get("action", "promote")),
            "version": _version(entry, model),
            "promoted": bool(entry["promoted"]),
            "reason": str(entry.get("reason") or ""),
            "release": entry.get("release"),
        }
        for entry in read_log(study.registry.home)
        if _version(entry, model)
    ]


def _version(entry: dict[str, Any], model: str) -> str:
    """Return which version of a model an entry puts in force or refuses; empty where it concerns none."""
    named = str(entry.get("version") or "")
    if named.partition("@")[0] == model:
        return named
    return "" if named else str(entry.get("models", {}).get(model, ""))
