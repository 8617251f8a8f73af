"""Figures of past forecasts of receipts: by week ahead, by month end and in total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["WEEKS", "Backtest", "Origin"]

Floats = npt.NDArray[np.float64]

WEEKS = 13
"""Weeks ahead that are forecast from each month end."""


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
