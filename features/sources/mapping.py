"""A mapping: the TOML file that says how the rows of an export become the tables of a portfolio."""

from __future__ import annotations

import difflib
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from features.errors import InputError, Problem
from features.sources.column_rules import ColumnRule
from features.sources.rules import (
    Control,
    PrepareRule,
    Refusal,
    SellerRule,
    SkipRule,
    SourceRule,
    TableRule,
)

__all__ = ["Mapping", "load_mapping", "mapping_text", "parse_mapping", "shipped_mappings"]

_STEP = "correct the mapping; docs/guides/mapping.md describes every key"


class Mapping(BaseModel):
    """A mapping file.

    Parameters
    ----------
    seller : SellerRule
        Whose ledger the export is.
    source : list of SourceRule
        How files are read.
    table : list of TableRule
        What each row of the export becomes.
    refuse : list of Refusal
    control : Control or None
    prepare : PrepareRule or None
        The program that makes rows of items and settlements first.
    observed_from, observed_until : str, ColumnRule or None
        A day, or a rule whose earliest (latest) day counts.
    round_amounts : bool
        Round amounts with more decimals than their currency has, instead of refusing their rows.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    description: str = ""
    seller: SellerRule
    source: list[SourceRule] = Field(default_factory=lambda: [SourceRule()], min_length=1)
    table: list[TableRule] = Field(min_length=1)
    refuse: list[Refusal] = []
    control: Control | None = None
    prepare: PrepareRule | None = None
    observed_from: str | ColumnRule | None = None
    observed_until: str | ColumnRule | None = None
    round_amounts: bool = False

    @field_validator("source", mode="before")
    @classmethod
    def _one_source(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @field_validator("observed_from", "observed_until", mode="before")
    @classmethod
    def _day(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    @model_validator(mode="after")
    def _names_its_sources(self) -> Mapping:
        names = [source.name for source in self.source]
        if len(set(names)) < len(names):
            raise ValueError(f"each source needs a name of its own; found {names}")
        rules = [*self.table, *self.refuse, *([self.control] if self.control else [])]
        unknown = sorted({rule.source for rule in rules if rule.source and rule.source not in names})
        if unknown:
            raise ValueError(f"no source is named {unknown}; the sources are {names}")
        return self


def shipped_mappings() -> list[str]:
    """Return the names of the mappings that come with Credence.

    Examples
    --------
    >>> shipped_mappings()
    ['american_bankruptcy', 'cassandra_ap_invoices', 'highradius', 'ibm_accounts_receivable', 'kingdee',
    'odoo', 'sap_fbl5n', 'sap_tables', 'yonyou']
    """
    return sorted(
        path.name.removesuffix(".toml") for path in _shelf().iterdir() if path.name.endswith(".toml")
    )


def mapping_text(name: str) -> str:
    """Return the TOML of a mapping that comes with Credence.

    Examples
    --------
    >>> mapping_text("highradius").splitlines()[0]
    'description = "The payment date layout known from HighRadius: one row an invoice, cleared or open"'
    """
    text: str = (_shelf() / f"{name}.toml").read_text("utf-8")
    return text


def load_mapping(name_or_path: str | Path, seller: dict[str, str] | None = None) -> Mapping:
    """Read a mapping by the name of a shipped one or by the path of a TOML file.

    Parameters
    ----------
    name_or_path : str or Path
    seller : dict of str to str, optional
        Keys of the seller that take the place of the mapping's own, such as ``seller_id``.

    Raises
    ------
    InputError
        Where there is no such mapping (the shipped ones are listed) or a key is wrong (its path is named).

    Examples
    --------
    >>> load_mapping("american_bankruptcy").seller.reporting_currency
    'USD'
    """
    if str(name_or_path) in shipped_mappings():
        return parse_mapping(mapping_text(str(name_or_path)), seller)
    path = Path(name_or_path)
    if not path.is_file():
        expected = f"the path of a mapping, or one of {', '.join(shipped_mappings())}"
        raise InputError.of(expected, f"'{path.name}', which is neither", "correct --mapping")
    try:
        return parse_mapping(path.read_text("utf-8-sig"), seller)
    except UnicodeDecodeError as error:
        raise InputError.of("a mapping in UTF-8", "another encoding", "save it as UTF-8") from error


def parse_mapping(text: str, seller: dict[str, str] | None = None) -> Mapping:
    """Read a mapping from TOML text; keys of `seller` take the place of its own.

    Raises
    ------
    InputError
        Names the path of each key that is wrong.

    Examples
    --------
    >>> text = '''
    ... seller.seller_id = "acme"
    ... [[table]]
    ... name = "buyers"
    ... columns.buyer_id = "Customer"
    ... '''
    >>> parse_mapping(text).table[0].columns["buyer_id"].from_
    'Customer'
    """
    try:
        content = tomllib.loads(text)
        if seller and isinstance(content.get("seller", {}), dict):
            content["seller"] = content.get("seller", {}) | seller
        return Mapping.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise InputError.of("a TOML file", f"text that is none ({error})", "correct the mapping") from error
    except ValidationError as error:
        raise InputError(
            _problem(item) for item in error.errors(include_url=False, include_input=False)
        ) from error


def _shelf() -> Any:
    return resources.files("features.sources") / "mappings"


def _problem(item: Any) -> Problem:
    path = _path(item["loc"])
    if item["type"] == "extra_forbidden":
        return Problem("known keys", f"'{path}', which is unknown{_hint(str(item['loc'][-1]))}", _STEP)
    if item["type"] == "missing":
        return Problem(f"the key '{path}'", "none", _STEP)
    return Problem(
        item["msg"].removeprefix("Value error, "), f"another value at '{path or 'the top'}'", _STEP
    )


def _path(location: tuple[int | str, ...]) -> str:
    """``("table", 0, "columns")`` is read ``table[1].columns``: people count blocks from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _hint(key: str) -> str:
    names = {
        field.alias or name
        for model in (
            Mapping,
            SellerRule,
            SourceRule,
            TableRule,
            ColumnRule,
            Refusal,
            Control,
            SkipRule,
            PrepareRule,
        )
        for name, field in model.model_fields.items()
    }
    close = difflib.get_close_matches(key, sorted(names), 1)
    return f" (did you mean '{close[0]}'?)" if close else ""
