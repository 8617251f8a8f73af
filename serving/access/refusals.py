"""What callers are told who are not let in: the same for every reason, so that they learn nothing."""

from __future__ import annotations

from serving.errors import CallError

__all__ = ["forbidden", "keys_unreadable", "rate_limited", "unauthorized"]


def unauthorized() -> CallError:
    """Return the refusal of a call without a key in force."""
    return CallError(
        "unauthorized",
        "a key in force in the header Authorization: Bearer",
        "none, or another one",
        "send a key that `credence keys create` printed; `credence keys list` tells which are in force",
    )


def keys_unreadable() -> CallError:
    """Return the refusal of a call whose key cannot be looked up."""
    step = "call again in a few seconds"
    return CallError("keys_unreadable", "a store to read the keys from", "one that does not answer", step)


def forbidden(scope: str) -> CallError:
    """Return the refusal of a key in force that lacks a scope."""
    step = f"send another key, or make one: credence keys create --scope {scope}"
    return CallError("forbidden", f"a key with the scope {scope}", "a key without it", step)


def rate_limited(rate_per_minute: int, seconds: int) -> CallError:
    """Return the refusal of a call too many.

    Parameters
    ----------
    rate_per_minute : int
        Calls that the key may make.
    seconds : int
        After which it may make another one.
    """
    return CallError(
        "rate_limited",
        f"at most {rate_per_minute} calls a minute with this key",
        "more",
        "wait as long as the header Retry-After says",
        retry_after=seconds,
    )
