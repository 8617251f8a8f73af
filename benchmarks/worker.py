"""One engine in a process of its own: ``python -m benchmarks.worker ENGINE FOLDER``, or `measure`."""

from __future__ import annotations

__all__ = ["ENGINES", "Measured", "measure"]

import argparse
import gc
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.ledgers import ledger
from benchmarks.shared import FEATURES

ENGINES = {
    "credence": "benchmarks.engines.credence_kernel",
    "duckdb": "benchmarks.engines.duckdb_frames",
    "polars": "benchmarks.engines.polars_asof",
    "pandas": "benchmarks.engines.pandas_asof",
    "catalogue": "benchmarks.engines.credence_catalogue",
}
"""Modules with ``load(folder)``, ``compute(loaded)`` and, but for the catalogue, ``columns(result)``."""

_ROOT = Path(__file__).parents[1]
_WARM_UP_INVOICES = 1_000
_THREADS = "2"


class Measured(NamedTuple):
    """Medians of an engine's runs in seconds, with the files in the system's cache.

    Parameters
    ----------
    seconds : float
        From the files to all features in memory.
    kernel_seconds : float
        The part from facts that are joined in memory.
    cpu_seconds : float
        Time on all processors of what `seconds` measures; other work on the machine hardly moves it.
    peak_mb : float
        Largest resident memory of the process, in 2^20 bytes.
    """

    seconds: float
    kernel_seconds: float
    cpu_seconds: float
    peak_mb: float


def measure(engine: str, folder: Path, runs: int, result: Path | None = None) -> Measured:
    """Measure an engine in a fresh process.

    Parameters
    ----------
    engine : str
        Key of `ENGINES`.
    folder : Path
        A ledger.
    runs : int
    result : Path, optional
        Where the features are written afterwards, untimed: float64 array, shape (features, invoices).

    Raises
    ------
    RuntimeError
        Where the process fails, with the last line that it said.
    """
    command = [sys.executable, "-m", "benchmarks.worker", engine, str(folder.resolve()), "--runs", str(runs)]
    if result is not None:
        command += ["--result", str(result.resolve())]
    # Reason: some read the number of threads as they are imported.
    environment = os.environ | {"POLARS_MAX_THREADS": _THREADS, "OMP_NUM_THREADS": _THREADS}
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{engine}: {(done.stderr.strip() or 'killed').splitlines()[-1]}")
    return Measured(**json.loads(done.stdout))


def main() -> int:
    """Measure the engine that the command line names and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--result", type=Path)
    options = parser.parse_args()
    module = importlib.import_module(ENGINES[options.engine])
    # Reason: compilation and first imports belong to installation, not to a run.
    module.compute(module.load(ledger(options.folder.parent, _WARM_UP_INVOICES)))
    measured, found = _timed(module, options.folder, options.runs)
    print(json.dumps(measured._asdict()))
    if options.result is not None:
        _write(options.result, module.columns(found))
    return 0


def _timed(module: Any, folder: Path, runs: int) -> tuple[Measured, Any]:
    whole, kernel, cpu, result = [], [], [], None
    for _ in range(runs):
        result = None
        gc.collect()
        started, worked = time.perf_counter(), time.process_time()
        loaded = module.load(folder)
        joined = time.perf_counter()
        result = module.compute(loaded)
        ended = time.perf_counter()
        whole.append(ended - started)
        kernel.append(ended - joined)
        cpu.append(time.process_time() - worked)
        del loaded
    middle = statistics.median
    return Measured(middle(whole), middle(kernel), middle(cpu), _peak_mb()), result


def _peak_mb() -> float:
    # Reason: the kernel's own figure begins with this program; ru_maxrss begins with the parent's size.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write(path: Path, columns: Iterable[tuple[str, np.ndarray]]) -> None:
    out = None
    for name, values in columns:
        if out is None:
            shape = (len(FEATURES), len(values))
            out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float64, shape=shape)
        out[FEATURES.index(name)] = values


if __name__ == "__main__":
    sys.exit(main())
