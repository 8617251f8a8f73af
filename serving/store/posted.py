"""Facts that a caller posts, checked row by row as those of a portfolio are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from features.checks import Checked, check_table
from features.columns import TABLES, Column, Table
from features.errors import InputError
from features.files import table_in_arrow
from features.grades import check_ratings
from features.knowledge import find_contradictions
from features.links import check_links, item_currencies
from features.portfolio import Portfolio
from features.seller import Seller
from serving.store.types import is_storable

__all__ = ["Item", "check_items", "items_of", "references"]

_LARGEST_WHOLE = 10**9
_LONGEST, _LONGEST_NAME = 1_000, 200
"""Characters of a text; of one by which facts are looked up, which an index of PostgreSQL must hold."""


@dataclass
class Item:
    """A posted fact and what became of it.

    Parameters
    ----------
    table : str
    fields : mapping of str to object
        As posted.
    row : dict of str to object
        As stored; empty until it is checked.
    status : {"", "accepted", "unchanged", "refused"}
    code, column, expected, found, next_step : str
        Why it is refused; never a value of the call.
    """

    table: str
    fields: Mapping[str, Any]
    row: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    code: str = ""
    column: str = ""
    expected: str = ""
    found: str = ""
    next_step: str = ""

    def refuse(self, code: str, column: str, expected: str, found: str, next_step: str) -> None:
        """Refuse it, where nothing else was said before."""
        if self.status != "refused":
            self.status, self.code, self.column = "refused", code, column
            self.expected, self.found, self.next_step = expected, found, next_step

    def as_json(self) -> dict[str, Any]:
        """Return what the caller is told."""
        told: dict[str, Any] = {"table": self.table, "status": self.status}
        if self.status == "refused":
            told |= {
                "code": self.code,
                "field": self.column or None,
                "expected": self.expected,
                "found": self.found,
                "next_step": self.next_step,
            }
        return told


def items_of(posted: Any) -> list[Item]:
    """Return posted facts one by one.

    Parameters
    ----------
    posted : mapping or sequence of mapping
        ``{"table": "invoices", "rows": [...]}``, or a list of those or of ``{"table": "invoices", ...}``.

    Raises
    ------
    InputError
        Where it has another shape.

    Examples
    --------
    >>> [item.table for item in items_of({"table": "fx", "rows": [{"currency": "USD"}, {"currency": "CHF"}]})]
    ['fx', 'fx']
    """
    groups = [posted] if isinstance(posted, Mapping) else posted
    if not isinstance(groups, Sequence) or isinstance(groups, str):
        raise _wrong_shape()
    return [item for group in groups for item in _items_of(group)]


def _items_of(group: Any) -> Iterable[Item]:
    if not isinstance(group, Mapping):
        raise _wrong_shape()
    rest = {name: value for name, value in group.items() if name != "table"}
    name = group.get("table")
    rows = rest["rows"] if set(rest) == {"rows"} else [rest]
    if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
        raise _wrong_shape()
    return [Item(name if isinstance(name, str) else "", row) for row in rows]


def _wrong_shape() -> InputError:
    step = "send a list of facts"
    return InputError.of('{"table", "rows"} or a list of {"table", ...fields}', "something else", step)


def check_items(items: Sequence[Item], seller: Seller, invoices: pd.DataFrame, now: datetime) -> None:
    """Fill the rows of posted facts, and refuse those that are wrong.

    Parameters
    ----------
    items : sequence of Item
        Changed in place.
    seller : Seller
    invoices : DataFrame
        Stored invoices that the items refer to: `invoice_id`, `instalment`, `buyer_id`, `currency`.
    now : datetime
        Moment of the call; a fact that does not say when it was known is known from then.
    """
    for item in items:
        _check_shape(item)
    checked: dict[str, Checked] = {}
    for name in TABLES:
        mine = [item for item in items if item.table == name and item.status != "refused"]
        if mine:
            known = _with_invoices(checked.get("invoices"), invoices)
            checked[name] = _checked(mine, TABLES[name], seller, known, now)
            _tell(checked[name], mine)
            _fill_rows(mine, checked[name], known, seller)


def references(items: Iterable[Item]) -> set[str]:
    """Return the invoices that posted facts name."""
    named = (item.fields.get(name) for item in items for name in ("invoice_id", "successor_id"))
    return {
        str(value).strip()
        for value in named
        if isinstance(value, int) or (isinstance(value, str) and is_storable(value))
    }


def _check_shape(item: Item) -> None:
    table = TABLES.get(item.table)
    if table is None:
        return item.refuse("unknown_table", "table", f"one of {', '.join(TABLES)}", "another word", _CORRECT)
    for name, value in item.fields.items():
        column = next((each for each in table.columns if each.name == name), None)
        if column is None:
            # Reason: what a caller wrote is not repeated, for it may be a customer's.
            known = f"one of {', '.join(each.name for each in table.columns)}"
            item.refuse("unknown_field", "", known, "an unknown field", _CORRECT)
        elif value is not None and not _is_legal(value, column):
            found = "a value of another kind or size"
            item.refuse("invalid_field", name, _EXPECTED.get(column.kind, "a plain value"), found, _CORRECT)
        elif _is_too_long_a_name(value, name, table):
            expected = f"text of at most {_LONGEST_NAME} characters"
            item.refuse("invalid_field", name, expected, "a longer one", _CORRECT)
    for name in table.required:
        if item.fields.get(name) is None and name != table.knowledge:
            item.refuse("invalid_field", name, "a value", "nothing", _CORRECT)
    return None


_CORRECT = "correct the fact and post it again"
_EXPECTED = {"integer": "a whole number of at most 9 digits", "flag": "true or false"}


def _is_legal(value: Any, column: Column) -> bool:
    if isinstance(value, bool):
        return column.kind == "flag"
    if isinstance(value, str):
        return (
            len(value) <= _LONGEST
            and is_storable(value)
            and (column.kind != "integer" or len(value) < len(str(_LARGEST_WHOLE)))
        )
    if isinstance(value, int | float | Decimal):
        return math.isfinite(value) and (column.kind != "integer" or abs(float(value)) < _LARGEST_WHOLE)
    return False


def _is_too_long_a_name(value: Any, name: str, table: Table) -> bool:
    is_name = name in table.key or name.endswith("_id")
    return is_name and isinstance(value, str) and len(value.strip()) > _LONGEST_NAME


def _checked(
    items: Sequence[Item], table: Table, seller: Seller, invoices: Checked, now: datetime
) -> Checked:
    filled = {name for item in items for name in item.fields} | {*table.required, table.knowledge}
    raw = pd.DataFrame(
        {
            column.name: [_text(item.fields.get(column.name)) for item in items]
            for column in table.columns
            if column.name in filled
        },
        dtype="str",
    )
    moment = pd.Timestamp(now.astimezone(UTC)).tz_localize(None).as_unit("s")
    if table.column(table.knowledge).required:
        raw[table.knowledge] = raw[table.knowledge].fillna(f"{moment.isoformat()}Z")
    currencies = item_currencies(table, raw, invoices)
    if currencies is not None:
        # Reason: looked up among no invoices, the missing ones would be numbers.
        currencies = currencies.astype("str")
    checked = check_table(table, raw, timezone=seller.timezone, currencies=currencies)
    known = checked.frame[table.knowledge]
    late = (known > moment).to_numpy(bool)
    checked.add(table.knowledge, late, "an instant that has come", "a later one")
    checked.frame[table.knowledge] = known.fillna(moment).astype("datetime64[s]")
    checked.assumed = np.zeros(len(raw), bool)
    if table.name == "attributes":
        check_ratings(checked, seller.grade_maps)
    find_contradictions(checked)
    check_links({"invoices": invoices, table.name: checked} if table.name != "invoices" else {})
    return checked


def _text(value: Any) -> str | None:
    return None if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _with_invoices(posted: Checked | None, stored: pd.DataFrame) -> Checked:
    """Return stored invoices and those of the call that nothing is wrong with."""
    table = TABLES["invoices"]
    if posted is None:
        return Checked(table, stored)
    good = posted.frame.loc[~posted.bad, list(stored.columns)]
    return Checked(table, pd.concat([good, stored], ignore_index=True) if len(stored) else good)


def _tell(checked: Checked, items: Sequence[Item]) -> None:
    for finding in checked.findings:
        code = next((code for words, code in _CODES if words in finding.expected), "invalid_field")
        for position in np.flatnonzero(finding.rows).tolist():
            items[position].refuse(code, finding.column, finding.expected, finding.found, finding.next_step)


_CODES = (
    ("the id of a known invoice", "unknown_invoice"),
    ("one content for one key", "conflict"),
    ("an instant that has come", "known_in_future"),
)


_NO_INVOICE = {"invoice_id": [""], "currency": ["XXX"]}


def _fill_rows(items: Sequence[Item], checked: Checked, invoices: Checked, seller: Seller) -> None:
    start = pd.Timestamp(0)
    # Reason: currencies are looked up among the invoices, which must not be none.
    known = invoices.frame if len(invoices.frame) else pd.DataFrame(_NO_INVOICE, dtype="str")
    book = Portfolio(seller, {"invoices": known}, start, start)
    rows = table_in_arrow(checked.frame, book, checked.table).to_pylist()
    for item, row in zip(items, rows, strict=True):
        item.row = row
