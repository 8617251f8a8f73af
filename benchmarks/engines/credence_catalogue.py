"""The full catalogue from Credence, block by block into a Parquet file as the command writes it."""

from __future__ import annotations

__all__ = ["compute", "load"]

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.engines.credence_kernel import Ledger, load
from credence.cli.feature_files import FeatureFile, as_instants
from features.build import compute_into
from features.catalog import CATALOG_HASH, NAMES

_BLOCK = 262_152


def compute(ledger: Ledger) -> int:
    """Write every feature of every subject, by buyer and item, into a temporary file; return its bytes."""
    ids, keys = pa.array(ledger.packed.block.buyer_ids), ("buyer_id", "as_of")
    rooms = [np.empty((len(NAMES), _BLOCK)) for _ in range(2)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as writer:
        path = Path(folder) / "features.parquet"
        with FeatureFile(path, ".parquet", keys, NAMES, CATALOG_HASH) as file:
            written = None
            for number, start in enumerate(range(0, len(ledger.subjects), _BLOCK)):
                subjects = ledger.subjects.take(slice(start, start + _BLOCK))
                values = rooms[number % 2][:, : len(subjects)]
                compute_into(ledger.packed, subjects, NAMES, values)
                if written is not None:
                    written.result()
                named = {"buyer_id": ids.take(pa.array(subjects.buyer)), "as_of": as_instants(subjects.as_of)}
                written = writer.submit(file.write, named, values.T)
            if written is not None:
                written.result()
        return path.stat().st_size
