"""Whether a version is surely not worse than the champion: margins, power and the gates that follow."""

from __future__ import annotations

from dataclasses import dataclass

from training.few_defaults import LEAST_FOR_RANKS
from training.gate import Gate
from training.paired import PairedDifference, paired_difference
from training.tested import Pair

__all__ = ["LEAST_BAD_BUYERS", "MARGINS", "Margin", "non_inferiority_gates", "told_by_interval"]

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


def non_inferiority_gates(pair: Pair | str, *, few_defaults: bool = False) -> list[Gate]:
    """Return one gate for each of the `MARGINS`; of few defaults those that they can tell.

    Parameters
    ----------
    pair : Pair or str
        Probabilities of the version (a) and of the champion (b) on the same subjects out of time, or why
        there are none.
    few_defaults : bool
        Both are models with prior knowledge for want of defaults. Where their test has too few bad buyers to
        show that one is not worse, it is asked whether the version is surely worse, and below
        `LEAST_FOR_RANKS` nothing: then the level of each is all that a test can tell, and the gates of the
        version ask that.

    Notes
    -----
    An interval that reaches over the margin and over no difference at all is too wide to tell either way:
    that is no failure, and no pass.
    """
    if few_defaults and not isinstance(pair, str) and pair.bad_buyers < LEAST_BAD_BUYERS:
        return _not_surely_worse(pair)
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
    found = _difference(margin, pair)
    name, threshold = f"non_inferior_{margin.metric}", margin.threshold(float(pair.outcome.mean()))
    if found.low is None or found.high is None:
        return Gate.unsaid(name, "one outcome only in the test", margin.operator, threshold)
    return told_by_interval(name, (found.low, found.high), margin.operator, threshold)


def told_by_interval(name: str, interval: tuple[float, float], operator: str, threshold: float) -> Gate:
    """Return the gate of a difference of which an interval is known.

    Parameters
    ----------
    name : str
    interval : tuple of float
        Low and high end of version less champion.
    operator : {"<", ">"}
        ``>``: more is better, and the low end is asked; ``<``: the high end.
    threshold : float
        What the version may lose.

    Examples
    --------
    >>> [told_by_interval("auc", ends, ">", -0.02).passed for ends in ((-0.01, 0.1), (-0.2, -0.1))]
    [True, False]
    >>> str(told_by_interval("auc", (-0.1, 0.1), ">", -0.02))
    'auc cannot_say (between -0.1000 and 0.1000, too wide to tell) > -0.0200'
    """
    low, high = interval
    gate = Gate.of(name, low if operator == ">" else high, operator, threshold)
    if not gate.passed and low <= 0.0 <= high:
        reason = f"between {low:.4f} and {high:.4f}, too wide to tell"
        return Gate.unsaid(name, reason, operator, threshold)
    return gate


def _not_surely_worse(pair: Pair) -> list[Gate]:
    """Return the gates of few bad buyers: the better end of each difference reaches no difference at all."""
    if pair.bad_buyers < LEAST_FOR_RANKS:
        return []
    gates = []
    for margin in MARGINS:
        found, name = _difference(margin, pair), f"not_surely_worse_{margin.metric}"
        end, operator = (found.high, ">=") if margin.operator == ">" else (found.low, "<=")
        gates.append(
            Gate.unsaid(name, "one outcome only in the test", operator, 0.0)
            if end is None
            else Gate.of(name, end, operator, 0.0)
        )
    return gates


def _difference(margin: Margin, pair: Pair) -> PairedDifference:
    return paired_difference(pair.outcome, pair.a, pair.b, pair.buyer, margin.metric, level=_LEVEL)
