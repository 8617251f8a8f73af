"""Calls that were made from the document, and what a confused sender makes of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

__all__ = ["Made", "mutated"]

_SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 5e-324, 10**30, 10**400, 2**63, float("nan"), float("inf"), "",
    " ", "\x00", "a\x00b", "\ud800", "\u202e", "💶" * 50, "x" * 5000, "EUR", "eur", "XXX", "B000001",
    "2026-01-01", "9999-12-31", "10000-01-01", "2026-13-45", "1e999", "NaN", "'; DROP TABLE x; --", "%00",
    [], {}, [[]], [None] * 30, {"": {}},
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A call: method, path with its query, and the body, None where there is none."""

    method: str
    target: str
    body: bytes | None = None


def mutated(made: Made, chance: random.Random) -> Made:
    """Return a call with something about it changed: of its body, where it has one, or of its address."""
    if made.body and chance.random() < 0.9:
        return replace(made, body=_changed_body(made.body, chance))
    parts = urlsplit(made.target)
    if parts.query and chance.random() < 0.7:
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        place = chance.randrange(len(pairs)) if pairs else 0
        changed = [(name, _text(chance) if at == place else value) for at, (name, value) in enumerate(pairs)]
        return replace(made, target=f"{parts.path}?{urlencode(changed, errors='replace')}")
    steps = parts.path.split("/")
    steps[-1] = quote(_text(chance), safe="", errors="replace")
    return replace(made, target="/".join(steps) + (f"?{parts.query}" if parts.query else ""))


def _text(chance: random.Random) -> str:
    return str(chance.choice(_SCALARS))[:1000]


def _changed_body(body: bytes, chance: random.Random) -> bytes:
    try:
        said = json.loads(body)
    except ValueError:
        return _changed_bytes(body, chance)
    if chance.random() < 0.15:
        return _changed_bytes(body, chance)
    places = list(_places(said))
    if not places:
        return json.dumps(chance.choice(_SCALARS)).encode()
    for _ in range(chance.randint(1, 3)):
        _change(*chance.choice(places), chance)
    return json.dumps(said).encode()


def _places(said: Any) -> Iterator[tuple[Any, Any]]:
    """Give each list and object of a body with each index or key in it."""
    inside = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for place, value in list(inside):
        yield said, place
        yield from _places(value)


def _change(holder: Any, place: Any, chance: random.Random) -> None:
    if isinstance(holder, dict) and chance.random() < 0.15:
        holder.pop(place, None)
    elif isinstance(holder, dict) and chance.random() < 0.1:
        holder[str(chance.choice(_SCALARS))[:200]] = chance.choice(_SCALARS)
    elif isinstance(holder, dict) or place < len(holder):
        holder[place] = chance.choice(_SCALARS)


def _changed_bytes(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body))
    way = chance.randrange(4)
    if way == 0:
        return body[:place]
    if way == 1:
        return body[:place] + chance.randbytes(4) + body[place:]
    if way == 2:
        return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]
    return body + body
