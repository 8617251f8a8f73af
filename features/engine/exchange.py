"""Money of a buyer in the reporting currency: the few currencies it uses, and their rates now and by day."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import inlined, kernel
from features.engine.ledger import rate_at

__all__ = ["converted", "find_currencies", "find_day_rates", "find_rates"]


@kernel
def find_currencies(ledger, buyer, slot, used):  # type: ignore[no-untyped-def]
    """Give the currencies of a buyer's items and own limits numbers and return their count.

    Parameters
    ----------
    ledger : Ledger
    buyer : int
    slot : int64 ndarray, shape (currencies,)
        Filled: a currency's number among those of the buyer; -1 for others.
    used : int64 ndarray, shape (currencies,)
        Filled up to the count: the currencies, ascending, so that sums always add up in the same order.
    """
    slot[:] = -1
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        slot[ledger.currency[i]] = 0
    for j in range(ledger.limit_start[buyer], ledger.limit_start[buyer + 1]):
        if ledger.is_own[j]:
            slot[ledger.limit_currency[j]] = 0
    count = 0
    for currency in range(len(slot)):
        if slot[currency] == 0:
            slot[currency], used[count] = count, currency
            count += 1
    return count


@inlined
def find_rates(ledger, as_of, used, rates):  # type: ignore[no-untyped-def]
    """Fill `rates`: reporting currency for a minor unit of each currency `used` as known at `as_of`."""
    for position in range(len(used)):
        rates[position] = rate_at(ledger.fx_start, ledger.fx_begins, ledger.fx_rate, used[position], as_of)


@kernel
def find_day_rates(ledger, used, first_day, rates):  # type: ignore[no-untyped-def]
    """Fill `rates`: of each day and currency the latest rate known by the end of that day; NaN: none.

    Parameters
    ----------
    ledger : Ledger
    used : int64 ndarray, shape (currencies,)
    first_day : int
        Day of the first row.
    rates : float64 ndarray, shape (days, currencies)
    """
    days = len(rates)
    for position in range(len(used)):
        row, rate = 0, np.nan
        for step in range(ledger.fx_start[used[position]], ledger.fx_start[used[position] + 1]):
            begins = min(max(ledger.fx_day[step] - first_day, 0), days)
            for d in range(row, begins):
                rates[d, position] = rate
            row, rate = begins, ledger.fx_rate[step]
        for d in range(row, days):
            rates[d, position] = rate


@inlined
def converted(sums, column, rates):  # type: ignore[no-untyped-def]
    """Return a column of sums by currency in the reporting currency; NaN where one has no rate.

    Examples
    --------
    >>> import numpy as np
    >>> sums = np.array([[100, 0], [300, 50]])
    >>> converted(sums, 0, np.array([1.0, 0.5])), converted(sums, 1, np.array([np.nan, 0.5]))
    (250.0, 25.0)
    """
    total = 0.0
    for currency in range(len(rates)):
        if sums[currency, column] != 0:
            total += sums[currency, column] * rates[currency]
    return total
