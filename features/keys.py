"""Keys of facts: derived ids, versions of one key, repeated rows and contradictions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["contradictions", "derive_ids", "known_until", "repeats"]

Mask = npt.NDArray[np.bool_]


def derive_ids(content: pd.DataFrame) -> pd.Series[Any]:
    """Return an id for each row, made from its content and its ordinal among equal rows.

    Loading the same rows twice gives the same ids, in whatever order they come.

    Examples
    --------
    >>> ids = derive_ids(pd.DataFrame({"a": ["x", "x", "y"]}))
    >>> ids.is_unique, ids[0] == derive_ids(pd.DataFrame({"a": ["y", "x"]}))[1]
    (True, True)
    """
    columns = sorted(content.columns)
    text = content[columns[0]].astype("str").fillna("")
    for column in columns[1:]:
        text = text + "\x1f" + content[column].astype("str").fillna("")
    ordinal = text.groupby(text, sort=False).cumcount()
    rows = zip(text, ordinal, strict=True)
    digests = [
        hashlib.blake2b(f"{row}\x1f{number}".encode(), digest_size=10).hexdigest() for row, number in rows
    ]
    return pd.Series(digests, index=content.index, dtype="str")


def repeats(frame: pd.DataFrame) -> Mask:
    """Return the rows that repeat an earlier row in every column."""
    return frame.duplicated(keep="first").to_numpy(bool)


def contradictions(frame: pd.DataFrame, key: Sequence[str], knowledge: str, assumed: Mask) -> Mask:
    """Return rows that have another row's key and knowledge time but other content.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        Rows without exact repeats.
    key : sequence of str
        Columns that name a fact.
    knowledge : str
        Column with the knowledge time.
    assumed : bool ndarray, shape (n,)
        Rows whose knowledge time the source did not give: such a row cannot be a version of another one.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["a", "a", "b", "b"], "at": [1, 2, 1, 2]})
    >>> contradictions(frame, ["id"], "at", np.array([False, False, False, True])).tolist()
    [False, False, True, True]
    """
    keys = [frame[name] for name in key]
    several = frame.duplicated(list(key), keep=False).to_numpy(bool)
    doubtful = (
        pd.Series(assumed, index=frame.index).groupby(keys, dropna=False).transform("any").to_numpy(bool)
    )
    twice = frame.duplicated([*key, knowledge], keep=False).to_numpy(bool)
    return np.asarray(twice | (several & doubtful))


def known_until(
    frame: pd.DataFrame, key: Sequence[str], knowledge: str, never: np.datetime64
) -> pd.Series[Any]:
    """Return until when each version counts: the knowledge time of the next version of its key.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        All versions.
    key : sequence of str
        Columns that name a fact.
    knowledge : str
        Column with the knowledge time.
    never : datetime64[s]
        Value of versions that nothing replaces.
    """
    if not frame.duplicated(list(key)).any():
        return pd.Series(never, index=frame.index, dtype="datetime64[s]")
    ordered = frame[[*key, knowledge]].sort_values(knowledge, kind="stable")
    following = ordered.groupby(list(key), sort=False, dropna=False)[knowledge].shift(-1)
    return following.reindex(frame.index).fillna(pd.Timestamp(never)).astype("datetime64[s]")
