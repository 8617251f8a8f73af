"""How long ``credence --help`` takes: under half a second, or people think that it hangs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 9
BOUND_SECONDS = 0.5


def main() -> int:
    """Print median and worst of some runs; exit code 1 above the bound."""
    command = [sys.executable, "-m", "credence", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds)
    print(f"credence --help: median {median:.3f} s, worst {max(seconds):.3f} s of {RUNS} runs")
    print(f"bound {BOUND_SECONDS} s: {'kept' if median < BOUND_SECONDS else 'broken'}")
    return 0 if median < BOUND_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
