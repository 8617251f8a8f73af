"""The numbers of a validation pack: how long they take, and whether they come out the same twice.

A book is simulated, a model is trained on it, and its pack is built twice in a process that has imported and
compiled everything before. Two thousand buyers over four years give a late model about 100,000 subjects.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

BUYERS, YEARS = 2_000, 4


def measure(buyers: int, years: int, model: str) -> dict[str, Any]:
    """Return subjects, seconds of the first build, and whether the second one is the same."""
    from features.build import pack_portfolio
    from features.sources.simulator import simulate_portfolio
    from training.home import Home
    from training.registry import Registry
    from training.report.pack import pack_of, pack_text
    from training.train import train

    say(f"simulating {buyers:,} buyers")
    packed = pack_portfolio(simulate_portfolio(buyers, years, 7))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        version = train(packed, model, home=home, say=say).version
        registry = Registry(home)
        start, used = time.perf_counter(), time.process_time()
        pack = pack_of(registry, version, packed, say=say)
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
        again = pack_text(pack_of(registry, version, packed))
    text = pack_text(pack)
    return {
        "model": version.name,
        "subjects": pack["lineage"]["subjects"],
        "test_subjects": pack["performance"]["n"],
        "seconds": seconds,
        "cpu_seconds": cpu,
        "bytes": len(text.encode()),
        "same_again": again == text,
    }


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(text, file=sys.stderr)


def text_of(result: dict[str, Any]) -> str:
    """Return the figures as a line of text."""
    same = "the same numbers again" if result["same_again"] else "OTHER numbers again"
    return (
        f"{result['model']}: {result['subjects']:,} subjects and {result['test_subjects']:,} of the test in "
        f"{result['seconds']:.1f} s ({result['cpu_seconds']:.1f} s of processor), {result['bytes']:,} bytes; "
        f"{same}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where the numbers differ."""
    parser = argparse.ArgumentParser(description="The numbers of a validation pack.")
    parser.add_argument("--buyers", type=int, default=BUYERS, help="buyers (default %(default)s)")
    parser.add_argument("--years", type=int, default=YEARS, help="years (default %(default)s)")
    parser.add_argument("--model", choices=("late", "default"), default="late")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args(arguments)
    result = measure(asked.buyers, asked.years, asked.model)
    print(json.dumps(result, indent=2) if asked.json else text_of(result))
    return 0 if result["same_again"] else 1


if __name__ == "__main__":
    sys.exit(main())
