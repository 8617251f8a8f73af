"""The guide names every figure and every deadline as the code has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from serving.observe.deadlines import ALLOWANCES, OTHERS
from serving.observe.metrics import Metrics, exposition

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "observe.md").read_text(encoding="utf-8")
_HEAD = re.compile(r"# HELP (\S+) (.*)\n# TYPE \1 (\w+)")


def rows(head: str) -> list[list[str]]:
    table = GUIDE[GUIDE.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in table]


def figures() -> list[list[str]]:
    collectors: Any = Metrics(CollectorRegistry()).registry._collector_to_names
    counted = [
        [
            f"{each._name}{'_total' if each._type == 'counter' else ''}",
            each._type,
            ", ".join(each._labelnames),
            each._documentation,
        ]
        for each in collectors
    ]
    status = {"workers": [{"release": "r1", "state": "ready"}]}
    now = [
        [name, kind, "release" if name == "credence_release_workers" else "", meaning]
        for name, meaning, kind in _HEAD.findall(exposition(status, 1.0).decode())
    ]
    names = {name for name, *_ in counted}
    return counted + [row for row in now if row[0] not in names and not row[0].endswith("_created")]


def test_every_figure_is_in_the_guide() -> None:
    assert rows("| name | type | labels | meaning |") == figures()


def test_alerts_name_figures_that_there_are() -> None:
    names = {name for name, *_ in figures()}
    told = set(re.findall(r"credence_[a-z_]+", GUIDE[GUIDE.index("| alert |") :]))
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in told} <= names


def test_every_deadline_is_in_the_guide() -> None:
    allowed = {**ALLOWANCES, "all others together": OTHERS}
    assert rows("| addresses |") == [
        [address, f"{each.seconds:g} s", str(each.in_flight), str(each.waiting)]
        for address, each in allowed.items()
    ]
