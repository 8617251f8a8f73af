"""Whether two engines say the same."""

from __future__ import annotations

__all__ = ["RELATIVE", "assert_equal"]

from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.shared import FEATURES, is_count

RELATIVE = 1e-9
"""Relative difference up to which amounts, means and shares are the same; counts must agree exactly."""

_CHUNK = 1_000_000

Floats = npt.NDArray[np.float64]


def assert_equal(expected: Path, found: Path) -> None:
    """Compare two files of features, shape (features, invoices), on every row.

    Raises
    ------
    AssertionError
        Where any value differs, or is missing in one of them alone.
    """
    left, right = (np.load(path, mmap_mode="r") for path in (expected, found))
    if left.shape != right.shape:
        raise AssertionError(f"expected {left.shape} values as in {expected.name}, found {right.shape}")
    for place, feature in enumerate(FEATURES):
        wrong = sum(
            int(differs(left[place, rows], right[place, rows], exact=is_count(feature)).sum())
            for rows in (slice(start, start + _CHUNK) for start in range(0, left.shape[1], _CHUNK))
        )
        if wrong:
            found_rows = f"found {wrong} rows in {found.name} that differ"
            raise AssertionError(f"expected {feature} as in {expected.name}, {found_rows}")


def differs(left: Floats, right: Floats, *, exact: bool) -> npt.NDArray[np.bool_]:
    """Return which values are not the same; missing equals missing.

    Examples
    --------
    >>> a, b = np.array([1.0, np.nan, 2.0, 3.0]), np.array([1.0 + 1e-12, np.nan, np.nan, 3.1])
    >>> differs(a, b, exact=False).tolist(), differs(a, b, exact=True).tolist()
    ([False, False, True, True], [True, False, True, True])
    """
    allowed = 0.0 if exact else RELATIVE * np.maximum(np.abs(left), np.abs(right))
    same = (np.abs(left - right) <= allowed) | (np.isnan(left) & np.isnan(right))
    return ~same
