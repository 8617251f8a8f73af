"""How sure a probability is, by how much of the buyer is known."""

from __future__ import annotations

from scipy.special import betaincinv

from credit.policy import Policy

__all__ = ["interval_of", "worth_of_file"]


def worth_of_file(policy: Policy, state: str, settled_invoices: float) -> float:
    """Return how many observed buyers a file is worth (m of the interval).

    Parameters
    ----------
    policy : Policy
    state : {"payments_and_accounts", "payments", "accounts", "profile"}
        Information state.
    settled_invoices : float
        Invoices settled in the last 365 days; missing counts as none.
    """
    rules = policy.interval
    if not settled_invoices >= rules.thin_below_settled_invoices:
        state = {"payments_and_accounts": "accounts", "payments": "profile"}.get(state, state)
    return float(getattr(rules.worth, state))


def interval_of(probability: float, worth: float, lower: float, upper: float) -> tuple[float, float]:
    """Return quantiles of ``Beta(p m + 1/2, (1 - p) m + 1/2)``, the Jeffreys posterior of p seen in m buyers.

    Parameters
    ----------
    probability : float
    worth : float
        m, how many observed buyers stand behind the probability.
    lower, upper : float
        Quantiles, ``0 < lower < upper < 1``.

    Returns
    -------
    tuple of float
        Low and high; widened to contain the probability where the posterior leans away from it.

    Examples
    --------
    >>> low, high = interval_of(0.02, worth=400, lower=0.1, upper=0.9)
    >>> round(low, 4), round(high, 4)
    (0.0126, 0.0308)
    """
    bad, good = probability * worth + 0.5, (1.0 - probability) * worth + 0.5
    low, high = float(betaincinv(bad, good, lower)), float(betaincinv(bad, good, upper))
    return min(low, probability), max(high, probability)
