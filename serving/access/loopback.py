"""Whether a call comes from this machine and means this machine."""

from __future__ import annotations

import ipaddress

from starlette.types import Scope

__all__ = ["is_from_here", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's own.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_from_here(scope: Scope) -> bool:
    """Return whether the caller sits at this machine and calls it by a name of its own.

    A page from elsewhere that a browser shows here can have a name of its own lead to this machine: the
    header Host tells.
    """
    named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    host = named[1:].partition("]")[0] if named.startswith("[") else named.partition(":")[0]
    caller = scope.get("client")
    return caller is not None and is_loopback(caller[0]) and is_loopback(host)
