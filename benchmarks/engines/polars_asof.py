"""The shared features in polars: cumulative sums, looked up at both ends of each window with `join_asof`."""

from __future__ import annotations

__all__ = ["columns", "compute", "load"]

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from benchmarks.shared import FEATURES, MEASURES, WINDOWS

# Reason: buyer and day in one sorted integer need no `by` in the joins, which is many times faster; sums then
# run over all buyers, and the difference between two keys of one buyer is that buyer's alone.
_DAYS = 1 << 16
_START = pl.col("key") // _DAYS * _DAYS

# Reason: whole cents below 2^53 are exact as float64, and nothing has to be converted afterwards.
_CENTS = (pl.col("amount") * 100).cast(pl.Float64).alias("cents")


class _Ledger(NamedTuple):
    """Invoices (key, row, cents) and payments (key, row, settled, days_late, cents), sorted by key."""

    invoices: pl.DataFrame
    payments: pl.DataFrame


def load(folder: Path) -> _Ledger:
    """Read both files, join payments to their invoices and sort by buyer and day."""
    invoices = (
        pl.scan_parquet(folder / "invoices.parquet")
        .with_row_index("row")
        .select(
            "row", "invoice_id", _day("issued_on"), _day("due_on"), _CENTS,
            buyer=pl.col("buyer_id").cast(pl.Categorical).to_physical().cast(pl.Int64),
        )
        .collect()
        .lazy()
    )  # fmt: skip
    items = invoices.select("row", "invoice_id", "buyer", "due_on")
    payments = (
        pl.scan_parquet(folder / "allocations.parquet")
        .select("invoice_id", _day("settled_on"), _CENTS)
        .join(items, on="invoice_id")
        .select(
            "row", "cents", key=pl.col("buyer") * _DAYS + pl.col("settled_on"),
            settled="settled_on", days_late=pl.col("settled_on") - pl.col("due_on"),
        )
    )  # fmt: skip
    subjects = invoices.select("row", "cents", key=pl.col("buyer") * _DAYS + pl.col("issued_on"))
    return _Ledger(*pl.collect_all([subjects.sort("key"), payments.sort("key")]))


def compute(ledger: _Ledger) -> pl.DataFrame:
    """Return ``row`` (of the invoices file) and the thirty features, sorted by buyer and day."""
    tables = _running_sums(ledger)
    subjects = ledger.invoices.lazy()
    parts = [subjects.select("row", "cents"), *_looked_up(subjects, pl.col("key"), tables, "now")]
    features: dict[str, pl.Expr] = {}
    for window, days in WINDOWS.items():
        low, found = (_START, tables) if days is None else (pl.col("key") - days, tables[:2])
        parts += _looked_up(subjects, low, found, window)
        features |= _features(window)
    # Reason: the streaming engine keeps the steps of an expression in the cache.
    return pl.concat(parts, how="horizontal").select("row", **features).collect(engine="streaming")


def columns(result: pl.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each feature in the order of the invoices file; NaN is missing."""
    rows = result["row"].to_numpy()
    for name in FEATURES:
        values = np.empty(len(rows))
        values[rows] = result[name].to_numpy()
        yield name, values


def _day(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(pl.Int64)


def _running_sums(ledger: _Ledger) -> list[pl.LazyFrame]:
    cents, late = pl.col("cents"), pl.col("days_late")
    count = pl.int_range(1, pl.len() + 1).cast(pl.Float64)
    invoices = ledger.invoices.select("key", invoices=count, invoiced=cents.cum_sum())
    payments = ledger.payments.select(
        "key", payments=count, settled=cents.cum_sum(), weighted=(cents * late).cum_sum(),
        late=(cents * (late > 0)).cum_sum(),
    )  # fmt: skip
    return [frame.set_sorted("key").lazy() for frame in (invoices, payments, _repeats(ledger.payments))]


def _repeats(payments: pl.DataFrame) -> pl.DataFrame:
    """Return what the number of payments counts too much, because an item paid twice in a window is one item.

    A payment on day d, with the payment before it on day p, counts too much from d on, and in a window of w
    days until the day before p + w.
    """
    again = payments.filter(pl.col("row").is_duplicated()).sort("row", "settled")
    before = pl.col("settled").shift(1).over("row")
    again = again.select("key", "settled", before=before).filter(pl.col("before").is_not_null())
    steps = [again.select("key", repeats_all=pl.lit(1.0))]
    for window, days in WINDOWS.items():
        if days is not None:
            ends = pl.col("before") + days
            short = again.filter(pl.col("settled") < ends)
            leaves = (pl.col("key") - pl.col("settled") + ends).alias("key")
            steps += [short.select("key", pl.lit(1.0).alias(f"repeats_{window}"))]
            steps += [short.select(leaves, pl.lit(-1.0).alias(f"repeats_{window}"))]
    by_key = pl.concat(steps, how="diagonal").group_by("key").agg(pl.all().sum()).sort("key")
    return by_key.select("key", pl.exclude("key").cum_sum())


def _looked_up(
    subjects: pl.LazyFrame, key: pl.Expr, tables: list[pl.LazyFrame], suffix: str
) -> list[pl.LazyFrame]:
    """Return the last row of each table at or before each subject's key; 0 before the first."""
    keys = subjects.select(key.alias("key").set_sorted())
    values = pl.exclude("key").fill_null(0.0).name.suffix(f"@{suffix}")
    return [keys.join_asof(table, on="key").select(values) for table in tables]


def _features(window: str) -> dict[str, pl.Expr]:
    def inside(name: str) -> pl.Expr:
        return pl.col(f"{name}@now") - pl.col(f"{name}@{window}")

    repeats = pl.col(f"repeats_{window}@now") - pl.col(f"repeats_{window}@all")
    settled = inside("settled")
    is_known = pl.when(pl.col("invoices@now") - pl.col("invoices@all") > 1)
    is_paid = pl.when(settled > 0)
    values = (
        is_known.then(inside("invoices") - 1),
        is_known.then((inside("invoiced") - pl.col("cents")) / 100),
        is_known.then(settled / 100),
        is_known.then(inside("payments") - repeats),
        is_paid.then(inside("weighted") / settled),
        is_paid.then(inside("late") / settled),
    )
    return {f"{measure}_{window}": value for measure, value in zip(MEASURES, values, strict=True)}
