"""Rules that people write in YAML: read strictly, with every problem named by its key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from features.errors import InputError, Problem

__all__ = ["content_hash", "read_rules", "rules_of"]

Rules = TypeVar("Rules", bound=BaseModel)

_FOUND = {"missing": "nothing", "extra_forbidden": "an unknown key"}


def read_rules(kind: type[Rules], file: Path | Traversable, noun: str, pattern: str) -> Rules:
    """Read rules from a YAML file in UTF-8.

    Parameters
    ----------
    kind : type of pydantic model
    file : Path or Traversable
    noun : str
        What the rules are called: "policy".
    pattern : str
        Where there is a file to start from.

    Raises
    ------
    InputError
        The file is missing, is no YAML, lacks a key, has an unknown one or a value that is not legal; every
        problem is named.
    """
    step = f"take {pattern} for a pattern"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError.of(f"a {noun} in YAML", "text that is no YAML", step) from error
    except (OSError, UnicodeDecodeError) as error:
        found = f"{type(error).__name__} on '{file.name}'"
        raise InputError.of(f"a {noun} file in UTF-8", found, "check path and encoding") from error
    if not isinstance(content, dict):
        raise InputError.of(f"a {noun} in YAML: keys with values", type(content).__name__, step)
    return rules_of(kind, content, noun)


def rules_of(kind: type[Rules], content: Mapping[str, Any], noun: str) -> Rules:
    """Return rules from their content, as a file or a record has it.

    Raises
    ------
    InputError
        As `read_rules`.
    """
    try:
        # Reason: strict JSON takes a list for a tuple and still no text for a number.
        return kind.model_validate_json(json.dumps(content))
    except ValidationError as error:
        problems = [_problem(detail, noun) for detail in error.errors(include_url=False)]
        raise InputError(problems) from error
    except (TypeError, ValueError) as error:
        problem = Problem("numbers, text, lists and keys of text", str(error), f"correct the {noun}")
        raise InputError([problem]) from error


def content_hash(rules: BaseModel) -> str:
    """Return the sha256 of the content, whatever the layout of the file."""
    content = json.dumps(rules.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _problem(detail: Any, noun: str) -> Problem:
    key = ".".join(str(part) for part in detail["loc"]) or noun
    found = _FOUND.get(detail["type"])
    if found is None:
        found = "a part that breaks it" if isinstance(detail["input"], dict) else repr(detail["input"])
    return Problem(f"key '{key}': {detail['msg']}", found, f"correct '{key}' in the {noun}")
