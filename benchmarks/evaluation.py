"""How long intervals clustered by buyer take, against scikit-learn draw by draw, and a whole evaluation.

Example: ``python benchmarks/evaluation.py --subjects 200000``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and features.py in it be what `import features` finds.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from credit.policy import Policy  # noqa: E402
from features.instants import month_ends  # noqa: E402
from training.bootstrap import REPEATS, Resampled, draws_of  # noqa: E402
from training.evaluation import evaluation_of  # noqa: E402
from training.metrics import metrics_of  # noqa: E402
from training.scored import ScoredPeriod  # noqa: E402

BAND = 1e-9
"""Largest difference of a draw's AUC or AP from scikit-learn's."""

_SEGMENTS = 8


def main() -> int:
    """Print seconds; exit code 1 where a draw differs from scikit-learn's."""
    options = _options()
    period = _made(options.subjects, options.subjects // options.per_buyer)
    slow, differs = _draw_by_draw(period, options.draws)
    report = {
        "subjects": options.subjects,
        "buyers": period.clusters.count,
        "repeats": REPEATS,
        "seconds": {
            "scikit_learn_auc_and_ap": round(slow * REPEATS, 2),
            "metrics_with_intervals": _seconds(
                lambda: metrics_of(period.outcome, period.probability, period.buyer)
            ),
            "whole_evaluation": _seconds(lambda: evaluation_of(period, policy=Policy.default())),
        },
        "largest_difference": differs,
    }
    print(json.dumps(report) if options.json else _text(report, options.draws))
    return 0 if differs <= BAND else 1


def _draw_by_draw(period: ScoredPeriod, draws: int) -> tuple[float, float]:
    """Return seconds a draw, and how far its metrics are from ours."""
    ours = draws_of(Resampled(period.outcome, period.probability, period.clusters), repeats=draws)
    rng, count, taken, gaps = np.random.default_rng(0), period.clusters.count, 0.0, [0.0]
    for draw in range(draws):
        started = time.perf_counter()
        weight = np.bincount(rng.integers(0, count, count), minlength=count)[period.clusters.of_row]
        auc = roc_auc_score(period.outcome, period.probability, sample_weight=weight)
        precision = average_precision_score(period.outcome, period.probability, sample_weight=weight)
        taken += time.perf_counter() - started
        gaps += [abs(auc - ours["auc"][draw]), abs(precision - ours["average_precision"][draw])]
    return taken / draws, float(max(gaps))


def _made(n: int, buyers: int) -> ScoredPeriod:
    """Return subjects whose probabilities are true, at two years of month ends, with their segments."""
    rng = np.random.default_rng(0)
    ends = month_ends(pd.Timestamp("2024-01-01"), pd.Timestamp("2026-01-01"), "UTC")
    probability = 1 / (1 + np.exp(-rng.normal(-2.5, 1.2, n)))
    subjects = pd.DataFrame(
        {
            "buyer_id": [f"B{number:07d}" for number in rng.integers(0, buyers, n)],
            "as_of": ends[rng.integers(0, len(ends), n)],
            "outcome": (rng.random(n) < probability).astype(float),
            "probability": probability,
        }
    )
    values = pd.DataFrame(
        {
            "oldest_open_days_past_due": rng.choice([0.0, 0.0, 0.0, 10.0, 40.0, 70.0], n),
            "has_payments": rng.choice([0.0, 1.0], n),
            "has_accounts": rng.choice([0.0, 1.0], n),
            "industry_section": rng.integers(0, _SEGMENTS, n).astype(float),
            "size_class": rng.integers(1, 5, n).astype(float),
            "exposure": rng.lognormal(9, 1.5, n),
        }
    )
    countries = np.array("DE FR GB IT NL PL US CN".split(), object)[rng.integers(0, _SEGMENTS, n)]
    known = set(subjects["buyer_id"].unique()[: buyers // 2])
    return ScoredPeriod(subjects, values, pd.DataFrame({"country": countries}), known_buyers=known)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return round(time.perf_counter() - started, 2)


def _text(report: dict[str, Any], draws: int) -> str:
    seconds, size = report["seconds"], f"{report['subjects']} subjects of {report['buyers']} buyers"
    return "\n".join(
        (
            f"{size}, {report['repeats']} draws of buyers",
            f"scikit-learn, AUC and AP       {seconds['scikit_learn_auc_and_ap']:8.2f} s (of {draws} draws)",
            f"all metrics with intervals     {seconds['metrics_with_intervals']:8.2f} s",
            f"the whole evaluation           {seconds['whole_evaluation']:8.2f} s",
            f"largest difference of a draw   {report['largest_difference']:8.1e}",
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--per-buyer", type=int, default=10, help="subjects of a buyer, on average")
    parser.add_argument("--draws", type=int, default=10, help="draws that scikit-learn is measured on")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
