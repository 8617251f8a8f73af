"""Keys of facts: derived ids, versions of one key, repeated rows and contradictions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["contradictions", "derive_ids", "filled_ids", "known_until", "repeats"]

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
    return _digests(text)


def filled_ids(given: pd.Series[Any] | None, content: pd.DataFrame) -> pd.Series[Any]:
    """Return the ids of facts, made where they lack from what each row says and its ordinal among equal rows.

    A row has the same id in a file and in a call, whichever other rows and columns there are: a column that
    lacks says what an empty cell says. Equal rows are told apart among those without an id only.

    Parameters
    ----------
    given : Series of str, shape (n,), or None
        Missing where a row has no id.
    content : DataFrame, shape (n, columns)
        Typed columns.

    Examples
    --------
    >>> whole = pd.DataFrame({"a": ["x", "x", "y"], "b": pd.Series([None, "2", None], dtype="str")})
    >>> ids = filled_ids(pd.Series(["mine", None, None], dtype="str"), whole)
    >>> ids[0], ids[2] == filled_ids(None, pd.DataFrame({"a": ["y"]}))[0]
    ('mine', True)
    """
    lacking = content if given is None else content[given.isna().to_numpy(bool)]
    text = pd.Series("", index=lacking.index, dtype="str")
    for name in sorted(lacking.columns):
        values = lacking[name]
        text = text + (f"{name}\x1e" + _texts(values) + "\x1f").where(values.notna(), "")
    made = _digests(text)
    return made if given is None else given.fillna(made)


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values as text that does not depend on the other rows, as that of dates would."""
    if values.dtype.kind == "M":
        texts = np.datetime_as_string(values.to_numpy("datetime64[s]"))
        return pd.Series(texts, index=values.index, dtype="str")
    return values.astype("str").fillna("")


def _digests(text: pd.Series[Any]) -> pd.Series[Any]:
    ordinal = text.groupby(text, sort=False).cumcount()
    rows = zip(text, ordinal, strict=True)
    digests = [
        hashlib.blake2b(f"{row}\x1f{number}".encode(), digest_size=10).hexdigest() for row, number in rows
    ]
    return pd.Series(digests, index=text.index, dtype="str")


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
