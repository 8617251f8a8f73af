"""What each address asks for: a scope, any key, or nothing. An address that is not named here is closed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from serving.page import ASSETS

__all__ = [
    "ADDRESSES", "ADMIN", "ANY_KEY", "ASSESS", "CLOSED", "LEDGER", "ORDER", "PUBLIC", "SCOPES", "address_of",
    "need_of",
]  # fmt: skip

ASSESS, LEDGER, ORDER, ADMIN = "assess", "ledger", "order", "admin"

SCOPES: Mapping[str, str] = {
    ASSESS: "read: assessments, buyers, limits, reports on the models",
    LEDGER: "write facts into the ledger",
    ORDER: "check orders and reserve headroom for them",
    ADMIN: "read what runs inside: metrics and workers",
}
"""What a key may do; none of them includes another."""

PUBLIC, ANY_KEY, CLOSED = "public", "any key", "closed"

_NEEDS: Mapping[str, str] = {
    **dict.fromkeys(("/livez", "/readyz", "/openapi.json", "/words.json", *ASSETS), PUBLIC),
    "/v1/status": ANY_KEY,
    "/assess": ASSESS,
    "/schema.json": PUBLIC,
    "/v1/assess": ASSESS,
    "/v1/assess_batch": ASSESS,
    "/v1/whatif": ASSESS,
    "/v1/assessments/{assessment_id}": ASSESS,
    "/v1/buyers": ASSESS,
    "/v1/buyers/{buyer_id}": ASSESS,
    "/v1/limits": ASSESS,
    "/v1/limits.csv": ASSESS,
    "/v1/ledger": LEDGER,
    "/v1/order_check": ORDER,
    "/v1/orders": ORDER,
    "/v1/orders/{order_id}": ORDER,
    "/reports/{version}/{file}": ASSESS,
    "/metrics": ADMIN,
}
"""By address as its route names it."""

ADDRESSES = frozenset(_NEEDS)
"""Every address as its route names it."""


def _pattern(address: str) -> re.Pattern[str]:
    begin, name, end = re.split(r"\{(\w+)\}", address, maxsplit=1)
    # Reason: an id is the seller's own, and may have slashes.
    part = ".+" if name.endswith("_id") else "[^/]+"
    rest = "[^/]+".join(map(re.escape, re.split(r"\{\w+\}", end)))
    return re.compile(re.escape(begin) + part + rest, re.DOTALL)


_PATTERNS = [(_pattern(address), address) for address in _NEEDS if "{" in address]


def need_of(path: str) -> str:
    """Return what an address asks for: one of `SCOPES`, `ANY_KEY`, `PUBLIC` or `CLOSED`.

    Examples
    --------
    >>> need_of("/v1/assess"), need_of("/reports/late@1/validation.html"), need_of("/v1/new")
    ('assess', 'assess', 'closed')
    """
    address = address_of(path)
    return CLOSED if address is None else _NEEDS[address]


def address_of(path: str) -> str | None:
    """Return the one of `ADDRESSES` that a path belongs to; None where it belongs to none.

    Examples
    --------
    >>> address_of("/v1/buyers/B/000001"), address_of("/v1/new")
    ('/v1/buyers/{buyer_id}', None)
    """
    if path in _NEEDS:
        return path
    return next((address for pattern, address in _PATTERNS if pattern.fullmatch(path)), None)
