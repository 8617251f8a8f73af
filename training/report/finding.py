"""What a rule of a validation pack finds wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

__all__ = ["Finding", "Found", "Pack", "Rule", "found_by", "gravest_first", "labels"]

Pack = Mapping[str, Any]

T = TypeVar("T")

_NAMED = 4

_GRAVITY = ("high", "medium", "low")


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


def found_by(rules: Sequence[tuple[str, Rule]], pack: Pack) -> list[dict[str, Any]]:
    """Return what rules find in a pack, as its section ``issues`` holds it, the gravest first.

    Parameters
    ----------
    rules : sequence of (str, Rule)
        With the section that each looks at.
    pack : mapping
        All other sections.
    """
    return gravest_first(
        {**finding._asdict(), "section": section} for section, rule in rules for finding in rule(pack)
    )


def gravest_first(items: Iterable[dict[str, T]]) -> list[dict[str, T]]:
    """Return items in the order of their ``severity``; equals stay as they were.

    Examples
    --------
    >>> [item["severity"] for item in gravest_first([{"severity": "low"}, {"severity": "high"}])]
    ['high', 'low']
    """
    return sorted(items, key=lambda item: _GRAVITY.index(str(item["severity"])))


def labels(items: list[Any]) -> str:
    """Return the labels of the first few items, and how many more there are.

    Examples
    --------
    >>> labels([{"label": name} for name in "abcdef"])
    'a, b, c, d and 2 more'
    """
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item["label"] for item in items[:_NAMED]) + more
