"""What a report shows, held against the numbers that it was made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

__all__ = ["Shown", "at", "disagreement", "shown_in"]

_NUMBER = re.compile(r"^([+−-]?)([\d,]+(?:\.(\d+))?)(e[+-]\d+)?(\u00a0%)?$")
_WORDS = {True: "yes", False: "no"}


@dataclass
class Shown:
    """A value on the page: where it stands in the pack, what a reader sees, what a code means."""

    path: str
    text: str = ""
    means: str | None = None


@dataclass
class _Reader(HTMLParser):
    found: list[Shown] = field(default_factory=list)
    open: list[Shown | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "span":
            return
        told = dict(attrs)
        path = told.get("data-path")
        shown = None if path is None else Shown(path, means=told.get("data-means"))
        self.open.append(shown)
        if shown is not None:
            self.found.append(shown)

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for shown in self.open:
            if shown is not None:
                shown.text += data


def shown_in(page: str) -> list[Shown]:
    """Return every value of a page that names its place."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def at(pack: Any, path: str) -> Any:
    """Return what stands at a JSON pointer; null below null."""
    value = pack
    for step in path.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if value is not None:
            value = value[int(key)] if isinstance(value, list) else value.get(key)
    return value


def disagreement(shown: Shown, pack: Any) -> str | None:
    """Return how a shown value differs from the pack beyond its rounding; None where it does not."""
    value = at(pack, shown.path)
    told = f"{shown.path}: {shown.text!r} for {value!r}"
    if value is None:
        return None if shown.text == "cannot say" else told
    if shown.means is not None:
        return None if shown.means == str(value) and shown.text else told
    if isinstance(value, bool):
        return None if shown.text == _WORDS[value] else told
    if isinstance(value, str):
        return None if shown.text == value else told
    return None if _is_rounded(shown.text, float(value)) else told


def _is_rounded(text: str, value: float) -> bool:
    found = _NUMBER.match(text)
    if found is None:
        # Reason: seeds and settings stand as they are.
        return text == str(value) or text == str(int(value))
    sign, digits, decimals, power, percent = found.groups()
    scale = float(f"1{power or ''}") / (100 if percent else 1)
    size = float(digits.replace(",", "")) * scale
    half = 0.5 * 10.0 ** -len(decimals or "") * scale
    return abs((-size if sign in ("−", "-") else size) - value) <= half * (1 + 1e-9) + 1e-12 * abs(value)
