"""The worked example is right: each shown result follows from what is shown, by plain arithmetic."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pytest
from scipy.stats import beta

_PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "worked-example.md").read_text(encoding="utf-8")
_FUNCTIONS: dict[str, Any] = {
    "ln": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log10": math.log10,
    "floor": math.floor,
    "min": min,
    "max": max,
    "median": lambda *values: median(values),
    "beta_quantile": lambda share, a, b: float(beta.ppf(share, a, b)),
}


class Step(NamedTuple):
    name: str
    formulas: list[str]
    shown: str


def _steps() -> list[Step]:
    """Return what the blocks of the page say, in their order; inputs have no formulas."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```text\n(.*?)```", _PAGE, flags=re.DOTALL):
        for line in filter(str.strip, block.splitlines()):
            name, _, said = line.split("  #")[0].partition(" = ")
            if name.strip():
                found.append((name, []))
            found[-1][1].append(said)
    return [Step(name, said[:-1], said[-1]) for name, said in found]


STEPS = _steps()
SHOWN = {step.name: float(step.shown) for step in STEPS}


def _table(head: str) -> list[list[str]]:
    """Return the rows of the table whose head begins so."""
    after = _PAGE[_PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in after]


def _worth(formula: str) -> float:
    return float(eval(formula, {"__builtins__": {}}, {**SHOWN, **_FUNCTIONS}))  # noqa: S307


def _close(shown: str) -> Any:
    """What a number may be that is shown so, from inputs that were rounded as well."""
    last_digit = 10.0 ** -len(shown.partition(".")[2])
    return pytest.approx(float(shown), rel=2e-6, abs=0.6 * last_digit)


@pytest.mark.parametrize("step", [step for step in STEPS if step.formulas], ids=lambda step: step.name)
def test_result_follows_from_its_formula(step: Step) -> None:
    # in names and in numbers
    for formula in step.formulas:
        assert _worth(formula) == _close(step.shown)


def test_the_way_from_ledger_to_limit_is_told() -> None:
    formulas = {step.name for step in STEPS if step.formulas}
    assert formulas >= {
        "exposure", "need", "score", "pd", "pd_low", "pd_high", "border_safer", "budget", "loss_rate",
        "kept_share", "loss_budget", "capacity", "concentration", "smallest", "limit", "headroom",
        "loss_at_default",
    }  # fmt: skip


def test_what_is_owed_is_in_the_table() -> None:
    items = _table("invoice | due on")
    for row in items:
        assert float(row[2]) - float(row[3]) == pytest.approx(float(row[4]), abs=1e-9)
    assert sum(float(row[4]) for row in items) == pytest.approx(SHOWN["exposure"], abs=0.005)
    late = sum(float(row[4]) for row in items if int(row[5]) > 0)
    assert late == pytest.approx(SHOWN["overdue"], abs=0.005)


def test_purchases_terms_and_busy_parts_are_in_the_table() -> None:
    invoices = _table("invoice | issued on")
    parts = [0.0] * 12
    for row in invoices:
        part = min(11, int(row[2]) * 12 // 365)
        assert part == int(row[3])
        parts[part] += float(row[4])
    assert sum(parts) == pytest.approx(SHOWN["yearly_purchases"], abs=0.005)
    assert median(int(row[5]) for row in invoices) == SHOWN["terms_days"]
    assert sorted(parts)[:-3:-1] == pytest.approx([SHOWN["busiest"], SHOWN["second_busiest"]], abs=0.005)


def test_points_of_features_add_up_to_groups_reasons_and_score() -> None:
    groups: dict[str, float] = {}
    for group, _, _, points in _table("group | feature"):
        groups[group] = groups.get(group, 0.0) + float(points)
    assert SHOWN["base_points"] + sum(groups.values()) == pytest.approx(SHOWN["score"], abs=0.002)
    reasons = dict(re.findall(r"\(`(\w+)`, (\S+) points\)", _PAGE))
    assert reasons
    for code, points in reasons.items():
        assert float(points) == pytest.approx(groups[code.lower()], abs=0.0003)


def test_grade_lies_between_its_borders() -> None:
    assert SHOWN["border_safer"] <= SHOWN["pd"] < SHOWN["border_riskier"]


def test_the_price_of_risk_spends_the_budget() -> None:
    owed, losses = 0.0, []
    for _, exposure, need, pd, loss in _table("buyer | owed"):
        owed += float(exposure)
        if need:
            rate = float(pd) * (1 - SHOWN["cure_rate"]) * SHOWN["lgd"]
            kept = max(0.0, 1 - SHOWN["price"] * rate / SHOWN["margin"])
            losses.append(float(need) * rate * kept)
            assert losses[-1] == pytest.approx(float(loss), rel=1e-5, abs=1e-4)
    assert owed == pytest.approx(SHOWN["receivables"], abs=0.1)
    assert sum(losses) == pytest.approx(SHOWN["budget"], abs=0.02)


def test_the_smallest_binds_and_is_floored_to_a_step() -> None:
    sides = [SHOWN[name] for name in ("need", "loss_budget", "capacity", "concentration")]
    assert SHOWN["smallest"] == min(sides)
    assert 0.0 <= SHOWN["smallest"] - SHOWN["limit"] < 0.01 * SHOWN["smallest"]
