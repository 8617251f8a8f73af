"""Tables beside the feature catalog as whole numbers by buyer, made once and read buyer by buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.sides import NO_SHARE, SECURITY_KINDS, SHARE_UNIT
from features.arrays import by_buyer, day_numbers, starts_of, whole_numbers
from features.build import Packed
from features.facts import facts_of
from features.instants import FAR_FUTURE
from features.portfolio import Portfolio
from features.versions import fact_versions

__all__ = [
    "REFERENCE_PREFIX",
    "Rows",
    "bank_limits",
    "bill_items",
    "countries_and_groups",
    "orders",
    "references",
    "securities",
]

Ints = npt.NDArray[np.int64]

REFERENCE_PREFIX = "reference_high_credit"
"""Attributes so called, with a supplier's name behind it, say what that supplier lets the buyer owe, in the
reporting currency."""

_NOTHING = -1


@dataclass(frozen=True)
class Rows:
    """Versions of a table's facts.

    Parameters
    ----------
    start : int64 ndarray, shape (buyers + 1,)
        Rows of buyer b are ``start[b]:start[b + 1]``.
    numbers : int64 ndarray, shape (rows, columns)
        The instants (seconds since 1970) from which and until which a version is known, and further columns.
    words : tuple of str
        What columns of positions stand for: currencies, states, countries or groups.
    texts : tuple of int
        The columns of `numbers` that are positions among `words`; -1 is no word.
    names : sequence of str
        Id of each row's fact, where somebody may leave one out.
    """

    start: Ints
    numbers: Ints
    words: tuple[str, ...] = ()
    texts: tuple[int, ...] = ()
    names: Sequence[str] = ()

    def of(self, buyer: int) -> list[list[Any]]:
        """Return the rows of a buyer with words in place of positions, and the id at the end."""
        first, last = int(self.start[buyer]), int(self.start[buyer + 1])
        return [] if first == last else self._told(first, last)

    def all(self) -> list[list[Any]]:
        """Return the rows of all buyers, each behind its buyer's position."""
        owner = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start)).tolist()
        told = self._told(0, len(self.numbers))
        return [[buyer, *row] for buyer, row in zip(owner, told, strict=True)]

    def _told(self, first: int, last: int) -> list[list[Any]]:
        rows: list[list[Any]] = self.numbers[first:last].tolist()
        for place, row in enumerate(rows, first):
            for column in self.texts:
                row[column] = self.words[row[column]] if row[column] >= 0 else ""
            if self.names:
                row.append(self.names[place])
        return rows


def securities(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Rows:
    """Return securities: first and last day, kind, minor units, currency, share in millionths."""
    versions = _versions(portfolio, "securities", buyer_ids)
    share = _column(versions, "share").astype("float64")
    millionths = np.where(share.isna(), NO_SHARE, np.rint(share.fillna(0.0) * SHARE_UNIT)).astype(np.int64)
    kind = pd.Index(SECURITY_KINDS).get_indexer(pd.Index(versions["kind"]))
    return _rows(versions, buyer_ids, [*_validity(versions), kind, *_money(versions), millionths], (6,))


def bank_limits(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Rows:
    """Return what banks and factors take of each buyer: first and last day, minor units, currency."""
    versions = _versions(portfolio, "limits", buyer_ids)
    versions = versions[(versions["kind"] == "bank").to_numpy(bool)]
    return _rows(versions, buyer_ids, [*_validity(versions), *_money(versions)], (5,))


def orders(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Rows:
    """Return orders: day, day of delivery (without one that of the order), state, minor units, currency."""
    versions = _versions(portfolio, "orders", buyer_ids)
    deliver = _column(versions, "deliver_on").astype("datetime64[s]").fillna(versions["ordered_on"])
    state = _column(versions, "state").astype("str").str.strip().str.lower()
    words, (states, currencies) = _positions(state, versions["currency"])
    days = [day_numbers(versions["ordered_on"]), day_numbers(deliver)]
    columns = [*days, states, whole_numbers(versions["amount_minor"]), currencies]
    return _rows(versions, buyer_ids, columns, (4, 6), words, versions["order_id"].tolist())


def references(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Rows:
    """Return what other suppliers let each buyer owe: last day, hundredths; -1 for what is no amount."""
    versions = _versions(portfolio, "attributes", buyer_ids)
    versions = versions[versions["name"].str.startswith(REFERENCE_PREFIX).to_numpy(bool)]
    amounts = pd.to_numeric(versions["value"], errors="coerce").to_numpy(np.float64)
    is_amount = np.isfinite(amounts) & (amounts >= 0.0) & (amounts < 1e15)
    hundredths = np.where(is_amount, np.rint(np.where(is_amount, amounts, 0.0) * 100.0), _NOTHING)
    return _rows(versions, buyer_ids, [_last_days(versions, "expires_on"), hundredths.astype(np.int64)])


def countries_and_groups(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> Rows:
    """Return buyers' own data: position of the country and of the group among the words; -1 where unknown."""
    versions = _versions(portfolio, "buyers", buyer_ids)
    words, positions = _positions(
        *(_column(versions, name).astype("str") for name in ("country", "group_id"))
    )
    return _rows(versions, buyer_ids, positions, (2, 3), words)


def bill_items(packed: Packed) -> dict[int, list[int]]:
    """Return by buyer's position the items that are bills."""
    facts = facts_of(packed.portfolio)
    kind = facts.invoices.coded("kind")
    if "bill" not in kind.labels:
        return {}
    rows = np.flatnonzero(kind.numbers({"bill": True}, bool))
    _, items = packed.items.items_of(np.unique(facts.invoice_fact[rows]))
    found: dict[int, list[int]] = {}
    for item in np.unique(items).tolist():
        found.setdefault(int(packed.items.buyer[item]), []).append(item)
    return found


def _versions(portfolio: Portfolio, name: str, buyer_ids: tuple[str, ...]) -> pd.DataFrame:
    return by_buyer(fact_versions(portfolio, name), buyer_ids)


def _rows(
    versions: pd.DataFrame,
    buyer_ids: tuple[str, ...],
    columns: Sequence[Any],
    texts: tuple[int, ...] = (),
    words: tuple[str, ...] = (),
    names: Sequence[str] = (),
) -> Rows:
    known = [whole_numbers(versions["known_from"]), whole_numbers(versions["known_until"])]
    numbers = np.column_stack([np.asarray(column, np.int64) for column in (*known, *columns)])
    currencies = tuple(sorted(set(versions["currency"]))) if "currency" in versions else ()
    start = starts_of(whole_numbers(versions["buyer"]), len(buyer_ids))
    return Rows(start, numbers, words or currencies, texts, names)


def _positions(*columns: pd.Series[Any]) -> tuple[tuple[str, ...], list[Any]]:
    """Return all words of some columns, and each column as positions among them; -1 where it has none."""
    words = tuple(sorted({word for column in columns for word in column.dropna()}))
    index = pd.Index(words, dtype="object")
    return words, [index.get_indexer(pd.Index(column.astype(object))) for column in columns]


def _column(versions: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in versions:
        return versions[name]
    return pd.Series(None, index=versions.index, dtype="object")


def _validity(versions: pd.DataFrame) -> list[Any]:
    return [day_numbers(versions["valid_from"]), _last_days(versions, "valid_to")]


def _last_days(versions: pd.DataFrame, name: str) -> Any:
    return day_numbers(_column(versions, name).astype("datetime64[s]").fillna(pd.Timestamp(FAR_FUTURE)))


def _money(versions: pd.DataFrame) -> list[Any]:
    codes = pd.Index(sorted(set(versions["currency"])), dtype="object")
    return [
        whole_numbers(versions["amount_minor"]),
        codes.get_indexer(pd.Index(versions["currency"].astype(object))),
    ]
