"""What a call may say: strict types, nothing unknown, nothing that is not finite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from credit.extras import Extras
from credit.request import LARGEST_AMOUNT, LONGEST_TERMS_DAYS, Request
from features.codes import CURRENCIES
from features.instants import FIRST_YEAR, LAST_YEAR
from serving.body import parse_json
from serving.errors import CallError

__all__ = ["EXPECTED", "AssessCall", "RequestPart", "parse_call"]

_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,10})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?")

_AMOUNT = f"a finite amount above 0 and at most {LARGEST_AMOUNT:.0f}, as a number or as decimal text"
_AS_OF = "a date like 2026-01-31 or an instant like 2026-01-31T12:00:00Z"

EXPECTED: Mapping[str, str] = {
    "": "a JSON object",
    "buyer_id": "the id of a buyer, text of 1 to 200 characters",
    "as_of": f"{_AS_OF}, between the years {FIRST_YEAR} and {LAST_YEAR}",
    "lang": "en or zh",
    "offers": "true or false",
    "peers": "true or false",
    "raises": "true or false",
    "since": f"{_AS_OF}, before as_of",
    "request": "an object with kind, amount and currency",
    "request.kind": "order, limit or terms",
    "request.amount": _AMOUNT,
    "request.currency": "an ISO 4217 code like EUR",
    "request.terms_days": f"whole days from 0 to {LONGEST_TERMS_DAYS}",
    "request.due_on": f"a date like 2026-01-31, between the years {FIRST_YEAR} and {LAST_YEAR}",
}
"""What each field is expected to be, by its path."""


def _amount(value: Any) -> Any:
    """Read decimal text; whatever else is no number is left to the type to refuse."""
    return float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else value


def _day(value: Any) -> Any:
    return _instant(value, _DAY).date() if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        _instant(value, _MOMENT)
    return value


def _instant(text: str, form: re.Pattern[str]) -> datetime:
    """Read one form only: a library that guesses would take "today" and "7/1/2026" too."""
    if not form.fullmatch(text):
        raise ValueError
    instant = datetime.fromisoformat(text)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError
    return instant


def _currency(value: Any) -> Any:
    if isinstance(value, str) and value not in CURRENCIES:
        raise ValueError
    return value


Amount = Annotated[float, Field(gt=0, le=LARGEST_AMOUNT), BeforeValidator(_amount)]
AsOf = Annotated[str, BeforeValidator(_moment)]
Currency = Annotated[str, BeforeValidator(_currency)]
Day = Annotated[date, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class RequestPart(_Part):
    """What is asked for, in a call."""

    kind: Literal["order", "limit", "terms"]
    amount: Amount | None = None
    currency: Currency | None = None
    terms_days: Annotated[int, Field(ge=0, le=LONGEST_TERMS_DAYS)] | None = None
    due_on: Day | None = None


class AssessCall(_Part):
    """Body of ``POST /v1/assess``."""

    buyer_id: Annotated[str, Field(min_length=1, max_length=200)]
    as_of: AsOf | None = None
    request: RequestPart | None = None
    lang: Literal["en", "zh"] = "en"
    offers: bool = False
    peers: bool = False
    raises: bool = False
    since: AsOf | None = None

    @property
    def also(self) -> Extras:
        """Parts of the assessment that are told only where they are asked for."""
        return Extras(offers=self.offers, peers=self.peers, raises=self.raises, since=self.since)

    def asked(self, reporting_currency: str) -> Request | None:
        """Return the request as the assessment takes it; None where there is none.

        Parameters
        ----------
        reporting_currency : str
            Stands in where terms alone are asked for, without money.
        """
        if self.request is None:
            return None
        part = self.request
        return Request(
            part.kind,
            part.amount,
            part.currency or reporting_currency,
            terms_days=part.terms_days,
            due_on=part.due_on,
        )


def parse_call(body: bytes) -> AssessCall:
    """Read the body of a call.

    Parameters
    ----------
    body : bytes
        JSON in UTF-8. ``NaN`` and ``Infinity`` are no JSON.

    Raises
    ------
    CallError
        ``invalid_json``, or ``invalid_field`` with the path of the first field that is not legal.

    Examples
    --------
    >>> parse_call(b'{"buyer_id": "B000001"}').lang
    'en'
    >>> parse_call(b'{"buyer_id": "B000001", "request": {"kind": "order", "amount": -1}}')
    Traceback (most recent call last):
    serving.errors.CallError: request.amount: expected a finite amount above 0 ...; found ...
    """
    try:
        call = AssessCall.model_validate(parse_json(body))
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False, include_context=False)[0]) from None
    _check_together(call.request)
    return call


def _check_together(part: RequestPart | None) -> None:
    if part is None:
        return
    if part.kind != "terms" and part.amount is None:
        raise _wrong("request.amount", "nothing")
    if part.amount is not None and part.currency is None:
        raise _wrong("request.currency", "nothing")
    if part.terms_days is not None and part.due_on is not None:
        step = "leave one of them out"
        raise CallError("invalid_field", "terms_days or due_on", "both", step, path="request.due_on")


def _invalid(error: Mapping[str, Any]) -> CallError:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = sorted(name.rpartition(".")[2] for name in EXPECTED if _is_beside(name, path))
        step = "remove the field, or correct its name"
        return CallError(
            "invalid_field", f"one of {', '.join(known)}", "an unknown field", step, path=path[:200]
        )
    if error["type"] == "missing":
        return _wrong(path, "nothing")
    return _wrong(path, _found(error["input"], error["type"]))


def _is_beside(name: str, path: str) -> bool:
    return name != "" and name.rpartition(".")[0] == path.rpartition(".")[0]


def _wrong(path: str, found: str) -> CallError:
    step = f"correct '{path}'" if path else "send an object"
    return CallError("invalid_field", EXPECTED[path], found, step, path=path)


_OUT_OF_RANGE = ("greater_than", "greater_than_equal", "less_than_equal", "finite_number")


def _found(value: Any, problem: str) -> str:
    """Name what was found by its kind, never by its value."""
    if problem == "string_too_short":
        return "an empty text"
    if problem in _OUT_OF_RANGE:
        return "a number out of range"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "something else")


_KINDS = (
    (str, "another text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "an object"),
)
