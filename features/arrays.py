"""Columns of frames as the arrays of a block."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["by_buyer", "day_numbers", "label_positions", "starts_of", "whole_numbers"]

Ints = npt.NDArray[np.int64]


def label_positions(values: pd.Series[Any], sorted_labels: tuple[str, ...]) -> Ints:
    """Return the position of each value among sorted labels; -1 where it is none of them."""
    try:
        column = pa.array(values, from_pandas=True)
        words = column.cast(pa.large_string()) if pa.types.is_dictionary(column.type) else column
        is_text = pa.types.is_string(words.type) or pa.types.is_large_string(words.type)
    except pa.ArrowException:
        is_text = False
    if not is_text:
        labels = pd.Index(sorted_labels, dtype="object")
        positions: Ints = labels.get_indexer(pd.Index(values.astype(object))).astype(np.int64)
        return positions
    found = pc.index_in(words, value_set=pa.array(sorted_labels, words.type), skip_nulls=True)
    found_at: Ints = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return found_at


def by_buyer(versions: pd.DataFrame, buyer_ids: tuple[str, ...]) -> pd.DataFrame:
    """Return versions with the position of their buyer, sorted by it and by when they are known."""
    versions = versions.assign(buyer=label_positions(versions["buyer_id"], buyer_ids))
    return versions.sort_values(["buyer", "known_from"], kind="stable")


def starts_of(sorted_positions: Ints, count: int) -> Ints:
    """Return where the rows of each of `count` owners start, and where the last ones end.

    Examples
    --------
    >>> starts_of(np.array([0, 0, 2]), 3).tolist()
    [0, 2, 2, 3]
    """
    return np.searchsorted(sorted_positions, np.arange(count + 1)).astype(np.int64)


def whole_numbers(values: pd.Series[Any]) -> Ints:
    """Return whole numbers as an array of their own; none may be missing."""
    # Reason: what pandas lends may not be written to, which to a compiler is another type.
    return np.array(values, np.int64)


def day_numbers(values: pd.Series[Any]) -> npt.NDArray[np.int32]:
    """Return dates as days since 1970; what a missing one becomes is undefined."""
    return values.to_numpy().astype("datetime64[D]").astype(np.int32)
