"""Whether a version is surely not worse than the champion: margins, power and the gates that follow."""

from __future__ import annotations

from dataclasses import dataclass

from training.gate import Gate
from training.paired import paired_difference
from training.tested import Pair

__all__ = ["LEAST_BAD_BUYERS", "MARGINS", "Margin", "non_inferiority_gates"]

LEAST_BAD_BUYERS = 30
"""Buyers with a bad outcome below which a comparison cannot show that a version is not worse."""

_LEVEL = 0.90
"""Both ends of this interval are one-sided limits of 95 %, and a gate asks for one of them."""


@dataclass(frozen=True)
class Margin:
    """How much worse a version may be and still pass.

    Parameters
    ----------
    metric : str
    end : {"low", "high"}
        End of the interval of the difference, version less champion, that is asked.
    operator : {">", "<"}
    worse_by : float
        In units of the metric; of Brier as a share of what the base rate alone would score.
    """

    metric: str
    end: str
    operator: str
    worse_by: float

    def threshold(self, rate: float) -> float:
        """Return the limit of the difference for a rate of bad outcomes."""
        return self.worse_by * (rate * (1 - rate) if self.metric == "brier" else 1.0)


MARGINS = (Margin("auc", "low", ">", -0.02), Margin("brier", "high", "<", 0.02))
"""What a version may lose against the champion."""


def non_inferiority_gates(pair: Pair | str) -> list[Gate]:
    """Return one gate for each of the `MARGINS`.

    Parameters
    ----------
    pair : Pair or str
        Probabilities of the version (a) and of the champion (b) on the same subjects out of time, or why
        there are none.
    """
    reason = pair if isinstance(pair, str) else _too_few(pair)
    if reason:
        return [
            Gate.unsaid(f"non_inferior_{margin.metric}", reason, margin.operator, margin.worse_by)
            for margin in MARGINS
        ]
    assert not isinstance(pair, str)  # noqa: S101  (a text was answered above)
    return [_gate(margin, pair) for margin in MARGINS]


def _too_few(pair: Pair) -> str:
    if pair.bad_buyers >= LEAST_BAD_BUYERS:
        return ""
    return f"{pair.bad_buyers} bad buyers in the test, {LEAST_BAD_BUYERS} are needed"


def _gate(margin: Margin, pair: Pair) -> Gate:
    found = paired_difference(pair.outcome, pair.a, pair.b, pair.buyer, margin.metric, level=_LEVEL)
    value = getattr(found, margin.end)
    name, threshold = f"non_inferior_{margin.metric}", margin.threshold(float(pair.outcome.mean()))
    if value is None:
        return Gate.unsaid(name, "one outcome only in the test", margin.operator, threshold)
    return Gate.of(name, value, margin.operator, threshold)
