"""What got worse since an earlier list of all buyers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.scale import IN_DEFAULT_GRADE
from features.errors import InputError

__all__ = ["DOUBLED", "with_changes"]

DOUBLED = 2.0
"""Times by which a probability of default has to rise to count as worse; smaller moves are the grade's."""

_READ = (
    "buyer_id",
    "as_of",
    "currency",
    "grade",
    "suggested_limit",
    "overdue_amount",
    "probability_of_default",
)

Floats = npt.NDArray[np.float64]


def with_changes(rows: pd.DataFrame, earlier: pd.DataFrame, grades: Sequence[str]) -> pd.DataFrame:
    """Return a list with what changed since an earlier one.

    Parameters
    ----------
    rows, earlier : DataFrame
        Of `credit.listing.book_list`; money in the same currency.
    grades : sequence of str
        Names of the grades, the best first.

    Returns
    -------
    DataFrame
        With ``grade_before``, ``suggested_limit_change``, ``overdue_amount_change``,
        ``probability_of_default_change`` (missing where either list cannot say) and ``got_worse``: of
        ``grade``, ``limit`` (also where there was one and none can be said now), ``overdue`` and ``pd`` those
        that did, with a blank between them; empty for a buyer that the earlier list does not have.

    Raises
    ------
    InputError
        Where `earlier` is no such list, is of another currency, or of a later moment.
    """
    _check(rows, earlier)
    before = earlier.set_index("buyer_id").reindex(rows["buyer_id"]).reset_index()
    names = ("suggested_limit", "overdue_amount", "probability_of_default")
    now, then = ([frame[name].to_numpy(np.float64) for name in names] for frame in (rows, before))
    limit, overdue, chance = (one - other for one, other in zip(now, then, strict=True))
    worse = {
        "grade": _rank(rows["grade"], grades) > _rank(before["grade"], grades),
        "limit": (limit < 0.0) | (np.isnan(now[0]) & (then[0] > 0.0)),
        "overdue": overdue > 0.0,
        "pd": (now[2] >= DOUBLED * then[2]) & (chance > 0.0),
    }
    told = [" ".join(name for name, found in worse.items() if found[row]) for row in range(len(rows))]
    return rows.assign(
        grade_before=before["grade"],
        suggested_limit_change=limit,
        overdue_amount_change=overdue,
        probability_of_default_change=chance,
        got_worse=pd.Series(told, index=rows.index, dtype="str"),
    )


def _rank(names: pd.Series[Any], grades: Sequence[str]) -> Floats:
    """Return the place of each grade, default last; NaN where there is none: it compares as neither."""
    places = {name: float(place) for place, name in enumerate((*grades, IN_DEFAULT_GRADE))}
    return np.array([places.get(str(name), np.nan) for name in names], np.float64)


def _check(rows: pd.DataFrame, earlier: pd.DataFrame) -> None:
    step = "name a list that `credence assess DIR --all --out FILE.parquet` wrote"
    lacking = [name for name in _READ if name not in earlier]
    if lacking:
        raise InputError.of("an earlier list of all buyers", f"a table without {', '.join(lacking)}", step)
    if earlier["buyer_id"].duplicated().any():
        raise InputError.of("an earlier list with one row a buyer", "buyers with several", step)
    if not set(earlier["currency"]) <= set(rows["currency"]) and len(rows) and len(earlier):
        raise InputError.of("an earlier list in the same currency", "one in another", step)
    if len(rows) and len(earlier) and str(earlier["as_of"].max()) > str(rows["as_of"].min()):
        raise InputError.of("a list of an earlier moment", "one of a later moment", "swap them")
