"""Forecasts of receipts made at past month ends, held against what came in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.settlements import effects_of
from credit.timing.cash import Outlook, outlook
from credit.timing.draws import Dependence
from credit.timing.exits import complete_until
from credit.timing.model import TimingModel
from credit.timing.open_ledger import OpenLedger, in_force, reporting_rates
from credit.timing.weeks import Weeks
from features.build import Packed
from features.codes import decimals_of
from features.engine.ledger import PAID
from features.instants import day_of, local_days, month_ends
from features.openings import latest
from features.portfolio import Portfolio
from features.texts import texts_of

__all__ = ["WEEKS", "Backtest", "Origin", "backtest", "paid_by_day", "received_by_week"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEKS = 13
"""Weeks ahead that are forecast from each month end."""

_ITEM = ["invoice_id", "instalment"]


@dataclass(frozen=True)
class Origin:
    """The forecast of one month end beside what came in, in units of the reporting currency.

    Parameters
    ----------
    as_of : Timestamp
    open : float
        Open ledger then.
    expected, low, high, by_terms, received : float64 ndarray, shape (weeks,)
        Of the weeks that are over and fully booked; `by_terms` is what would come in if each item were paid
        on its due date, overdue ones at once.
    low_so_far, high_so_far : float64 ndarray, shape (weeks,)
        Interval of the receipts up to the end of each week.
    unbooked_expected, unbooked_received : float
        What was paid by then and booked later.
    """

    as_of: pd.Timestamp
    open: float
    expected: Floats
    low: Floats
    high: Floats
    low_so_far: Floats
    high_so_far: Floats
    by_terms: Floats
    received: Floats
    unbooked_expected: float = 0.0
    unbooked_received: float = 0.0


@dataclass(frozen=True)
class Backtest:
    """Forecasts of receipts at several month ends.

    Parameters
    ----------
    origins : list of Origin
        Oldest first.
    weeks : int
    """

    origins: list[Origin]
    weeks: int = WEEKS

    def to_json(self) -> dict[str, Any]:
        """Return the figures by week ahead, by month end and in total.

        Returns
        -------
        dict
            ``weeks``, ``month_ends`` (how many), ``unbooked`` (what was paid by the month ends and booked
            later, ``expected`` and ``received``), ``total``, ``by_week_ahead`` and ``by_month_end``. Each has

            - ``error``: sum of expected less sum of received, over the latter;
            - ``weighted_absolute_error``: sum of the sizes of the errors of single weeks over what was
              received; ``weighted_absolute_error_terms`` is that of paying on the due date;
            - ``coverage``: share of the weeks whose receipts lay in the 80 % interval.
        """
        rows = self._rows()
        return {
            "weeks": self.weeks,
            "month_ends": len(self.origins),
            "total": _figures(rows) | {"coverage_so_far": _coverage_so_far(self.origins)},
            "unbooked": {
                "expected": float(sum(origin.unbooked_expected for origin in self.origins)),
                "received": float(sum(origin.unbooked_received for origin in self.origins)),
            },
            "by_week_ahead": [
                {"week_ahead": week + 1, **_figures(rows[rows["week"] == week])}
                for week in sorted(set(rows["week"].astype(int)))
            ],
            "by_month_end": [
                {"as_of": str(as_of), "open": self._open(as_of), **_figures(mine)}
                for as_of, mine in rows.groupby("as_of")
            ],
        }

    def _open(self, as_of: Any) -> float:
        return next(origin.open for origin in self.origins if str(origin.as_of.date()) == as_of)

    def _rows(self) -> pd.DataFrame:
        frames = [
            pd.DataFrame(
                {
                    "as_of": str(origin.as_of.date()),
                    "week": np.arange(len(origin.received)),
                    **{name: getattr(origin, name) for name in _SERIES},
                }
            )
            for origin in self.origins
        ]
        empty = pd.DataFrame(columns=["as_of", "week", *_SERIES], dtype="float64")
        return pd.concat(frames, ignore_index=True) if frames else empty


_SERIES = ("expected", "low", "high", "by_terms", "received")


def backtest(
    packed: Packed,
    model: TimingModel,
    start: pd.Timestamp,
    stop: pd.Timestamp,
    *,
    weeks: int = WEEKS,
    dependence: Dependence | None = None,
) -> Backtest:
    """Forecast receipts at each month end in ``start <= as_of < stop`` and compare.

    Parameters
    ----------
    packed : Packed
    model : TimingModel
        Not learned from what came after `start`.
    start, stop : Timestamp
    weeks : int
    dependence : Dependence, optional

    Notes
    -----
    What came in on the items that were open counts as the model's outcome does: payments and what goes as
    paid (discounts, fees, set-off), on the day of it, bills when they mature. Payments that were made before
    the month end and booked after it are in no week, but told apart. Both sides are converted at the rates
    known at the month end, so that no error is one of rates. Items that the model cannot speak of are in what
    was received.
    """
    until = complete_until(packed.portfolio)
    timezone = packed.seller.timezone
    last_day = int(local_days(np.array([int(until.timestamp())]), timezone)[0])
    paid = paid_by_day(packed)
    origins = []
    for as_of in month_ends(start, min(stop, until), timezone):
        origin = _origin(packed, outlook(packed, model, as_of, weeks, dependence), paid, last_day)
        if len(origin.received):
            origins.append(origin)
    return Backtest(origins, weeks)


def _origin(packed: Packed, seen: Outlook, paid: pd.DataFrame, last_day: int) -> Origin:
    opened, weeks = seen.opened, seen.weeks
    over = int((weeks.last_days <= last_day).sum())
    rates, currency = reporting_rates(packed.block, opened.as_of), packed.seller.reporting_currency
    to_units = np.nan_to_num(opened.items["currency"].map(rates).to_numpy(np.float64))
    received, unbooked = received_by_week(packed, opened, weeks, paid)
    due = weeks.of_days(opened.items["due_day"].to_numpy(np.int64))
    net = opened.items["expected_minor"].to_numpy(np.float64) * to_units
    by_terms = np.bincount(due, weights=net, minlength=weeks.count + 1)
    scale = 10.0 ** -decimals_of(currency)
    lines = seen.forecast.reporting.lines[:over]
    told = {
        name: np.array([getattr(line, f"{source}_minor") for line in lines], np.float64) * scale
        for name, source in _FROM_LINES.items()
    }
    return Origin(
        day_of(pd.DatetimeIndex([opened.as_of]), packed.seller.timezone)[0],
        seen.forecast.reporting.open_minor * scale,
        by_terms=by_terms[:over].astype(np.float64),
        received=(to_units @ received)[:over],
        unbooked_expected=_line(seen, "unbooked") * scale,
        unbooked_received=float(to_units @ unbooked),
        **told,
    )


def _line(seen: Outlook, kind: str) -> int:
    return next(line.expected_minor for line in seen.forecast.reporting.lines if line.kind == kind)


_FROM_LINES = {
    "expected": "expected",
    "low": "low",
    "high": "high",
    "low_so_far": "cumulative_low",
    "high_so_far": "cumulative_high",
}


def received_by_week(
    packed: Packed, opened: OpenLedger, weeks: Weeks, paid: pd.DataFrame
) -> tuple[Ints, Ints]:
    """Return what came in on each open item by week, and what had come in but was not booked yet.

    Parameters
    ----------
    packed : Packed
    opened : OpenLedger
    weeks : Weeks
    paid : DataFrame
        ``item``, ``day`` (days since 1970) and ``amount_minor``, with all that the books know at their end.

    Returns
    -------
    tuple of int64 ndarray, shapes (n, weeks) and (n,)
        In minor units.
    """
    place = pd.Series(np.arange(len(opened.items)), index=opened.items["item"].to_numpy())
    rows = paid.assign(row=paid["item"].map(place)).dropna(subset=["row"])
    row, amount = rows["row"].to_numpy(np.int64), rows["amount_minor"].to_numpy(np.int64)
    day = rows["day"].to_numpy(np.int64)
    received = np.zeros((len(place), weeks.count + 2), np.int64)
    # Reason: the first column is what had been paid by then.
    np.add.at(received, (row, np.where(day > opened.today, weeks.of_days(day) + 1, 0)), amount)
    return received[:, 1 : weeks.count + 1], received[:, 0] - _known_then(packed, opened)


def _known_then(packed: Packed, opened: OpenLedger) -> Ints:
    """Return what was booked as paid on each item at the moment."""
    ledger = packed.block.ledger
    counts = in_force(ledger.allocation_begins, ledger.allocation_ends, opened.as_of)
    booked = np.flatnonzero(counts & (ledger.meaning & PAID != 0))
    sums = np.zeros(len(ledger.allocation_start) - 1, np.int64)
    item = np.searchsorted(ledger.allocation_start, booked, side="right") - 1
    np.add.at(sums, item, ledger.settled_minor[booked])
    return sums[opened.items["item"].to_numpy(np.int64)]


def paid_by_day(packed: Packed) -> pd.DataFrame:
    """Return what was paid on each item of the block, by day.

    Returns
    -------
    DataFrame
        ``item``, ``day`` (days since 1970) and ``amount_minor``, with all that the books know at their end.
    """
    portfolio = packed.portfolio
    effects = effects_of(portfolio)
    invoices = latest(portfolio, "invoices").reset_index(drop=True)
    paid = pd.concat([effects[effects["effect"] == "paid"], _matured(portfolio, invoices)])
    buyers = pd.Index(packed.block.buyer_ids).get_indexer(pd.Index(invoices["buyer_id"]))
    item = packed.items.find(
        buyers.astype(np.int64),
        texts_of(invoices["invoice_id"].astype("str")),
        invoices["instalment"].to_numpy(np.int64),
    )
    found = paid[[*_ITEM, "day", "amount_minor"]].merge(
        invoices[_ITEM].assign(item=item), on=_ITEM, how="inner"
    )
    day = found["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return pd.DataFrame({"item": found["item"], "day": day, "amount_minor": found["amount_minor"]})


def _matured(portfolio: Portfolio, invoices: pd.DataFrame) -> pd.DataFrame:
    """Return the payments that nobody books: a bill without any booking is paid when it matures."""
    bills = invoices[invoices["kind"] == "bill"]
    untouched = bills[~bills["invoice_id"].isin(portfolio.table("allocations").get("invoice_id", []))]
    return untouched.assign(day=untouched["due_on"])[[*_ITEM, "day", "amount_minor"]]


def _figures(rows: pd.DataFrame) -> dict[str, float | int | None]:
    received, inside = rows["received"].sum(), rows["received"].between(rows["low"], rows["high"])
    return {
        "weeks": len(rows),
        "expected": float(rows["expected"].sum()),
        "received": float(received),
        "error": _share(rows["expected"].sum() - received, received),
        "weighted_absolute_error": _share((rows["expected"] - rows["received"]).abs().sum(), received),
        "weighted_absolute_error_terms": _share((rows["by_terms"] - rows["received"]).abs().sum(), received),
        "coverage": float(inside.mean()) if len(rows) else None,
    }


def _coverage_so_far(origins: list[Origin]) -> float | None:
    """Return how often the receipts up to the end of a week lay in their interval."""
    inside = np.concatenate([np.zeros(0, bool), *_so_far(origins)])
    return float(inside.mean()) if len(inside) else None


def _so_far(origins: list[Origin]) -> Iterator[npt.NDArray[np.bool_]]:
    for origin in origins:
        received = np.cumsum(origin.received)
        yield (received >= origin.low_so_far) & (received <= origin.high_so_far)


def _share(part: float, of: float) -> float | None:
    return float(part / of) if of > 0 else None
