"""The comparison compares like with like: every engine says what a slow reading of the definitions says."""

from __future__ import annotations

__all__: list[str] = []

import importlib
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import nan
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.equality import assert_equal, differs
from benchmarks.ledgers import INVOICES_PER_BUYER, ledger
from benchmarks.shared import FEATURES, MEASURES, WINDOWS, is_count
from benchmarks.worker import ENGINES

ROOT = Path(__file__).parents[2]
INVOICES = 400

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledger(tmp_path_factory.mktemp("bench"), INVOICES)


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, np.ndarray]:
    return slowly(rows_of(folder, "invoices"), rows_of(folder, "allocations"))


def rows_of(folder: Path, table: str) -> Rows:
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def slowly(invoices: Rows, allocations: Rows) -> dict[str, np.ndarray]:
    """Return the features of every invoice at its issue, by the words of their definitions."""
    paid: dict[str, Rows] = defaultdict(list)
    for row in allocations:
        paid[row["invoice_id"]].append(row)
    of_buyer: dict[str, Rows] = defaultdict(list)
    for row in invoices:
        of_buyer[row["buyer_id"]].append(row | {"paid": paid[row["invoice_id"]]})
    out: dict[str, list[float]] = {name: [] for name in FEATURES}
    for own in invoices:
        others = [one for one in of_buyer[own["buyer_id"]] if one["invoice_id"] != own["invoice_id"]]
        for window, days in WINDOWS.items():
            values = one_window(others, own["issued_on"], days)
            for measure, value in zip(MEASURES, values, strict=True):
                out[f"{measure}_{window}"].append(value)
    return {name: np.array(values) for name, values in out.items()}


def one_window(others: Rows, today: date, days: int | None) -> tuple[float, ...]:
    def inside(day: date) -> bool:
        return day <= today and (days is None or (today - day).days < days)

    in_force = [one for one in others if one["issued_on"] <= today]
    if not in_force:
        return (nan,) * len(MEASURES)
    issued = [Fraction(one["amount"]) for one in in_force if inside(one["issued_on"])]
    parts = [
        (Fraction(part["amount"]), (part["settled_on"] - one["due_on"]).days)
        for one in in_force
        for part in one["paid"]
        if inside(part["settled_on"])
    ]
    last_days = [max(known) for one in in_force if (known := settled_by(one["paid"], today))]
    settled = sum(amount for amount, _ in parts)
    return (
        len(issued),
        float(sum(issued)),
        float(settled),
        sum(inside(day) for day in last_days),
        float(sum(amount * late for amount, late in parts) / settled) if settled else nan,
        float(sum(amount for amount, late in parts if late > 0) / settled) if settled else nan,
    )


def settled_by(parts: Iterable[dict[str, Any]], today: date) -> list[date]:
    return [part["settled_on"] for part in parts if part["settled_on"] <= today]


def engine(name: str) -> ModuleType:
    return importlib.import_module(ENGINES[name])


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    wrong = {
        name: int(differs(expected[name], values, exact=is_count(name)).sum())
        for name, values in found.items()
    }
    assert {name: rows for name, rows in wrong.items() if rows} == {}


def test_the_ledger_holds_what_could_go_wrong(expected: dict[str, np.ndarray], folder: Path) -> None:
    # given the small ledger
    invoices, allocations = rows_of(folder, "invoices"), rows_of(folder, "allocations")
    due = {row["invoice_id"]: row["due_on"] for row in invoices}
    parts = [row["invoice_id"] for row in allocations]
    days = [(row["buyer_id"], row["issued_on"]) for row in invoices]

    # then some are paid twice, early, late or never, some share buyer and day, and some know nothing
    assert len(parts) > len(set(parts))
    assert {(row["settled_on"] > due[row["invoice_id"]]) for row in allocations} == {True, False}
    assert len(due) > len(set(parts))
    assert len(days) > len(set(days))
    assert np.isnan(expected["count_invoices_all"]).any()
    assert (expected["count_settled_30d"] > 0).any()


def test_the_ledger_is_the_same_for_the_same_seed_alone(tmp_path: Path, folder: Path) -> None:
    # given a second one of the same seed and one of another
    again, other = ledger(tmp_path, INVOICES), ledger(tmp_path, INVOICES, seed=8)

    # then the first two agree
    assert rows_of(again, "invoices") == rows_of(folder, "invoices")
    assert rows_of(again, "allocations") == rows_of(folder, "allocations")
    assert rows_of(other, "invoices") != rows_of(folder, "invoices")


def test_a_larger_ledger_keeps_the_shares(tmp_path: Path) -> None:
    # given some ten thousand invoices
    folder = ledger(tmp_path, 10_000)
    invoices, allocations = rows_of(folder, "invoices"), rows_of(folder, "allocations")

    # then buyers and payments are as many as was said, but for those that the end of the books cuts off
    assert len({row["buyer_id"] for row in invoices}) == 10_000 / INVOICES_PER_BUYER
    paid = len({row["invoice_id"] for row in allocations}) / len(invoices)
    assert 0.85 < paid < 0.95
    total = {row["invoice_id"]: row["amount"] for row in invoices}
    closed: dict[str, Any] = defaultdict(int)
    for row in allocations:
        closed[row["invoice_id"]] += row["amount"]
    assert all(amount <= total[invoice] for invoice, amount in closed.items())


@pytest.mark.parametrize("name", ["credence", "duckdb", "polars", "pandas"])
def test_an_engine_says_what_the_slow_reading_says(
    name: str, folder: Path, expected: dict[str, np.ndarray]
) -> None:
    # given the engine, when it computes the thirty features
    module = engine(name)
    found = dict(module.columns(module.compute(module.load(folder))))

    # then each is there and right
    assert set(found) == set(FEATURES)
    assert_same(found, expected)


def test_values_that_differ_are_found(tmp_path: Path) -> None:
    # given two files that differ in one row
    values = np.ones((len(FEATURES), 3))
    np.save(tmp_path / "one.npy", values)
    values[4, 2] = np.nan
    np.save(tmp_path / "two.npy", values)

    # then equality is refused by name, and a file is equal to itself
    assert_equal(tmp_path / "one.npy", tmp_path / "one.npy")
    with pytest.raises(
        AssertionError, match=r"expected mean_days_late_settled_30d as in one.npy, found 1 row"
    ):
        assert_equal(tmp_path / "one.npy", tmp_path / "two.npy")


def test_the_command_prints_json_alone(tmp_path: Path) -> None:
    # given two engines, one of them on a smaller ledger
    command = [sys.executable, "benchmarks/features.py", "--engines", "polars,pandas", "--kernel", "--json"]
    options = ["--invoices", str(INVOICES), "--pandas-invoices", "200", "--runs", "1"]

    # when they are compared
    done = subprocess.run(
        [*command, *options, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    # then the figures of both are there, with the size that the second was scaled from
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["invoices"], report["features"]) == (INVOICES, len(FEATURES))
    assert set(report["seconds"]) == set(report["peak_mb"]) == {"polars", "pandas"}
    assert set(report["kernel"]["seconds"]) == {"polars", "pandas"}
    assert report["scaled_from"] == {"pandas": 200}
    assert list(tmp_path.glob("*.npy")) == []


def test_the_command_refuses_an_engine_that_it_does_not_know() -> None:
    command = [sys.executable, "benchmarks/features.py", "--engines", "sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "expected credence, duckdb, polars, pandas, found ['sqlite']" in done.stderr
