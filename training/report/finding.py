"""What a rule of a validation pack finds wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Finding", "Found", "Pack", "Rule", "labels"]

Pack = Mapping[str, Any]

_NAMED = 4


class Finding(NamedTuple):
    """A finding.

    Parameters
    ----------
    code : str
    severity : {"high", "medium", "low"}
    text : str
    figure : float or None
    """

    code: str
    severity: str
    text: str
    figure: float | None


Found = Iterator[Finding]
Rule = Callable[[Pack], Found]


def labels(items: list[Any]) -> str:
    """Return the labels of the first few items, and how many more there are.

    Examples
    --------
    >>> labels([{"label": name} for name in "abcdef"])
    'a, b, c, d and 2 more'
    """
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item["label"] for item in items[:_NAMED]) + more
