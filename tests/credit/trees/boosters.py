"""Random boosters of LightGBM, and rows that lie where their splits are delicate."""

from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ODD_VALUES = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-36, -1e-36, 1e-35, 2e-35, -2e-35, 5e-324, 1e300, -1e300)
ODD_CODES = (
    np.nan,
    -1.0,
    -0.5,
    0.5,
    1.9,
    31.0,
    32.0,
    63.0,
    64.0,
    1e6,
    2147483647.0,
    2147483648.0,
    1e20,
    np.inf,
)


def random_booster(seed: int) -> tuple[lgb.Booster, Floats]:
    """Return a booster as read from its text, and rows for it."""
    rng = np.random.default_rng(seed)
    count, features = int(rng.integers(60, 800)), int(rng.integers(1, 12))
    values = _values(rng, count, features)
    categorical = [feature for feature in range(features) if rng.random() < 0.2]
    values[:, categorical] = rng.integers(0, rng.integers(2, 90), (count, len(categorical)))
    values[rng.random(values.shape) < rng.choice([0.0, 0.05, 0.4])] = np.nan
    data = lgb.Dataset(
        values,
        _outcome(rng, values),
        weight=rng.exponential(5.0, count) + 1e-3 if rng.random() < 0.5 else None,
        categorical_feature=categorical,
        params=_DATA[int(rng.integers(len(_DATA)))],
    )
    parameters = _parameters(rng, features, categorical)
    booster = lgb.train(parameters, data, int(rng.choice([1, 3, 20, 60])))
    return as_read(booster), np.concatenate([values[:80], _odd_rows(rng, values, categorical)])


def as_read(booster: lgb.Booster) -> lgb.Booster:
    """Return what LightGBM reads from the text of a booster: what an artefact holds."""
    return lgb.Booster(model_str=booster.model_to_string(num_iteration=-1))


_DATA: list[dict[str, Any]] = [
    {"verbose": -1},
    {"verbose": -1, "zero_as_missing": True},
    {"verbose": -1, "use_missing": False},
    {"verbose": -1, "max_bin": 7},
]


def _parameters(rng: np.random.Generator, features: int, categorical: list[int]) -> dict[str, Any]:
    signs = [0 if feature in categorical else int(rng.integers(-1, 2)) for feature in range(features)]
    choices: dict[str, list[Any]] = {
        "objective": ["binary", "regression", "poisson"],
        "boosting": ["gbdt", "gbdt", "gbdt", "dart", "rf"],
        "num_leaves": [2, 4, 15, 31, 127],
        "max_depth": [-1, 3, 6, 12],
        "learning_rate": [0.05, 0.3],
        "min_child_samples": [1, 5, 20],
        "extra_trees": [False, True],
        "feature_fraction": [0.3, 1.0],
        "monotone_constraints": [None, None, signs],
        "lambda_l2": [0.0, 5.0],
        "path_smooth": [0.0, 2.0],
        "max_cat_to_onehot": [1, 4],
        "min_data_per_group": [1, 100],
        "cat_smooth": [1.0, 10.0],
        "boost_from_average": [True, False],
    }
    drawn = {name: values[int(rng.integers(len(values)))] for name, values in choices.items()}
    given = {name: value for name, value in drawn.items() if value is not None}
    fixed = {"bagging_freq": 1, "bagging_fraction": 0.7, "num_threads": 1, "verbose": -1}
    return given | fixed | {"seed": int(rng.integers(99))}


def _values(rng: np.random.Generator, count: int, features: int) -> Floats:
    values = rng.normal(size=(count, features))
    few = rng.random(features) < 0.4
    values[:, few] = np.round(values[:, few])
    values[:, rng.random(features) < 0.1] = 3.0
    return np.asarray(values * 10.0 ** rng.integers(-3, 4, features))


def _outcome(rng: np.random.Generator, values: Floats) -> Floats:
    known = np.nan_to_num(values)
    scaled = known / (np.abs(known).max(axis=0) + 1e-9)
    raw = (
        scaled @ rng.normal(size=values.shape[1])
        + scaled[:, 0] * scaled[:, -1]
        + rng.normal(size=len(values)) / 3
    )
    return np.asarray((raw > np.median(raw)).astype(np.float64))


def _odd_rows(rng: np.random.Generator, values: Floats, categorical: list[int]) -> Floats:
    """Return rows of unseen codes, infinities, and zeros that are nearly so."""
    rows = values[rng.integers(0, len(values), 80)].copy()
    for feature in range(values.shape[1]):
        odd = ODD_CODES if feature in categorical else ODD_VALUES
        which = rng.random(len(rows)) < 0.3
        rows[which, feature] = rng.choice(odd, int(which.sum()))
    return rows
