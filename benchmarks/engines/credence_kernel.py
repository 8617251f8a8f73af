"""The shared features from Credence: the folder read, checked and packed, then the compiled sweep."""

from __future__ import annotations

__all__ = ["columns", "compute", "load"]

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq

from benchmarks.shared import FEATURES
from features.arrays import label_positions
from features.block import SubjectArrays
from features.build import compute_into
from features.packing import Packed, pack_folder
from features.texts import texts_of


class Ledger(NamedTuple):
    """A packed portfolio, and a subject for each of its invoices, by buyer and item."""

    folder: Path
    packed: Packed
    subjects: SubjectArrays


class Result(NamedTuple):
    """Features by item, shape (features, items)."""

    ledger: Ledger
    values: np.ndarray


def load(folder: Path) -> Ledger:
    """Read, check and pack the portfolio; subjects are its invoices at the end of their day of issue."""
    packed = pack_folder(folder)
    ledger = packed.block.ledger
    buyer = np.repeat(np.arange(len(packed.block.buyer_ids)), np.diff(ledger.invoice_start))
    order = np.lexsort((ledger.begins, buyer))
    nothing = np.broadcast_to(np.nan, len(buyer))
    day, item = ledger.issued_day[order].astype(np.int64), ledger.item[order].astype(np.int64)
    # Reason: an invoice without a time of recording is known at the end of its day of issue.
    subjects = SubjectArrays(buyer[order], ledger.begins[order], day, item, *[nothing] * 4)
    return Ledger(folder, packed, subjects)


def compute(ledger: Ledger) -> Result:
    """Return the shared features of every subject."""
    values = np.empty((len(FEATURES), len(ledger.subjects)))
    compute_into(ledger.packed, ledger.subjects, FEATURES, values)
    return Result(ledger, values)


def columns(result: Result) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each feature in the order of the invoices file; NaN is missing."""
    packed, subjects = result.ledger.packed, result.ledger.subjects
    rows = pq.read_table(
        result.ledger.folder / "invoices.parquet", columns=["buyer_id", "invoice_id"]
    ).to_pandas()
    buyers = label_positions(rows["buyer_id"], packed.block.buyer_ids)
    items = packed.items.find(buyers, texts_of(rows["invoice_id"]), np.ones(len(rows), np.int64))
    place = np.empty(len(rows), np.int64)
    place[subjects.own_item] = np.arange(len(rows))
    for name, values in zip(FEATURES, result.values, strict=True):
        yield name, values[place[items]]
