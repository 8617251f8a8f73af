"""The default repair of each kind of contradiction; nothing vanishes without a line that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from features.columns import TABLES
from features.contradictions.books import Books, end_of_books
from features.contradictions.dates import FIRST_DAY
from features.contradictions.entry import Action
from features.contradictions.findings import Found, examine_books
from features.contradictions.ledger import excess_parts
from features.contradictions.mending import SET_ASIDE, Mending
from features.contradictions.table import CHECKS
from features.errors import Refused
from features.instants import end_of_day, start_of_day
from features.money import decimals_array, text_from_minor
from features.portfolio import Portfolio

__all__ = ["Repaired", "repair"]

_MAX_ROUNDS = 10
"""A repair may bring another contradiction to light; after so many rounds what is left is set aside."""

_CREDIT = ("payment", "set_off", "credit_note", "return", "rebate")
"""Kinds of which too much stays the buyer's: money, and what the seller owes back."""

_ERRORS = tuple(check for check in CHECKS if check.severity == "error")


@dataclass(frozen=True)
class Repaired:
    """A portfolio without contradictions, and what that took.

    Parameters
    ----------
    portfolio : Portfolio
    lines : DataFrame, columns `features.contradictions.mending.LINES`
        One line for each row that was changed or set aside.
    rows : int
        Rows of the portfolio before.
    """

    portfolio: Portfolio
    lines: pd.DataFrame
    rows: int

    @property
    def rows_set_aside(self) -> int:
        """Number of rows that are no longer there."""
        gone = self.lines[self.lines["action"] == SET_ASIDE]
        return len(gone.drop_duplicates(["table", "row", "raw"]))

    @property
    def share_set_aside(self) -> float:
        """Share of the rows that are no longer there."""
        return self.rows_set_aside / self.rows


def repair(portfolio: Portfolio) -> Repaired:
    """Repair every error by its default action; notices are left alone.

    Parameters
    ----------
    portfolio : Portfolio

    Returns
    -------
    Repaired
        `features.contradictions.findings.examine` finds no error in its portfolio.

    Raises
    ------
    Refused
        Where no row is left.
    """
    mending = Mending(portfolio)
    for number in count():
        if not _one_round(mending, is_last=number >= _MAX_ROUNDS):
            break
    rows = sum(len(frame) for frame in portfolio.tables.values())
    return Repaired(_finished(mending.portfolio), mending.lines, rows)


def _one_round(mending: Mending, *, is_last: bool) -> bool:
    """Repair what each check finds now; return whether any found something."""
    has_found = False
    end = mending.observed_until = end_of_books(mending.portfolio)
    books = Books(mending.portfolio, end)
    for check in _ERRORS:
        for found in examine_books(books, [check]):
            has_found = True
            action = _set_aside if is_last else _REPAIRS[check.action]
            action(mending, found, books)
            books = Books(mending.portfolio, end)
    return has_found


def _set_aside(mending: Mending, found: Found, _books: Books) -> None:
    mending.drop(found.check.table, found.hits.index, found.check)


def _clear_figure(mending: Mending, found: Found, _books: Books) -> None:
    check = found.check
    rows = mending.table(check.table).loc[found.hits.index]
    actions = pd.Series("figure set aside", index=rows.index)
    mending.change(check.table, rows.assign(**{check.column: np.nan}), check, actions)


def _undo_excess(mending: Mending, found: Found, books: Books) -> None:
    """Take from each row what is above the item's amount, and book it as what it can be."""
    parts = excess_parts(books).loc[found.hits.index]
    to_recover = parts["is_payable"] & parts["is_after_write_off"] & (parts["kind"] == "payment")
    to_credit = parts["is_payable"] & ~to_recover & parts["kind"].isin(_CREDIT)
    mending.add_columns("allocations", "buyer_id", "currency")
    rows = mending.table("allocations").loc[parts.index]
    extra = rows.assign(amount_minor=parts["excess_minor"])
    extra[to_recover] = extra[to_recover].assign(kind="recovery")
    extra[to_credit] = _loose(extra[to_credit], parts[to_credit])
    words = pd.Series(SET_ASIDE, index=parts.index)
    words = words.mask(to_recover, "now a recovery").mask(to_credit, "now unmatched money")
    actions = _excess_texts(parts) + " of it " + words
    is_whole = parts["excess_minor"] == parts["amount_minor"]
    is_kept = to_recover | to_credit
    less = rows.assign(amount_minor=parts["amount_minor"] - parts["excess_minor"])
    changed = pd.concat([extra[is_whole & is_kept], less[~is_whole]])
    mending.change("allocations", changed, found.check, actions.loc[changed.index])
    mending.add("allocations", _renamed(extra[~is_whole & is_kept], mending))
    gone = mending.table("allocations")["allocation_id"].isin(rows.loc[is_whole & ~is_kept, "allocation_id"])
    mending.drop("allocations", gone.index[gone], found.check)


def _excess_texts(parts: pd.DataFrame) -> pd.Series[Any]:
    decimals = decimals_array(parts["item_currency"])
    texts = text_from_minor(parts["excess_minor"].to_numpy(np.int64), decimals)
    return pd.Series(texts, index=parts.index, dtype="str")


def _book_as_prepayment(mending: Mending, found: Found, books: Books) -> None:
    """Let money be unmatched until its invoice is issued; what is no money takes the issue date."""
    check = found.check
    entries = books.entries.loc[found.hits.index]
    is_money = entries["kind"].isin(_CREDIT)
    others = mending.table("allocations").loc[entries.index[~is_money]]
    moved = others.assign(settled_on=entries.loc[~is_money, "issued_on"])
    mending.change("allocations", moved, check, pd.Series("dated on the issue", index=moved.index))
    mending.add_columns("allocations", "buyer_id", "currency")
    versions = mending.table("allocations").sort_values("recorded_at", kind="stable")
    versions = versions[~versions["withdrawn"] & versions["allocation_id"].isin(entries["allocation_id"])]
    is_first = ~versions.duplicated("allocation_id")
    first = versions[is_first & versions["allocation_id"].isin(entries.loc[is_money, "allocation_id"])]
    following = versions.groupby("allocation_id")["recorded_at"].shift(-1).loc[first.index]
    of_id = entries.set_index("allocation_id").loc[first["allocation_id"]].set_axis(first.index)
    actions = pd.Series("a prepayment until the issue", index=first.index)
    mending.change("allocations", _loose(first, of_id), check, actions)
    matched = first.assign(recorded_at=_matched_at(first, of_id, books))
    mending.add("allocations", matched[~(following <= matched["recorded_at"])])


def _matched_at(first: pd.DataFrame, entries: pd.DataFrame, books: Books) -> pd.Series[Any]:
    """Return when money is matched: on the issue of its invoice, once that and the money are known."""
    issued = pd.Series(end_of_day(entries["issued_on"], books.portfolio.seller.timezone), index=first.index)
    known = books.items["recorded_at"].to_numpy()[entries["item"].to_numpy()]
    after_money = first["recorded_at"] + pd.Timedelta(seconds=1)
    latest = pd.DataFrame({"issued": issued, "known": known, "money": after_money}).max(axis=1)
    return latest.astype("datetime64[s]")


def _loose(rows: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Return allocations as money of the buyer that no invoice has."""
    return rows.assign(
        invoice_id=pd.Series(pd.NA, index=rows.index, dtype="str"),
        buyer_id=entries["item_buyer"],
        currency=entries["item_currency"],
    )


def _renamed(rows: pd.DataFrame, mending: Mending) -> pd.DataFrame:
    """Return rows under ids that no allocation has yet."""
    ids = rows["allocation_id"] + "~excess"
    taken = mending.table("allocations")["allocation_id"]
    while ids.isin(taken).any():
        ids = ids.mask(ids.isin(taken), ids + "~")
    return rows.assign(allocation_id=ids)


def _finished(portfolio: Portfolio) -> Portfolio:
    """Return the portfolio with rows numbered anew, and with a start that no mistyped date has set."""
    tables = {name: frame.reset_index(drop=True) for name, frame in portfolio.tables.items()}
    if not any(len(frame) for frame in tables.values()):
        raise Refused("no row is left after the repair; correct the source instead")
    start = portfolio.observed_from
    if start < FIRST_DAY:
        start = max(start, _first_day(tables, portfolio.seller.timezone))
    return replace(portfolio, tables=tables, observed_from=start)


def _first_day(tables: dict[str, pd.DataFrame], timezone: str) -> pd.Timestamp:
    days = [
        frame[TABLES[name].event_date].min()
        for name, frame in tables.items()
        if TABLES[name].event_date and name != "fx" and len(frame)
    ]
    return start_of_day(min(days, default=FIRST_DAY).date(), timezone)


_REPAIRS: dict[Action, Callable[[Mending, Found, Books], None]] = {
    "set_aside": _set_aside,
    "book_as_prepayment": _book_as_prepayment,
    "undo_excess": _undo_excess,
    "clear_figure": _clear_figure,
}
