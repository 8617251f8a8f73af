"""Where events go: an address and a secret that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from features.errors import InputError
from serving.access.loopback import is_loopback

__all__ = ["WEBHOOK_SECRET", "WEBHOOK_URL", "Target"]

WEBHOOK_URL = "CREDENCE_WEBHOOK_URL"
"""Variable with the address that events are posted to; without it they wait in the store."""

WEBHOOK_SECRET = "CREDENCE_WEBHOOK_SECRET"  # noqa: S105  (the name of a variable)
"""Variable with the secret that events are signed with."""

_SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Target:
    """The receiver of events.

    Parameters
    ----------
    url : str
    secret : str
        Never told.
    """

    url: str
    secret: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Target | None:
        """Return the receiver that is named; None where none is.

        Raises
        ------
        InputError
            Where the address is not ``https`` (or this machine itself), or the secret lacks or is short.

        Examples
        --------
        >>> Target.from_environment({}) is None
        True
        >>> told = {"CREDENCE_WEBHOOK_URL": "https://erp.example.com/in", "CREDENCE_WEBHOOK_SECRET": "s" * 16}
        >>> Target.from_environment(told)
        Target(url='https://erp.example.com/in')
        """
        url, secret = environment.get(WEBHOOK_URL, ""), environment.get(WEBHOOK_SECRET, "")
        if not url:
            return None
        if not _is_safe(url):
            step = f"correct {WEBHOOK_URL}: events name buyers and limits"
            raise InputError.of("an https address, or one of this machine", "another one", step)
        if len(secret) < _SHORTEST_SECRET:
            step = f"set {WEBHOOK_SECRET}, which the receiver checks signatures with"
            expected = f"a secret of at least {_SHORTEST_SECRET} characters"
            raise InputError.of(expected, "a shorter one" if secret else "none", step)
        return cls(url, secret)


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(str(host))))
