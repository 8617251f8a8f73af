"""Copies of training subjects of which less is known, so that a model learns what not knowing means.

Without them a buyer without payments or accounts would inherit whatever branch missing values fell into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit.spec import SOURCE_FLAGS
from features.catalog import FEATURES

__all__ = ["MASKS", "Copies", "mask", "masked_copies", "masks_of"]

Floats = npt.NDArray[np.float64]

MASKS: Mapping[str, tuple[str, ...]] = {
    "payments": ("payments",),
    "accounts": ("accounts", "prior_year", "market_value"),
    "payments_and_accounts": ("payments", "accounts", "prior_year", "market_value"),
    "market_value": ("market_value",),
    "prior_year": ("prior_year",),
}
"""Sources that each kind of copy lacks. A buyer without accounts has no year before and no market value."""

_HEAD = {
    "payments": "payments",
    "accounts": "accounts",
    "market_value": "market_value",
    "prior_year": "prior_year",
}
"""Source that a subject must have for a copy to lack it."""

_OF_HISTORY = frozenset({
    "log_request_to_usual", "log_request_to_high_credit_365d", "log_request_to_largest_365d",
    "request_terms_change_days",
})  # fmt: skip
"""Features that compare the request with earlier invoices, which a buyer without payments may not have."""

_ALL_MASKS_UP_TO = 30_000
"""Subjects up to which each has a copy of every kind; of more, each has one copy, drawn at random."""


@dataclass(frozen=True)
class Copies:
    """Training rows with their copies.

    Parameters
    ----------
    values : float64 ndarray, shape (m, features)
        First the n subjects as they are, then the copies.
    row : int64 ndarray, shape (m,)
        Which subject a row is of.
    weight : float64 ndarray, shape (m,)
        The weights of a subject's rows add up to 1.
    """

    values: Floats
    row: npt.NDArray[np.int64]
    weight: Floats


def mask(values: Floats, names: Sequence[str], kind: str) -> Floats:
    """Return values as they would be without some sources.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(names))
    names : sequence of str
        Catalog names of the columns.
    kind : str
        One of `MASKS`.

    Examples
    --------
    >>> mask(np.array([[1.0, 4.0, 30.0]]), ["has_payments", "mean_days_late_365d", "size_class"], "payments")
    array([[ 0., nan, 30.]])
    """
    masked = values.copy()
    # Reason: the flags of what accounts may lack are told by the accounts, and would stay set without these.
    flags = {SOURCE_FLAGS[source] for source in MASKS[kind]}
    for column, name in enumerate(names):
        if name in flags:
            masked[:, column] = 0.0
        elif FEATURES[name].source in MASKS[kind] or ("payments" in MASKS[kind] and name in _OF_HISTORY):
            masked[:, column] = np.nan
    return masked


def masks_of(values: Floats, names: Sequence[str]) -> dict[str, npt.NDArray[np.bool_]]:
    """Return by kind of copy which subjects it takes something from.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(names))
    names : sequence of str
        Features of the model; a source whose flag is not among them is never taken.
    """
    held = {
        source: values[:, names.index(flag)] == 1.0 for source, flag in SOURCE_FLAGS.items() if flag in names
    }
    has = {kind: held[_HEAD[kind]] for kind in MASKS if _HEAD.get(kind) in held}
    if "payments" in held and "accounts" in held:
        has["payments_and_accounts"] = held["payments"] & held["accounts"]
    return {kind: rows for kind, rows in has.items() if rows.any()}


def masked_copies(values: Floats, names: Sequence[str], shares: Mapping[str, float], seed: int) -> Copies:
    """Return the subjects with copies that lack sources which the subject has.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(names))
    names : sequence of str
        Features of the model.
    shares : mapping of str to float
        Weight of each kind of copy; what is left of 1 is the weight of the subject as it is.
    seed : int
        Of the draw.
    """
    n = len(values)
    kinds = {kind: has for kind, has in masks_of(values, names).items() if shares.get(kind, 0.0) > 0}
    if not kinds:
        return Copies(values, np.arange(n), np.ones(n))
    weight = np.array([np.where(has, shares[kind], 0.0) for kind, has in kinds.items()])
    chosen = weight if n <= _ALL_MASKS_UP_TO else _one_of(weight, seed)
    parts = [(kind, np.flatnonzero(row > 0)) for kind, row in zip(kinds, chosen, strict=True)]
    rows = [np.arange(n), *(taken for _, taken in parts)]
    weights = [1.0 - chosen.sum(axis=0), *(row[row > 0] for row in chosen)]
    copies = [mask(values[taken], names, kind) for kind, taken in parts]
    return Copies(np.concatenate([values, *copies]), np.concatenate(rows), np.concatenate(weights))


def _one_of(weight: Floats, seed: int) -> Floats:
    """Return weights of which each subject has one left, drawn in proportion, with the sum of all."""
    total = weight.sum(axis=0)
    drawn = np.random.default_rng(seed).random(weight.shape[1]) * total
    kind = (np.cumsum(weight, axis=0) <= drawn).sum(axis=0)
    kept = np.zeros_like(weight)
    rows = np.flatnonzero(total > 0)
    kept[kind[rows], rows] = total[rows]
    return kept
