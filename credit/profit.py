"""What a turn of credit earns, the probability of default at which it earns nothing, and a limit by risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

from credit.loss import pd_turn

__all__ = ["Turn", "break_even_pd", "break_even_pd_turn", "margin_per_turn", "mean_variance_limit"]

_DAYS_A_YEAR = 365.0


@dataclass(frozen=True)
class Turn:
    """One turn of credit, by what one unit of sales earns and costs.

    Parameters
    ----------
    margin : float
        Contribution margin, as a share of sales.
    days : float
        From delivery to payment: terms and delay; above 0.
    funding_rate : float
        What a year's money costs, as a share.
    administration_share : float
        What a turn costs to bill and collect (with an insurer's premium), as a share of sales.
    lgd : float
        Loss given default, after cures, above 0.
    """

    margin: float
    days: float
    funding_rate: float
    administration_share: float
    lgd: float

    @property
    def before_default(self) -> float:
        """Margin less funding and administration, as a share of sales."""
        return self.margin - self.funding_rate * self.days / _DAYS_A_YEAR - self.administration_share


def margin_per_turn(turn: Turn, pd: float) -> float:
    """Return what one unit of sales earns: ``m - PD_turn x LGD - r x days / 365 - administration``.

    Parameters
    ----------
    turn : Turn
    pd : float
        Probability of default within a year.

    Examples
    --------
    >>> round(margin_per_turn(Turn(0.18, 66, 0.07, 0.004, 0.8), pd=0.024), 6)
    0.159836
    """
    return turn.before_default - pd_turn(pd, turn.days) * turn.lgd


def break_even_pd_turn(turn: Turn) -> float:
    """Return the probability of default in a turn at which it earns nothing, 0 to 1.

    Examples
    --------
    >>> round(break_even_pd_turn(Turn(0.18, 66, 0.07, 0.004, 0.8)), 6)
    0.204178
    """
    return min(max(turn.before_default / turn.lgd, 0.0), 1.0)


def break_even_pd(turn: Turn) -> float:
    """Return the yearly probability of default at which a turn earns nothing, 0 to 1.

    Examples
    --------
    >>> round(break_even_pd(Turn(0.18, 66, 0.07, 0.004, 0.8)), 4)
    0.7172
    >>> round(break_even_pd(Turn(0.03, 66, 0.07, 0.004, 0.8)), 4)
    0.0888
    """
    in_a_turn = break_even_pd_turn(turn)
    if in_a_turn >= 1.0:
        return 1.0
    return -math.expm1(math.log1p(-in_a_turn) * _DAYS_A_YEAR / turn.days)


def mean_variance_limit(turn: Turn, pd: float, risk_tolerance: float) -> float:
    """Return the limit of a seller who weighs return against variance: told beside the others, never binding.

    ``max(0, turns x (m - administration) - PD x LGD - r) x tolerance / (PD x LGD^2)``, whose variance takes
    PD for PD (1 - PD), so that it never rises with the probability.

    Parameters
    ----------
    turn : Turn
    pd : float
        Probability of default within a year, above 0.
    risk_tolerance : float
        Money; 1 over the price of variance (about 6 % of sales, or a sixth of equity).

    Examples
    --------
    >>> turn = Turn(0.03, 66, 0.07, 0.004, 0.8)
    >>> round(mean_variance_limit(turn, pd=0.08, risk_tolerance=100_000))
    19117
    """
    turns = _DAYS_A_YEAR / turn.days
    earned = turns * (turn.margin - turn.administration_share) - pd * turn.lgd - turn.funding_rate
    return max(0.0, earned) * risk_tolerance / (pd * turn.lgd**2)
