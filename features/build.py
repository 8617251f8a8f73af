"""Features of subjects as a frame."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from features.block import NO_ITEM, Block, SubjectArrays
from features.catalog import NAMES
from features.context import book_context
from features.engine.compute import Context, compute, rates_of
from features.errors import InputError, Problem
from features.instants import day_of
from features.pack import ITEM_KEY, item_ids, label_positions, pack
from features.portfolio import Portfolio

__all__ = ["Asked", "Packed", "build", "build_packed", "one_subject", "pack_portfolio", "subject_arrays"]

Progress = Callable[[int], None]

_CHUNK = 20_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Packed:
    """A portfolio ready for features: its block, its context, its items.

    Parameters
    ----------
    portfolio : Portfolio
    block : Block
    context : Context
    items : DataFrame
        invoice_id, instalment and number of every item.
    """

    portfolio: Portfolio
    block: Block
    context: Context
    items: pd.DataFrame


class Asked(NamedTuple):
    """A request as its caller says it; None for what is not said."""

    amount: float | None = None
    currency: str | None = None
    terms_days: float | None = None
    due_on: date | None = None


def pack_portfolio(portfolio: Portfolio) -> Packed:
    """Pack a portfolio with the book's month ends; work that many builds share."""
    block = pack(portfolio)
    stop = portfolio.observed_until + pd.Timedelta(seconds=1)
    context = book_context(block, portfolio.observed_from, stop, portfolio.seller.timezone)
    return Packed(portfolio, block, context, item_ids(portfolio))


def build(
    portfolio: Portfolio,
    subjects: pd.DataFrame,
    *,
    assumes_usual: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Compute every feature of the catalog for subjects.

    Parameters
    ----------
    portfolio : Portfolio
    subjects : DataFrame, shape (n, ...)
        ``buyer_id`` and ``as_of`` (naive UTC instants); optional: ``amount`` and ``currency``,
        ``terms_days`` or ``due_on``, ``invoice_id`` and ``instalment`` (the subject's own invoice, which is
        left out).
    assumes_usual : bool
        Take the buyer's usual invoice where a subject has no request.
    progress : callable, optional
        Called with the number of subjects done since the last call.

    Returns
    -------
    DataFrame, shape (n, features)
        float64, index of `subjects`, columns of the catalog. A value uses only facts known at or before
        ``as_of``.

    Raises
    ------
    InputError
        Where `subjects` lacks ``buyer_id`` or ``as_of``, or an ``as_of`` is missing.
    """
    return build_packed(pack_portfolio(portfolio), subjects, assumes_usual=assumes_usual, progress=progress)


def build_packed(
    packed: Packed, subjects: pd.DataFrame, *, assumes_usual: bool = False, progress: Progress | None = None
) -> pd.DataFrame:
    """Compute features from a packed portfolio; see `build`."""
    arrays = subject_arrays(packed, subjects)
    # Reason: buyers' facts lie side by side, so subjects in that order read memory in order.
    order = np.lexsort((arrays.as_of, arrays.buyer))
    values = np.empty((len(arrays), len(NAMES)))

    def work(rows: np.ndarray) -> None:
        values[rows] = compute(packed.block, arrays.take(rows), packed.context, assumes_usual=assumes_usual)
        if progress is not None:
            progress(len(rows))

    chunks = [order[at : at + _CHUNK] for at in range(0, len(order), _CHUNK)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(work, chunks))
    return pd.DataFrame(values, index=subjects.index, columns=list(NAMES))


def subject_arrays(packed: Packed, subjects: pd.DataFrame) -> SubjectArrays:
    """Return subjects as arrays; amounts are converted at the rate known at as_of."""
    _check(subjects)
    timezone = packed.portfolio.seller.timezone
    instants = subjects["as_of"].astype("datetime64[s]")
    as_of = instants.to_numpy().astype(np.int64)
    day = day_of(instants, timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
    terms, left, due = _terms(subjects, day)
    return SubjectArrays(
        buyer=label_positions(subjects["buyer_id"], packed.block.buyer_ids),
        as_of=as_of,
        day=day,
        own_item=_own_items(packed.items, subjects),
        amount=_amounts(packed, subjects, as_of),
        terms_days=terms,
        days_until_due=left,
        due_day=due,
    )


def one_subject(packed: Packed, buyer_id: str, as_of: pd.Timestamp, asked: Asked) -> SubjectArrays:
    """Return one subject as arrays, as `subject_arrays` would, without the cost of a frame.

    Parameters
    ----------
    packed : Packed
    buyer_id : str
    as_of : Timestamp
        Naive UTC instant.
    asked : Asked
    """
    second = int(as_of.timestamp())
    local = datetime.fromtimestamp(second, ZoneInfo(packed.portfolio.seller.timezone)).date()
    day = local.toordinal() - _EPOCH
    terms = np.nan if asked.terms_days is None else float(asked.terms_days)
    due = day + terms if asked.due_on is None else float(asked.due_on.toordinal() - _EPOCH)
    terms = due - day if np.isnan(terms) else terms
    instants = np.array([second], np.int64)
    rate = np.ones(1) if asked.currency is None else _rates(packed, asked.currency, instants)
    numbers = (np.nan if asked.amount is None else asked.amount * rate[0], terms, due - day, due)
    return SubjectArrays(
        np.array([packed.block.position(buyer_id)], np.int64),
        instants,
        np.array([day], np.int64),
        np.array([NO_ITEM], np.int64),
        *(np.array([number], np.float64) for number in numbers),
    )


def _check(subjects: pd.DataFrame) -> None:
    lacking = [name for name in ("buyer_id", "as_of") if name not in subjects]
    if lacking:
        raise InputError.of(
            f"columns {lacking}", f"columns {list(subjects.columns)}", "add them", table="subjects"
        )
    missing = int(subjects["as_of"].isna().sum())
    if missing:
        raise InputError(Problem("an instant", "nothing", "fill as_of", "subjects", "as_of", missing))


def _own_items(items: pd.DataFrame, subjects: pd.DataFrame) -> np.ndarray:
    if "invoice_id" not in subjects:
        return np.full(len(subjects), NO_ITEM, np.int64)
    instalment = subjects.get("instalment", 1)
    keys = (
        subjects[["buyer_id", "invoice_id"]]
        .astype("str")
        .assign(instalment=instalment)
        .fillna({"instalment": 1})
    )
    found = keys.merge(items, on=["buyer_id", *ITEM_KEY], how="left")["item"]
    return found.fillna(NO_ITEM).to_numpy(np.int64)


def _amounts(packed: Packed, subjects: pd.DataFrame, as_of: np.ndarray) -> np.ndarray:
    amount = _floats(subjects, "amount")
    if "currency" not in subjects:
        return amount
    for currency in subjects["currency"].dropna().unique():
        rows = np.flatnonzero((subjects["currency"] == currency).to_numpy(bool))
        amount[rows] *= _rates(packed, currency, as_of[rows])
    return amount


def _rates(packed: Packed, currency: str, as_of: np.ndarray) -> np.ndarray:
    """Return the reporting currency for one unit at each instant; NaN where no rate was known."""
    if currency not in packed.block.currencies:
        return np.full(len(as_of), np.nan)
    return rates_of(packed.block, packed.block.currencies.index(currency), as_of)


def _terms(subjects: pd.DataFrame, day: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return terms, days until due and due day; each follows from the other where one is missing."""
    terms, due = _floats(subjects, "terms_days"), np.full(len(subjects), np.nan)
    if "due_on" in subjects:
        dates = subjects["due_on"].astype("datetime64[s]").to_numpy().astype("datetime64[D]")
        due = np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))
    due = np.where(np.isnan(due), day + terms, due)
    terms = np.where(np.isnan(terms), due - day, terms)
    return terms, due - day, due


def _floats(subjects: pd.DataFrame, name: str) -> np.ndarray:
    if name not in subjects:
        return np.full(len(subjects), np.nan)
    return subjects[name].to_numpy(np.float64, na_value=np.nan).copy()
