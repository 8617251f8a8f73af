"""Metrics by segment of the subjects, and as each subject, each buyer or each amount counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.states import STATES
from features.industries import SECTIONS, SIZE_CLASSES
from training.bootstrap import Clusters
from training.figures import figures_of
from training.scored import ScoredPeriod

__all__ = ["MOST_CATEGORIES", "SEGMENTS", "segment_table", "segments_of", "views_of"]

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

MOST_CATEGORIES = 12
"""Categories of a segment that are told apart; the smaller ones together are ``other``."""

_UNKNOWN, _OTHER = "unknown", "other"

_DELINQUENCY = {"current": 1.0, "1-29": 30.0, "30-59": 60.0, "60-89": 90.0, "90 and more": np.inf}
"""Days past due of the oldest open item that each state ends before."""


def segments_of(period: ScoredPeriod, *, seed: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Return by segment the figures of each of its categories.

    Parameters
    ----------
    period : ScoredPeriod
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        By segment (`SEGMENTS`) a list of objects: ``category`` and what `training.figures.figures_of` tells.
        ``buyer`` is empty where nobody knows which buyers training saw.
    """
    return {name: _by_category(period, label(period), seed) for name, label in SEGMENTS.items()}


def views_of(period: ScoredPeriod, *, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Return the figures as each subject, each buyer or each amount counts.

    Parameters
    ----------
    period : ScoredPeriod
    seed : int

    Returns
    -------
    dict
        ``per_subject``; ``per_buyer``: subjects weigh one over the number of their buyer's, so that every
        buyer counts once with the mean of its subjects; ``per_amount``: weighted by the invoice's amount, or
        by what the buyer owes where subjects are buyers, in the reporting currency, with ``without_amount``,
        the subjects that have none; its status is ``no_amount`` where none has.
    """
    sizes = np.bincount(period.clusters.of_row, minlength=period.clusters.count)
    return {
        "per_subject": _weighted(period, np.ones(len(period.outcome)), seed),
        "per_buyer": _weighted(period, 1.0 / sizes[period.clusters.of_row], seed),
        "per_amount": _per_amount(period, seed),
    }


def segment_table(segments: Mapping[str, list[dict[str, Any]]]) -> pd.DataFrame:
    """Return segments as a table: one row a category, intervals in columns ``_low`` and ``_high``."""
    rows = [{"segment": name, **_flat(row)} for name, told in segments.items() for row in told]
    return pd.DataFrame(rows)


def _weighted(period: ScoredPeriod, weight: Floats, seed: int) -> dict[str, Any]:
    return figures_of(period.outcome, period.probability, period.clusters, weight=weight, seed=seed)


def _per_amount(period: ScoredPeriod, seed: int) -> dict[str, Any]:
    # Reason: the request of a buyer without one is its usual invoice, which is not what is at stake.
    feature = "request_amount" if "amount" in period.subjects else "exposure"
    amount = np.nan_to_num(period.value(feature), nan=0.0)
    if not (amount > 0).any():
        names = "rate mean_probability auc average_precision observed_to_expected".split()
        return {"status": "no_amount", "n": 0, "buyers": 0, "bad": 0, "bad_buyers": 0, **dict.fromkeys(names)}
    rows = np.flatnonzero(amount > 0)
    told = figures_of(
        period.outcome[rows], period.probability[rows], Clusters.of(period.buyer[rows]),
        weight=amount[rows], seed=seed,
    )  # fmt: skip
    return {**told, "without_amount": len(amount) - len(rows)}


def _by_category(period: ScoredPeriod, labels: Texts | None, seed: int) -> list[dict[str, Any]]:
    if labels is None:
        return []
    told = []
    for category in _ordered(labels):
        rows = np.flatnonzero(labels == category)
        figures = figures_of(
            period.outcome[rows], period.probability[rows], Clusters.of(period.buyer[rows]), seed=seed
        )
        told.append({"category": category, **figures})
    return told


def _ordered(labels: Texts) -> list[str]:
    """Return the categories that there are: ranked ones in their order, others by name, the rest last."""
    ranked = [*_DELINQUENCY, *STATES, *_SIZES, "known", "new"]
    last = {_OTHER: 1, _UNKNOWN: 2}
    rank = {name: place for place, name in enumerate(ranked)}
    return sorted(set(labels), key=lambda name: (last.get(name, 0), rank.get(name, len(rank)), name))


def _capped(labels: Texts) -> Texts:
    """Return labels of which only the most frequent are kept, the alphabet deciding between equals."""
    names, counts = np.unique(labels[labels != _UNKNOWN].astype(str), return_counts=True)
    if len(names) <= MOST_CATEGORIES:
        return labels
    kept = names[np.lexsort((names, -counts))][: MOST_CATEGORIES - 1]
    return np.where(np.isin(labels.astype(str), [*kept, _UNKNOWN]), labels, _OTHER).astype(object)


def _delinquency(period: ScoredPeriod) -> Texts:
    days = period.value("oldest_open_days_past_due")
    return _named(np.digitize(days, list(_DELINQUENCY.values())), np.isnan(days), list(_DELINQUENCY))


def _information(period: ScoredPeriod) -> Texts:
    lacks = [period.value(flag) != 1.0 for flag in ("has_payments", "has_accounts")]
    return np.array(STATES, object)[2 * lacks[0] + 1 * lacks[1]]


def _seen(period: ScoredPeriod) -> Texts | None:
    if period.known_buyers is None:
        return None
    known = pd.Series(period.buyer).isin(list(period.known_buyers)).to_numpy()
    return np.where(known, "known", "new").astype(object)


def _country(period: ScoredPeriod) -> Texts:
    return _capped(np.array([country or _UNKNOWN for country in period.country], object))


def _section(period: ScoredPeriod) -> Texts:
    return _capped(_of_index(period.value("industry_section"), list(SECTIONS), first=0))


def _size(period: ScoredPeriod) -> Texts:
    return _of_index(period.value("size_class"), list(_SIZES), first=1)


def _of_index(values: Floats, names: list[str], first: int) -> Texts:
    missing = np.isnan(values)
    return _named(np.where(missing, 0, values - first).astype(np.int64), missing, names)


def _named(place: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_], names: list[str]) -> Texts:
    found = np.array(names, object)[np.where(missing, 0, place)]
    found[missing] = _UNKNOWN
    return found


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("auc", "average_precision", "observed_to_expected"):
            told = value or dict.fromkeys(("value", "low", "high"))
            flat |= {name: told["value"], f"{name}_low": told["low"], f"{name}_high": told["high"]}
        else:
            flat[name] = value
    return flat


_SIZES = {name: rank for name, rank in SIZE_CLASSES.items() if name.isascii()}

SEGMENTS: dict[str, Callable[[ScoredPeriod], Texts | None]] = {
    "delinquency": _delinquency,
    "information_state": _information,
    "buyer": _seen,
    "country": _country,
    "industry_section": _section,
    "size_class": _size,
}
"""By name: how the categories of subjects are told. ``unknown`` is what the books did not say."""
