"""Polish companies: 64 ready-made ratios, no dates and no firms, so that only random folds are possible.

Exact duplicates are removed first. Each of ten stratified folds is predicted by what was learned on the other
nine, all choices included. Signs of the ratios are not told, so there are no monotone constraints.

The differences of ratios carry far more than the ratios, and much of that is not about the firm, but about
how its figures were collected. ``coincidences`` counts the clearest: gross profit "in 3 years" equals that of
one year in two fifths of the bankrupt firms of ``5year.arff`` and in one of a thousand others. A figure far
above what the ratios alone give is therefore one about these files; that of the ratios alone is beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from credit.spec import FeatureSpec
from features.errors import InputError
from training.differences import strongest_differences, with_differences
from training.learner import fit_trees, fold_predictions
from training.splits import Fold

__all__ = ["FOLDS", "coincidences", "compare", "read", "table"]

FOLDS = 10
SEED = 7
_INNER_FOLDS = 3

Learn = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Values and outcomes to learn from, and values to rank."""


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the ratios and the outcomes of one file without exact duplicates.

    Raises
    ------
    InputError
        Where the file is absent or is none of these files.
    """
    if not path.is_file():
        raise InputError.of("a Polish year file (.arff)", "none", "name one, such as 5year.arff")
    try:
        _, data = path.read_text(encoding="utf-8").lower().split("@data")
        lines = [line.split(",") for line in data.split() if line]
        rows = np.array([[np.nan if cell == "?" else float(cell) for cell in line] for line in lines])
        outcome = rows[:, -1]
    except (ValueError, IndexError) as error:
        raise _other(type(error).__name__) from error
    if rows.shape[1] != 65 or not np.isin(outcome, (0.0, 1.0)).all():
        raise _other(f"{rows.shape[1]} columns")
    # Reason: a missing ratio equals a missing ratio here, which an array would deny.
    rows = pd.DataFrame(rows).drop_duplicates().to_numpy()
    return rows[:, :-1], rows[:, -1]


def _other(found: str) -> InputError:
    return InputError.of(
        "an ARFF file of 64 ratios and a class of 0 and 1", found, "name a year file of UCI data set 365"
    )


def table(values: np.ndarray, outcome: np.ndarray, learners: dict[str, Learn | None]) -> dict[str, Any]:
    """Return mean AUC over ten stratified folds with its 95 % interval, null where a learner is absent.

    The interval is Student's over the folds: it tells how much the firms matter.
    """
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(values, outcome))

    def scores(learn: Learn) -> list[float]:
        told = ((test, learn(values[fit], outcome[fit], values[test])) for fit, test in folds)
        return [float(roc_auc_score(outcome[test], ranks)) for test, ranks in told]

    return {name: learn and _summary(scores(learn)) for name, learn in learners.items()}


def compare(path: Path) -> dict[str, Any]:
    """Return the comparison that ``--polish FILE --json`` prints."""
    values, outcome = read(path)
    learners = {"credence": credence, "lightgbm": lightgbm, "catboost": catboost()}
    return {"n": len(outcome), "folds": FOLDS, "auc": table(values, outcome, learners)}


def coincidences(values: np.ndarray, outcome: np.ndarray) -> dict[str, dict[str, float]]:
    """Return how often two ratios are the same number, among bankrupt firms and among the others."""
    pairs = {
        "profit of 3 years = profit of 1 year (A24 = A7)": (23, 6),
        "sales = total sales (A9 = A36)": (8, 35),
    }
    told = {}
    for name, (one, other) in pairs.items():
        same = values[:, one] == values[:, other]
        told[name] = {
            "bankrupt": float(same[outcome == 1].mean()),
            "others": float(same[outcome == 0].mean()),
        }
    return told


def credence(values: np.ndarray, outcome: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Rank with our learner on the ratios and their strongest differences."""
    pairs = strongest_differences(values, outcome, SEED)
    return ratios_alone(with_differences(values, pairs), outcome, with_differences(test, pairs))


def ratios_alone(values: np.ndarray, outcome: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Rank with our learner; it chooses its numbers of trees on folds inside the training part."""
    names = [f"ratio_{column + 1}" for column in range(values.shape[1])]
    features = [FeatureSpec(name=name, sign=0, fill=None, reference=None) for name in names]
    inner = StratifiedKFold(_INNER_FOLDS, shuffle=True, random_state=SEED).split(values, outcome)
    fit = fold_predictions(values, outcome, features, [Fold(*parts) for parts in inner], SEED)
    return np.asarray(fit_trees(values, outcome, features, fit.shape, SEED).predict(test))


def lightgbm(values: np.ndarray, outcome: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Rank with LightGBM as it comes."""
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 2, "seed": SEED}
    return np.asarray(lgb.train(parameters, lgb.Dataset(values, outcome), 100).predict(test))


def lightgbm_with_differences(values: np.ndarray, outcome: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Rank with LightGBM as it comes on the same columns as ours: what the differences give by themselves."""
    pairs = strongest_differences(values, outcome, SEED)
    return lightgbm(with_differences(values, pairs), outcome, with_differences(test, pairs))


def catboost() -> Learn | None:
    """Return CatBoost as in the best figure known for these files; None where not installed."""
    try:
        from catboost import CatBoostClassifier
    except ModuleNotFoundError:
        return None

    def learn(values: np.ndarray, outcome: np.ndarray, test: np.ndarray) -> np.ndarray:
        model = CatBoostClassifier(
            iterations=700, depth=6, rsm=0.2, random_seed=SEED, thread_count=2, verbose=0,
            allow_writing_files=False,
        )  # fmt: skip
        return np.asarray(model.fit(values, outcome).predict_proba(test)[:, 1])

    return learn


def _summary(scores: list[float]) -> dict[str, float]:
    mean = float(np.mean(scores))
    half = float(student.ppf(0.975, len(scores) - 1) * np.std(scores, ddof=1) / np.sqrt(len(scores)))
    return {"mean": mean, "low": mean - half, "high": min(mean + half, 1.0)}
