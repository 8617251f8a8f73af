"""How the receiver of an event knows that it is ours, and new."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["HEADER", "TOLERANCE_SECONDS", "is_signed", "signature"]

HEADER = "X-Credence-Signature"
"""Header ``t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of "t.body">``."""

TOLERANCE_SECONDS = 300


def signature(secret: str, body: bytes, second: int) -> str:
    """Return the value of the header for a body that is sent at a second.

    Examples
    --------
    >>> signature("secret", b"{}", 1790000000)[:22]
    't=1790000000,v1=d0cadd'
    """
    return f"t={second},v1={_code(secret, body, second)}"


def is_signed(secret: str, body: bytes, header: str, second: int) -> bool:
    """Whether a header is that of a body, at most five minutes old.

    Receivers that are written in Python can use it as it is; others do the same three steps.

    Examples
    --------
    >>> is_signed("secret", b"{}", signature("secret", b"{}", 1790000000), 1790000100)
    True
    >>> is_signed("secret", b"[]", signature("secret", b"{}", 1790000000), 1790000100)
    False
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    told = parts.get("t", "")
    if not (told.isascii() and told.isdigit() and len(told) <= 12):
        return False
    if abs(second - int(told)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(_code(secret, body, int(told)), parts.get("v1", ""))


def _code(secret: str, body: bytes, second: int) -> str:
    return hmac.new(secret.encode(), b"%d." % second + body, hashlib.sha256).hexdigest()
