"""Opening balance plus invoices less allocations makes the closing balance, of each buyer and currency."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import INVOICE_KINDS
from features.contradictions.books import Books
from features.errors import InputError
from features.instants import day_of
from features.money import decimals_array, text_from_minor
from features.openings import closing_rows, latest
from features.portfolio import Portfolio

__all__ = ["ROLL_COLUMNS", "RollForward", "roll_forward"]

ROLL_COLUMNS = (
    "buyer_id", "currency", "opening", "invoiced", "closed", "closing", "stated_opening", "stated_closing",
    "difference_opening", "difference_closing", "control_figures", "figures_that_differ",
    "largest_difference", "status",
)  # fmt: skip
"""Columns of the file: one account a row, money as decimal text, empty where nobody states a figure."""

NO_CONTROL = "not reconciled: no control figure"

Ints = npt.NDArray[np.int64]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class RollForward:
    """A period of every account.

    Parameters
    ----------
    start, end : datetime64[D]
        The period: start <= day < end.
    accounts : DataFrame, shape (n, columns), one row a buyer and currency, sorted
        ``buyer_id``, ``currency`` and, in minor units, ``opening``, ``invoiced`` (credit memos count
        negative), ``closed`` (what allocations take off), ``closing``.
    figures : DataFrame, shape (m, columns)
        Control totals of the period, from the day before its start on: ``account`` (row of `accounts`),
        ``on_date``, ``stated``, ``computed``.
    """

    start: np.datetime64
    end: np.datetime64
    accounts: pd.DataFrame
    figures: pd.DataFrame

    @property
    def compared(self) -> int:
        """Control figures compared."""
        return len(self.figures)

    @property
    def failed(self) -> int:
        """Control figures that differ."""
        return int((self.figures["stated"] != self.figures["computed"]).sum())

    @property
    def status(self) -> str:
        """The result in words."""
        if not self.compared:
            return NO_CONTROL
        return "differs" if self.failed else "reconciled"

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Accounts with the control figures of their first and last day, in minor units."""
        figures = self.figures.assign(difference=self.figures["computed"] - self.figures["stated"])
        rows = self.accounts.copy()
        for name, day in (("opening", self.start - _DAY), ("closing", self.end - _DAY)):
            of_day = figures[figures["on_date"] == day].set_index("account")
            rows[f"stated_{name}"] = of_day["stated"].reindex(rows.index).astype("Int64")
            rows[f"difference_{name}"] = of_day["difference"].reindex(rows.index).astype("Int64")
        by_account = figures.groupby("account")["difference"]
        rows["control_figures"] = by_account.size().reindex(rows.index, fill_value=0)
        wrong = figures[figures["difference"] != 0].groupby("account")["difference"]
        rows["figures_that_differ"] = wrong.size().reindex(rows.index, fill_value=0)
        largest = _largest(wrong).astype("Int64")
        rows["largest_difference"] = largest.reindex(rows.index)
        differs = rows["figures_that_differ"] > 0
        told = np.where(differs, "differs", "reconciled")
        rows["status"] = np.where(rows["control_figures"] == 0, NO_CONTROL, told)
        return rows

    def as_text(self) -> pd.DataFrame:
        """Return the accounts as a file tells them: columns `ROLL_COLUMNS`, to the cent."""
        rows = self.rows
        decimals = decimals_array(rows["currency"])
        money = [*ROLL_COLUMNS[2:10], "largest_difference"]
        texts = {name: _texts(rows[name], decimals) for name in money}
        return rows.assign(**texts)[list(ROLL_COLUMNS)]

    def by_currency(self) -> pd.DataFrame:
        """Return sums by currency as decimal text, with numbers of accounts and of figures."""
        rows = self.rows
        money = ["opening", "invoiced", "closed", "closing"]
        groups = rows.groupby("currency")
        sums = groups[money].sum().reset_index()
        decimals = decimals_array(sums["currency"])
        texts = {name: text_from_minor(sums[name].to_numpy(np.int64), decimals) for name in money}
        counts = {
            "accounts": groups.size(),
            "control_figures": groups["control_figures"].sum(),
            "figures_that_differ": groups["figures_that_differ"].sum(),
        }
        return sums.assign(**texts, **{name: count.to_numpy() for name, count in counts.items()})


def roll_forward(
    portfolio: Portfolio, start: pd.Timestamp | None = None, end: pd.Timestamp | None = None
) -> RollForward:
    """Roll every account forward over a period, by event dates of the facts in force at the books' end.

    Parameters
    ----------
    portfolio : Portfolio
    start, end : Timestamp, optional
        Days; start <= day < end. Default: from the first day of complete outcomes (`observed_from`) to
        the day after the books end.

    Returns
    -------
    RollForward
        Accounts without any booking and without a control total are not there.

    Raises
    ------
    InputError
        Where the period has no day.

    Examples
    --------
    >>> from features.portfolio import Seller, from_frames
    >>> invoice = {"invoice_id": ["1"], "buyer_id": ["B"], "amount": ["12.50"], "currency": ["EUR"]}
    >>> dates = {"issued_on": ["2026-01-05"], "due_on": ["2026-02-04"]}
    >>> balance = {"buyer_id": ["B"], "on_date": ["2026-01-31"], "currency": ["EUR"], "amount": ["12.40"]}
    >>> tables = {"invoices": pd.DataFrame(invoice | dates), "balances": pd.DataFrame(balance)}
    >>> rolled = roll_forward(from_frames(tables, Seller("me")))
    >>> rolled.status, rolled.as_text()["largest_difference"].tolist()
    ('differs', ['0.10'])
    """
    first, after = _period(portfolio, start, end)
    entries = _entries(portfolio)
    stated = _stated(portfolio, first - _DAY, after)
    keys = pd.concat([entries[["buyer_id", "currency"]], stated[["buyer_id", "currency"]]])
    code, accounts = _accounts(keys)
    of_entry, of_figure = code[: len(entries)], code[len(entries) :]
    days = entries["day"].to_numpy("datetime64[D]")
    amounts, is_item = entries["amount"].to_numpy(np.int64), entries["is_item"].to_numpy(bool)
    inside = (days >= first) & (days < after)
    total = len(accounts)
    opening = _sums(of_entry, np.where(days < first, amounts, 0), total)
    invoiced = _sums(of_entry, np.where(inside & is_item, amounts, 0), total)
    closed = -_sums(of_entry, np.where(inside & ~is_item, amounts, 0), total)
    rows = accounts.assign(
        opening=opening, invoiced=invoiced, closed=closed, closing=opening + invoiced - closed
    )
    computed = _balances(of_entry, days, amounts, of_figure, stated["on_date"].to_numpy("datetime64[D]"))
    figures = stated[["on_date", "stated"]].assign(account=of_figure, computed=computed)
    return RollForward(first, after, rows, figures.reset_index(drop=True))


def _period(
    portfolio: Portfolio, start: pd.Timestamp | None, end: pd.Timestamp | None
) -> tuple[np.datetime64, np.datetime64]:
    instants = pd.DatetimeIndex([portfolio.observed_from, portfolio.observed_until])
    days = day_of(instants, portfolio.seller.timezone).to_numpy().astype("datetime64[D]")
    first = days[0] if start is None else np.datetime64(start, "D")
    after = days[1] + _DAY if end is None else np.datetime64(end, "D")
    if first >= after:
        found = f"one from {first} to {after}, its end excluded"
        raise InputError.of("a period with a day", found, "correct --from and --to")
    return first, after


def _stated(portfolio: Portfolio, first: np.datetime64, after: np.datetime64) -> pd.DataFrame:
    balances = latest(portfolio, "balances").rename(columns={"amount_minor": "stated"})
    days = balances["on_date"].to_numpy("datetime64[D]")
    return balances[(days >= first) & (days < after)].reset_index(drop=True)


def _entries(portfolio: Portfolio) -> pd.DataFrame:
    """Bookings: account, day and signed minor units; items add, allocations take off what they close."""
    books = Books(portfolio, portfolio.observed_until)
    items = books.items
    sign = items["kind"].map({kind: one.sign for kind, one in INVOICE_KINDS.items()}).to_numpy(np.int64)
    allocations = books.facts("allocations")
    closing = allocations[closing_rows(allocations)]
    at = books.position(closing)
    has_item = at >= 0
    parts = {}
    for name in ("buyer_id", "currency"):
        own = closing[name] if name in closing else pd.Series(pd.NA, index=closing.index, dtype="str")
        parts[name] = pd.Series(pd.NA, index=closing.index, dtype="str")
        if len(items):
            named = pd.Series(items[name].array.take(np.where(has_item, at, 0)), index=closing.index)
            parts[name] = named.where(has_item, own)
        else:
            parts[name] = own
    signs = np.where(has_item, sign[np.where(has_item, at, 0)] if len(items) else 1, 1)
    closed = pd.DataFrame(
        {**parts, "day": closing["settled_on"], "amount": -closing["amount_minor"] * signs, "is_item": False}
    )
    added = pd.DataFrame(
        {
            "buyer_id": items["buyer_id"],
            "currency": items["currency"],
            "day": items["issued_on"],
            "amount": items["amount_minor"] * sign,
            "is_item": True,
        }
    )
    # Reason: an allocation on an invoice that was taken back has no account of its own.
    closed = closed[closed["buyer_id"].notna() & closed["currency"].notna()]
    return pd.concat([added, closed], ignore_index=True)


def _accounts(keys: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Return the number of each row's account, in the order of buyer and currency, and the accounts."""
    buyer, buyers = pd.factorize(keys["buyer_id"], sort=True)
    currency, currencies = pd.factorize(keys["currency"], sort=True)
    both, codes = np.unique(buyer.astype(np.int64) * max(len(currencies), 1) + currency, return_inverse=True)
    names = {
        "buyer_id": buyers.take(both // max(len(currencies), 1)),
        "currency": currencies.take(both % max(len(currencies), 1)),
    }
    return codes.astype(np.int64), pd.DataFrame({name: pd.Series(values) for name, values in names.items()})


def _sums(account: Ints, amounts: Ints, total: int) -> Ints:
    sums = np.zeros(total, np.int64)
    np.add.at(sums, account, amounts)
    return sums


def _balances(account: Ints, days: Any, amounts: Ints, wanted: Ints, until: Any) -> Ints:
    """Return the balance of each wanted account at the end of a day."""
    if not len(wanted) or not len(account):
        return np.zeros(len(wanted), np.int64)
    day, last = days.astype(np.int64), until.astype(np.int64)
    origin = min(day.min(), last.min()) - 1
    width = max(day.max(), last.max()) - origin + 1
    key = account * width + (day - origin)
    order = np.argsort(key, kind="stable")
    sums = np.concatenate([[0], np.cumsum(amounts[order])])
    upto = np.searchsorted(key[order], wanted * width + (last - origin), side="right")
    before = np.searchsorted(key[order], wanted * width, side="left")
    return np.asarray(sums[upto] - sums[before], dtype=np.int64)


def _largest(differences: Any) -> pd.Series[Any]:
    """Return the difference farthest from 0 of each group; the positive one of two."""
    most, least = differences.max(), differences.min()
    return pd.Series(np.where(most >= -least, most, least), index=most.index)


def _texts(minor: pd.Series[Any], decimals: npt.NDArray[np.int64]) -> pd.Series[Any]:
    texts = pd.Series(text_from_minor(minor.fillna(0).to_numpy(np.int64), decimals), index=minor.index)
    return texts.astype("str").where(minor.notna(), "")
