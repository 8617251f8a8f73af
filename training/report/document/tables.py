"""Tables of a pack: columns as data, rows from its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from training.report.document.markup import NOTHING, Content, Html, joined, tag
from training.report.document.told import Told, said

__all__ = ["Column", "facts", "table"]

Kind = Literal["number", "text", "word"]

_CLASSES: dict[Kind, str | None] = {"number": None, "text": "text", "word": "text nowrap"}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : str
        With the unit.
    key : str
        Of the row's object; dots lead further down, and an empty one is the row itself.
    show : callable
        Told to markup.
    kind : {"number", "text", "word"}
        A number stands right; a word stands left and is never broken.
    """

    head: str
    key: str
    show: Callable[[Told], Html] = said
    kind: Kind = "number"

    def cell(self, row: Told) -> Html:
        """Return the cell of a row."""
        for step in filter(None, self.key.split(".")):
            row = row[step]
        return tag("td", self.show(row), class_=_CLASSES[self.kind])


def table(
    columns: Sequence[Column],
    rows: Iterable[Told],
    caption: str = "",
    names: tuple[str, Sequence[str]] | None = None,
) -> Html:
    """Return a table, whose head is repeated on every printed page; nothing for no rows.

    Parameters
    ----------
    columns : sequence of Column
    rows : iterable of Told
        Objects.
    caption : str
    names : tuple of str and sequence of str, optional
        A first column that is not of the pack: its head, and one name a row.
    """
    kept = list(rows)
    if not kept:
        return NOTHING
    first = [None] * len(kept) if names is None else [_head(name, "text", "row") for name in names[1]]
    body = [
        tag("tr", name, [column.cell(row) for column in columns])
        for name, row in zip(first, kept, strict=True)
    ]
    heads = [] if names is None else [_head(names[0], "text")]
    heads += [_head(column.head, column.kind) for column in columns]
    parts = joined(
        tag("caption", caption) if caption else None, tag("thead", tag("tr", heads)), tag("tbody", body)
    )
    return tag("div", tag("table", parts), class_="wide")


def facts(entries: Iterable[tuple[str, Content]]) -> Html:
    """Return names with what is said of each."""
    lines = [joined(tag("dt", name), tag("dd", value)) for name, value in entries]
    return tag("dl", lines, class_="facts")


def _head(text: str, kind: Kind, scope: str = "col") -> Html:
    return tag("th", text, class_=_CLASSES[kind], scope=scope)
