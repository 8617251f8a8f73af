"""Faults of the service itself: an incident for the caller, the rest for the log."""

from __future__ import annotations

import logging
import secrets
import traceback

from serving.errors import CallError

__all__ = ["log_fault"]

_LOG = logging.getLogger("credence.serving")


def log_fault(error: BaseException) -> CallError:
    """Log where an error arose and return what the caller is told.

    Parameters
    ----------
    error : BaseException
        Its text is not logged: it may hold what a customer's row says.

    Examples
    --------
    >>> logging.disable()
    >>> log_fault(ValueError("Smith & Sons")).as_json()["error"]["found"]
    'a fault of the service'
    >>> logging.disable(logging.NOTSET)
    """
    incident = secrets.token_hex(6)
    frames = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("incident %s: %s\n%s", incident, type(error).__name__, frames)
    step = "tell the operator the incident; the log has more under it"
    return CallError("internal", "an answer", "a fault of the service", step, incident=incident)
