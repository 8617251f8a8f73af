"""The facts in force at the end of the books, in the shape that the checks of contradictions ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import INVOICE_KINDS, TABLES
from features.identifiers.validity import judge_ids
from features.instants import day_of
from features.openings import closing_rows, latest
from features.portfolio import Portfolio

__all__ = ["MAX_DAYS_AHEAD", "Books", "end_of_books"]

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_DAYS_AHEAD = 366
"""A fact may be booked ahead of its date by a year."""

_GAP_SECONDS = 3 * 366 * 24 * 3600
_STRAY_SHARE = 0.05


def end_of_books(portfolio: Portfolio) -> pd.Timestamp:
    """Return when the books end, whatever a few mistyped years say.

    Where nobody states ``observed_until`` it is the latest knowledge time, so that one invoice of the year
    2199 would move it and nothing would look late. Rows that are at most five in a hundred and come after a
    gap of more than three years without any fact do not say when the books end.

    Parameters
    ----------
    portfolio : Portfolio

    Returns
    -------
    Timestamp
        Naive UTC instant, at most ``observed_until``.
    """
    columns = [frame[TABLES[name].knowledge] for name, frame in portfolio.tables.items() if len(frame)]
    if not columns:
        return portfolio.observed_until
    known = np.sort(np.concatenate([column.to_numpy("datetime64[s]").astype(np.int64) for column in columns]))
    after = len(known) - 1 - np.arange(len(known) - 1)
    strays = np.flatnonzero((np.diff(known) > _GAP_SECONDS) & (after <= _STRAY_SHARE * len(known)))
    if not len(strays):
        return portfolio.observed_until
    last = pd.Timestamp(int(known[strays[0]]), unit="s")
    # Reason: an end that somebody states lies near the last sound row; one that a stray row made does not.
    is_stated = portfolio.observed_until - last <= pd.Timedelta(days=MAX_DAYS_AHEAD)
    return portfolio.observed_until if is_stated else last


@dataclass(frozen=True)
class Books:
    """A portfolio with its facts in force, made once for all checks.

    A fact is in force in its latest version, unless that takes it back: what a later version has corrected
    is no contradiction any more. Rows keep the labels of the portfolio's frames.

    Parameters
    ----------
    portfolio : Portfolio
    end : Timestamp
        From `end_of_books`.
    """

    portfolio: Portfolio
    end: pd.Timestamp
    _facts: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def end_day(self) -> pd.Timestamp:
        """The local day on which the books end."""
        return day_of(pd.DatetimeIndex([self.end]), self.portfolio.seller.timezone)[0]

    def facts(self, name: str) -> pd.DataFrame:
        """Return the facts of a table that are in force."""
        if name not in self._facts:
            self._facts[name] = latest(self.portfolio, name)
        return self._facts[name]

    def known_days(self, name: str) -> pd.Series[Any]:
        """Return the local day on which each fact in force became known."""
        frame = self.facts(name)
        days = day_of(frame[TABLES[name].knowledge], self.portfolio.seller.timezone)
        return pd.Series(days, index=frame.index)

    @cached_property
    def judged_ids(self) -> pd.DataFrame:
        """What can be said of the registration number of each buyer in force."""
        return judge_ids(self.facts("buyers"))

    @cached_property
    def items(self) -> pd.DataFrame:
        """Invoices in force with `is_payable`, in the order that `entries` number them by."""
        invoices = self.facts("invoices")
        payable = [kind for kind, meaning in INVOICE_KINDS.items() if meaning.is_payable]
        return invoices.assign(is_payable=invoices["kind"].isin(payable))

    @cached_property
    def entries(self) -> pd.DataFrame:
        """Allocations in force on items in force, with their item's facts.

        Columns of allocations and ``item`` (position in `items`), ``closes``, ``issued_on``,
        ``item_minor`` (the item's amount), ``item_currency``, ``item_buyer``, ``is_payable``.
        """
        allocations = self.facts("allocations")
        position = self.position(allocations)
        at, chosen = position[position >= 0], allocations[position >= 0]
        items = self.items
        return chosen.assign(
            item=at,
            closes=closing_rows(chosen),
            issued_on=items["issued_on"].to_numpy()[at],
            item_minor=items["amount_minor"].to_numpy()[at],
            item_currency=items["currency"].to_numpy()[at],
            item_buyer=items["buyer_id"].to_numpy()[at],
            is_payable=items["is_payable"].to_numpy()[at],
        )

    def position(self, rows: pd.DataFrame) -> Ints:
        """Return the position in `items` of the item that each row names; -1 where it names none in force."""
        if "invoice_id" not in rows or not len(rows):
            return np.full(len(rows), -1, np.int64)
        items = self.items
        ids = pd.factorize(pd.concat([items["invoice_id"], rows["invoice_id"]]))[0].astype(np.int64)
        parts = pd.factorize(pd.concat([items["instalment"], rows["instalment"]]))[0].astype(np.int64)
        keys = np.where(ids < 0, -1, ids * (parts.max() + 1) + parts)
        found = pd.Index(keys[: len(items)]).get_indexer(pd.Index(keys[len(items) :]))
        return np.where(keys[len(items) :] < 0, -1, found).astype(np.int64)

    def hits(self, name: str, rows: Any) -> pd.DataFrame:
        """Return chosen facts as a check tells them: their labels, amounts and currencies.

        Parameters
        ----------
        name : str
            A table.
        rows : bool ndarray or Series
            One flag for each fact in force.

        Returns
        -------
        DataFrame, index of row labels
            Columns ``amount_minor`` and ``currency`` where the table has amounts, else none.
        """
        chosen = self.facts(name)[np.asarray(rows, dtype=bool)]
        if "amount_minor" not in chosen:
            return pd.DataFrame(index=chosen.index)
        amounts = chosen["amount_minor"].fillna(0).astype("int64")
        return pd.DataFrame({"amount_minor": amounts, "currency": self._currencies(chosen)})

    def _currencies(self, rows: pd.DataFrame) -> pd.Series[Any]:
        own = rows["currency"] if "currency" in rows else pd.Series(pd.NA, index=rows.index, dtype="str")
        if "invoice_id" not in rows or not own.isna().any():
            return own
        # Reason: a cancelled invoice is no item in force, and still tells the currency.
        invoices = self.portfolio.table("invoices")
        named = invoices[invoices["invoice_id"].isin(rows["invoice_id"])].drop_duplicates("invoice_id")
        return own.fillna(rows["invoice_id"].map(named.set_index("invoice_id")["currency"])).fillna("XXX")
