"""A ledger of any size as a portfolio folder, in no order, the same for the same size and seed."""

from __future__ import annotations

__all__ = ["INVOICES_PER_BUYER", "ledger"]

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

INVOICES_PER_BUYER = 50
"""Invoices of a buyer on average."""

_FIRST_DAY = int(np.datetime64("2021-01-01", "D").astype(int))
_DAYS = 4 * 365 + 1
_TERMS_DAYS = np.array([14, 30, 30, 45, 60, 90], np.int32)
_PAID_ONCE, _PAID_TWICE = 0.90, 0.04
_MEDIAN_DELAY_DAYS, _SPREAD, _EARLIEST_DAYS = 15.0, 0.8, 12
_MEDIAN_CENTS, _AMOUNT_SPREAD, _SIZE_SPREAD = 120_000.0, 1.1, 1.2
_CHUNK = 1_000_000
_MONEY = pa.decimal128(18, 2)

Ints = npt.NDArray[Any]
Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class _Invoices:
    """Invoices in file order: number in the id, buyer, days since 1970, cents."""

    number: Ints
    buyer: Ints
    issued: Ints
    due: Ints
    cents: Ints


@dataclass(frozen=True)
class _Allocations:
    """Allocations in file order: row of the invoice, day since 1970, cents."""

    invoice: Ints
    settled: Ints
    cents: Ints


def ledger(folder: Path, invoices: int, seed: int = 7) -> Path:
    """Return the folder of a ledger, written on the first call.

    One buyer for every fifty invoices, sizes lognormal; four years; EUR. Of the invoices 90 % are paid by one
    allocation, 4 % by two, the rest never, with a lognormal delay that starts twelve days before the due
    date; no payment on the day of issue, none after the last day. What is known on a day is what happened
    by then.

    Parameters
    ----------
    folder : Path
        Parent of the ledger's folder.
    invoices : int
    seed : int
    """
    target = folder / f"ledger-{invoices}-{seed}"
    if not (target / "portfolio.toml").is_file():
        half_made = target.with_suffix(".part")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(parents=True)
        _write(half_made, invoices, np.random.default_rng(seed))
        shutil.rmtree(target, ignore_errors=True)
        half_made.rename(target)
    return target


def _write(folder: Path, count: int, rng: np.random.Generator) -> None:
    invoices = _invoices(count, rng)
    allocations = _allocations(invoices, rng)
    _parquet(folder / "invoices.parquet", _chunks(count, lambda rows: _invoice_columns(invoices, rows)))
    _parquet(
        folder / "allocations.parquet",
        _chunks(len(allocations.cents), lambda rows: _allocation_columns(allocations, invoices, rows)),
    )
    (folder / "portfolio.toml").write_text(_head(), encoding="utf-8")


def _invoices(count: int, rng: np.random.Generator) -> _Invoices:
    buyers = max(1, count // INVOICES_PER_BUYER)
    weights = rng.lognormal(0.0, _SIZE_SPREAD, buyers)
    sizes = rng.multinomial(count - buyers, weights / weights.sum()) + 1
    buyer = np.repeat(np.arange(buyers, dtype=np.int32), sizes)
    rng.shuffle(buyer)
    issued = rng.integers(_FIRST_DAY, _FIRST_DAY + _DAYS, count, dtype=np.int32)
    due = issued + _TERMS_DAYS[rng.integers(0, len(_TERMS_DAYS), count, dtype=np.int8)]
    cents = (rng.lognormal(np.log(_MEDIAN_CENTS), _AMOUNT_SPREAD, count) + 100).astype(np.int64)
    return _Invoices(rng.permutation(count).astype(np.int32), buyer, issued, due, cents)


def _allocations(invoices: _Invoices, rng: np.random.Generator) -> _Allocations:
    count = len(invoices.cents)
    fate = rng.random(count, dtype=np.float32)
    once = np.flatnonzero(fate < _PAID_ONCE).astype(np.int32)
    twice = np.flatnonzero((fate >= _PAID_ONCE) & (fate < _PAID_ONCE + _PAID_TWICE)).astype(np.int32)
    first_part = (invoices.cents[twice] * rng.uniform(0.2, 0.8, len(twice))).astype(np.int64)
    rows = np.concatenate([once, twice, twice])
    cents = np.concatenate([invoices.cents[once], first_part, invoices.cents[twice] - first_part])
    settled = _settlement_days(invoices, rows, rng)
    kept = rng.permutation(np.flatnonzero(settled < _FIRST_DAY + _DAYS).astype(np.int32))
    return _Allocations(rows[kept], settled[kept], cents[kept])


def _settlement_days(invoices: _Invoices, rows: Ints, rng: np.random.Generator) -> Ints:
    slowness = rng.normal(np.log(_MEDIAN_DELAY_DAYS), 0.4, int(invoices.buyer.max()) + 1)
    spread = _SPREAD * rng.standard_normal(len(rows))
    delay = np.exp(slowness[invoices.buyer[rows]] + spread).astype(np.int32) - _EARLIEST_DAYS
    settled: Ints = np.maximum(invoices.due[rows] + delay, invoices.issued[rows] + 1)
    return settled


def _invoice_columns(invoices: _Invoices, rows: slice) -> Columns:
    count = len(invoices.number[rows])
    return {
        "invoice_id": _ids("INV-", invoices.number[rows]),
        "buyer_id": _ids("B-", invoices.buyer[rows]),
        "issued_on": _dates(invoices.issued[rows]),
        "due_on": _dates(invoices.due[rows]),
        "amount": _money(invoices.cents[rows]),
        "currency": _constant("EUR", count),
        "kind": _constant("invoice", count),
    }


def _allocation_columns(allocations: _Allocations, invoices: _Invoices, rows: slice) -> Columns:
    of = allocations.invoice[rows]
    numbers = np.arange(rows.start, rows.start + len(of))
    return {
        "allocation_id": _ids("PAY-", numbers),
        "invoice_id": _ids("INV-", invoices.number[of]),
        "settled_on": _dates(allocations.settled[rows]),
        "amount": _money(allocations.cents[rows]),
        "kind": _constant("payment", len(of)),
    }


def _chunks(count: int, columns: Callable[[slice], Columns]) -> Iterator[pa.Table]:
    for start in range(0, max(count, 1), _CHUNK):
        yield pa.table(columns(slice(start, min(start + _CHUNK, count))))


def _parquet(path: Path, tables: Iterator[pa.Table]) -> None:
    first = next(tables)
    with pq.ParquetWriter(path, first.schema, use_dictionary=["currency", "kind"]) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _ids(prefix: str, numbers: Ints, digits: int = 9) -> pa.Array:
    """Return texts like ``INV-000000042`` without a Python string for each."""
    width = len(prefix) + digits
    text = np.empty((len(numbers), width), np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix.encode(), np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(width - 1, len(prefix) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(0, (len(numbers) + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text))


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


def _money(cents: Ints) -> pa.Array:
    # Reason: a decimal128 is a 16-byte integer; amounts are positive, so the upper half is zero.
    words = np.zeros((len(cents), 2), np.int64)
    words[:, 0] = cents
    return pa.Array.from_buffers(_MONEY, len(cents), [None, pa.py_buffer(words)])


def _constant(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), count)


def _head() -> str:
    last = np.datetime64(_FIRST_DAY + _DAYS - 1, "D")
    first = np.datetime64(_FIRST_DAY, "D")
    seller = {"seller_id": "benchmark", "reporting_currency": "EUR", "timezone": "UTC"}
    lines = [f"observed_from = {json.dumps(f'{first}T00:00:00Z')}"]
    lines += [f"observed_until = {json.dumps(f'{last}T23:59:59Z')}", "", "[seller]"]
    return "\n".join([*lines, *(f"{key} = {json.dumps(value)}" for key, value in seller.items()), ""])
