"""One body for every error that a caller can meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.errors import InputError

__all__ = ["ERRORS", "CallError", "ErrorKind", "refused_call"]


@dataclass(frozen=True)
class ErrorKind:
    """An error by its code: its HTTP status, and what it means."""

    status: int
    meaning: str


ERRORS = {
    "invalid_json": ErrorKind(400, "the body is not JSON"),
    "invalid_field": ErrorKind(422, "a field is missing, unknown or not legal; `path` names it"),
    "unknown_buyer": ErrorKind(404, "the ledger names no such buyer"),
    "not_found": ErrorKind(404, "there is nothing at this address"),
    "method_not_allowed": ErrorKind(405, "the address answers other methods; the header Allow names them"),
    "too_large": ErrorKind(413, "the body is larger than is read"),
    "loading": ErrorKind(503, "the worker still loads its release and its ledger"),
    "no_release": ErrorKind(503, "no model was promoted in this home, or its release cannot be loaded"),
    "no_ledger": ErrorKind(503, "no portfolio was named, or it cannot be read"),
    "not_scored": ErrorKind(503, "no buyer of the ledger could be scored since the release was loaded"),
    "busy": ErrorKind(503, "the service is at work on something else; call again in a few seconds"),
    "internal": ErrorKind(500, "a fault of the service; the log has more under the incident"),
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
    incident : str
        Under which the log tells more; empty where there is no more.
    """

    def __init__(
        self, code: str, expected: str, found: str, next_step: str, *, path: str = "", incident: str = ""
    ) -> None:
        self.code, self.path, self.incident = code, path, incident
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

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer.

        Examples
        --------
        >>> error = CallError(
        ...     "too_large", "a body of at most 64 KiB", "a larger one", "send one subject a call"
        ... )
        >>> error.as_json()["error"]["message"]
        'expected a body of at most 64 KiB; found a larger one; send one subject a call'
        """
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "path": self.path or None,
                "expected": self.expected,
                "found": self.found,
                "next_step": self.next_step,
                "incident": self.incident or None,
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
