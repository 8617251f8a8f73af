"""Homes whose releases tests promote, damage and take back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from credit.release import POINTER, current_folder


def copied_home(source: Path, target: Path) -> str:
    """Copy the releases of a home; return the id of the one in force."""
    shutil.copytree(source / "releases", target / "releases")
    return current_folder(target / "releases").name


def another_release(home: Path, release_id: str, number: int = 2, **head: Any) -> Path:
    """Copy the release in force under another id, with versions of another number; the pointer stays."""
    source = current_folder(home / "releases")
    target = home / "releases" / release_id
    shutil.copytree(source, target)
    told = json.loads((target / "release.json").read_text())
    models = {name: f"{name}@{number}" for name in told["models"]}
    changed = {**told, "release_id": release_id, "models": models, **head}
    (target / "release.json").write_text(json.dumps(changed))
    return target


def point(home: Path, text: str) -> None:
    """Move the pointer in one step, as promotion does."""
    temporary = home / "releases" / ".current"
    temporary.write_text(text)
    temporary.replace(home / "releases" / POINTER)
