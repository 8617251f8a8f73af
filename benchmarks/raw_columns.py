"""The columns that a user has before any feature is built: what a plain learner would be given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.build import Packed
from features.portfolio import Portfolio

__all__ = ["raw_columns"]

_OF_REQUEST = ("amount", "terms_days")
_OF_BUYER = ("country", "industry", "size_class")


def raw_columns(packed: Packed, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return raw columns of subjects: request, buyer and latest accounts, as they stand in the tables.

    Parameters
    ----------
    packed : Packed
    subjects : DataFrame, shape (n, ...)
        Ordered by as_of.

    Returns
    -------
    DataFrame, shape (n, ...)
        Numbers; texts as codes; missing as NaN.
    """
    as_of = subjects["as_of"]
    parts = [
        subjects[[name for name in _OF_REQUEST if name in subjects]].astype(np.float64),
        pd.DataFrame(
            {"month": as_of.dt.month, "weekday": as_of.dt.day_of_week, "buyer": _codes(subjects["buyer_id"])}
        ),
        _of_buyers(packed.portfolio, subjects),
        _of_accounts(packed.portfolio, subjects),
    ]
    if "due_on" in subjects:
        days = (subjects["due_on"] - as_of) / pd.Timedelta(days=1)
        parts.append(pd.DataFrame({"days_until_due": days, "due_weekday": subjects["due_on"].dt.day_of_week}))
    frames = [part.set_axis(subjects.index) for part in parts]
    return pd.concat(frames, axis=1).astype(np.float64)


def _of_buyers(portfolio: Portfolio, subjects: pd.DataFrame) -> pd.DataFrame:
    buyers = portfolio.table("buyers").drop_duplicates("buyer_id", keep="last").set_index("buyer_id")
    known = [name for name in _OF_BUYER if name in buyers]
    return pd.DataFrame({name: _codes(subjects["buyer_id"].map(buyers[name])) for name in known},
                        index=subjects.index)  # fmt: skip


def _of_accounts(portfolio: Portfolio, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return the items of the accounts that were received last."""
    statements = portfolio.table("statements").sort_values("received_at", kind="stable")
    if not len(statements):
        return pd.DataFrame(index=subjects.index)
    items = statements.select_dtypes("float").columns
    right = statements[["buyer_id", "received_at", *items]]
    left = subjects[["buyer_id", "as_of"]]
    joined = pd.merge_asof(left, right, left_on="as_of", right_on="received_at", by="buyer_id")
    return joined[items].dropna(axis=1, how="all")


def _codes(texts: pd.Series) -> pd.Series:
    codes = pd.Series(pd.factorize(texts, sort=True)[0], index=texts.index, dtype=np.float64)
    return codes.where(codes >= 0)
