"""Whether the registration numbers of buyers can exist."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.identifiers.schemes import SCHEMES, Scheme, clean_id, scheme_of
from features.identifiers.uscc import is_natural_person

__all__ = ["STATUSES", "judge_ids", "natural_persons", "with_natural_persons"]

STATUSES = ("valid", "form_only", "invalid", "unknown_scheme", "none")
"""What can be said of a number: its check digits are right; its form is, and it has no check digits; it
cannot exist; nobody knows how to check it; there is none."""

_PROVED_WITHOUT_A_NAME = ("USCC", "LEI")


def judge_ids(buyers: pd.DataFrame) -> pd.DataFrame:
    """Judge the registration number of each buyer.

    A number without a scheme counts as USCC or LEI where its check digits prove it to be one.

    Parameters
    ----------
    buyers : DataFrame, shape (n, columns)
        Columns ``registration_scheme``, ``registration_id`` and ``country`` where there are any.

    Returns
    -------
    DataFrame, shape (n, 3), index of `buyers`
        ``scheme`` (a code of `SCHEMES`, or empty), ``number`` (normal form, or empty where it is not valid in
        form) and ``status`` (one of `STATUSES`).

    Examples
    --------
    >>> buyers = pd.DataFrame(
    ...     {
    ...         "registration_scheme": ["USCC", "DUNS", None],
    ...         "registration_id": ["91110000802100433c", "1", None],
    ...     }
    ... )
    >>> judge_ids(buyers)["status"].tolist()
    ['invalid', 'form_only', 'none']
    """
    columns = ["registration_scheme", "registration_id", "country"]
    texts = pd.DataFrame({name: _texts(buyers, name) for name in columns}, index=buyers.index)
    distinct = texts.drop_duplicates()
    judged = [_judge(*row) for row in distinct.itertuples(index=False, name=None)]
    answers = pd.DataFrame(judged, columns=["scheme", "number", "status"], dtype="str")
    of_row = pd.MultiIndex.from_frame(distinct).get_indexer(pd.MultiIndex.from_frame(texts))
    return answers.iloc[of_row].set_axis(buyers.index)


def natural_persons(judged: pd.DataFrame) -> pd.Series[Any]:
    """Return which buyers are natural persons by their own number.

    Parameters
    ----------
    judged : DataFrame, shape (n, 3)
        From `judge_ids`.

    Returns
    -------
    bool Series, shape (n,)
    """
    proved = (judged["scheme"] == "USCC") & (judged["status"] == "valid")
    return proved & judged["number"].map(is_natural_person).astype(bool)


def with_natural_persons(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Fill the column natural_person of raw buyers from their numbers where the source has no such column.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Raw tables under the names of files; none is changed.

    Examples
    --------
    >>> buyers = pd.DataFrame({"buyer_id": ["a"], "registration_id": ["92110105MA00000018"]})
    >>> with_natural_persons({"buyers": buyers})["buyers"].columns.tolist()
    ['buyer_id', 'registration_id', 'natural_person']
    """
    buyers = tables.get("buyers")
    if buyers is None or "natural_person" in buyers or "registration_id" not in buyers:
        return tables
    told = natural_persons(judge_ids(buyers)).map({True: "true", False: "false"})
    return {**tables, "buyers": buyers.assign(natural_person=told)}


def _texts(buyers: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in buyers:
        return pd.Series("", index=buyers.index, dtype="str")
    return buyers[name].fillna("").astype("str")


def _judge(scheme_name: str, text: str, country: str) -> tuple[str, str, str]:
    number = clean_id(text)
    if not number:
        return "", "", "none"
    scheme = scheme_of(scheme_name) if scheme_name.strip() else _proved(number)
    if scheme is None:
        return "", "", "unknown_scheme"
    number = scheme.mend(number, country)
    if not scheme.holds(number):
        return scheme.code, "", "invalid"
    return scheme.code, number, "valid" if scheme.proof == "check digits" else "form_only"


def _proved(number: str) -> Scheme | None:
    return next((SCHEMES[code] for code in _PROVED_WITHOUT_A_NAME if SCHEMES[code].holds(number)), None)
