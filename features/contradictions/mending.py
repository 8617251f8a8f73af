"""A portfolio while it is repaired: rows leave, change or come, and each leaves a line with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from features.columns import TABLES
from features.contradictions.entry import Check
from features.files import text_rows
from features.links import item_names
from features.portfolio import Portfolio

__all__ = ["LINES", "SET_ASIDE", "Mending"]

LINES = ("table", "row", "column", "code", "action", "reason", "raw")
"""Columns of set_aside.csv: `row` counts from 1 in the table as it was read, `raw` is the row as JSON."""

SET_ASIDE = "set aside"


class Mending:
    """Tables under repair; rows keep their labels, so that lines name rows of the portfolio as it was read.

    Parameters
    ----------
    portfolio : Portfolio
        Never changed.

    Attributes
    ----------
    observed_until : Timestamp
        End of the books, to be moved where mistyped years have set it.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._original = portfolio
        self._tables = dict(portfolio.tables)
        self._lines: list[pd.DataFrame] = []
        self._next_label = max(len(frame) for frame in self._tables.values())

        self.observed_until = portfolio.observed_until

    @property
    def portfolio(self) -> Portfolio:
        """The portfolio as repaired so far, with the labels of its rows."""
        return replace(self._original, tables=dict(self._tables), observed_until=self.observed_until)

    @property
    def lines(self) -> pd.DataFrame:
        """What was done, in the order in which it was done: columns `LINES`."""
        return pd.concat(self._lines, ignore_index=True) if self._lines else pd.DataFrame(columns=list(LINES))

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as repaired so far."""
        return self._tables[name]

    def drop(self, name: str, labels: Iterable[Any], check: Check) -> None:
        """Set rows aside; what refers to an invoice that is gone goes with it."""
        chosen = self._tables[name].loc[list(labels)]
        if not len(chosen):
            return
        self._tell(name, chosen, check.column, check.code, SET_ASIDE, _reason(check))
        self._tables[name] = self._tables[name].drop(index=chosen.index)
        if name == "invoices":
            self._drop_what_refers_to(set(chosen["invoice_id"]), check)

    def change(self, name: str, changed: pd.DataFrame, check: Check, actions: pd.Series[Any]) -> None:
        """Replace rows by changed ones of the same labels; `actions` says in words what happened to each."""
        if not len(changed):
            return
        frame = self._tables[name]
        before = frame.loc[changed.index]
        self._tell(name, before, check.column, check.code, actions, _reason(check))
        together = pd.concat([frame.drop(index=changed.index), _like(changed, frame)])
        self._tables[name] = together.sort_index()

    def add(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows, which get labels of their own."""
        if not len(rows):
            return
        rows = rows.set_axis(range(self._next_label, self._next_label + len(rows)))
        self._next_label += len(rows)
        self._tables[name] = pd.concat([self._tables[name], _like(rows, self._tables[name])])

    def add_columns(self, name: str, *columns: str) -> None:
        """Give a table text columns that it lacks."""
        frame = self._tables[name]
        lacking = {column: pd.Series(pd.NA, frame.index, "str") for column in columns if column not in frame}
        self._tables[name] = frame.assign(**lacking)

    def _drop_what_refers_to(self, invoice_ids: set[str], check: Check) -> None:
        invoices = self._tables["invoices"]
        for name in ("allocations", "disputes"):
            frame = self._tables.get(name)
            if frame is None or "invoice_id" not in frame:
                continue
            named = frame[frame["invoice_id"].isin(invoice_ids)]
            lost = list(named.index[~item_names(named).isin(item_names(invoices))])
            if "successor_id" in frame:
                following = frame["successor_id"]
                gone = following.isin(invoice_ids) & ~following.isin(invoices["invoice_id"])
                lost += list(frame.index[gone].difference(lost))
            reason = "the invoice that it refers to was set aside"
            self._tell(name, frame.loc[lost], "invoice_id", check.code, SET_ASIDE, reason)
            self._tables[name] = frame.drop(index=lost)

    def _tell(self, name: str, rows: pd.DataFrame, column: str, code: str, action: Any, reason: str) -> None:
        if not len(rows):
            return
        # Reason: the original's invoices tell the currency of rows whose invoice is gone.
        texts = text_rows(rows, self._original, TABLES[name]).astype("str")
        count = len(self._original.tables[name])
        number = [str(label + 1) if label < count else "" for label in rows.index]
        lines = {"table": name, "row": number, "column": column, "code": code, "action": action}
        raw = [_as_json(row) for row in texts.to_dict("records")]
        frame = pd.DataFrame({**lines, "reason": reason, "raw": raw}, index=rows.index)
        self._lines.append(frame[list(LINES)])


def _reason(check: Check) -> str:
    return f"expected {check.expected}; found {check.found}"


def _as_json(row: dict[Any, Any]) -> str:
    return json.dumps({name: text for name, text in row.items() if pd.notna(text)}, ensure_ascii=False)


def _like(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    return rows[list(frame.columns)].astype(frame.dtypes.to_dict())
