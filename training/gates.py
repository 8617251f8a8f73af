"""Gates that a version must pass before it serves: each a name, a value, an operator and a threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from features.errors import CredenceError
from training.registry import Version

__all__ = ["Gate", "gates_for"]


@dataclass(frozen=True)
class Gate:
    """One gate and what came of it.

    Parameters
    ----------
    name : str
    value, threshold : str or float
    operator : {"==", ">=", "<=", ">"}
    passed : bool
    """

    name: str
    value: Any
    operator: str
    threshold: Any
    passed: bool

    def __str__(self) -> str:
        return f"{self.name} {_short(self.value)} {self.operator} {_short(self.threshold)}"


_FLATTEST_SLOPE, _STEEPEST_SLOPE = 0.2, 5.0
"""Outside of them probabilities are far too bold or far too timid."""

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda value, threshold: bool(value == threshold),
    ">=": lambda value, threshold: bool(value >= threshold),
    "<=": lambda value, threshold: bool(value <= threshold),
    ">": lambda value, threshold: bool(value > threshold),
}


def gates_for(version: Version, champion: Version | None, seller_id: str) -> list[Gate]:
    """Return the gates of a version against the champion.

    Parameters
    ----------
    version : Version
    champion : Version or None
        None for the first version of a model.
    seller_id : str
        Whose home this is.
    """
    gates = [
        _gate("seller", version.tags["seller_id"], "==", seller_id),
        _gate("loads_with_golden_predictions", _loads(version), "==", "yes"),
        _gate("auc", _auc(version, "value"), ">", 0.5),
        *_calibration(version),
    ]
    if champion is not None:
        gates.append(_gate("outcome", version.tags["outcome"], "==", champion.tags["outcome"]))
        # Reason: not below the champion's interval; a paired test needs both models' say on one period.
        gates.append(_gate("auc_not_below_champion_low", _auc(version, "value"), ">=", _auc(champion, "low")))
    return gates


def _calibration(version: Version) -> list[Gate]:
    """Return the gates of the slope, where one can be said.

    The intercept has none: a population rate shifts it, and a test period may have another rate.
    """
    slope = version.metrics.get("metrics", {}).get("calibration_slope", {}).get("value")
    if slope is None:
        return []
    return [
        _gate("calibration_slope", slope, ">=", _FLATTEST_SLOPE),
        _gate("calibration_slope", slope, "<=", _STEEPEST_SLOPE),
    ]


def _gate(name: str, value: Any, operator: str, threshold: Any) -> Gate:
    known = value is not None and threshold is not None
    return Gate(name, value, operator, threshold, known and _OPERATORS[operator](value, threshold))


def _loads(version: Version) -> str:
    try:
        version.load()
    except CredenceError:
        return "no"
    return "yes"


def _auc(version: Version, part: str) -> float | None:
    auc = version.metrics.get("metrics", {}).get("auc", {})
    return auc.get(part) if auc.get(part) is not None else auc.get("value")


def _short(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
