"""What secures an exposure: guarantees, deposits, goods and insurance, and how much of it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from credit.policy import Securities

__all__ = ["INSURED_LIMIT", "Security", "counted_securities", "cover_json", "covered", "largest_exposure"]

INSURED_LIMIT = "insured_limit"
"""Kind of the insured part that follows from an insurer's limit."""

_INSURANCE = ("credit_insurance", INSURED_LIMIT)


@dataclass(frozen=True)
class Security:
    """A security in force.

    Parameters
    ----------
    kind : str
        A kind of the table ``securities``, or `INSURED_LIMIT`.
    amount : float
        The most that it pays, in the reporting currency.
    share : float or None
        Part of an exposure up to `amount` that it covers; None takes all, of insurance the policy's share.
    """

    kind: str
    amount: float
    share: float | None = None


def counted_securities(
    securities: Iterable[Security], insured_limit: float | None, rules: Securities
) -> list[tuple[Security, float]]:
    """Return the securities that count, each with the share of an exposure up to its amount that it pays.

    Parameters
    ----------
    securities : iterable of Security
        In force.
    insured_limit : float or None
        The insurer's limit in force: the same insurance, so that the larger one counts where both are known.
    rules : Securities

    Examples
    --------
    >>> rules = Securities()
    >>> found = counted_securities([Security("guarantee", 50e3)], 100e3, rules)
    >>> [(each.kind, each.amount, share) for each, share in found]
    [('guarantee', 50000.0, 0.5), ('insured_limit', 100000.0, 0.855)]
    """
    kept = list(securities)
    if insured_limit is not None and insured_limit > 0.0:
        insured = sum(each.amount for each in kept if each.kind in _INSURANCE)
        if insured_limit > insured:
            kept = [each for each in kept if each.kind not in _INSURANCE]
            kept.append(Security(INSURED_LIMIT, insured_limit))
    return [(each, _counted_share(each, rules)) for each in kept]


def covered(exposure: float, counted: Sequence[tuple[Security, float]]) -> float:
    """Return what of an exposure securities pay: ``min(exposure, sum of share x min(amount, exposure))``.

    Examples
    --------
    >>> guarantee = (Security("guarantee", 50e3), 0.5)
    >>> covered(30e3, [guarantee]), covered(400e3, [guarantee])
    (15000.0, 25000.0)
    """
    return min(max(exposure, 0.0), _paid(exposure, counted))


def largest_exposure(unsecured: float, counted: Sequence[tuple[Security, float]]) -> float:
    """Return the largest exposure of which no more than `unsecured` is without cover.

    Examples
    --------
    >>> deposit, guarantee = (Security("deposit", 50e3), 1.0), (Security("guarantee", 100e3), 0.5)
    >>> largest_exposure(20e3, [deposit]), largest_exposure(20e3, [guarantee])
    (70000.0, 40000.0)
    >>> largest_exposure(60e3, [guarantee]), largest_exposure(60e3, [])
    (110000.0, 60000.0)
    """
    low = bare = 0.0
    for edge in sorted({security.amount for security, _ in counted}):
        # Reason: what is bare bends upwards only, so that once it is above `unsecured` it stays there.
        above = edge - _paid(edge, counted)
        if above > unsecured:
            found = low + (unsecured - bare) * (edge - low) / (above - bare)
            break
        low, bare = edge, above
    else:
        found = low + unsecured - bare
    # Reason: rounding may lose the last digits; what is bare may always be owed.
    return max(unsecured, found)


def cover_json(exposure: float | None, counted: Sequence[tuple[Security, float]]) -> dict[str, Any]:
    """Return what is secured as the assessment shows it."""
    parts = [
        {
            "kind": security.kind,
            "amount": security.amount,
            "counted_share": share,
            "covers": None if exposure is None else share * min(security.amount, max(exposure, 0.0)),
        }
        for security, share in counted
    ]
    return {"secured_amount": None if exposure is None else covered(exposure, counted), "securities": parts}


def _paid(exposure: float, counted: Sequence[tuple[Security, float]]) -> float:
    return sum(share * min(security.amount, max(exposure, 0.0)) for security, share in counted)


def _counted_share(security: Security, rules: Securities) -> float:
    kind = "credit_insurance" if security.kind == INSURED_LIMIT else security.kind
    usual = rules.insured_share if security.kind in _INSURANCE else 1.0
    share = usual if security.share is None else min(security.share, 1.0)
    return share * float(getattr(rules, kind))
