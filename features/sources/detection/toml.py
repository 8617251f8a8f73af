"""Text of TOML: values, keys and comments of a mapping that is proposed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["comment", "one_line", "quoted"]


def quoted(value: Any) -> str:
    r"""Return a value as TOML.

    Examples
    --------
    >>> print(quoted('Size 5"'), quoted(["a", 1]), quoted({"Kunde": 10}))
    "Size 5\"" ["a", 1] { "Kunde" = 10 }
    """
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(quoted, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{quoted(name)} = {quoted(item)}" for name, item in value.items()) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    r"""Return text as one line of comment; what ends a line or is a control sign becomes a blank.

    Examples
    --------
    >>> comment("a column\nof two lines")
    '# a column of two lines'
    """
    return "# " + one_line(text)


def one_line(text: str) -> str:
    """Return text without control signs."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
