"""All figures of a portfolio's profile in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.columns import TABLES
from features.contradictions.books import Books, end_of_books
from features.description.activity import monthly, seasons
from features.description.behaviour import days_late_counts, late_by_month, terms_counts
from features.description.items import ageing, items_of
from features.identifiers.duplicates import candidates, profiles_of
from features.identifiers.validity import natural_persons
from features.openings import totals
from features.portfolio import Portfolio
from features.reconciliation.roll_forward import RollForward, roll_forward

__all__ = ["Description", "Identities", "describe"]

_ACTIVE = ("invoices", "allocations", "orders")
_SHOWN_BUYERS = 10


@dataclass(frozen=True)
class Identities:
    """Who the buyers are.

    Parameters
    ----------
    statuses : DataFrame
        ``scheme``, ``status`` and ``buyers``.
    natural_persons : int
        Buyers that the table marks as natural persons.
    unmarked : int
        Sole traders by their number that the table does not mark.
    proposals : dict of str to int
        Proposed mergers by how sure they are.
    """

    statuses: pd.DataFrame
    natural_persons: int
    unmarked: int
    proposals: dict[str, int]


@dataclass(frozen=True)
class Description:
    """What there is to say of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
    end_day : Timestamp
        The local day on which the books end.
    buyers : int
        Buyers that any table names.
    ageing, late_by_month : DataFrame
    days_late, terms : Series
    months : dict of str to DataFrame
        By table.
    seasons : dict of str to DataFrame
        By table, for invoices and allocations.
    currencies, largest : DataFrame
        Items and minor units by currency; the buyers that owe most in the currency of most items.
    concentration : dict of str to float
        ``hhi`` (sum of squared shares of what is owed, 0 to 1), ``top_1``, ``top_10`` in that currency.
    identities : Identities
    rolled : RollForward
    """

    portfolio: Portfolio
    end_day: pd.Timestamp
    buyers: int
    ageing: pd.DataFrame
    late_by_month: pd.DataFrame
    days_late: pd.Series[Any]
    terms: pd.Series[Any]
    months: dict[str, pd.DataFrame]
    seasons: dict[str, pd.DataFrame]
    currencies: pd.DataFrame
    largest: pd.DataFrame
    concentration: dict[str, float]
    identities: Identities
    rolled: RollForward


def describe(portfolio: Portfolio) -> Description:
    """Return the figures of a portfolio's profile, from the facts in force at the end of its books.

    Parameters
    ----------
    portfolio : Portfolio
    """
    books = Books(portfolio, end_of_books(portfolio))
    items = items_of(books)
    open_totals = {
        currency: sum_ for (measure, currency), sum_ in totals(portfolio).items() if measure == "open"
    }
    days = {name: books.facts(name)[TABLES[name].event_date] for name in _ACTIVE if len(books.facts(name))}
    largest, concentration = _concentration(portfolio, items)
    return Description(
        portfolio,
        books.end_day,
        len(portfolio.buyer_ids()),
        ageing(items, open_totals),
        late_by_month(items),
        days_late_counts(items),
        terms_counts(items),
        {name: monthly(column, books.end_day) for name, column in days.items()},
        {name: seasons(days[name]) for name in ("invoices", "allocations") if name in days},
        _currencies(items),
        largest,
        concentration,
        _identities(portfolio, books),
        roll_forward(portfolio),
    )


def _currencies(items: pd.DataFrame) -> pd.DataFrame:
    sums = items.groupby("currency").agg(
        items=("buyer_id", "size"),
        buyers=("buyer_id", "nunique"),
        amount_minor=("amount_minor", "sum"),
        open_minor=("open_minor", "sum"),
    )
    return sums.sort_values("items", ascending=False, kind="stable")


def _concentration(portfolio: Portfolio, items: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    names = ["buyer_id", "name", "currency", "open_minor", "overdue_minor", "share"]
    if not len(items):
        return pd.DataFrame(columns=names), {}
    currency = items["currency"].value_counts().sort_index().idxmax()
    own = items[(items["currency"] == currency) & (items["open_minor"] > 0)]
    owed = own.groupby("buyer_id")["open_minor"].sum().sort_values(ascending=False, kind="stable")
    if not len(owed):
        return pd.DataFrame(columns=names), {}
    overdue = own[own["dpd"] > 0].groupby("buyer_id")["open_minor"].sum()
    shares = owed / owed.sum()
    top = owed.head(_SHOWN_BUYERS)
    called = portfolio.table("buyers").drop_duplicates("buyer_id", keep="last").set_index("buyer_id")
    called_names = called["name"] if "name" in called else pd.Series(dtype="str")
    largest = pd.DataFrame(
        {
            "buyer_id": top.index,
            "name": called_names.reindex(top.index).fillna("").to_numpy(),
            "currency": currency,
            "open_minor": top.to_numpy(),
            "overdue_minor": overdue.reindex(top.index).fillna(0).astype("int64").to_numpy(),
            "share": shares.head(_SHOWN_BUYERS).to_numpy(),
        }
    )
    measures = {"hhi": float((shares**2).sum()), "top_1": float(shares.iloc[0])}
    return largest, {**measures, "top_10": float(shares.head(_SHOWN_BUYERS).sum())}


def _identities(portfolio: Portfolio, books: Books) -> Identities:
    buyers = books.facts("buyers")
    judged = books.judged_ids
    statuses = judged.groupby(["scheme", "status"]).size().reset_index(name="buyers")
    marked = buyers["natural_person"].astype(bool)
    proposals = candidates(profiles_of(portfolio))["how_sure"].value_counts()
    return Identities(
        statuses,
        int(marked.sum()),
        int((natural_persons(judged) & ~marked).sum()),
        {level: int(proposals.get(level, 0)) for level in ("sure", "likely", "possible", "doubtful")},
    )
