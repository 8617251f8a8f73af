"""How catalog values enter a model: missing values of signed features as their worst quartile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from credit.spec import SOURCE_FLAGS, FeatureSpec
from features.catalog import FEATURES, NAMES

__all__ = [
    "SeenPatterns",
    "encode",
    "fills_of",
    "pattern_texts",
    "patterns_of",
    "sources_of",
    "worst_quartile",
]

Floats = npt.NDArray[np.float64]


def worst_quartile(values: Floats, sign: int) -> float | None:
    """Return the quartile of known values that lies towards risk; None without a sign or a known value.

    Examples
    --------
    >>> worst_quartile(np.array([0.0, 1.0, 2.0, 3.0, np.nan]), 1), worst_quartile(np.array([0.0, 4.0]), -1)
    (2.25, 1.0)
    """
    known = values[~np.isnan(values)]
    if not sign or not len(known):
        return None
    return float(np.quantile(known, 0.75 if sign > 0 else 0.25))


def encode(values: Floats, features: Sequence[FeatureSpec]) -> Floats:
    """Fill missing values of features that have a fill; others stay missing.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(features))
    features : sequence of FeatureSpec
    """
    return np.where(np.isnan(values), fills_of(features), values)


def fills_of(features: Sequence[FeatureSpec]) -> Floats:
    """Return what each feature's missing values are filled with; NaN where they stay missing."""
    return np.array([np.nan if feature.fill is None else feature.fill for feature in features])


def sources_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the sources that some of the features come from and that may be absent."""
    used = {FEATURES[name].source for name in names}
    return tuple(source for source in SOURCE_FLAGS if source in used)


def patterns_of(values: Floats, names: Sequence[str]) -> npt.NDArray[np.str_]:
    """Return each subject's pattern: the names of a model's sources that are present, joined by ``+``.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(NAMES))
        Every feature of the catalog.
    names : sequence of str
        Features of the model.
    """
    return pattern_texts(values, sources_of(names))


def pattern_texts(
    values: Floats, sources: Sequence[str], names: Sequence[str] = NAMES
) -> npt.NDArray[np.str_]:
    """Return patterns for the sources named, of values with these columns; see `patterns_of`."""
    columns, bits, texts = _table(tuple(sources), tuple(names))
    return np.asarray(texts[(values[:, columns] == 1.0) @ bits])


class SeenPatterns:
    """The patterns that a model was trained on, read by the number that a subject's flags spell.

    Parameters
    ----------
    names : sequence of str
        Features of the model.
    patterns : sequence of str
        As `patterns_of` gives them.
    """

    def __init__(self, names: Sequence[str], patterns: Sequence[str]) -> None:
        self._columns, self._bits, texts = _table(sources_of(names), NAMES)
        self._is_seen = np.isin(texts, patterns)

    def hold(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Return whether the pattern of each subject, shape (n, len(NAMES)), was seen."""
        return np.asarray(self._is_seen[(values[:, self._columns] == 1.0) @ self._bits])


@lru_cache(maxsize=64)
def _table(
    sources: tuple[str, ...], names: tuple[str, ...]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], npt.NDArray[np.str_]]:
    """Return the columns of the sources' flags, their bits, and the pattern by the number they spell."""
    columns = np.array([names.index(SOURCE_FLAGS[source]) for source in sources], np.intp)
    texts = [
        "+".join(s for bit, s in enumerate(sources) if number >> bit & 1)
        for number in range(1 << len(sources))
    ]
    return columns, 1 << np.arange(len(columns)), np.array(texts)
