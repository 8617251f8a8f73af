"""Whether each reason cites a value that lies on its side of what is usual."""

from __future__ import annotations

from typing import Any

import numpy as np

from credit.group_points import group_points
from credit.reasons import Reason, score_reasons
from credit.wording import Catalog
from features.catalog import FEATURES, GROUPS, NAMES
from training.report.explained import Explained
from training.report.study import drawn

__all__ = ["MOST_TOLD", "lies_on_its_side", "polarity"]

MOST_TOLD = 500
"""Subjects whose reasons are told."""

_AIM = 1.0


def polarity(explained: Explained) -> dict[str, Any]:
    """Return the share of the reasons of scores whose cited value lies on the side that they name.

    Reasons without a cited value, and those of a feature without direction or reference, are not asked.
    """
    study, catalog = explained.study, Catalog(FEATURES, GROUPS)
    values = explained.values[drawn(np.arange(len(explained.values)), MOST_TOLD)]
    scale = study.policy.loss_of(study.model.spec.outcome).scale
    currency, found = study.packed.seller.reporting_currency, []
    for row, answer in zip(values.tolist(), study.model.answers(values), strict=True):
        groups = group_points(answer, dict(zip(NAMES, row, strict=True)), scale, catalog)
        rules = study.policy.reasons
        told = score_reasons(groups, answer.references, catalog, rules, lang="en", currency=currency)
        found += [side for each in told if (side := lies_on_its_side(each)) is not None]
    share = float(np.mean(found)) if found else None
    return {
        "test": "polarity",
        "text": "share of the reasons of a score whose cited value lies on the adverse (of a strength: the "
        "better) side of its reference",
        "n": len(values),
        "found": share,
        "aim": _AIM,
        "better": "above",
        "passed": None if share is None else share >= _AIM,
        "why_not": None if share is not None else "no reason cites a value that has a side",
    }  # fmt: skip


def lies_on_its_side(reason: Reason) -> bool | None:
    """Return whether the cited value lies on the side of its reference that the reason names.

    Returns
    -------
    bool or None
        None where nothing is cited, or its feature has no direction or no reference. A flag has no reference
        that counts: set where 1 is the adverse state (else: not set) it is adverse, and never a strength.

    Examples
    --------
    >>> facts = {"feature": "count_open", "value": 3.0, "reference": None}
    >>> lies_on_its_side(Reason("score", "X", "adverse", -5.0, "", facts)) is None
    True
    """
    if "feature" not in reason.facts:
        return None
    feature = FEATURES[str(reason.facts["feature"])]
    value, reference = reason.facts["value"], reason.facts["reference"]
    adverse = reason.direction == "adverse"
    if feature.unit == "flag":
        return adverse and value == (1.0 if feature.sign > 0 else 0.0)
    if reference is None or value is None or feature.sign == 0:
        return None
    worse = (float(value) - float(reference)) * feature.sign
    return worse > 0.0 if adverse else worse < 0.0
