"""Measures of two policies with bands: a buyer's months are not independent, so it is drawn whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FEWEST_BUYERS", "REPEATS", "banded"]

Floats = npt.NDArray[np.float64]

REPEATS = 400

FEWEST_BUYERS = 10
"""Fewer buyers drawn again and again say nothing of buyers that were not drawn: there is no band."""

_ENDS = (0.025, 0.975)
_BLOCK = 50


def banded(
    a: Mapping[str, tuple[Floats, Floats | None]],
    b: Mapping[str, tuple[Floats, Floats | None]],
    seed: int = 0,
) -> dict[str, dict[str, Any]]:
    """Return measures of two policies and their paired difference, each with its 95 % band.

    Parameters
    ----------
    a, b : mapping of str to (ndarray, ndarray or None)
        By measure, sums by buyer: of what is measured and of what it is a share of (None: it is a sum). The
        same measures and buyers in both.
    seed : int
        Of the draws; both policies see the same ones.

    Returns
    -------
    dict
        By measure ``{"a", "b", "difference"}``, each ``{"value", "low", "high"}``; null where a share is of
        nothing, ``low`` and ``high`` null with fewer than ten buyers.

    Examples
    --------
    >>> sums, twice = np.arange(20.0), 2 * np.arange(20.0)
    >>> found = banded({"sold": (twice, None)}, {"sold": (sums, None)})["sold"]
    >>> found["difference"]["value"], found["difference"]["low"] < 190.0 < found["difference"]["high"]
    (190.0, True)
    """
    found: dict[str, dict[str, Any]] = {}
    buyers = len(next(iter(a.values()))[0]) if a else 0
    draws = list(_draws(buyers, seed))
    for name, (part, whole) in a.items():
        other_part, other_whole = b[name]
        mine = [_measured(part, whole, counts) for counts in draws]
        others = [_measured(other_part, other_whole, counts) for counts in draws]
        found[name] = {
            "a": _band(mine),
            "b": _band(others),
            "difference": _band([one - other for one, other in zip(mine, others, strict=True)]),
        }
    return found


def _draws(buyers: int, seed: int) -> Iterator[Floats]:
    """Give the buyers as they are, then how often each is drawn, in blocks of shape (buyers, draws)."""
    yield np.ones((buyers, 1))
    if buyers < FEWEST_BUYERS:
        return
    rng = np.random.default_rng(seed)
    for _ in range(REPEATS // _BLOCK):
        yield rng.multinomial(buyers, np.full(buyers, 1.0 / buyers), size=_BLOCK).T.astype(np.float64)


def _measured(part: Floats, whole: Floats | None, counts: Floats) -> Floats:
    total = part @ counts
    if whole is None:
        return np.asarray(total)
    base = whole @ counts
    return np.where(base > 0.0, total / np.where(base > 0.0, base, 1.0), np.nan)


def _band(draws: list[Floats]) -> dict[str, float | None]:
    value, told = float(draws[0][0]), np.concatenate([*draws[1:], np.zeros(0)])
    told = told[np.isfinite(told)]
    low, high = np.quantile(told, _ENDS) if len(told) else (np.nan, np.nan)
    return {"value": _plain(value), "low": _plain(float(low)), "high": _plain(float(high))}


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
