"""When invoices are paid, out of time: the timing model beside what a credit department does without it.

For a simulated portfolio (the golden world, smaller by ``--buyers``) and, where the data are there, for a
real ledger of 7,646 invoices at two origins:

- ``coverage_80``: share of pay dates inside their 80 % interval, beside what the intervals say themselves
  (``nominal_80``: whole days hold more or less than 80 %);
- ``mean_absolute_error_days`` of the median, of the buyer's own median delay as known then, of the terms
  date, and of a life table (Kaplan-Meier with late entry) by quintile of the buyer's mean days late;
- ``concordance``, ``integrated_brier`` (weighted for censoring), the late model's outcome from it.

Invoices are looked at when they are issued and every 30 days while open; what is unpaid 90 days after due
counts as paid then. Intervals in brackets draw whole buyers. Nothing is chosen on these figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from credit.timing.dates import PayDates  # noqa: E402
from credit.timing.incidence import incidences, survival  # noqa: E402
from features.build import Packed, build_packed, pack_portfolio  # noqa: E402
from features.instants import local_days, start_of_day  # noqa: E402
from features.sources.importing import import_files  # noqa: E402
from features.sources.mapping import load_mapping  # noqa: E402
from features.sources.simulator import GOLDEN_WORLD, load_world, simulate  # noqa: E402
from training.run import Recipe  # noqa: E402
from training.subjects import Outcome  # noqa: E402
from training.timing.measure import figures, integrated_brier, is_mature, scored  # noqa: E402
from training.timing.pipeline import fit_timing_tested  # noqa: E402
from training.timing.rows import hazard_rows  # noqa: E402
from training.timing.run import TimingRun  # noqa: E402
from training.timing.subjects import timing_subjects  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
CASSANDRA = Path("cassandra_ap_invoices") / "invoices.csv"
CASSANDRA_ORIGINS = ("2015-07-01", "2016-01-01")
DEFAULT_BUYERS = 1500
SEGMENT = "mean_days_late_365d"
QUINTILES = (0.2, 0.4, 0.6, 0.8)


def books(buyers: int, data: Path) -> Iterator[tuple[str, Packed, str | None]]:
    """Yield the name, the books and the first day of the test of each task."""
    say(f"simulating {buyers} buyers")
    world = replace(load_world(GOLDEN_WORLD), buyers=buyers)
    yield f"simulated ({buyers} buyers)", pack_portfolio(simulate(world).portfolio), None
    if not (data / CASSANDRA).is_file():
        say("the real ledger is not here")
        return
    real = pack_portfolio(import_files([data / CASSANDRA], load_mapping("cassandra_ap_invoices")).portfolio)
    for origin in CASSANDRA_ORIGINS:
        yield f"cassandra from {origin}", real, origin


def measure(packed: Packed, origin: str | None) -> dict[str, Any]:
    """Return the figures of the model and of the life table on the same test subjects."""
    start = None if origin is None else start_of_day(origin, packed.seller.timezone)
    with tempfile.TemporaryDirectory() as folder:
        run = fit_timing_tested(packed, Recipe(Outcome("timing"), start), Path(folder) / "model", say)
    tested = pd.DataFrame(run.test)
    values = build_packed(packed, tested)
    brier = integrated_brier(tested, run.model.predict(values, tested, packed.seller.timezone))
    # Reason: the life table is measured on the mature ones only, and so is the model beside it.
    metrics = {**run.metrics["metrics"], "integrated_brier": brier}
    more = {"parts": "parts", "paid_by": "paid_by", "late_30": "late"}
    told = {name: run.evaluation[part] for name, part in more.items()}
    return {**run.metrics, "metrics": metrics, **told, "life_table": life_table(packed, run)}


def life_table(packed: Packed, run: TimingRun) -> dict[str, Any]:
    """Return the figures of a life table by segment of buyers, learned before the test starts."""
    start = pd.Timestamp(run.parameters["test_from"])
    subjects = timing_subjects(packed, int(run.parameters["config.seed"])).subjects
    learned = subjects[subjects["as_of"] < start].reset_index(drop=True)
    tested = pd.DataFrame(run.test)
    day = local_days(np.array([int(start.timestamp())]), packed.seller.timezone)[0]
    until_day = float(day) - 1 - run.parameters["booking_lag_days"]
    segments = _segments(build_packed(packed, learned)[SEGMENT], build_packed(packed, tested)[SEGMENT])
    grid = run.model.spec.intervals
    found = hazard_rows(learned, grid, until_day)
    closed, at_risk = np.zeros((2, len(QUINTILES) + 2, len(grid.ends)))
    place = segments[0][found.rows.subject], found.rows.interval
    np.add.at(closed, place, found.closed.astype(np.float64))
    np.add.at(at_risk, place, 1.0)
    of_all = closed.sum(axis=0) / np.maximum(at_risk.sum(axis=0), 1.0)
    hazard = np.where(at_risk > 0, closed / np.maximum(at_risk, 1.0), of_all)[segments[1]]
    entry = (tested["as_of_day"] - tested["due_day"]).to_numpy(np.float64)
    hazard = np.where(grid.last[None, :] <= entry[:, None], 0.0, hazard)
    shares = run.model.spec.shares.by_interval(grid)
    paid, credited, lost = incidences(survival(hazard), shares)
    said = PayDates(np.full(len(tested), "ok", object), grid.last, paid, credited, lost, entry)
    told = scored(packed, tested, said)
    counted = told[is_mature(told) & ~told["credited"]]
    return {
        "n": len(counted),
        "metrics": {**figures(counted), "integrated_brier": integrated_brier(tested, said)},
    }


def _segments(learned: pd.Series, tested: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return quintiles of what is learned from, and where it is unknown one more segment."""
    cuts = learned.quantile(list(QUINTILES)).to_numpy()
    unknown = len(QUINTILES) + 1
    first, second = (
        np.where(values.isna(), unknown, np.searchsorted(cuts, values.to_numpy(), side="right"))
        for values in (learned, tested)
    )
    return first, second


def text_of(name: str, told: dict[str, Any]) -> str:
    """Return the figures of one task as lines of text."""
    lines = [f"{name}: {told['n']} invoices at moments from {told['from']} to {told['to']}"]
    for metric, model in told["metrics"].items():
        table = told["life_table"]["metrics"][metric]["value"]
        span = "" if model["low"] is None else f" [{model['low']:.3f}, {model['high']:.3f}]"
        shown = f"{metric.replace('_', ' '):<38}{model['value']:8.3f}{span:<20}"
        lines.append(f"  {shown} life table {table:8.3f}")
    lines += [
        f"  paid by due + {row['days']:<3} said {row['said']:.3f}, came {row['came']:.3f}"
        for row in told["paid_by"]
    ]
    return "\n".join(lines)


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(text, file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="When invoices are paid, out of time.")
    parser.add_argument("--buyers", type=int, default=DEFAULT_BUYERS, help="buyers (default %(default)s)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real data")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args(arguments)
    results = {}
    for name, packed, origin in books(asked.buyers, asked.data):
        results[name] = measure(packed, origin)
        if not asked.json:
            print(text_of(name, results[name]), flush=True)
    if asked.json:
        print(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
