"""The forecast of receipts as one JSON object, and as a table with one row a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from credit.timing.receipts import INTERVAL_LEVEL, Forecast, Line, Sheet
from features.codes import decimals_of

__all__ = ["receipts_frame", "receipts_json"]

_MONEY = ("expected", "of_overdue", "low", "high", "cumulative", "cumulative_low", "cumulative_high")


def receipts_json(
    forecast: Forecast, as_of: pd.Timestamp, versions: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return a forecast in plain Python types.

    Parameters
    ----------
    forecast : Forecast
    as_of : Timestamp
        Naive UTC.
    versions : mapping of str to str
        ``release`` and ``timing``.

    Returns
    -------
    dict
        Amounts in currency units; the lines of each sheet add up to its ``open``.
    """
    weeks = sum(line.kind == "week" for line in forecast.reporting.lines)
    return {
        "as_of": f"{as_of.isoformat(timespec='seconds')}Z",
        "weeks": weeks,
        "interval": INTERVAL_LEVEL,
        "reporting": _sheet(forecast.reporting),
        "currencies": [_sheet(sheet) for sheet in forecast.sheets],
        "without_rate": list(forecast.without_rate),
        "owed_back": [
            {"currency": currency, "amount": _units(minor, currency)}
            for currency, minor in sorted(forecast.credit_minor.items())
        ],
        "versions": dict(versions),
    }


def receipts_frame(told: Mapping[str, Any]) -> pd.DataFrame:
    """Return the lines of all sheets as rows, the ones in the reporting currency first.

    Parameters
    ----------
    told : mapping
        From `receipts_json`.

    Returns
    -------
    DataFrame, columns scope, currency, kind, week, from, to, expected, ...
        ``scope`` is ``all`` for the sum of all currencies and ``currency`` for one currency. Dates are text.
    """
    rows = [
        {"as_of": told["as_of"], "scope": scope, "currency": sheet["currency"], **line}
        for scope, sheets in (("all", [told["reporting"]]), ("currency", told["currencies"]))
        for sheet in sheets
        for line in sheet["lines"]
    ]
    frame = pd.DataFrame(rows)
    texts = {name: "str" for name in frame.columns if name not in _MONEY}
    return frame.astype({**texts, **dict.fromkeys(_MONEY, "float64")})


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "currency": sheet.currency,
        "open": _units(sheet.open_minor, sheet.currency),
        "overdue": _units(sheet.overdue_minor, sheet.currency),
        "items": sheet.items,
        "lines": _lines(sheet.lines, sheet.currency),
    }


def _lines(lines: Sequence[Line], currency: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": line.kind,
            "week": line.week or None,
            "from": _day(line.first_day),
            "to": _day(line.last_day),
            **{name: _units(getattr(line, f"{name}_minor"), currency) for name in _MONEY},
        }
        for line in lines
    ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _units(minor: int | None, currency: str) -> float | None:
    return None if minor is None else minor / 10 ** decimals_of(currency)
