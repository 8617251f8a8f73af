"""The body of a call: of a stated kind, size, depth and in time, before anything looks into it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import orjson
from starlette.requests import Request

from serving.errors import CallError

__all__ = ["DEEPEST", "LARGEST_BODY", "SECONDS_TO_SEND", "parse_json", "read_body"]

LARGEST_BODY = 64 * 1024
"""Bytes of a body; a call is about 200."""

SECONDS_TO_SEND = 8.0
"""Within which the whole body must have come: less than any address gives an answer, so that a slow caller is
told so, and not that the service is slow."""

DEEPEST = 32
"""Levels of lists and objects within each other; a call has two."""

_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)

# Reason: a text that never ends must match as well, or each of its quotes would be searched to the end anew.
_TEXT_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


async def read_body(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """Read the body of a call, no more of it than is allowed.

    Parameters
    ----------
    request : Request
    largest : int
        Bytes.

    Raises
    ------
    CallError
        ``not_json_type``, ``too_large`` or ``slow_body``.
    """
    if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):
        step = "send JSON with the header Content-Type: application/json"
        raise CallError("not_json_type", "a body of application/json in UTF-8", "another type", step)
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            return await _read(request, largest)
    except TimeoutError:
        expected = f"the whole body within {SECONDS_TO_SEND:g} seconds"
        raise CallError("slow_body", expected, "a part of it", "send the call again") from None


async def _read(request: Request, largest: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            step = "send less in one call"
            raise CallError("too_large", f"a body of at most {largest} bytes", "a larger one", step)
        parts.append(part)
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """Return what a body says; ``NaN``, ``Infinity`` and keys named twice are no JSON.

    Raises
    ------
    CallError
        ``invalid_json``.

    Examples
    --------
    >>> parse_json(b'{"buyer_id": "B1"}')
    {'buyer_id': 'B1'}
    >>> parse_json(b"[" * 33 + b"]" * 33)
    Traceback (most recent call last):
    serving.errors.CallError: expected at most 32 levels of lists and objects; found more; ...
    """
    _check_depth(body)
    try:
        said = orjson.loads(body)
        _check_keys(body)
    except orjson.JSONDecodeError as error:
        place = f"text that is none, at line {error.lineno} column {error.colno}"
        found = place if body.strip() else "nothing"
        raise CallError("invalid_json", "a JSON object in UTF-8", found, "correct the body") from None
    return said


def _check_depth(body: bytes) -> None:
    """Refuse what is nested deeply before a parser that calls itself for each level reads it."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(body):
        first = found[0][:1]
        depth += (first in (b"[", b"{")) - (first in (b"]", b"}"))
        if depth > DEEPEST:
            step = "send the fields that the document names"
            raise CallError("invalid_json", f"at most {DEEPEST} levels of lists and objects", "more", step)


def _check_keys(body: bytes) -> None:
    """Refuse an object that names a key twice: which of the two is meant, nobody can say."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            step = "name each field once"
            raise CallError("invalid_json", "objects whose keys differ", "a key that is named twice", step)

    # Reason: numbers stay text here; reading thousands of digits as one would be slow.
    json.loads(body, object_pairs_hook=check, parse_int=str, parse_float=str)
