"""The single table of features: names, units, windows, signs, groups and words."""

from __future__ import annotations

import hashlib

from features.catalog.context import CONTEXT_FEATURES
from features.catalog.entry import GROUPS, Feature, Group, Model
from features.catalog.payments import PAYMENT_FEATURES
from features.catalog.profile import PROFILE_FEATURES
from features.catalog.records import RECORD_FEATURES
from features.catalog.requests import REQUEST_FEATURES
from features.catalog.statements import STATEMENT_FEATURES

__all__ = ["CATALOG_HASH", "FEATURES", "GROUPS", "NAMES", "Feature", "Group", "Model", "inputs_of"]

FEATURES: dict[str, Feature] = {
    feature.name: feature
    for feature in (
        *PAYMENT_FEATURES,
        *STATEMENT_FEATURES,
        *RECORD_FEATURES,
        *PROFILE_FEATURES,
        *REQUEST_FEATURES,
        *CONTEXT_FEATURES,
    )
}
"""Every feature by name."""

NAMES: tuple[str, ...] = tuple(FEATURES)
"""Names in the order of the engine's output columns."""

CATALOG_HASH = hashlib.sha256(
    "\n".join(
        f"{f.name} {f.unit} {f.sign} {f.group} {f.window_days} {f.anchor} {f.formula}".rstrip()
        for f in FEATURES.values()
    ).encode()
).hexdigest()
"""Changes whenever a feature's meaning changes; a model names the catalog that it was trained with."""


def inputs_of(model: Model) -> tuple[str, ...]:
    """Return the names of the features from which a model may learn.

    Examples
    --------
    >>> "request_amount" in inputs_of("late"), "liabilities_to_assets" in inputs_of("default")
    (False, True)
    """
    return tuple(name for name, feature in FEATURES.items() if model in feature.models)
