"""Contradictions within statements, and between statements of one buyer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.contradictions.books import Books

__all__ = [
    "MAX_MONTHS",
    "broken_identity",
    "more_current_than_total",
    "negative_figure",
    "odd_months",
    "two_statements_for_one_period",
    "unit_jump",
]

TOLERANCE = 0.005
"""Share of total assets that rounding may explain."""

MAX_MONTHS = 18
"""Longest period of accounts: company law stretches a first or changed year to this."""

UNIT_JUMPS = ((900.0, 1_100.0), (9_000.0, 11_000.0))
"""Ratios to the year before that look like thousands, or tens of thousands, read as units."""

YEAR_SLACK_DAYS = 45

_STOCKS = ("total_assets", "total_liabilities", "equity")

Mask = npt.NDArray[np.bool_]


def broken_identity(books: Books) -> pd.DataFrame:
    """Find statements whose total assets are not liabilities and equity: off by more than 0.5 %."""
    assets, liabilities, equity = (_figures(books, name) for name in _STOCKS)
    return _told(books, (assets - liabilities - equity).abs() > TOLERANCE * assets.abs())


def more_current_than_total(books: Books, current: str, total: str) -> pd.DataFrame:
    """Find statements with more current assets (liabilities) than assets (liabilities) in total."""
    slack = TOLERANCE * _figures(books, "total_assets").abs().fillna(0)
    return _told(books, _figures(books, current) > _figures(books, total) + slack)


def negative_figure(books: Books, name: str) -> pd.DataFrame:
    """Find statements with a figure below 0 that cannot be."""
    return _told(books, _figures(books, name) < 0)


def odd_months(books: Books) -> pd.DataFrame:
    """Find statements over fewer than 1 or more than 18 months."""
    return _told(books, ~books.facts("statements")["months"].between(1, MAX_MONTHS))


def unit_jump(books: Books) -> pd.DataFrame:
    """Find statements whose total assets or revenue are a thousand (ten thousand) times last year's, or less.

    Last year's statement is of as many months, in the same currency, consolidated alike, and ended within 45
    days of a year before. Where a figure jumps up and back, only the first jump is told.
    """
    both = _with_year_before(books)
    directions = [_direction(both[name], both[f"{name}_before"]) for name in ("total_assets", "revenue")]
    jump = np.where(directions[0] != 0, directions[0], directions[1])
    by_label = pd.Series(jump, index=both["label"])
    jump_before = both["label_before"].map(by_label).fillna(0).to_numpy()
    returns = (jump_before != 0) & (jump_before == -jump)
    labels = both.loc[(jump != 0) & ~returns, "label"]
    return _told(books, books.facts("statements").index.isin(labels))


def two_statements_for_one_period(books: Books) -> pd.DataFrame:
    """Find statements that another one of the same buyer, period end and consolidation contradicts.

    Such statements cover other months. Their balance sheets are of one day and must agree within 0.5 % of
    total assets, in one currency, and more months must have more revenue. Told is the one over fewer months.
    """
    frame = books.facts("statements")
    period = ["buyer_id", "period_end", "consolidated"]
    several = frame[frame.duplicated(period, keep=False)].sort_values([*period, "months"], kind="stable")
    longer = several.shift(-1)
    pair = (several[period] == longer[period]).all(axis=1)
    differs = several["currency"] != longer["currency"]
    for name in _STOCKS:
        if name in several:
            apart = (several[name] - longer[name]).abs()
            size = several[name].abs()
            if "total_assets" in several:
                size = several["total_assets"].abs().fillna(size)
            differs |= apart > TOLERANCE * size
    if "revenue" in several:
        differs |= (several["revenue"] > 0) & (several["revenue"] >= longer["revenue"])
    return _told(books, frame.index.isin(several.index[pair & differs]))


def _figures(books: Books, name: str) -> pd.Series[Any]:
    frame = books.facts("statements")
    return frame[name] if name in frame else pd.Series(np.nan, index=frame.index)


def _told(books: Books, rows: Any) -> pd.DataFrame:
    return books.hits("statements", rows)


def _with_year_before(books: Books) -> pd.DataFrame:
    """Statements with total assets and revenue of the year before under ``*_before``; none: missing."""
    frame = books.facts("statements")
    group = pd.MultiIndex.from_frame(frame[["buyer_id", "consolidated", "months", "currency"]])
    own = pd.DataFrame(
        {
            "label": frame.index,
            "group": pd.factorize(group)[0],
            "ended": frame["period_end"].to_numpy().astype("datetime64[D]").astype(np.int64),
            "total_assets": _figures(books, "total_assets").to_numpy(),
            "revenue": _figures(books, "revenue").to_numpy(),
        }
    ).sort_values("ended", kind="stable")
    asked = own.assign(ended=own["ended"] - 365)
    return pd.merge_asof(
        asked,
        own,
        on="ended",
        by="group",
        direction="nearest",
        tolerance=YEAR_SLACK_DAYS,
        suffixes=("", "_before"),
    )


def _direction(now: pd.Series[Any], before: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Return 1 where a figure jumps up by a unit, -1 where down, else 0."""
    up = np.zeros(len(now), bool)
    down = np.zeros(len(now), bool)
    figures, past = now.abs().to_numpy(), before.abs().to_numpy()
    for low, high in UNIT_JUMPS:
        up |= (figures >= low * past) & (figures <= high * past) & (past > 0)
        down |= (past >= low * figures) & (past <= high * figures) & (figures > 0)
    return up.astype(np.int64) - down.astype(np.int64)
