"""Our models against the truth of the golden world: what could be known, and how much of it ours know.

The golden world is simulated (smaller by ``--buyers``), the late and the default model are trained on it as
``credence train`` does, and their predictions on the test period, out of time, are laid beside the true
probabilities:

- ``calibration_slope``: of the true log-odds on ours; 1 is right, below 1 ours are too bold;
- ``calibration_intercept``: 0 is right, below 0 ours are too high;
- ``auc`` and ``auc_true``: of our probabilities and of the true ones, on the outcomes that came;
- ``attained``: ``(auc - 0.5) / (auc_true - 0.5)``, the share of what can be known that ours know;
- ``reach``: the same share for a model that learned on a very large book of another draw of the same world
  (``--reach BUYERS``), and scores the same subjects: what the observables alone can tell. The truth knows the
  latent health of each buyer, which no book shows;
- ``of_reach``: ``attained / reach``.

The knobs are frozen in ``features/sources/simulator/golden_world.toml``: no knob is moved for a model.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parent.parent
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from credit.definition import DefaultDefinition  # noqa: E402
from features.build import Packed, build_packed, pack_portfolio  # noqa: E402
from features.sources.simulator import GOLDEN_WORLD, World, load_world, simulate  # noqa: E402
from features.sources.simulator.truth import Truth, truth_of  # noqa: E402
from training.metrics import calibration_line  # noqa: E402
from training.pipeline import fit_tested  # noqa: E402
from training.run import Recipe  # noqa: E402
from training.subjects import Outcome  # noqa: E402

DEFAULT_BUYERS = 3000
LATE_DAYS = 30
MODELS = ("late", "default")


def compared(outcome: np.ndarray, ours: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return how our probabilities compare with the true ones.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        0 or 1, both present.
    ours, truth : ndarray, shape (n,)
        Probabilities, above 0 and below 1 in `ours`.
    """
    slope, intercept = calibration_line(truth, np.log(ours / (1.0 - ours)))
    auc, best = float(roc_auc_score(outcome, ours)), float(roc_auc_score(outcome, truth))
    return {
        "calibration_slope": float(slope or np.nan),
        "calibration_intercept": float(intercept or 0.0),
        "mean_probability": float(ours.mean()),
        "mean_true_probability": float(truth.mean()),
        "rate": float(outcome.mean()),
        "auc": auc,
        "auc_true": best,
        "attained": (auc - 0.5) / (best - 0.5),
    }


def measure(world: World, models: tuple[str, ...] = MODELS, reach: int = 0) -> dict[str, Any]:
    """Return the comparison of each model in a world; with `reach` buyers of another draw for the reach."""
    say(f"simulating {world.buyers} buyers over {world.years} years (seed {world.seed})")
    simulated = simulate(world)
    truth, packed = truth_of(simulated), pack_portfolio(simulated.portfolio)
    large = None if not reach else _large(replace(world, buyers=reach, seed=world.seed + 1))
    return {model: _measured(model, packed, truth, large) for model in models}


def _large(world: World) -> Packed:
    say(f"simulating {world.buyers} buyers of another draw (seed {world.seed})")
    return pack_portfolio(simulate(world).portfolio)


def _measured(model: str, packed: Packed, truth: Truth, large: Packed | None) -> dict[str, Any]:
    is_late = model == "late"
    default = Outcome("default", definition=DefaultDefinition.load())
    outcome = Outcome("late", LATE_DAYS) if is_late else default
    with tempfile.TemporaryDirectory() as folder:
        run = fit_tested(packed, Recipe(outcome), Path(folder) / "model", say)
    key = ["invoice_id", "instalment"] if is_late else ["buyer_id", "as_of"]
    column = f"true_p_late_{LATE_DAYS}" if is_late else "true_pd_12m"
    known = truth.invoices if is_late else truth.buyers
    scored = pd.DataFrame(run.test)
    rows = scored.merge(known[[*key, column]], on=key, how="left", validate="one_to_one")
    told = rows[rows[column].notna() & rows["probability"].notna()]
    figures = compared(*(told[name].to_numpy(np.float64) for name in ("outcome", "probability", column)))
    head = {"subjects": len(told), "without_truth": len(rows) - len(told)}
    if large is None:
        return {**head, **figures}
    other = _probability(large, outcome, packed, told)
    best = (compared(told["outcome"].to_numpy(np.float64), other, told[column].to_numpy())["auc"] - 0.5) / (
        figures["auc_true"] - 0.5
    )
    return {**head, **figures, "reach": best, "of_reach": figures["attained"] / best}


def _probability(large: Packed, outcome: Outcome, packed: Packed, subjects: pd.DataFrame) -> np.ndarray:
    """Return what a model that learned on all of a large book says of subjects of another one."""
    with tempfile.TemporaryDirectory() as folder:
        run = fit_tested(large, Recipe(outcome), Path(folder) / "model", say)
    return run.model.predict(build_packed(packed, subjects), contributions=False).probability


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(text, file=sys.stderr)


def text_of(result: dict[str, Any]) -> str:
    """Return the comparison as lines of text."""
    names = list(next(iter(result.values())))
    lines = [f"{'':<24}" + "".join(f"{model:>12}" for model in result)]
    for name in names:
        shown = (_figure(row[name]) for row in result.values())
        lines.append(f"{name.replace('_', ' '):<24}" + "".join(shown))
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:>12,}" if isinstance(value, int) else f"{value:>12.4f}"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Our models against the truth of the golden world.")
    parser.add_argument("--buyers", type=int, default=DEFAULT_BUYERS, help="buyers (default %(default)s)")
    parser.add_argument("--years", type=int, help="years of books (default: of the golden world)")
    parser.add_argument("--reach", type=int, default=0, metavar="BUYERS",
                        help="also learn on so many buyers of another draw (0: do not)")  # fmt: skip
    parser.add_argument("--model", choices=MODELS, help="only this model")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args(arguments)
    golden = load_world(GOLDEN_WORLD)
    world = replace(golden, buyers=asked.buyers, years=asked.years or golden.years)
    result = measure(world, (asked.model,) if asked.model else MODELS, asked.reach)
    head = {"buyers": world.buyers, "years": world.years, "seed": world.seed}
    print(json.dumps({**head, "models": result}, indent=2) if asked.json else text_of(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
