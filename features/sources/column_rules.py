"""How one column is made and how rows are chosen: the innermost rules of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["ColumnRule", "Condition", "Rule", "Scalar", "check_formats"]

Scalar = str | bool | int | float | date

_ORIGINS = ("from_", "value", "same_as", "year_from", "join", "key_of", "add")
_ONLY_WITH = {
    "month": "year_from",
    "day": "year_from",
    "plus_years": "year_from",
    "with_": "join",
    "subtract": "add",
}


def check_formats(formats: Iterable[str]) -> None:
    """Refuse date formats that no date has (ValueError)."""
    for pattern in formats:
        if "%" not in pattern:
            raise ValueError(f"a date format like %d.%m.%Y; found '{pattern}'")
        if "%z" in pattern or "%Z" in pattern:
            raise ValueError(
                f"a format without a zone (ISO instants with one need no format); found '{pattern}'"
            )


class Rule(BaseModel):
    """Base of all rules: strict types, unknown keys refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(Rule):
    """A test of one column of the export; every test that is set must hold.

    `matches` is a regular expression that the whole cell must match.

    `less_than` and `more_than` read the column as a number; a row where it is empty meets neither. What is
    filled and no number meets both where rows of a table are made, which then refuse it; elsewhere neither.
    """

    from_: str = Field(alias="from")
    filled: bool | None = None
    equals: Scalar | None = None
    in_: list[Scalar] | None = Field(None, alias="in")
    not_in: list[Scalar] | None = None
    less_than: float | None = None
    more_than: float | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _tests_something(self) -> Condition:
        if len(self.model_fields_set) < 2:
            raise ValueError(
                "set one of filled, equals, in, not_in, less_than, more_than, matches beside 'from'"
            )
        return self


class ColumnRule(Rule):
    """Where the values of a column come from and how they are read; one origin, any modifiers.

    Origins: `from` (one column, or a list of which the first filled one counts), `value` (a constant),
    `same_as` (a column of the same table), `year_from` with `month`, `day` and `plus_years`, `join` with
    `with`, `key_of` (an id made from these columns), `add` with `subtract`.

    Where the result is empty, the rules of `otherwise` are tried in their order. Rows that take the value of
    a rule with `assumed` are counted under that reason.
    """

    from_: str | list[str] | None = Field(None, alias="from")
    value: Scalar | None = None
    same_as: str | None = None
    year_from: str | None = None
    month: int = Field(12, ge=1, le=12)
    day: int = Field(31, ge=1, le=31)
    plus_years: int = Field(0, ge=-300, le=300)
    join: list[str] | None = Field(None, min_length=1)
    with_: str = Field("", alias="with")
    key_of: list[str] | None = Field(None, min_length=1)
    add: list[str] | None = Field(None, min_length=1)
    subtract: list[str] = []
    format: str | list[str] | None = None
    plus_days: int = Field(0, ge=-100_000, le=100_000)
    plus_days_from: str | None = None
    plus_days_pattern: str | None = None
    plus_months: int = Field(0, ge=-3_600, le=3_600)
    month_end: bool | Literal["before"] = False
    unit: Literal["one", "thousand", "million", "billion"] = "one"
    sign: Literal["as_is", "reverse", "absolute"] = "as_is"
    pattern: str | None = None
    map: dict[str, Scalar] | None = None
    other: Scalar | None = None
    default: Scalar | None = None
    null_words: list[str] = []
    optional: bool = False
    assumed: str | None = Field(None, min_length=1)
    otherwise: list[ColumnRule] = []

    @model_validator(mode="after")
    def _is_complete_before_others(self) -> ColumnRule:
        if any(rule.otherwise or rule.same_as is not None for rule in self.otherwise):
            raise ValueError("rules of 'otherwise' read the export and have no 'otherwise' of their own")
        if self.otherwise and self.default is not None:
            raise ValueError("'default' leaves nothing to 'otherwise'; give the last of its rules a value")
        if self.plus_days_pattern is not None and self.plus_days_from is None:
            raise ValueError("'plus_days_pattern' goes with 'plus_days_from'")
        return self

    @model_validator(mode="after")
    def _has_one_origin(self) -> ColumnRule:
        found = [name.rstrip("_") for name in _ORIGINS if getattr(self, name) is not None]
        if len(found) != 1:
            legal = ", ".join(name.rstrip("_") for name in _ORIGINS)
            raise ValueError(f"set exactly one of {legal}; found {found or 'none'}")
        astray = [
            name
            for name, origin in _ONLY_WITH.items()
            if origin != found[0] and name in self.model_fields_set
        ]
        if astray:
            raise ValueError(f"{[name.rstrip('_') for name in astray]} do not go with '{found[0]}'")
        check_formats(self.formats)
        return self

    @property
    def formats(self) -> list[str]:
        """Date formats of this column alone."""
        return [self.format] if isinstance(self.format, str) else list(self.format or [])

    @property
    def columns(self) -> list[str]:
        """Columns of the export that the rule reads."""
        origin = [self.from_] if isinstance(self.from_, str) else list(self.from_ or [])
        lists = [origin, self.join or [], self.key_of or [], self.add or [], self.subtract]
        single = [name for name in (self.year_from, self.plus_days_from) if name]
        return [name for names in lists for name in names] + single

    @property
    def constants(self) -> Iterator[Scalar]:
        """Values that the rule itself writes."""
        yield from (value for value in (self.value, self.other, self.default) if value is not None)
        yield from (self.map or {}).values()
        for rule in self.otherwise:
            yield from rule.constants
