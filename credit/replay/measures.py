"""What a policy did to each buyer, in sums: what its measures, bands and worst cases are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.replay.course import DECISIONS, Course
from credit.replay.history import Defaults, History

__all__ = ["MEASURES", "NEAR_LIMIT", "RELEASED", "buyer_sums", "measured", "sales_by_step"]

Floats = npt.NDArray[np.float64]

NEAR_LIMIT = 0.9
"""Share of the old limit from which on it may have held sales back."""

RELEASED = "released"
"""Name of the sales that no step stopped."""

MEASURES: Mapping[str, tuple[str, str | None]] = {
    "sales_kept": ("released", None),
    "sales_kept_share": ("released", "asked"),
    "sales_held": ("held", None),
    "sales_referred": ("referred", None),
    "share_of_sales_referred": ("referred", "asked"),
    "share_of_invoices_held": ("held_count", "asked_count"),
    "share_of_invoices_referred": ("referred_count", "asked_count"),
    "good_sales_held": ("held_good", None),
    "losses_incurred": ("unpaid_released", None),
    "losses_referred": ("unpaid_referred", None),
    "losses_avoided": ("unpaid_held", None),
    "share_of_losses_avoided": ("unpaid_held", "unpaid"),
    "loss_rate_of_sales_kept": ("unpaid_released", "released"),
    "exposure_at_default": ("exposure_at_default", None),
    "exposure_at_default_above_limit": ("above_at_default", None),
    "mean_limit": ("limit", "months_with_limit"),
    "mean_exposure": ("exposure", "months"),
    "mean_exposure_above_limit": ("above", "months"),
    "share_of_limit_extrapolated": ("beyond_seen", "limit"),
    "share_of_months_at_old_limit": ("at_old_limit", "months"),
}
"""By measure the sum that it is, and the sum that it is a share (or a mean) of."""


def buyer_sums(history: History, defaults: Defaults, course: Course) -> pd.DataFrame:
    """Return sums by buyer, index buyer_id, in the order of their ids.

    Money is in the reporting currency; invoices without a rate count in numbers alone. ``unpaid`` is what was
    open at the buyer's default, before anything was recovered. ``beyond_seen`` is the part of the limits that
    lies above what was owed and above the limit that was really in force: nobody sold there, so nothing is
    known of it. ``at_old_limit`` counts months with a higher limit than the old one and an exposure near it.
    """
    found = pd.concat(
        [_of_invoices(history, course), _of_months(course), _of_defaults(defaults, course)], axis=1
    )
    return found.fillna(0.0).sort_index()


def measured(sums: pd.DataFrame) -> dict[str, tuple[Floats, Floats | None]]:
    """Return each measure as sums by buyer: see `credit.replay.bands.banded`."""
    columns = {name: sums[name].to_numpy(np.float64) for name in sums}
    return {
        name: (columns[part], None if whole is None else columns[whole])
        for name, (part, whole) in MEASURES.items()
    }


def sales_by_step(history: History, course: Course) -> dict[str, dict[str, float | None]]:
    """Return what each step decided, the largest share of sales first.

    Returns
    -------
    dict
        By step (``released`` where none stood in the way) ``sales`` in the reporting currency, their
        ``share_of_sales``, and ``loss_rate``: what of them was open at their buyer's default. A step whose
        loss rate lies near that of the released sales stops good and bad alike. Shares of nothing are None.
    """
    steps = np.where(course.decided_by.astype(str) == "", RELEASED, course.decided_by.astype(str))
    told = pd.DataFrame({"sales": np.nan_to_num(history.amount), "unpaid": history.unpaid})
    sums = told.groupby(steps).sum().sort_values("sales", ascending=False, kind="stable")
    asked = float(sums["sales"].sum())
    return {
        str(step): {
            "sales": float(sales),
            "share_of_sales": float(sales) / asked if asked > 0.0 else None,
            "loss_rate": float(unpaid) / float(sales) if sales > 0.0 else None,
        }
        for step, sales, unpaid in sums.itertuples(name=None)
    }


def _of_invoices(history: History, course: Course) -> pd.DataFrame:
    amount, unpaid = np.nan_to_num(history.amount), history.unpaid
    rows: dict[str, Any] = {
        "asked": amount,
        "asked_count": np.ones(len(amount)),
        "unpaid": unpaid,
        "immature": np.where(history.is_mature, 0.0, amount),
    }
    for number, name in enumerate(("released", "held", "referred")):
        mine = course.decision == number
        rows |= {name: amount * mine, f"{name}_count": mine, f"unpaid_{name}": unpaid * mine}
    is_good = history.is_mature & (unpaid == 0.0) & (course.decision == DECISIONS.index("hold"))
    rows["held_good"] = amount * is_good
    return _summed(rows, history.invoices["buyer_id"])


def _of_months(course: Course) -> pd.DataFrame:
    told = course.months.rows
    limit, owed = (np.nan_to_num(told[name].to_numpy(np.float64)) for name in ("limit", "exposure"))
    own = told["own_limit"].to_numpy(np.float64)
    has_limit = told["limit"].notna().to_numpy()
    seen = np.maximum(np.nan_to_num(own), owed)
    # Reason: a comparison with a missing limit is false, which is meant.
    at_old_limit = (owed >= NEAR_LIMIT * own) & (limit > own)
    rows = {
        "months": np.ones(len(told)),
        "months_with_limit": has_limit,
        "limit": limit,
        "exposure": owed,
        "above": np.where(has_limit, np.maximum(owed - limit, 0.0), 0.0),
        "beyond_seen": np.maximum(limit - seen, 0.0),
        "at_old_limit": at_old_limit,
    }
    return _summed(rows, told["buyer_id"])


def _of_defaults(defaults: Defaults, course: Course) -> pd.DataFrame:
    above = np.maximum(defaults.exposure - np.nan_to_num(course.limit_at_default), 0.0)
    known = np.isfinite(course.limit_at_default)
    rows = {
        "exposure_at_default": defaults.exposure,
        "above_at_default": np.where(known, above, 0.0),
        "defaults": np.ones(len(above)),
        "defaults_without_limit": ~known,
    }
    return _summed(rows, pd.Series(defaults.buyer_ids, dtype="object"))


def _summed(rows: Mapping[str, Any], buyer_ids: pd.Series[Any]) -> pd.DataFrame:
    frame = pd.DataFrame({name: np.asarray(values, np.float64) for name, values in rows.items()})
    return frame.groupby(buyer_ids.astype(object).to_numpy()).sum()
