"""Faults of the service itself: the trace id for the caller, the rest for the log."""

from __future__ import annotations

import logging
import traceback

from serving.errors import CallError
from serving.observe.trace import trace_id

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
    >>> log_fault(ValueError("Smith & Sons")).found
    'a fault of the service'
    >>> logging.disable(logging.NOTSET)
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("fault in call %s: %s\n%s", trace_id() or "none", type(error).__name__, frames)
    step = "tell the operator the trace id; the log has more under it"
    return CallError("internal", "an answer", "a fault of the service", step)
