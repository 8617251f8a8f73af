"""Gauss-Legendre rules from 0 to 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["quadratures"]

Floats = npt.NDArray[np.float64]


def quadratures(most: int) -> tuple[Floats, Floats]:
    """Return the points and weights of all rules up to a size.

    A rule of n points is exact for polynomials up to degree 2n - 1.

    Parameters
    ----------
    most : int

    Returns
    -------
    tuple of two float64 ndarrays, shape (most + 1, most)
        Row n has the rule of n points, followed by zeros.

    Examples
    --------
    >>> points, weights = quadratures(2)
    >>> float((weights[2] * points[2] ** 3).sum().round(15))  # the integral of t^3
    0.25
    """
    points, weights = np.zeros((2, most + 1, most))
    for size in range(1, most + 1):
        at, weight = np.polynomial.legendre.leggauss(size)
        points[size, :size], weights[size, :size] = (at + 1) / 2, weight / 2
    return points, weights
