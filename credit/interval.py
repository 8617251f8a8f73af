"""How sure a probability is, by how much of the buyer is known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from credit.policy import Interval, Policy
from credit.states import state_of

__all__ = ["interval_of", "prudent_pd", "prudent_pds", "worth_of_file", "worths_of_files"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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


@lru_cache(maxsize=8192)
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


def worths_of_files(
    policy: Policy, has_payments: Mask, has_accounts: Mask, settled_invoices: Floats
) -> Floats:
    """Return `worth_of_file` of many files, shape (n,)."""
    worths = np.empty(len(settled_invoices))
    is_thick = settled_invoices >= policy.interval.thin_below_settled_invoices
    for payments in (False, True):
        for accounts in (False, True):
            for enough in (False, True):
                rows = (has_payments == payments) & (has_accounts == accounts) & (is_thick == enough)
                settled = np.inf if enough else -np.inf
                worths[rows] = worth_of_file(policy, state_of(payments, accounts), settled)
    return worths


@lru_cache(maxsize=8192)
def prudent_pd(pd: float, worth: float, quantile: float) -> float:
    """Return `prudent_pds` of one thin file, at a quantile."""
    return max(pd, float(betaincinv(pd * worth + 0.5, (1.0 - pd) * worth + 0.5, quantile)))


def prudent_pds(pds: Floats, worths: Floats, rules: Interval) -> Floats:
    """Return the probabilities that the loss budget takes: of thin files a higher point of the interval.

    ``Beta(p m + 1/2, (1 - p) m + 1/2)`` at ``thin_quantile`` where m is below ``thin_below_worth``, but never
    less than p; it never falls where p rises.

    Parameters
    ----------
    pds, worths : float64 ndarray, shape (n,)
        Missing probabilities stay missing.
    rules : Interval

    Examples
    --------
    >>> rules = Policy.default().interval
    >>> prudent_pds(np.array([0.02, 0.02]), np.array([400.0, 25.0]), rules).round(4).tolist()
    [0.02, 0.0539]
    """
    thin = np.isfinite(pds) & (worths < rules.thin_below_worth)
    found = pds.copy()
    p, m = pds[thin], worths[thin]
    found[thin] = np.maximum(p, betaincinv(p * m + 0.5, (1.0 - p) * m + 0.5, rules.thin_quantile))
    return found
