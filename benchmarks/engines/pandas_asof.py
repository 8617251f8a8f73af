"""The shared features in pandas: cumulative sums, looked up at both ends of each window with `merge_asof`."""

from __future__ import annotations

__all__ = ["columns", "compute", "load"]

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.shared import FEATURES, MEASURES, WINDOWS

# Reason: buyer and day in one sorted integer need no `by` in the joins, which is several times faster; sums
# then run over all buyers, and the difference between two keys of one buyer is that buyer's alone.
_DAYS = 1 << 16


class _Ledger(NamedTuple):
    """Invoices (key, row, cents) and payments (key, row, settled, days_late, cents), sorted by key."""

    invoices: pd.DataFrame
    payments: pd.DataFrame


def load(folder: Path) -> _Ledger:
    """Read both files, join payments to their invoices and sort by buyer and day."""
    invoices = _read(folder / "invoices.parquet", ["invoice_id", "buyer_id", "issued_on", "due_on", "amount"])
    buyer, _ = pd.factorize(invoices["buyer_id"])
    items = invoices[["invoice_id", "due_on"]].assign(row=np.arange(len(invoices)), buyer=buyer * _DAYS)
    allocations = _read(folder / "allocations.parquet", ["invoice_id", "settled_on", "amount"])
    joined = allocations.merge(items, on="invoice_id")
    payments = pd.DataFrame(
        {
            "key": joined["buyer"] + joined["settled_on"],
            "row": joined["row"],
            "settled": joined["settled_on"],
            "days_late": joined["settled_on"] - joined["due_on"],
            "cents": joined["amount"],
        }
    )
    subjects = pd.DataFrame(
        {"key": items["buyer"] + invoices["issued_on"], "row": items["row"], "cents": invoices["amount"]}
    )
    return _Ledger(*(frame.sort_values("key", ignore_index=True) for frame in (subjects, payments)))


def compute(ledger: _Ledger) -> pd.DataFrame:
    """Return ``row`` (of the invoices file) and the thirty features, sorted by buyer and day."""
    tables = _running_sums(ledger)
    key = ledger.invoices["key"]
    now = _looked_up(key, tables)
    start = _looked_up(key // _DAYS * _DAYS, tables)
    out = {"row": ledger.invoices["row"]}
    is_known = now["invoices"] - start["invoices"] > 1
    for window, days in WINDOWS.items():
        low = start if days is None else _looked_up(key - days, tables[:2])
        inside = {name: now[name] - low[name] for name in low if not name.startswith("repeats")}
        repeats = now[f"repeats_{window}"] - start[f"repeats_{window}"]
        settled = inside["settled"].where(inside["settled"] > 0)
        values = (
            (inside["invoices"] - 1).where(is_known),
            ((inside["invoiced"] - ledger.invoices["cents"]) / 100).where(is_known),
            (inside["settled"] / 100).where(is_known),
            (inside["payments"] - repeats).where(is_known),
            inside["weighted"] / settled,
            inside["late"] / settled,
        )
        out |= {f"{measure}_{window}": value for measure, value in zip(MEASURES, values, strict=True)}
    return pd.DataFrame(out, copy=False)


def columns(result: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each feature in the order of the invoices file; NaN is missing."""
    rows = result["row"].to_numpy()
    for name in FEATURES:
        values = np.empty(len(rows))
        values[rows] = result[name].to_numpy()
        yield name, values


def _read(path: Path, names: list[str]) -> pd.DataFrame:
    """Return columns with days since 1970 and whole cents, which below 2^53 are exact as float64."""
    frame = pd.read_parquet(path, columns=names, dtype_backend="pyarrow")
    for name in names:
        if name.endswith("_on"):
            frame[name] = frame[name].astype("int32[pyarrow]").astype("int64")
    return frame.assign(amount=(frame["amount"] * 100).astype("int64[pyarrow]").astype("float64"))


def _running_sums(ledger: _Ledger) -> list[pd.DataFrame]:
    cents, days_late = ledger.payments["cents"], ledger.payments["days_late"]
    invoices = {"invoices": _numbers(ledger.invoices), "invoiced": ledger.invoices["cents"].cumsum()}
    payments = {
        "payments": _numbers(ledger.payments),
        "settled": cents.cumsum(),
        "weighted": (cents * days_late).cumsum(),
        "late": (cents * (days_late > 0)).cumsum(),
    }
    return [
        pd.DataFrame({"key": ledger.invoices["key"], **invoices}),
        pd.DataFrame({"key": ledger.payments["key"], **payments}),
        _repeats(ledger.payments),
    ]


def _numbers(frame: pd.DataFrame) -> np.ndarray:
    return np.arange(1.0, len(frame) + 1)


def _repeats(payments: pd.DataFrame) -> pd.DataFrame:
    """Return what the number of payments counts too much, because an item paid twice in a window is one item.

    A payment on day d, with the payment before it on day p, counts too much from d on, and in a window of w
    days until the day before p + w.
    """
    again = payments[payments.duplicated("row", keep=False)].sort_values(["row", "settled"])
    again = again.assign(before=again.groupby("row")["settled"].shift()).dropna(subset="before")
    steps = [pd.DataFrame({"key": again["key"], "repeats_all": 1.0})]
    for window, days in WINDOWS.items():
        if days is not None:
            ends = again["before"].astype("int64") + days
            short = again["settled"] < ends
            leaves = (again["key"] - again["settled"] + ends)[short]
            steps.append(pd.DataFrame({"key": again["key"][short], f"repeats_{window}": 1.0}))
            steps.append(pd.DataFrame({"key": leaves, f"repeats_{window}": -1.0}))
    return pd.concat(steps).groupby("key").sum().cumsum().reset_index()


def _looked_up(key: pd.Series, tables: list[pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the last row of each table at or before each subject's key; 0 before the first."""
    found: dict[str, pd.Series] = {}
    for table in tables:
        joined = pd.merge_asof(key.to_frame("key"), table, on="key").fillna(0.0)
        found |= {name: joined[name] for name in table.columns.drop("key")}
    return found
