"""Which features a model learns from, and what each of them enters as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from credit.encoding import worst_quartile
from credit.spec import OPTIONAL, SOURCE_FLAGS, FeatureSpec
from features.catalog import FEATURES, Model, inputs_of
from features.errors import InputError
from features.portfolio import Portfolio
from training.options import references_of

__all__ = ["Choice", "choose_features"]

_MIN_KNOWN_SHARE = 0.01


@dataclass(frozen=True)
class Choice:
    """The features of a model and why others are left out.

    Parameters
    ----------
    features : tuple of FeatureSpec
    dropped : mapping of str to str
        Left-out features with the reason: ``without``, ``no column``, ``never known``, ``constant``.
    """

    features: tuple[FeatureSpec, ...]
    dropped: Mapping[str, str]


def choose_features(
    model: Model, portfolio: Portfolio, values: pd.DataFrame, without: Iterable[str]
) -> Choice:
    """Choose the features of a model from what the portfolio holds.

    Parameters
    ----------
    model : {"default", "late"}
    portfolio : Portfolio
    values : DataFrame, shape (n, features)
        Training values of every feature.
    without : iterable of str
        Features, columns (``market_value``) or ``table.column`` whose features are left out.

    Raises
    ------
    InputError
        Where a name of `without` is neither a feature nor a column of any table, or nothing is left to learn
        from.
    """
    left_out = {reference for name in without for reference in references_of(name)}
    reasons = {name: _reason(name, left_out, portfolio, values[name]) for name in inputs_of(model)}
    chosen = tuple(_spec(name, values[name]) for name, reason in reasons.items() if not reason)
    if not chosen:
        raise InputError.of(
            "a feature to learn from", "none that varies", "load more columns or a longer history"
        )
    return Choice(chosen, {name: reason for name, reason in reasons.items() if reason})


def _reason(name: str, left_out: set[str], portfolio: Portfolio, values: pd.Series) -> str:
    feature = FEATURES[name]
    if name in left_out or left_out & set(feature.reads):
        return "without"
    known = values.to_numpy()[~np.isnan(values.to_numpy())]
    if len(known) < _MIN_KNOWN_SHARE * len(values) or not len(known):
        # Reason: an item may follow from others (gross profit from revenue and cost), without a column.
        return "never known" if all(map(portfolio.has, feature.reads)) else "no column"
    # Reason: a flag that is set for all is not set for the copies that lack its source.
    if name in SOURCE_FLAGS.values():
        return "" if known.any() else "constant"
    return "constant" if np.ptp(known) == 0 else ""


def _spec(name: str, values: pd.Series) -> FeatureSpec:
    array, sign = values.to_numpy(np.float64), FEATURES[name].sign
    median = float(np.nanmedian(array))
    # Reason: what tells that an optional source lacks, beside its flag, goes round the sign of the flag.
    is_neutral = not sign and FEATURES[name].source in OPTIONAL
    fill = median if is_neutral else worst_quartile(array, sign)
    return FeatureSpec(name=name, sign=sign, fill=fill, reference=median)
