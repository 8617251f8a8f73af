"""One gate: a name, a value, an operator, a threshold, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["UNYIELDING", "Gate"]

UNYIELDING = ("seller", "outcome", "definition", "loads_with_golden_predictions")
"""Gates that nobody can force: a version that fails them would say something else, or what nobody trained."""

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda value, threshold: bool(value == threshold),
    ">=": lambda value, threshold: bool(value >= threshold),
    "<=": lambda value, threshold: bool(value <= threshold),
    ">": lambda value, threshold: bool(value > threshold),
    "<": lambda value, threshold: bool(value < threshold),
}


@dataclass(frozen=True)
class Gate:
    """One gate and what came of it.

    Parameters
    ----------
    name : str
    value, threshold : str or float
    operator : {"==", ">=", "<=", ">", "<"}
    passed : bool or None
        None where nothing can be said, which is no pass.
    reason : str
        Why nothing can be said.
    """

    name: str
    value: Any
    operator: str
    threshold: Any
    passed: bool | None
    reason: str = ""

    @classmethod
    def of(cls, name: str, value: Any, operator: str, threshold: Any) -> Gate:
        """Return the gate of a value; one that lacks does not pass.

        Examples
        --------
        >>> str(Gate.of("auc", 0.71234, ">", 0.5))
        'auc 0.7123 > 0.5000'
        """
        known = value is not None and threshold is not None
        return cls(name, value, operator, threshold, known and _OPERATORS[operator](value, threshold))

    @classmethod
    def unsaid(cls, name: str, reason: str, operator: str, threshold: Any) -> Gate:
        """Return a gate of which nothing can be said, with the reason.

        Examples
        --------
        >>> str(Gate.unsaid("non_inferior_auc", "4 bad buyers in the test", ">", -0.02))
        'non_inferior_auc cannot_say (4 bad buyers in the test) > -0.0200'
        """
        return cls(name, "cannot_say", operator, threshold, None, reason)

    @property
    def yields(self) -> bool:
        """Whether a person may force a promotion that it does not pass."""
        return self.name not in UNYIELDING

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.name} {_short(self.value)}{why} {self.operator} {_short(self.threshold)}"


def _short(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
