"""Of which information states and patterns of sources subjects are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from credit.encoding import patterns_of
from credit.states import STATES, states_of

__all__ = ["mix_of"]


def mix_of(values: npt.NDArray[np.float64], names: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many subjects are of each information state, and of each pattern of present sources.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(NAMES))
        Every feature of the catalog.
    names : sequence of str
        Features of the model.
    """
    return _counts(np.array(STATES)[states_of(values)]), _counts(patterns_of(values, names))


def _counts(labels: npt.NDArray[np.str_]) -> dict[str, int]:
    names, counts = np.unique(labels, return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
