"""Where drift turns red, as a small table that a user may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from credit.psi import ACT_ABOVE
from features.errors import InputError

__all__ = ["Thresholds"]


@dataclass(frozen=True)
class Thresholds:
    """Where drift turns red.

    Parameters
    ----------
    psi : float
        PSI and CSI above it, and above what chance explains.
    inputs : int
        How many of the inputs that the model listens to most decide, next to the score.
    calibration : float
        How far from 1 the 95 % interval of observed over expected may lie: red is an interval wholly above
        1 + it, or wholly below 1 / (1 + it).
    missing, unseen : float
        Change of the share of missing values, and share of values that training never saw, of any input:
        amber above it, red above four times as much.
    """

    psi: float = ACT_ABOVE
    inputs: int = 5
    calibration: float = 0.10
    missing: float = 0.05
    unseen: float = 0.05

    @classmethod
    def of(cls, texts: Iterable[str]) -> Thresholds:
        """Return the thresholds with some of them set, from texts like ``psi=0.2``.

        Raises
        ------
        InputError
            Where a name is none, or a number is not legal.

        Examples
        --------
        >>> Thresholds.of(["psi=0.2", "inputs=10"]).told["inputs"]
        10
        """
        found: dict[str, Any] = {}
        for text in texts:
            name, _, number = text.partition("=")
            found[name] = _number(name, number)
        return cls(**found)

    @property
    def told(self) -> dict[str, float | int]:
        """By name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @property
    def level(self) -> float:
        """Of each critical value, so that all deciding figures together stay below theirs 95 times in 100."""
        return self.level_of(others=0)

    def level_of(self, others: int) -> float:
        """Return the level where so many figures decide beside the score and the inputs."""
        return 1 - 0.05 / (1 + others + self.inputs)


def _number(name: str, text: str) -> float | int:
    known = [item.name for item in fields(Thresholds)]
    if name not in known:
        raise InputError.of(f"--threshold NAME=NUMBER of {', '.join(known)}", "another name", "correct it")
    try:
        number = int(text) if name == "inputs" else float(text)
    except ValueError:
        number = -1
    if not 0 < number < float("inf"):
        expected = "a whole number above 0" if name == "inputs" else "a number above 0"
        raise InputError.of(f"--threshold {name}= with {expected}", "something else", "correct it")
    return number
