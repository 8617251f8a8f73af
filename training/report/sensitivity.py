"""What the model says of the same subjects under stress."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from features.build import build_packed, pack_portfolio
from training.report.rescored import NOTHING_MOVED, by_state, moved, share_above
from training.report.shocks import SHOCKS, Shock
from training.report.study import Study, drawn

__all__ = ["MOST_STRESSED", "sensitivity_of"]

Floats = npt.NDArray[np.float64]

MOST_STRESSED = 5_000
"""Test subjects that are scored again at most, drawn at random."""


def sensitivity_of(study: Study) -> dict[str, Any]:
    """Return the section ``sensitivity``; see `training.report.results.Sensitivity`."""
    rows = drawn(np.arange(len(study.scored)), MOST_STRESSED)
    told = []
    for code, shock in SHOCKS.items():
        study.say(f"stress: {code.replace('_', ' ')}")
        told.append({"code": code, "text": shock.text, **_under(study, shock, rows)})
    return {"subjects": len(rows), "of": "test subjects, drawn at random", "scenarios": told}


def _under(study: Study, shock: Shock, rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    portfolio = study.packed.portfolio
    if not len(portfolio.table(shock.table)):
        return {"status": "no_such_data", "n": 0, "cannot_say": 0, **NOTHING_MOVED, "share_worse": None,
                "grades_down": None, "grades_up": None, "states": []}  # fmt: skip
    asked = study.scored.iloc[rows].drop(columns="probability")
    before = study.test_values.to_numpy(np.float64)[rows]
    after = build_packed(pack_portfolio(shock.change(portfolio)), asked).to_numpy(np.float64)
    told, first, second = moved(study, before, after)
    return {
        "status": "ok",
        **told,
        "share_worse": share_above(second, first),
        **_grades(study, first, second),
        "states": by_state(study, before, after),
    }


def _grades(study: Study, first: Floats, second: Floats) -> dict[str, float | None]:
    """Return the shares of subjects whose grade falls and rises; a late model gives no grades."""
    if study.model.spec.model == "late" or not len(first):
        return {"grades_down": None, "grades_up": None}
    policy = study.policy
    grade = [
        np.searchsorted(
            policy.master_scale.borders, np.clip(expit(z), policy.pd_floor, policy.pd_cap), side="right"
        )
        for z in (first, second)
    ]
    return {
        "grades_down": float((grade[1] > grade[0]).mean()),
        "grades_up": float((grade[1] < grade[0]).mean()),
    }
