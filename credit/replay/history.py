"""What happened in a period, whatever the policy: invoices with what came of them, and defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.definition import DefaultDefinition
from credit.issued import issued_invoices
from credit.settlements import effects_of, final_amounts, paid_and_diluted
from credit.spells import Spells, day_numbers, default_spells
from features.build import Packed, build_packed
from features.catalog import NAMES
from features.instants import end_of_day

__all__ = ["Defaults", "History", "defaults_of", "history_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NO_DAY = np.iinfo(np.int64).max
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class History:
    """Invoices of a period as they were issued.

    Parameters
    ----------
    invoices : DataFrame, shape (n, ...)
        As `credit.issued.issued_invoices`, ordered by buyer and as_of.
    values : float64 ndarray, shape (n, len(NAMES))
        Features at issue, without the invoice itself.
    amount : float64 ndarray, shape (n,)
        In the reporting currency at the rate then known; NaN without a rate.
    unpaid : float64 ndarray, shape (n,)
        What of it was open when the buyer defaulted, in the same currency; 0 where the buyer did not default
        or had paid it. An invoice to a buyer in default already is asked `days_past_due` after it was due.
    is_mature : bool ndarray, shape (n,)
        Whether that is known: the invoice is paid, or its default day lies in the books.
    """

    invoices: pd.DataFrame
    values: Floats
    amount: Floats
    unpaid: Floats
    is_mature: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Defaults:
    """Defaults that began in a period.

    Parameters
    ----------
    buyer_ids : ndarray of str, shape (n,)
    began, warned : datetime64 ndarray, shape (n,)
        End of the first day in default; the moment `days_past_due` before, up to which was delivered as if
        nothing were wrong.
    exposure : float64 ndarray, shape (n,)
        What was owed at the end of the first day, in the reporting currency.
    """

    buyer_ids: npt.NDArray[Any]
    began: pd.DatetimeIndex
    warned: pd.DatetimeIndex
    exposure: Floats


def history_of(
    packed: Packed, definition: DefaultDefinition, start: pd.Timestamp, stop: pd.Timestamp
) -> History:
    """Return the invoices with ``start <= as_of < stop``, their features at issue and what came of them."""
    portfolio = packed.portfolio
    found = issued_invoices(portfolio)
    found = found[(found["as_of"] >= start) & (found["as_of"] < stop)]
    found = found.sort_values(["buyer_id", "as_of", "invoice_id", "instalment"], kind="stable")
    found = found.reset_index(drop=True)
    values = build_packed(packed, found).to_numpy()
    amount = values[:, NAMES.index("request_amount")]
    open_share, is_mature = _open_at_default(packed, definition, found)
    unpaid = np.where(open_share > 0.0, open_share * np.nan_to_num(amount), 0.0)
    return History(found, values, amount, unpaid, is_mature)


def defaults_of(
    packed: Packed, definition: DefaultDefinition, start: pd.Timestamp, stop: pd.Timestamp
) -> Defaults:
    """Return the defaults that began with ``start <= end of the first day < stop`` and what was owed then."""
    spells, timezone = default_spells(packed, definition), packed.portfolio.seller.timezone
    began = end_of_day(_days(spells.first), timezone)
    inside = (began >= start) & (began < stop) & _is_new(spells)
    ids = np.array(packed.block.buyer_ids, object)[spells.buyer[inside]]
    subjects = pd.DataFrame({"buyer_id": pd.Series(ids, dtype="str"), "as_of": began[inside]})
    exposure = build_packed(packed, subjects)["exposure"].to_numpy() if len(subjects) else np.zeros(0)
    before = end_of_day(_days(spells.first[inside] - definition.days_past_due), timezone)
    return Defaults(ids, began[inside], before, np.nan_to_num(exposure))


def _is_new(spells: Spells) -> npt.NDArray[np.bool_]:
    """Return which defaults began while their buyer was in none: each write-off is a default of its own."""
    told = pd.DataFrame({"buyer": spells.buyer, "last": spells.last})
    before = told.groupby("buyer")["last"].cummax().groupby(told["buyer"]).shift()
    return np.asarray(before.isna() | (spells.first > before))


def _open_at_default(
    packed: Packed, definition: DefaultDefinition, invoices: pd.DataFrame
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the share of each invoice open on its default day (0 without one), and whether it is known."""
    portfolio = packed.portfolio
    timezone = portfolio.seller.timezone
    until = int(day_numbers(pd.Series([portfolio.observed_until]), timezone)[0])
    day = _default_days(packed, definition, invoices)
    asked = np.minimum(day, until)
    by_day = pd.Series(_days(asked), index=invoices.index)
    sums = paid_and_diluted(effects_of(portfolio), invoices, by_day)
    amount = invoices["amount_minor"].to_numpy(np.int64)
    final = np.minimum(amount, final_amounts(portfolio, invoices).fillna(0).to_numpy(np.int64))
    left = np.maximum(final - sums["paid"].to_numpy() - sums["diluted"].to_numpy(), 0)
    left = np.where(sums["moved"].to_numpy(bool), 0, left)
    due = invoices["due_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    known = (left == 0) | (day <= until) | (due + definition.days_past_due <= until)
    return np.where(day <= until, left / np.maximum(amount, 1), 0.0), known


def _default_days(packed: Packed, definition: DefaultDefinition, invoices: pd.DataFrame) -> Ints:
    """Return the day on which what is open of an invoice is lost sight of; far away without a default."""
    spells = default_spells(packed, definition)
    position = {buyer_id: row for row, buyer_id in enumerate(packed.block.buyer_ids)}
    buyer = invoices["buyer_id"].map(position).to_numpy(np.int64)
    issued = day_numbers(invoices["as_of"], packed.portfolio.seller.timezone)
    due = invoices["due_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    day = np.full(len(invoices), _NO_DAY, np.int64)
    first, last = (np.searchsorted(buyer, spells.buyer, side) for side in ("left", "right"))
    for row in range(len(spells.buyer)):
        mine = slice(first[row], last[row])
        day[mine] = np.minimum(day[mine], _day_in(spells, row, issued[mine], due[mine], definition))
    return day


def _day_in(spells: Spells, row: int, issued: Ints, due: Ints, definition: DefaultDefinition) -> Ints:
    """Return the default day of invoices by one default: its first day, or 90 days past due inside of it."""
    begins, ends = spells.first[row], spells.last[row]
    inside = np.where(issued <= ends, due + definition.days_past_due, _NO_DAY)
    return np.asarray(np.where(issued < begins, begins, inside))


def _days(numbers: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(_EPOCH + pd.to_timedelta(numbers, unit="D")).as_unit("s")
