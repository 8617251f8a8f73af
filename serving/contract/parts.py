"""What a call may say: strict types, nothing unknown, nothing that is not finite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from credit.request import LARGEST_AMOUNT, LONGEST_TERMS_DAYS
from features.as_of import FIRST_YEAR, LAST_YEAR
from features.codes import CURRENCIES
from serving.body import parse_json
from serving.errors import CallError
from serving.store.types import is_storable

__all__ = [
    "EXPECTED",
    "Amount",
    "AsOf",
    "Currency",
    "Day",
    "Id",
    "Part",
    "Terms",
    "Text",
    "moment_of_text",
    "parse_call",
    "validated",
    "wrong",
]

_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,10})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?")

_AMOUNT = f"a finite amount above 0 and at most {LARGEST_AMOUNT:.0f}, as a number or as decimal text"
_AS_OF = "a date like 2026-01-31 or an instant like 2026-01-31T12:00:00Z"

_FLAG = "true or false"
_WORDS = "text of 1 to 200 characters"

EXPECTED: Mapping[str, str] = {
    "": "a JSON object",
    "buyer_id": "the id of a buyer, text of 1 to 200 characters",
    "as_of": f"{_AS_OF}, between the years {FIRST_YEAR} and {LAST_YEAR}",
    "lang": "en or zh",
    "offers": _FLAG,
    "peers": _FLAG,
    "raises": _FLAG,
    "store": _FLAG,
    "parts": "all or score",
    "since": f"{_AS_OF}, before as_of",
    "request": "an object with kind, amount and currency",
    "request.kind": "order, limit or terms",
    "request.amount": _AMOUNT,
    "request.currency": "an ISO 4217 code like EUR",
    "request.terms_days": f"whole days from 0 to {LONGEST_TERMS_DAYS}",
    "items": "a list of 1 to 1,000 objects; of facts, of at most 20,000",
    "facts": "a list of at most 1,000 objects",
    "order_id": f"the id of an order, {_WORDS}",
    "amount": _AMOUNT,
    "currency": "an ISO 4217 code like EUR",
    "terms_days": f"whole days from 0 to {LONGEST_TERMS_DAYS}",
    "deliver_on": f"a date like 2026-01-31, between the years {FIRST_YEAR} and {LAST_YEAR}",
    "amends": _FLAG,
    "state": "released, held, cancelled or invoiced",
    "by": f"who decides, {_WORDS}",
    "reason": "text of at most 1,000 characters",
    "atomic": _FLAG,
    "books_until": f"{_AS_OF}, that has come",
    "changed_since": f"{_AS_OF}, with its zone",
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


def _storable(text: str) -> str:
    """Refuse what no database can keep or look up."""
    if not is_storable(text):
        raise ValueError
    return text


def _currency(value: Any) -> Any:
    if isinstance(value, str) and value not in CURRENCIES:
        raise ValueError
    return value


Amount = Annotated[float, Field(gt=0, le=LARGEST_AMOUNT), BeforeValidator(_amount)]
AsOf = Annotated[str, BeforeValidator(_moment)]
Currency = Annotated[str, BeforeValidator(_currency)]
Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, AfterValidator(_storable)]
Id = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Terms = Annotated[int, Field(ge=0, le=LONGEST_TERMS_DAYS)]


class Part(BaseModel):
    """A part of a call: strict, closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Call = TypeVar("Call", bound=Part)


def parse_call(body: bytes, kind: type[Call]) -> Call:
    """Read the body of a call.

    Parameters
    ----------
    body : bytes
        JSON in UTF-8. ``NaN`` and ``Infinity`` are no JSON.
    kind : type
        What it has to say.

    Raises
    ------
    CallError
        ``invalid_json``, or ``invalid_field`` with the path of the first field that is not legal.
    """
    return validated(parse_json(body), kind)


def validated(said: Any, kind: type[Call]) -> Call:
    """Return what was read as a call of a kind; see `parse_call`."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False, include_context=False)[0], kind) from None


def moment_of_text(text: str, name: str) -> datetime:
    """Return an instant of a query, in UTC where it names no zone.

    Raises
    ------
    CallError
        ``invalid_field``.

    Examples
    --------
    >>> moment_of_text("2026-07-01", "changed_since").isoformat()
    '2026-07-01T00:00:00+00:00'
    """
    try:
        instant = _instant(text, _MOMENT)
    except ValueError:
        raise wrong(name, "another text") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _invalid(error: Mapping[str, Any], kind: type[Part]) -> CallError:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = sorted(_fields_beside(error["loc"], kind))
        step = "remove the field, or correct its name"
        return CallError(
            "invalid_field", f"one of {', '.join(known)}", "an unknown field", step, path=path[:200]
        )
    if error["type"] == "missing":
        return wrong(path, "nothing")
    return wrong(path, _found(error["input"], error["type"]))


def _fields_beside(place: tuple[str | int, ...], kind: type[Part]) -> list[str]:
    """Return the fields that there are where an unknown one was found."""
    found: Any = kind
    for name in place[:-1]:
        kinds = [found.model_fields[name].annotation, *get_args(found.model_fields[name].annotation)]
        found = next(each for each in kinds if isinstance(each, type) and issubclass(each, Part))
    return list(found.model_fields)


def wrong(path: str, found: str) -> CallError:
    """Return the refusal of a field by its path."""
    step = f"correct '{path}'" if path else "send an object"
    return CallError("invalid_field", EXPECTED.get(path, "something else"), found, step, path=path)


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
