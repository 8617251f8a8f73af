"""What exact reasons cost: contributions of a boosted model by our own trees, by LightGBM, shap and woodelf.

A model of 500 trees with 31 leaves on 60 features, a tenth of whose values are missing, explains one row and
10,000 rows. Every round takes all of them one after another, so that what else the machine does meets all
alike; medians count. ``max_abs_error`` is the largest difference to LightGBM's contributions; no figure is
printed where it is above 1e-9, or where a raw score differs in any bit.

- ``one_row_us``: microseconds for a row alone, one thread each; another row every time;
- ``batch_s``: seconds for all rows, with a thread for each processor;
- ``ratio``: LightGBM's time over ours;
- ``also``: the same in time of the processors, which others who use the machine do not stretch (long calls
  are interrupted more often than short ones); raw scores; 300 trees with 15 leaves; and what shap and
  woodelf-explainer take where they are installed (shap asks LightGBM itself; woodelf is made for many rows,
  and takes one only slowly).

Example: ``python benchmarks/explain.py --json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

ROOT = Path(__file__).parents[1]
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from credit.trees import Trees  # noqa: E402
from credit.trees.warm import warm  # noqa: E402

TOLERANCE = 1e-9
FEATURES = 60

Floats = np.ndarray
Explain = Callable[[Floats], Any]
Figures = dict[str, float]


def main() -> int:
    """Print the figures; exit code 1 where contributions or scores are not LightGBM's."""
    options = _options()
    warm()
    report = report_of(options.rows, options.rounds, options.trees, others=not options.alone)
    is_same = report["max_abs_error"] <= TOLERANCE and report["also"]["raw_bits_equal"]
    if not is_same:
        print("contributions or scores are not LightGBM's", file=sys.stderr)
        return 1
    print(json.dumps(report, indent=None if options.json else 2))
    return 0


def report_of(rows: int, rounds: int, trees: int, *, others: bool) -> dict[str, Any]:
    """Measure and compare; see the head of this file."""
    large, values = model(trees, 31, rows)
    small, _ = model(trees * 3 // 5, 15, rows)
    ours = Trees.from_booster_text(large.model_to_string())
    ways = {"credence": ours.contributions, "lightgbm": _explainer(large, 0)}
    alone = {"credence": ours.contributions, "lightgbm": _explainer(large, 1)}
    few = values[:200]
    one_row, one_row_processor = _one_row(alone, few, rounds)
    batch, batch_processor = _batch(ways, values, rounds)
    error = np.abs(ours.contributions(few) - _explainer(large, 0)(few)).max()
    also: dict[str, Any] = {
        "processor": {
            "one_row_us": one_row_processor,
            "batch_s": batch_processor,
            "ratio": {
                "one_row_lightgbm": _ratio(one_row_processor),
                "batch_lightgbm": _ratio(batch_processor),
            },
        },
        "raw": _raw(ours, large, values, rounds),
        "raw_bits_equal": bool((ours.raw(values) == large.predict(values, raw_score=True)).all()),
        "300x15_one_row_us": _small(small, few, rounds),
    }
    if others:
        also |= {"shap": _shap(large, values), "woodelf": _woodelf(large, values)}
    return {
        "one_row_us": one_row,
        "batch_s": batch,
        "ratio": {"one_row_lightgbm": _ratio(one_row), "batch_lightgbm": _ratio(batch)},
        "also": also,
        "max_abs_error": float(error),
    }


def model(trees: int, leaves: int, rows: int) -> tuple[lgb.Booster, Floats]:
    """Return a booster as read from its text, and rows for it."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2 * rows, FEATURES))
    values[rng.random(values.shape) < 0.1] = np.nan
    known = np.nan_to_num(values)
    raw = known[:, :20] @ rng.normal(size=20) + known[:, 0] * known[:, 1] + 2 * rng.normal(size=len(values))
    parameters = {"objective": "binary", "num_leaves": leaves, "learning_rate": 0.05, "verbose": -1}
    booster = lgb.train(parameters, lgb.Dataset(values, raw > 0), trees)
    return lgb.Booster(model_str=booster.model_to_string()), values[:rows]


def _explainer(booster: lgb.Booster, threads: int) -> Explain:
    return lambda rows: booster.predict(rows, pred_contrib=True, num_threads=threads)


def _one_row(ways: Mapping[str, Explain], values: Floats, rounds: int) -> tuple[Figures, Figures]:
    """Return median microseconds of a row, and of the processor, of several rounds over the rows."""
    times = _Times(ways)
    for _ in range(rounds):
        for row in range(len(values)):
            times.take(values[row : row + 1])
    return times.medians(1e6)


def _batch(ways: Mapping[str, Explain], values: Floats, rounds: int) -> tuple[Figures, Figures]:
    """Return median seconds of all rows, and of the processors."""
    times = _Times(ways)
    for _ in range(rounds):
        times.take(values)
    return times.medians(1.0)


class _Times:
    """What several ways took, on the clock and on the processors."""

    def __init__(self, ways: Mapping[str, Explain]) -> None:
        self._ways = ways
        self._taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}

    def take(self, rows: Floats) -> None:
        """Have every way explain the rows."""
        for name, explain in self._ways.items():
            started, used = time.perf_counter(), time.process_time()
            explain(rows)
            self._taken[name].append((time.perf_counter() - started, time.process_time() - used))

    def medians(self, unit: float) -> tuple[Figures, Figures]:
        """Return the medians by way, of the clock and of the processors."""
        clock, processor = (
            {name: round(statistics.median(one[kind] for one in taken) * unit, 4)
             for name, taken in self._taken.items()}
            for kind in (0, 1)
        )  # fmt: skip
        return clock, processor


def _seconds(explain: Explain, rows: Floats) -> float:
    started = time.perf_counter()
    explain(rows)
    return time.perf_counter() - started


def _ratio(figures: Mapping[str, float]) -> float:
    return round(figures["lightgbm"] / figures["credence"], 2)


def _raw(ours: Trees, booster: lgb.Booster, values: Floats, rounds: int) -> dict[str, Any]:
    one = {
        "credence": ours.raw,
        "lightgbm": lambda rows: booster.predict(rows, raw_score=True, num_threads=1),
    }
    many = one | {"lightgbm": lambda rows: booster.predict(rows, raw_score=True)}
    return {"one_row_us": _one_row(one, values[:200], rounds)[0], "batch_s": _batch(many, values, rounds)[0]}


def _small(booster: lgb.Booster, values: Floats, rounds: int) -> Figures:
    ours = Trees.from_booster_text(booster.model_to_string())
    return _one_row({"credence": ours.contributions, "lightgbm": _explainer(booster, 1)}, values, rounds)[0]


def _shap(booster: lgb.Booster, values: Floats) -> dict[str, Any] | str:
    try:
        import shap
    except ImportError:
        return "not installed: pip install shap"
    explainer = shap.TreeExplainer(booster)
    one = _one_row({"shap": explainer.shap_values}, values[:50], 1)[0]["shap"]
    return {"one_row_us": one, "batch_s": round(_seconds(explainer.shap_values, values), 3)}


def _woodelf(booster: lgb.Booster, values: Floats) -> dict[str, Any] | str:
    try:
        import pandas as pd
        from woodelf import WoodelfExplainer
    except ImportError:
        return "not installed: pip install woodelf-explainer"

    def explain(rows: Floats) -> Any:
        frame = pd.DataFrame(rows, columns=booster.feature_name())
        return WoodelfExplainer(booster).shap_values(frame, verbose=False)

    one, many = _seconds(explain, values[:1]), _seconds(explain, values)
    difference = np.abs(
        np.asarray(explain(values[:100])) - _explainer(booster, 0)(values[:100])[:, :-1]
    ).max()
    return {"one_row_us": round(one * 1e6), "batch_s": round(many, 3), "max_abs_error": float(difference)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the batch")
    parser.add_argument("--trees", type=int, default=500, help="trees of the large model")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured")
    parser.add_argument("--alone", action="store_true", help="without shap and woodelf-explainer")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
