"""Writes docs/tables.md, the dictionary of a portfolio's tables, from `features.columns`."""

from __future__ import annotations

from pathlib import Path

from features.columns import ALLOCATION_KINDS, LINE_ITEMS, TABLES, AllocationKind, Column, Table
from features.convert import EXPECTED

_TARGET = Path(__file__).parent.parent / "docs" / "tables.md"

_HEAD = """# Tables of a portfolio

A portfolio is a folder with `portfolio.toml` and one Parquet or CSV file (UTF-8) a table. This page is made
from `features/columns.py`. **Bold** columns are the key; \\* is required. Rows with one key and different
knowledge times are versions: the latest one known counts, and `withdrawn` = true takes a fact back. A missing
id is derived from the row's content. Amounts are decimals in currency units, never rounded silently.
"""


def text() -> str:
    """Return the page."""
    parts = [_HEAD, *(_table(table) for table in TABLES.values()), _kinds(), _line_items()]
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = [_row(column, table) for column in table.columns if column.name not in LINE_ITEMS]
    known = f"`{table.knowledge}`" + (
        f"; where it lacks, from `{table.event_date}`" if table.event_date else ""
    )
    head = (
        f"## {table.name}\n\nKnown from {known}.\n\n| column | what | default | values |\n|---|---|---|---|"
    )
    extra = ["| (line items below) | a finite number | | |"] if table.name == "statements" else []
    return "\n".join([head, *rows, *extra, ""])


def _row(column: Column, table: Table) -> str:
    name = f"`{column.name}`" + ("\\*" if column.required else "")
    name = f"**{name}**" if column.name in table.key else name
    default = "" if column.default is None else f"`{str(column.default).lower()}`"
    sign = "" if column.sign == "any" else column.sign.replace("_", " ")
    return f"| {name} | {EXPECTED[column.kind]} | {default} | {', '.join(column.choices) or sign} |"


def _kinds() -> str:
    columns = "| kind | closes the balance | counts as paid | dilutes | cash | credit loss |"
    head = f"## Kinds of allocations\n\n{columns}\n|---|---|---|---|---|---|"
    return "\n".join([head, *(_kind(name, kind) for name, kind in ALLOCATION_KINDS.items()), ""])


def _kind(name: str, kind: AllocationKind) -> str:
    paid = "as its successor" if kind.follows_successor else _yes(kind.counts_as_paid)
    loss = {1: "yes", -1: "reduces it", 0: "no"}[kind.loss_sign]
    return f"| {name} | {_yes(kind.closes)} | {paid} | {_yes(kind.dilutes)} | {_yes(kind.is_cash)} | {loss} |"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _line_items() -> str:
    return f"## Line items of statements\n\nIn units of the statement's currency: {', '.join(LINE_ITEMS)}.\n"


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
