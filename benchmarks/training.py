"""From a ledger on disk to a registered late model: where the time goes.

The golden world is simulated until it holds a million invoices (``--buyers`` makes it smaller), written as a
portfolio, and trained on as ``credence train late`` does, in a process and a home of its own: reading and
packing, subjects with their outcomes, features, folds, trees, artefact, test metrics, registry. Imports are
counted too; the simulation is not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parent.parent
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

BUYERS = 10_200
"""Buyers of the golden world that have about a million invoices."""

STAGES: dict[str, tuple[str, str]] = {
    "read and pack": ("features.packing", "pack_folder"),
    "subjects and outcomes": ("training.pipeline", "sample_of"),
    "features": ("training.pipeline", "build_packed"),
    "folds": ("training.boosting", "fold_predictions"),
    "trees": ("training.boosting", "fit_trees"),
    "calibration": ("training.boosting", "calibrate"),
    "artefact": ("training.pipeline", "write_model"),
    "test metrics": ("training.pipeline", "period_metrics"),
    "segments and curves": ("training.pipeline", "period_evaluation"),
    "registry": ("training.registry", "Registry.register"),
}
"""What is timed: the function of each stage, where it is called from."""


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Any:
        """Add the time of a block to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time added to a stage."""

        def timed(*args: Any, **keys: Any) -> Any:
            with self.of(stage):
                return function(*args, **keys)

        return timed


def measure(buyers: int, model: str) -> dict[str, Any]:
    """Return the seconds of each stage of one training."""
    with tempfile.TemporaryDirectory() as folder:
        portfolio = Path(folder) / "portfolio"
        invoices = _write_world(portfolio, buyers)
        say(f"training on {invoices:,} invoices")
        watch = Stopwatch()
        with watch.of("whole"):
            auc = _train(portfolio, Path(folder) / "home", model, watch)
    whole = watch.seconds.pop("whole")
    rest = whole - sum(watch.seconds.values())
    return {"invoices": invoices, "seconds": whole, "auc": auc, "stages": {**watch.seconds, "rest": rest}}


def _write_world(folder: Path, buyers: int) -> int:
    from features.files import write
    from features.sources.simulator import GOLDEN_WORLD, load_world, simulate

    say(f"simulating {buyers:,} buyers")
    portfolio = simulate(replace(load_world(GOLDEN_WORLD), buyers=buyers)).portfolio
    write(portfolio, folder)
    return len(portfolio.tables["invoices"])


def _train(portfolio: Path, home: Path, model: str, watch: Stopwatch) -> float | None:
    with watch.of("imports"):
        from training.home import Home
        from training.train import train

        modules = {path: importlib.import_module(path) for path, _ in STAGES.values()}
    patches = [
        patch(f"{path}.{name}", watch.around(stage, _attribute(modules[path], name)))
        for stage, (path, name) in STAGES.items()
    ]
    for each in patches:
        each.start()
    try:
        packed = modules["features.packing"].pack_folder(portfolio, home / "packs")
        report = train(packed, model, home=Home(home), say=say).report
    finally:
        for each in patches:
            each.stop()
    return report["metrics"]["auc"]["value"]  # type: ignore[no-any-return]


def _attribute(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part)
    return module


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(text, file=sys.stderr)


def text_of(result: dict[str, Any]) -> str:
    """Return the stages as lines of text, the longest first."""
    stages = sorted(result["stages"].items(), key=lambda pair: -pair[1])
    lines = [f"{name:<24}{seconds:8.1f} s  {seconds / result['seconds']:5.0%}" for name, seconds in stages]
    head = f"{result['invoices']:,} invoices in {result['seconds']:.1f} s"
    return "\n".join([head, *lines])


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="From a ledger on disk to a registered model.")
    parser.add_argument("--buyers", type=int, default=BUYERS, help="buyers (default %(default)s)")
    parser.add_argument("--model", choices=("late", "default"), default="late")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args(arguments)
    result = measure(asked.buyers, asked.model)
    print(json.dumps(result, indent=2) if asked.json else text_of(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
