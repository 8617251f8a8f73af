"""Figures of would-be limits against exposures, with intervals by draws of the buyers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.bootstrap import FEWEST_BUYERS, REPEATS

__all__ = ["difference_at_review", "limit_figures", "too_few"]

Floats = npt.NDArray[np.float64]

_LEVEL = (0.025, 0.975)
_KNOWN_OF_FEW = ("n",)


def limit_figures(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of buyers, one row each.

    Parameters
    ----------
    rows : DataFrame, shape (n, ...)
        ``limit`` (NaN: none can be said), ``exposure`` (NaN: nobody knows) and ``exposure_at_review``.

    Returns
    -------
    dict
        As `training.report.limit_records.LimitFigures`; intervals from ten compared buyers on.

    Examples
    --------
    >>> told = limit_figures(
    ...     pd.DataFrame(
    ...         {
    ...             "limit": [50.0, 100.0, np.nan, 80.0],
    ...             "exposure": [100.0, 60.0, 10.0, 0.0],
    ...             "exposure_at_review": [60.0, 60.0, 10.0, 0.0],
    ...         }
    ...     )
    ... )
    >>> told["compared"], told["above"], told["share_above"]["value"], told["exposure_above"]
    (2, 1, 0.5, 50.0)
    >>> told["nothing_owed"], told["limit_said_share"], told["share_of_exposure_above"]["value"]
    (1, 0.75, 0.3125)
    """
    compared = rows[rows["limit"].notna() & (rows["exposure"] > 0.0)]
    limit, exposure = compared["limit"].to_numpy(np.float64), compared["exposure"].to_numpy(np.float64)
    excess = np.maximum(exposure - limit, 0.0)
    return {
        "n": len(rows),
        "limit_said_share": float(rows["limit"].notna().mean()) if len(rows) else None,
        "nothing_owed": int((rows["exposure"] == 0.0).sum()),
        "exposure_unknown": int(rows["exposure"].isna().sum()),
        "compared": len(compared),
        "above": int((excess > 0.0).sum()),
        "share_above": _figure((excess > 0.0).astype(np.float64), np.ones(len(compared))),
        "share_of_exposure_above": _figure(excess, exposure),
        "median_limit_over_exposure": _median(limit / exposure),
        "exposure": float(exposure.sum()),
        "exposure_above": float(excess.sum()),
        "limits": float(limit.sum()),
        "share_above_at_review": _figure(*_at_review(rows)),
    }


def too_few(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of so few buyers that nothing but their number is said."""
    told = limit_figures(rows)
    return {name: value if name in _KNOWN_OF_FEW else None for name, value in told.items()}


def difference_at_review(defaulted: pd.DataFrame, others: pd.DataFrame) -> dict[str, float | None]:
    """Return by how much more often the defaulted owed more than the limit when it was made.

    Both groups are drawn on their own; all is None where one has fewer than ten buyers with a limit.
    """
    above = [_at_review(rows)[0] for rows in (defaulted, others)]
    if min(map(len, above)) < FEWEST_BUYERS:
        return {"value": None, "low": None, "high": None}
    draws = [_draws(each, np.ones(len(each)), seed) for seed, each in enumerate(above)]
    low, high = np.quantile(draws[0] - draws[1], _LEVEL)
    return {"value": float(above[0].mean() - above[1].mean()), "low": float(low), "high": float(high)}


def _at_review(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return of each buyer with a limit whether it owed more already, and ones."""
    said = rows[rows["limit"].notna() & rows["exposure_at_review"].notna()]
    above = np.asarray(said["exposure_at_review"] > said["limit"], np.float64)
    return above, np.ones(len(above), np.float64)


def _figure(part: Floats, whole: Floats) -> dict[str, float | None]:
    """Return the sum of the parts over that of the whole, with its interval."""
    if not len(part):
        return {"value": None, "low": None, "high": None}
    value = float(part.sum() / whole.sum())
    return {"value": value, **_ends(_draws(part, whole, 0) if len(part) >= FEWEST_BUYERS else None)}


def _median(ratio: Floats) -> dict[str, float | None]:
    if not len(ratio):
        return {"value": None, "low": None, "high": None}
    draws = None
    if len(ratio) >= FEWEST_BUYERS:
        draws = np.array([np.median(ratio[picked]) for picked in _picks(len(ratio), 0)])
    return {"value": float(np.median(ratio)), **_ends(draws)}


def _draws(part: Floats, whole: Floats, seed: int) -> Floats:
    return np.array([part[picked].sum() / whole[picked].sum() for picked in _picks(len(part), seed)])


def _picks(count: int, seed: int) -> list[npt.NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, count, count) for _ in range(REPEATS)]


def _ends(draws: Floats | None) -> dict[str, float | None]:
    if draws is None:
        return {"low": None, "high": None}
    low, high = np.quantile(draws, _LEVEL)
    return {"low": float(low), "high": float(high)}
