"""Gates that a version must pass before it serves."""

from __future__ import annotations

from typing import Any

from features.errors import CredenceError
from training.gate import Gate
from training.non_inferiority import non_inferiority_gates
from training.tested import Pair
from training.timing.gates import timing_gates
from training.timing.kept import non_inferior_error
from training.versions import Version

__all__ = ["Gate", "gates_for"]

_FLATTEST_SLOPE, _STEEPEST_SLOPE = 0.2, 5.0
"""Outside of them probabilities are far too bold or far too timid."""


def gates_for(
    version: Version,
    champion: Version | None,
    seller_id: str,
    pair: Pair | str = "no test subjects in common",
) -> list[Gate]:
    """Return the gates of a version against the champion.

    Parameters
    ----------
    version : Version
    champion : Version or None
        None for the first version of a model.
    seller_id : str
        Whose home this is.
    pair : Pair or str
        Probabilities of the version and of the champion on the same subjects, or why there are none.

    Notes
    -----
    A prior for want of defaults has another rule than learned trees: it must load, and the ratio of observed
    to expected defaults must not exclude 1; AUC and slope are asked only where enough buyers defaulted to
    tell. Against a champion that is a prior too, few bad buyers ask only that it is not surely worse; against
    learned trees the rule of these holds. A timing model must cover what its interval says and be no worse
    than the terms date; against the champion its mean absolute error counts.
    """
    gates = [
        Gate.of("seller", version.tags["seller_id"], "==", seller_id),
        Gate.of("loads_with_golden_predictions", _loads(version), "==", "yes"),
        *_own(version),
    ]
    return gates if champion is None else gates + _against(version, champion, pair)


def _own(version: Version) -> list[Gate]:
    if version.is_timing:
        return timing_gates(version.metrics)
    few = version.few_defaults
    if few is None:
        return [Gate.of("auc", _value(version.metrics, "auc"), ">", 0.5), *_calibration(version.metrics)]
    ranks = [] if few["cannot_say"] else [Gate.of("auc", _value(few, "auc"), ">", 0.5), *_calibration(few)]
    return [*_level(few["level"]), *ranks]


def _against(version: Version, champion: Version, pair: Pair | str) -> list[Gate]:
    same = [
        Gate.of("outcome", version.tags["outcome"], "==", champion.tags["outcome"]),
        Gate.of("definition", _definition(version), "==", _definition(champion)),
    ]
    if version.judged_by == champion.judged_by:
        # Reason: it is the champion's own recipe, learned again from more subjects: one test speaks for both.
        return [*same, Gate.of("refit_of", version.judged_by, "==", champion.judged_by)]
    if not all(gate.passed for gate in same):
        return same
    if version.is_timing:
        return [*same, *non_inferior_error(pair)]
    few = version.few_defaults is not None and champion.few_defaults is not None
    return [*same, *non_inferiority_gates(pair, few_defaults=few)]


def _calibration(told: dict[str, Any]) -> list[Gate]:
    """Return the gates of the slope, where one can be said.

    The intercept has none: a population rate shifts it, and a test period may have another rate.
    """
    slope = _value(told, "calibration_slope")
    if slope is None:
        return []
    return [
        Gate.of("calibration_slope", slope, ">=", _FLATTEST_SLOPE),
        Gate.of("calibration_slope", slope, "<=", _STEEPEST_SLOPE),
    ]


def _level(level: dict[str, Any]) -> list[Gate]:
    """Return the gates of observed over expected defaults; none where nothing independent was counted."""
    if level["ratio"] is None:
        return []
    return [
        Gate.of("level_ratio_low", level["low"], "<=", 1.0),
        Gate.of("level_ratio_high", level["high"], ">=", 1.0),
    ]


def _definition(version: Version) -> str:
    """Return the hash of the outcome's definition, shortened to be read."""
    return version.tags.get("definition_hash", version.tags["outcome"])[:16]


def _loads(version: Version) -> str:
    try:
        version.spec  # noqa: B018  (loads and checks the files)
    except CredenceError:
        return "no"
    return "yes"


def _value(told: dict[str, Any], metric: str) -> float | None:
    return told.get("metrics", {}).get(metric, {}).get("value")
