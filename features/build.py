"""Features of subjects as a frame."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.arrays import label_positions
from features.block import NO_ITEM, SubjectArrays
from features.catalog import NAMES
from features.engine.compute import COLUMNS, compute_columns, needs_peers, rates_of
from features.engine.context import NO_CONTEXT
from features.errors import InputError, Problem
from features.instants import local_days
from features.one_subject import Asked, subject_of
from features.packing import Packed, pack_portfolio
from features.portfolio import Portfolio
from features.texts import texts_of

__all__ = [
    "Asked",
    "Packed",
    "build",
    "build_packed",
    "compute_into",
    "one_subject",
    "pack_portfolio",
    "subject_arrays",
]

Progress = Callable[[int], None]

Floats = npt.NDArray[np.float64]

_CHUNK = 16_392
"""Subjects at a time; eight times an odd number, so that columns do not fall on the same lines of a cache."""


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
    order = np.lexsort((arrays.as_of, arrays.buyer))
    out = np.empty((len(NAMES), len(arrays)))
    compute_into(packed, arrays.take(order), NAMES, out, assumes_usual=assumes_usual, progress=progress)
    values = np.empty((len(arrays), len(NAMES)))
    values[order] = out.T
    return pd.DataFrame(values, index=subjects.index, columns=list(NAMES))


def compute_into(
    packed: Packed,
    subjects: SubjectArrays,
    names: Sequence[str],
    out: Floats,
    *,
    assumes_usual: bool = False,
    progress: Progress | None = None,
) -> None:
    """Fill features of many subjects on all cores.

    Parameters
    ----------
    packed : Packed
    subjects : SubjectArrays
        n subjects; buyers' facts lie side by side, so that those sorted by buyer and as_of cost least.
    names : sequence of str
        Features of the catalog.
    out : float64 ndarray, shape (len(names), n)
    assumes_usual, progress :
        As in `build`.
    """
    # Reason: the figures of peers cost a pass over the whole book.
    context = packed.context if needs_peers(names) else NO_CONTEXT
    local = threading.local()

    def work(first: int) -> None:
        if not hasattr(local, "room"):
            local.room = np.empty(len(COLUMNS) * min(_CHUNK, len(subjects)))
        rows = slice(first, min(first + _CHUNK, len(subjects)))
        values = compute_columns(
            packed.block,
            subjects.take(rows),
            context,
            names,
            assumes_usual=assumes_usual,
            room=local.room,
        )
        for row, name in enumerate(names):
            out[row, rows] = values[name]
        if progress is not None:
            progress(rows.stop - rows.start)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(work, range(0, len(subjects), _CHUNK)))


def subject_arrays(packed: Packed, subjects: pd.DataFrame) -> SubjectArrays:
    """Return subjects as arrays; amounts are converted at the rate known at as_of."""
    _check(subjects)
    timezone = packed.seller.timezone
    instants = subjects["as_of"].astype("datetime64[s]")
    as_of = instants.to_numpy().astype(np.int64)
    day = local_days(as_of, timezone)
    terms, left, due = _terms(subjects, day)
    buyer = label_positions(subjects["buyer_id"], packed.block.buyer_ids)
    return SubjectArrays(
        buyer=buyer,
        as_of=as_of,
        day=day,
        own_item=_own_items(packed, subjects, buyer),
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
    instants = np.array([second], np.int64)
    rate = 1.0 if asked.currency is None else float(_rates(packed, asked.currency, instants)[0])
    return subject_of(packed.block.position(buyer_id), second, packed.seller.timezone, asked, rate)


def _check(subjects: pd.DataFrame) -> None:
    lacking = [name for name in ("buyer_id", "as_of") if name not in subjects]
    if lacking:
        raise InputError.of(
            f"columns {lacking}", f"columns {list(subjects.columns)}", "add them", table="subjects"
        )
    missing = int(subjects["as_of"].isna().sum())
    if missing:
        raise InputError(Problem("an instant", "nothing", "fill as_of", "subjects", "as_of", missing))


def _own_items(packed: Packed, subjects: pd.DataFrame, buyers: np.ndarray) -> np.ndarray:
    if "invoice_id" not in subjects:
        return np.full(len(subjects), NO_ITEM, np.int64)
    numbers = np.ones(len(subjects))
    if "instalment" in subjects:
        numbers = _floats(subjects, "instalment")
        numbers[np.isnan(numbers)] = 1
    whole = numbers == np.rint(numbers)
    ids = subjects["invoice_id"]
    return packed.items.find(
        buyers, texts_of(ids.astype("str")), np.where(whole, numbers, NO_ITEM).astype(np.int64)
    )


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
