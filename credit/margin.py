"""Raw margins of a model and their exact shares by feature, whatever learned them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from credit.trees import Trees

__all__ = ["Blended", "Boosted", "Margin", "Reading", "explained"]

Floats = npt.NDArray[np.float64]


class Margin(Protocol):
    """What a learner gives: a raw margin, and its parts."""

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins, shape (n,), of encoded values, shape (n, features)."""

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return the parts of the margins by feature, shape (n, features), and what no feature explains."""


class Boosted:
    """Margins of boosted trees; the shares are exact SHAP values (path-dependent).

    Parameters
    ----------
    trees : Trees
    """

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins; see `Margin`."""
        return self._trees.raw(inputs)

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base; see `Margin`."""
        return self._trees.contributions(inputs)[:, :-1], self._trees.expected

    def explained(self, inputs: Floats) -> tuple[Floats, Floats, float]:
        """Return raw margins, shares and base; see `explained`."""
        raw, parts = self._trees.explained(inputs)
        return raw, parts[:, :-1], self._trees.expected


class Reading:
    """A margin of some of the inputs.

    Parameters
    ----------
    margin : Margin
    names : sequence of str
        Its inputs.
    among : sequence of str
        All inputs of the model.
    """

    def __init__(self, margin: Margin, names: Sequence[str], among: Sequence[str]) -> None:
        self._margin = margin
        self._columns = [among.index(name) for name in names]

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins; see `Margin`."""
        return self._margin.raw(inputs[:, self._columns])

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base; see `Margin`. An input that is not read has none."""
        parts, base = self._margin.shares(inputs[:, self._columns])
        return self._placed(parts, inputs), base

    def explained(self, inputs: Floats) -> tuple[Floats, Floats, float]:
        """Return raw margins, shares and base; see `explained`."""
        raw, parts, base = explained(self._margin, inputs[:, self._columns])
        return raw, self._placed(parts, inputs), base

    def _placed(self, parts: Floats, inputs: Floats) -> Floats:
        shares = np.zeros(inputs.shape)
        shares[:, self._columns] = parts
        return shares


class Blended:
    """Margins of trees and of a scorecard, ``(1 - share) x trees + share x scorecard``; so are their parts.

    Parameters
    ----------
    trees, scorecard : Margin
        Of the same inputs.
    share : float
        Of the scorecard, between 0 and 1.
    """

    def __init__(self, trees: Margin, scorecard: Margin, share: float) -> None:
        self._parts = ((1 - share, trees), (share, scorecard))

    def raw(self, inputs: Floats) -> Floats:
        """Return raw margins; see `Margin`."""
        return np.asarray(sum(weight * margin.raw(inputs) for weight, margin in self._parts))

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return shares and base; see `Margin`."""
        told = [(weight, *margin.shares(inputs)) for weight, margin in self._parts]
        shares = sum(weight * parts for weight, parts, _ in told)
        return np.asarray(shares), sum(weight * base for weight, _, base in told)

    def explained(self, inputs: Floats) -> tuple[Floats, Floats, float]:
        """Return raw margins, shares and base; see `explained`."""
        told = [(weight, *explained(margin, inputs)) for weight, margin in self._parts]
        raw = sum(weight * one for weight, one, _, _ in told)
        shares = sum(weight * parts for weight, _, parts, _ in told)
        return np.asarray(raw), np.asarray(shares), sum(weight * base for weight, _, _, base in told)


def explained(margin: Margin, inputs: Floats) -> tuple[Floats, Floats, float]:
    """Return raw margins and shares of the same values, of few rows in one walk over the trees.

    Parameters
    ----------
    margin : Margin
    inputs : float64 ndarray, shape (n, features)

    Returns
    -------
    raw : float64 ndarray, shape (n,)
    shares : float64 ndarray, shape (n, features)
    base : float
        To the last bit what `Margin.raw` and `Margin.shares` return.
    """
    if isinstance(margin, Boosted | Reading | Blended):
        return margin.explained(inputs)
    return margin.raw(inputs), *margin.shares(inputs)
