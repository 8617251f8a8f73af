"""Tables of a pack: columns as data, rows from its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from training.report.document.markup import NOTHING, Content, Html, joined, tag
from training.report.document.told import Told, said

__all__ = ["Column", "facts", "table"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : str
        With the unit.
    key : str
        Of the row's object; dots lead further down.
    show : callable
        Told to markup.
    is_text : bool
        Whether it stands left.
    """

    head: str
    key: str
    show: Callable[[Told], Html] = said
    is_text: bool = False

    def cell(self, row: Told) -> Html:
        """Return the cell of a row."""
        for step in self.key.split("."):
            row = row[step]
        return tag("td", self.show(row), class_="text" if self.is_text else None)


def table(columns: Sequence[Column], rows: Iterable[Told], caption: str = "") -> Html:
    """Return a table, whose head is repeated on every printed page; nothing for no rows.

    Parameters
    ----------
    columns : sequence of Column
    rows : iterable of Told
        Objects.
    caption : str
    """
    body = [tag("tr", [column.cell(row) for column in columns]) for row in rows]
    if not body:
        return NOTHING
    heads = [
        tag("th", column.head, class_="text" if column.is_text else None, scope="col") for column in columns
    ]
    parts = joined(
        tag("caption", caption) if caption else None,
        tag("thead", tag("tr", heads)),
        tag("tbody", body),
    )
    return tag("div", tag("table", parts), class_="wide")


def facts(entries: Iterable[tuple[str, Content]]) -> Html:
    """Return names with what is said of each."""
    lines = [joined(tag("dt", name), tag("dd", value)) for name, value in entries]
    return tag("dl", lines, class_="facts")
