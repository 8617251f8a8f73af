"""The blocks of a mapping file as typed, frozen models; a key that they do not have is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from features.columns import TABLES
from features.portfolio import Seller
from features.sources.column_rules import ColumnRule, Condition, Rule, check_formats

__all__ = [
    "Control",
    "PrepareRule",
    "Refusal",
    "SellerRule",
    "SkipRule",
    "SourceRule",
    "TableRule",
    "Tolerance",
    "Total",
    "VersionRule",
]


def _short(rule: Any) -> Any:
    """``due_on = "Due_Date"`` is short for ``due_on = { from = "Due_Date" }``."""
    return {"from": rule} if isinstance(rule, str) else rule


def _short_all(rules: Any) -> Any:
    return {name: _short(rule) for name, rule in rules.items()} if isinstance(rules, dict) else rules


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class _When(Rule):
    """A rule for the rows that meet all conditions of `when`."""

    when: list[Condition] = Field(default_factory=list)

    _one_condition = field_validator("when", mode="before")(_as_list)


class _Conditional(_When):
    """A rule for rows of the files of one source (of every source where none is named)."""

    source: str | None = None


class VersionRule(_When):
    """A later version of the fact: what became known later, and when it did."""

    columns: dict[str, ColumnRule]

    _short_columns = field_validator("columns", mode="before")(_short_all)


class TableRule(_Conditional):
    """Rows of one table, made from each row of the export that meets `when`.

    `keep`: every row (`all`), one row a key (`first`, `last`), or rows that say something new (`changes`).
    """

    name: str
    keep: Literal["all", "first", "last", "changes"] = "all"
    knowledge: Literal["given", "assumed"] | None = None
    columns: dict[str, ColumnRule]
    version: list[VersionRule] = Field(default_factory=list)

    _short_columns = field_validator("columns", mode="before")(_short_all)

    @model_validator(mode="after")
    def _fits_the_table(self) -> TableRule:
        if self.name not in TABLES:
            raise ValueError(f"no table '{self.name}'; the tables are {', '.join(TABLES)}")
        for columns in (self.columns, *({**self.columns, **version.columns} for version in self.version)):
            _check_columns(self.name, columns)
        lacking = [name for name in TABLES[self.name].required if name not in self.columns]
        if lacking:
            raise ValueError(f"table '{self.name}' needs columns {lacking}; map them or give each a value")
        if any(TABLES[self.name].knowledge not in version.columns for version in self.version):
            raise ValueError(
                f"a version needs {TABLES[self.name].knowledge}, the instant at which it became known"
            )
        return self


def _check_columns(table: str, rules: dict[str, ColumnRule]) -> None:
    columns = {column.name: column for column in TABLES[table].columns}
    unknown = [name for name in rules if name not in columns]
    if unknown:
        raise ValueError(f"table '{table}' has no columns {unknown}; it has {', '.join(columns)}")
    for name, rule in rules.items():
        choices = columns[name].choices
        wrong = [str(value) for value in rule.constants if choices and value not in choices]
        if wrong:
            raise ValueError(f"column '{name}' takes {', '.join(choices)}; found {wrong}")
        if rule.same_as is not None and (
            rule.same_as not in rules or rules[rule.same_as].same_as is not None
        ):
            raise ValueError(
                f"column '{name}' is the same as '{rule.same_as}': map that from the export first"
            )


class SellerRule(Rule):
    """Whose ledger the export is; the keys are those of `features.portfolio.Seller`."""

    seller_id: str
    name: str = ""
    country: str = ""
    size_class: str = ""
    reporting_currency: str = "XXX"
    timezone: str = "UTC"
    equity: float | None = None
    yearly_credit_sales: float | None = None
    margin: float | None = None
    grade_maps: dict[str, dict[str, float]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_a_seller(self) -> SellerRule:
        self.seller()
        return self

    def seller(self) -> Seller:
        """Return the seller as the portfolio holds it."""
        return Seller(**self.model_dump())


class SkipRule(_When):
    """Rows that are no data, such as subtotals: left out and counted, not refused."""

    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_condition(self) -> SkipRule:
        if not self.when:
            raise ValueError("set 'when': which rows are left out")
        return self


class PrepareRule(Rule):
    """The program that makes rows of items and settlements before the tables are mapped.

    `words` gives each of its roles the words that the system uses for it.
    """

    name: Literal["sap_items", "odoo_items"]
    words: dict[str, list[str]] = Field(default_factory=dict)


class SourceRule(Rule):
    """How one kind of file is read; the first source whose `files` matches a file's name reads it."""

    name: str = "export"
    files: str = "*"
    layout: Literal["table", "sap_list"] = "table"
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    sheet: str | int = 1
    header_row: Annotated[int, Field(ge=1)] | Literal["find"] = 1
    skip_last_rows: int = Field(0, ge=0)
    decimal: Literal[".", ","] = "."
    thousands: str = Field("", max_length=1)
    date_formats: list[str] = Field(default_factory=lambda: ["%Y-%m-%d"])
    null_words: list[str] = Field(default_factory=list)
    aliases: dict[str, list[str]] = Field(default_factory=dict)
    captions: dict[str, list[str]] = Field(default_factory=dict)
    skip: list[SkipRule] = Field(default_factory=list)
    fill_down: list[str] = Field(default_factory=list)
    pad: dict[str, Annotated[int, Field(ge=1, le=40)]] = Field(default_factory=dict)
    whole: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _marks_differ(self) -> SourceRule:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        check_formats(self.date_formats)
        if self.header_row == "find" and not self.aliases:
            raise ValueError("header_row = 'find' needs aliases: the names that a header may have")
        if self.layout == "sap_list" and not self.aliases:
            raise ValueError("layout = 'sap_list' needs aliases: the names that a header may have")
        return self


class Refusal(_Conditional):
    """Rows of the export that must not be loaded, and why."""

    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_condition(self) -> Refusal:
        if not self.when:
            raise ValueError("set 'when': which rows are refused")
        return self


class Tolerance(_When):
    """Differences that are expected: listed, and no failure up to `max_share` of the items compared."""

    reason: str = Field(min_length=1)
    max_share: float = Field(1.0, ge=0, le=1)


class Total(Rule):
    """A sum that somebody states of the export, in one currency."""

    measure: Literal["invoiced", "closed", "open"]
    currency: str
    amount: str


class Control(_Conditional):
    """Figures that the import does not compute, to compare with.

    `open_amount` is what the export itself says is open of an item; without `invoice_id` the item is the one
    that the same row of the export makes. With `complete`, items that it does not list must be closed.
    """

    open_amount: ColumnRule | None = None
    invoice_id: ColumnRule | None = None
    instalment: ColumnRule | None = None
    complete: bool = False
    tolerate: list[Tolerance] = Field(default_factory=list)
    total: list[Total] = Field(default_factory=list)

    _short_rules = field_validator("open_amount", "invoice_id", "instalment", mode="before")(_short)

    @model_validator(mode="after")
    def _compares_something(self) -> Control:
        if self.open_amount is None and not self.total:
            raise ValueError("set open_amount or at least one [[control.total]]")
        return self
