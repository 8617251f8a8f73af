"""How well Credence predicts, against every challenger and against what a user would do without it.

- ``american``: insolvency within a year of listed firms' accounts, ranks only (their failure rate climbs by
  the way the firms were chosen);
- ``cassandra_0``, ``cassandra_30``: invoices late at all, and more than 30 days late;
- ``simulated_late``, ``simulated_default``: the golden world, smaller by ``--buyers``;
- ``polish``: ten-fold cross-validation on ready-made ratios (see ``polish.py``).

Subjects are predicted out of time, at several origins; intervals draw whole buyers; differences are paired.
Ours leads where the whole interval of the difference is above 0. Nothing is chosen on these figures.

Examples: ``python benchmarks/accuracy.py``, ``python benchmarks/accuracy.py --only cassandra_30``,
``python benchmarks/accuracy.py --polish 5year.arff --json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from benchmarks import polish  # noqa: E402
from benchmarks.origins import OURS, Task, measure  # noqa: E402
from credit.definition import DefaultDefinition  # noqa: E402
from features.build import Packed, pack_portfolio  # noqa: E402
from features.errors import InputError, Refused  # noqa: E402
from features.sources.importing import import_files  # noqa: E402
from features.sources.mapping import load_mapping  # noqa: E402
from features.sources.simulator import GOLDEN_WORLD, load_world, simulate  # noqa: E402
from training.subjects import Outcome  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
AMERICAN = Path("american_bankruptcy") / "firm_years.csv.gz"
CASSANDRA = Path("cassandra_ap_invoices") / "invoices.csv"
POLISH = Path("polish_bankruptcy") / "5year.arff"

AMERICAN_ORIGINS = ("2009-01-01", "2011-01-01", "2013-01-01")
CASSANDRA_ORIGINS = ("2015-01-01", "2015-07-01", "2016-01-01")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit code 2 where the data are absent."""
    asked = _asked(arguments)
    try:
        report = polish.compare(asked.polish) if asked.polish else everything(asked)
    except (InputError, Refused) as error:
        print(f"accuracy: {error}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(report))
    else:
        print(polish_text(report) if asked.polish else text_of(report))
    return 0


def everything(asked: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of the parts that were asked for."""
    return {name: part(asked) for name, part in PARTS.items() if not asked.only or name in asked.only}


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(f"accuracy: {text}", file=sys.stderr)


def _american(asked: argparse.Namespace) -> dict[str, Any]:
    outcome = Outcome("default", definition=DefaultDefinition.load())
    return measure(Task("american", _imported(asked.data, AMERICAN), outcome, AMERICAN_ORIGINS, False), say)


def _cassandra(days: int) -> Callable[[argparse.Namespace], dict[str, Any]]:
    def part(asked: argparse.Namespace) -> dict[str, Any]:
        packed = _imported(asked.data, CASSANDRA)
        return measure(Task(f"cassandra_{days}", packed, Outcome("late", days), CASSANDRA_ORIGINS, True), say)

    return part


def _simulated(outcome: Callable[[], Outcome], name: str) -> Callable[[argparse.Namespace], dict[str, Any]]:
    def part(asked: argparse.Namespace) -> dict[str, Any]:
        say(f"simulating {asked.buyers} buyers of the golden world")
        world = replace(load_world(GOLDEN_WORLD), buyers=asked.buyers)
        return measure(Task(name, pack_portfolio(simulate(world).portfolio), outcome(), (), True), say)

    return part


def _polish(asked: argparse.Namespace) -> dict[str, Any]:
    say("ten folds of Polish companies")
    values, outcome = polish.read(asked.data / POLISH)
    learners = {
        OURS: polish.credence, "lightgbm": polish.lightgbm, "catboost": polish.catboost(),
        "credence_ratios_alone": polish.ratios_alone,
        "lightgbm_with_differences": polish.lightgbm_with_differences,
    }  # fmt: skip
    return {
        "n": len(outcome),
        "folds": polish.FOLDS,
        "auc": polish.table(values, outcome, learners),
        "coincidences": polish.coincidences(values, outcome),
    }


PARTS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "american": _american,
    "cassandra_0": _cassandra(0),
    "cassandra_30": _cassandra(30),
    "simulated_late": _simulated(lambda: Outcome("late", 30), "simulated_late"),
    "simulated_default": _simulated(
        lambda: Outcome("default", definition=DefaultDefinition.load()), "simulated_default"
    ),
    "polish": _polish,
}


def _imported(data: Path, file: Path) -> Packed:
    path = data / file
    if not path.is_file():
        raise InputError.of(
            f"real data at {file}", "none", "name their folder by --data, or leave this part out by --only"
        )
    say(f"importing {file}")
    return pack_portfolio(import_files([path], load_mapping(file.parent.name)).portfolio)


def text_of(report: Mapping[str, Any]) -> str:
    """Return all parts as text."""
    return "\n\n".join(
        polish_text(part) if name == "polish" else task_text(part) for name, part in report.items()
    )


def task_text(part: Mapping[str, Any]) -> str:
    """Return one task as a table, and where ours does not lead."""
    metrics = list(part["learners"][OURS])
    head = f"{part['task']}: {part['n']} subjects, {part['bad']} bad, {part['buyers']} buyers"
    if part["unsaid"]:
        head += f"; of {part['unsaid']} more ours cannot say"
    columns = "".join(f"{metric.replace('_', ' '):>28}" for metric in metrics)
    lines = [head, f"{'':<28}{columns}{'ours less theirs, auc':>28}{'average precision':>28}"]
    for name, told in part["learners"].items():
        gaps = part["ours_less_theirs"].get(name, {})
        cells = [
            *(told[metric] for metric in metrics),
            *(gaps.get(key) for key in ("auc", "average_precision")),
        ]
        lines.append(f"{name.replace('_', ' '):<28}{''.join(f'{_cell(cell):>28}' for cell in cells)}")
    lines += [f"{name.replace('_', ' '):<28}{code}" for name, code in part["cannot_say"].items()]
    new = part["new_buyers"]
    lines.append(
        f"  buyers that training never saw: {new['n']} subjects, {new['bad']} bad, auc {_cell(new['auc'])}"
    )
    return "\n".join([*lines, *verdicts(part)])


def verdicts(part: Mapping[str, Any]) -> list[str]:
    """Return a line for each challenger that ours does not surely lead in AUC, and what the signs give."""
    lines = []
    for name, gaps in part["ours_less_theirs"].items():
        gap = gaps["auc"]
        if gap["low"] is not None and gap["low"] <= 0 and name != "credence_without_signs":
            found = "behind" if gap["high"] < 0 else "not separable: the interval holds 0"
            lines.append(f"  {name.replace('_', ' ')}: {found} ({_cell(gap)})")
    free = part["ours_less_theirs"]["credence_without_signs"]["auc"]
    if lines and "scorecard" in part["learner"]:
        lines.append("  ours is a prior here: too few buyers defaulted before to learn trees from them")
    elif lines:
        lines.append(f"  what the signs give (ours less ours without them): {_cell(free)}")
    return lines or ["  ours leads every challenger"]


def polish_text(part: Mapping[str, Any]) -> str:
    """Return the comparison on ready-made ratios as text."""
    lines = [f"polish: {part['n']} firms, {part['folds']} folds, mean AUC"]
    for name, told in part["auc"].items():
        figure = "not installed" if told is None else _cell({"value": told["mean"], **told})
        lines.append(f"{name.replace('_', ' '):<28}{figure:>28}")
    for name, shares in part.get("coincidences", {}).items():
        lines.append(
            f"  {name}: {shares['bankrupt']:.1%} of the bankrupt, {shares['others']:.1%} of the others"
        )
    return "\n".join(lines)


def _cell(told: Mapping[str, Any] | None) -> str:
    if told is None or told["value"] is None:
        return "-"
    interval = "" if told["low"] is None else f" [{told['low']:.3f}, {told['high']:.3f}]"
    return f"{told['value']:.4f}{interval}"


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder of the real data (default %(default)s)"
    )
    parser.add_argument("--polish", type=Path, metavar="FILE", help="only ten folds on this Polish year file")
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), metavar="PART", help=f"only {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--buyers", type=int, default=1000, help="of the simulated world (default %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
