"""One body for every error that a caller can meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.errors import InputError
from serving.observe.trace import trace_id

__all__ = ["ERRORS", "CallError", "ErrorKind", "refused_call"]


@dataclass(frozen=True)
class ErrorKind:
    """An error by its code: its HTTP status, what it means, and after how many seconds to try again."""

    status: int
    meaning: str
    retry_after: int | None = None


ERRORS = {
    "invalid_json": ErrorKind(400, "the body is not JSON, or lists and objects in it are nested too deeply"),
    "unauthorized": ErrorKind(401, "no key was sent, or one that does not open this service (any more)"),
    "forbidden": ErrorKind(403, "the key lacks the scope that this address asks for"),
    "unknown_buyer": ErrorKind(404, "the ledger names no such buyer"),
    "unknown_order": ErrorKind(404, "no order of this id was checked"),
    "unknown_assessment": ErrorKind(404, "no assessment of this id was kept"),
    "not_found": ErrorKind(404, "there is nothing at this address"),
    "method_not_allowed": ErrorKind(405, "the address answers other methods; the header Allow names them"),
    "slow_body": ErrorKind(408, "the body did not come in time"),
    "order_conflict": ErrorKind(409, "another order has this id; `amends` says that it is replaced"),
    "order_closed": ErrorKind(409, "the order was ended"),
    "too_large": ErrorKind(413, "the body is larger than is read"),
    "not_json_type": ErrorKind(415, "the header Content-Type does not say application/json"),
    "invalid_field": ErrorKind(422, "a field is missing, unknown or not legal; `field` names it"),
    "rate_limited": ErrorKind(429, "more calls with this key than it may make", 1),
    "internal": ErrorKind(500, "a fault of the service; the log has more under the trace id"),
    "loading": ErrorKind(503, "the worker still loads its release and its ledger", 2),
    "no_release": ErrorKind(503, "no model was promoted in this home, or its release cannot be loaded", 30),
    "no_ledger": ErrorKind(503, "no portfolio was named, or it cannot be read", 30),
    "not_scored": ErrorKind(503, "no buyer of the ledger could be scored since the release was loaded", 30),
    "keys_unreadable": ErrorKind(503, "the keys cannot be read from the store, so that nobody is let in", 5),
    "busy": ErrorKind(503, "the service is at work on something else; call again in a few seconds", 2),
    "store_unreachable": ErrorKind(503, "the store does not answer, or refuses", 5),
    "timeout": ErrorKind(504, "the answer took longer than the address allows", 2),
}
"""Every code that an answer may carry."""


class CallError(Exception):
    """A call that is answered with an error.

    Parameters
    ----------
    code : str
        One of `ERRORS`.
    expected, found, next_step : str
        Never a value of the call.
    path : str
        Field with the error, like ``request.amount``; empty where no field has it.
    retry_after : int or None
        Seconds after which another call may succeed; None takes those of the code, if it has any.
    """

    def __init__(
        self, code: str, expected: str, found: str, next_step: str, *, path: str = "",
        retry_after: int | None = None,
    ) -> None:  # fmt: skip
        self.code, self.path = code, path
        self.retry_after = ERRORS[code].retry_after if retry_after is None else retry_after
        self.expected, self.found, self.next_step = expected, found, next_step
        super().__init__(self.message)

    @property
    def status(self) -> int:
        """HTTP status."""
        return ERRORS[self.code].status

    @property
    def message(self) -> str:
        """The whole error in one line."""
        place = f"{self.path}: " if self.path else ""
        return f"{place}expected {self.expected}; found {self.found}; {self.next_step}"

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer beside those that every answer has."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return headers | ({"WWW-Authenticate": "Bearer"} if self.status == 401 else {})

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer to the call that is answered here.

        Examples
        --------
        >>> error = CallError(
        ...     "too_large", "a body of at most 64 KiB", "a larger one", "send one subject a call"
        ... )
        >>> error.as_json()["error"]["message"]
        'expected a body of at most 64 KiB; found a larger one'
        """
        return {
            "error": {
                "code": self.code,
                "message": f"expected {self.expected}; found {self.found}",
                "field": self.path or None,
                "hint": self.next_step,
                "trace_id": trace_id(),
            }
        }


def refused_call(error: InputError) -> CallError:
    """Return the error of a call whose content the assessment refuses.

    Examples
    --------
    >>> refused_call(InputError.of("an ISO 4217 code", "another word", "correct it", column="currency")).path
    'request.currency'
    """
    problem = error.problems[0]
    path = f"request.{problem.column}" if problem.column in _OF_THE_REQUEST else problem.column
    return CallError("invalid_field", problem.expected, problem.found, problem.next_step, path=path)


_OF_THE_REQUEST = ("kind", "amount", "currency", "terms_days", "due_on")
