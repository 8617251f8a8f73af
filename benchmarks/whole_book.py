"""What a list of all buyers costs: ``credence assess DIR --all`` of N simulated buyers, as a command.

It runs twice on the same folder: first with packing of the books, then with the pack that was kept. Told are
seconds by the clock, seconds of the processor of all its processes, and the most memory that they held
together (of memory that several share, each has its part). On a machine that others use, the seconds of the
processor are the steadier figure, and still too large.

Example: ``python benchmarks/whole_book.py --buyers 20000 --json``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and features.py in it be what `import features` finds.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from features.files import write  # noqa: E402
from features.sources.simulator import simulate_portfolio  # noqa: E402

HOME = ROOT / "build" / "demo" / "home"
AIM_BUYERS, AIM_SECONDS = 100_000, 60.0
YEARS, SEED = 1, 7
LOOKS_A_SECOND = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 where the aim's buyers would take longer by the clock than the aim."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        report = report_of(options.home, options.buyers, Path(folder))
    print(json.dumps(report) if options.json else _text(report))
    return 0 if report["warm"]["clock_s_for_100000"] <= AIM_SECONDS else 1


def report_of(home: Path, buyers: int, folder: Path) -> dict[str, Any]:
    """Measure; see the head of this file."""
    shutil.copytree(home / "releases", folder / "home" / "releases")
    portfolio = simulate_portfolio(buyers, YEARS, SEED)
    invoices = len(portfolio.table("invoices"))
    write(portfolio, folder / "books")
    runs = {name: _run(folder, buyers) for name in ("cold", "warm")}
    return {"buyers": buyers, "invoices": invoices, "processors": os.cpu_count(), **runs}


def _run(folder: Path, buyers: int) -> dict[str, float]:
    environment = {**os.environ, "CREDENCE_HOME": str(folder / "home")}
    command = ["credence", "assess", str(folder / "books"), "--all", "--out", str(folder / "book.parquet")]
    before, started, peak = _used(), time.perf_counter(), 0.0
    ran = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    while ran.poll() is None:
        peak = max(peak, sum(map(_held, _family(ran.pid))))
        time.sleep(1.0 / LOOKS_A_SECOND)
    clock = time.perf_counter() - started
    if ran.returncode != 0:
        raise SystemExit(f"the command ended with exit code {ran.returncode}")
    return {
        "clock_s": round(clock, 1),
        "processor_s": round(_used() - before, 1),
        "peak_gb": round(peak / 1e9, 2),
        "clock_s_for_100000": round(clock / buyers * AIM_BUYERS, 1),
    }


def _used() -> float:
    """Return seconds of the processor of processes that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(process: int) -> list[int]:
    """Return a process and those that it started; none where it has ended."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [process, *(member for child in text.split() for member in _family(int(child)))]


def _held(process: int) -> float:
    """Return the bytes of memory that a process holds, of shared memory its part."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in text.splitlines() if line.startswith("Pss:")]
    return 1024.0 * float(sizes[0]) if sizes else 0.0


def _text(report: dict[str, Any]) -> str:
    head = f"{report['buyers']:,} buyers, {report['invoices']:,} invoices, {report['processors']} processors"
    lines = [
        f"{name}: {run['clock_s']} s by the clock, {run['processor_s']} s of the processor, "
        f"{run['peak_gb']} GB; {run['clock_s_for_100000']} s for {AIM_BUYERS:,}"
        for name, run in ((name, report[name]) for name in ("cold", "warm"))
    ]
    return "\n".join([head, *lines])


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a list of all buyers costs.")
    parser.add_argument("--buyers", type=int, default=20_000, help="simulated buyers (default %(default)s)")
    parser.add_argument("--home", type=Path, default=HOME, help="home with released models")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
