"""Puts a release in force in steps that a next call can end, wherever a kill has cut them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.errors import InputError
from training.home import Home
from training.promotion_log import append, read_log
from training.registry import MODELS, Registry
from training.release_files import point, release_names

__all__ = ["carry_out", "is_pending", "settle"]


def carry_out(registry: Registry, change: Mapping[str, Any]) -> None:
    """Move pointer and aliases to a release that is written, and log it.

    Parameters
    ----------
    registry : Registry
        Of a home that the caller has locked.
    change : mapping
        The entry of the log, with ``release`` and ``aliases`` (``name@version`` by model; null drops it).

    Notes
    -----
    What is to be done is written down first and removed last, and every step may be done twice.
    """
    journal = _journal(registry.home)
    temporary = journal.with_suffix(".writing")
    temporary.write_text(json.dumps(change), encoding="utf-8")
    temporary.replace(journal)
    _steps(registry, change)


def settle(registry: Registry) -> str:
    """End a change that was cut, in a home that the caller has locked; return its release, or empty text.

    Raises
    ------
    InputError
        Where the log or the note of the change cannot be read: nothing is put in force then.
    """
    read_log(registry.home)
    if not is_pending(registry.home):
        return ""
    change = _noted(registry.home)
    _steps(registry, change)
    return str(change["release"])


def is_pending(home: Home) -> bool:
    """Whether a promotion or a rollback was cut and not ended yet."""
    return _journal(home).is_file()


def _noted(home: Home) -> dict[str, Any]:
    """Return the change that was noted and not ended."""
    try:
        change = json.loads(_journal(home).read_text(encoding="utf-8"))
        known = set(change["aliases"]) <= set(MODELS) and change["promoted"] and change["at"]
        if known and release_names(home, change["release"]):
            return dict(change)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> InputError:
    step = "remove it; then `credence models rollback --to RELEASE` puts the right one in force"
    expected = "releases/.pending.json of CREDENCE_HOME with a change to be ended"
    return InputError.of(expected, "another content", step)


def _steps(registry: Registry, change: Mapping[str, Any]) -> None:
    home = registry.home
    point(home, change["release"])
    entry = {name: value for name, value in change.items() if name != "aliases"}
    if entry not in read_log(home)[-1:]:
        append(home, entry)
    for model, name in change["aliases"].items():
        _set_champion(registry, model, name)
    _journal(home).unlink()


def _set_champion(registry: Registry, model: str, name: str | None) -> None:
    if name is None:
        registry.drop_alias(model, "champion")
        return
    version = registry.version(name)
    if "champion" not in version.aliases:
        registry.set_alias(version, "champion")
    if "candidate" in version.aliases:
        registry.drop_alias(model, "candidate")


def _journal(home: Home) -> Path:
    return home.releases / ".pending.json"
