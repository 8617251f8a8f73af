"""Expected receipts of the open ledger by ISO week: what a treasurer plans with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.rounding import add_up
from credit.timing.draws import Dependence, draw_receipts
from credit.timing.odds import FATES, ItemOdds
from credit.timing.open_ledger import OpenLedger
from credit.timing.weeks import Weeks
from features.codes import decimals_of

__all__ = ["INTERVAL_LEVEL", "LINES", "Forecast", "Line", "Sheet", "forecast_receipts"]

Floats = npt.NDArray[np.float64]

INTERVAL_LEVEL = 0.8
"""Share of drawn futures that lies inside an interval; the rest lies half below and half above it."""

LINES = ("week", *FATES, "set_off", "cannot_say")
"""Kinds of lines: what comes in a week, and what of the open ledger does not come in one of the weeks."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet; amounts are integers in minor units.

    Parameters
    ----------
    kind : str
        One of `LINES`.
    expected_minor : int
    of_overdue_minor : int
        Part of it on items that are past due now.
    week : str
        ``2026-W27``; empty for lines that are no week.
    first_day, last_day : date or None
    low_minor, high_minor : int or None
        Ends of the interval of the week's receipts.
    cumulative_minor, cumulative_low_minor, cumulative_high_minor : int or None
        The same of all receipts up to the end of the week.
    """

    kind: str
    expected_minor: int
    of_overdue_minor: int
    week: str = ""
    first_day: date | None = None
    last_day: date | None = None
    low_minor: int | None = None
    high_minor: int | None = None
    cumulative_minor: int | None = None
    cumulative_low_minor: int | None = None
    cumulative_high_minor: int | None = None


@dataclass(frozen=True)
class Sheet:
    """The open ledger in one currency, line by line: the lines add up to it exactly.

    Parameters
    ----------
    currency : str
    open_minor : int
        What the open items ask for.
    overdue_minor : int
        Part of it that is past due.
    items : int
    lines : sequence of Line
    """

    currency: str
    open_minor: int
    overdue_minor: int
    items: int
    lines: Sequence[Line]


@dataclass(frozen=True)
class Forecast:
    """Expected receipts of an open ledger.

    Parameters
    ----------
    sheets : sequence of Sheet
        By document currency.
    reporting : Sheet
        All currencies that have a rate, in the reporting currency at the rates known at the moment.
    without_rate : sequence of str
        Currencies that `reporting` leaves out.
    credit_minor : mapping of str to int
        Memos and unapplied money beyond what their buyers owe, by currency: part of no line.
    """

    sheets: Sequence[Sheet]
    reporting: Sheet
    without_rate: Sequence[str]
    credit_minor: Mapping[str, int]


def forecast_receipts(
    opened: OpenLedger,
    odds: ItemOdds,
    weeks: Weeks,
    rates: Mapping[str, float],
    reporting_currency: str,
    dependence: Dependence | None = None,
) -> Forecast:
    """Return the receipts that are expected on an open ledger.

    Parameters
    ----------
    opened : OpenLedger
    odds : ItemOdds
    weeks : Weeks
    rates : mapping of str to float
        Reporting currency for one minor unit of each currency; NaN where none is known.
    reporting_currency : str
    dependence : Dependence, optional
        How strongly items move together in the intervals.

    Notes
    -----
    What is expected in a week is the sum over items of the open amount, less what is set off, times the
    probability that it is paid in that week, given that it is open now and so many days past due.
    """
    items = opened.items
    currency, expected = items["currency"].to_numpy(), items["expected_minor"].to_numpy(np.float64)
    names = sorted(set(currency))
    to_reporting = items["currency"].map(rates).to_numpy(np.float64) * 10.0 ** decimals_of(reporting_currency)
    in_reporting = np.where(np.isnan(to_reporting), 0.0, to_reporting)
    factors = {name: (currency == name).astype(np.float64) for name in names}
    factors[_REPORTING] = in_reporting
    drawn = draw_receipts(
        odds.paid_by,
        {name: expected * factor for name, factor in factors.items()},
        items["buyer"].to_numpy(np.int64),
        dependence,
    )
    work = _Work(opened, odds, weeks)
    return Forecast(
        [work.sheet(name, factors[name], drawn[name]) for name in names],
        work.sheet(reporting_currency, in_reporting, drawn[_REPORTING]),
        [name for name in names if np.isnan(rates.get(name, np.nan))],
        opened.credit_minor,
    )


_REPORTING = ""
"""Name of the sum over all currencies."""


@dataclass(frozen=True)
class _Work:
    opened: OpenLedger
    odds: ItemOdds
    weeks: Weeks

    def sheet(self, currency: str, factor: Floats, drawn: Floats) -> Sheet:
        """Return the lines of what a factor turns each item's minor units into; 0 leaves it out."""
        items, odds = self.opened.items, self.odds
        is_in = factor > 0
        asked, set_off = items["open_minor"].to_numpy(np.float64), items["set_off_minor"].to_numpy(np.float64)
        net = (asked - set_off) * factor
        shares = np.column_stack([odds.paid_in, odds.fates])
        late = (items["due_day"].to_numpy(np.int64) < self.opened.today).astype(np.float64)
        amounts = np.column_stack([net[:, None] * shares, set_off * factor, net * ~odds.known])
        total, overdue = round(float((asked * factor).sum())), round(float((asked * factor * late).sum()))
        expected = _whole(amounts.sum(axis=0), total)
        of_overdue = _whole((amounts * late[:, None]).sum(axis=0), overdue)
        kinds = ["week"] * self.weeks.count + list(LINES[1:])
        lines = [Line(*parts) for parts in zip(kinds, expected, of_overdue, strict=True)]
        told = [*self._weeks(lines, drawn), *lines[self.weeks.count :]]
        return Sheet(currency, total, overdue, int(is_in.sum()), told)

    def _weeks(self, lines: Sequence[Line], drawn: Floats) -> list[Line]:
        ends = [(1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2]
        inside = np.rint(np.quantile(np.diff(drawn, axis=1, prepend=0.0), ends, axis=0)).astype(np.int64)
        so_far = np.rint(np.quantile(drawn, ends, axis=0)).astype(np.int64)
        cumulative = np.cumsum([line.expected_minor for line in lines[: self.weeks.count]])
        return [
            replace(
                lines[week],
                week=self.weeks.label(week),
                first_day=self.weeks.monday(week),
                last_day=self.weeks.sunday(week),
                low_minor=int(inside[0, week]),
                high_minor=int(inside[1, week]),
                cumulative_minor=int(cumulative[week]),
                cumulative_low_minor=int(so_far[0, week]),
                cumulative_high_minor=int(so_far[1, week]),
            )
            for week in range(self.weeks.count)
        ]


def _whole(parts: Any, total: int) -> list[int]:
    """Round to integers that add up to a total which the parts add up to but for the last digits."""
    gap = total - float(np.sum(parts))
    largest = int(np.argmax(parts)) if len(parts) else 0
    return add_up(
        [float(part) + (gap if place == largest else 0.0) for place, part in enumerate(parts)], total
    )
