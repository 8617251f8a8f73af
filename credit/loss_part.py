"""The expected loss of an assessment: on what is owed, on the limit, and on what a default would find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from credit.cover import covered
from credit.limit_case import LimitCase
from credit.loss import expected_loss

__all__ = ["exposure_at_default", "loss_part"]


def exposure_at_default(exposure: float, limit: float | None, usage: float) -> float:
    """Return ``exposure + usage x max(0, limit - exposure)``: a failing buyer draws on what it still may owe.

    Examples
    --------
    >>> exposure_at_default(120e3, 220e3, usage=0.5), exposure_at_default(300e3, 220e3, usage=0.5)
    (170000.0, 300000.0)
    """
    owed = max(exposure, 0.0)
    return owed + usage * max(0.0, (limit or 0.0) - owed)


@dataclass(frozen=True)
class _Loss:
    """Losses of a case; an assumption that is not named is the case's own."""

    case: LimitCase
    pd: float
    exposure: float
    limit: float | None

    def on(
        self, exposure: float | None, lgd: float | None = None, cure_rate: float | None = None
    ) -> float | None:
        """Return the expected loss of what of an exposure securities do not pay."""
        if exposure is None:
            return None
        owed, inputs = max(exposure, 0.0), self.case.loss
        bare = owed - covered(owed, self.case.counted)
        return expected_loss(
            bare,
            self.pd,
            inputs.lgd if lgd is None else lgd,
            inputs.cure_rate if cure_rate is None else cure_rate,
        )

    def at_default(
        self, lgd: float | None = None, cure_rate: float | None = None, usage: float | None = None
    ) -> float | None:
        """Return the expected loss of what a default would find owed."""
        drawn = self.case.loss.usage if usage is None else usage
        return self.on(exposure_at_default(self.exposure, self.limit, drawn), lgd, cure_rate)


def loss_part(case: LimitCase, limit: float | None, *, in_default: bool) -> dict[str, Any]:
    """Return the part ``expected_loss``: ``PD x (1 - cure) x LGD x EAD`` less what securities pay.

    Parameters
    ----------
    case : LimitCase
    limit : float or None
        The suggested one.
    in_default : bool
        The default has happened: its probability is 1.

    Returns
    -------
    dict
        Losses are None without a probability or an exposure. ``assumptions`` tell each assumption with its
        source, its range, and the loss at default at both ends of it, all others held.
    """
    pd = 1.0 if in_default else case.pd
    exposure, inputs = case.subject.known("exposure"), case.loss
    found: dict[str, Any] = {
        "status": case.pd_status if pd is None else "ok",
        "on_exposure": None,
        "on_limit": None,
        "at_default": None,
        "exposure_at_default": None,
        "secured_at_default": None,
        "currency": case.subject.reporting_currency,
        "definition": case.definition or None,
        "pd": pd,
        "lgd": inputs.lgd,
        "lgd_from": inputs.lgd_from,
        "lgd_cases": inputs.lgd_cases,
        "cure_rate": inputs.cure_rate,
        "cure_from": inputs.cure_from,
        "cure_cases": inputs.cure_cases,
        "usage": inputs.usage,
        "assumptions": [],
    }
    if pd is None:
        return found
    loss = _Loss(case, pd, exposure or 0.0, limit)
    found |= {"on_exposure": loss.on(exposure), "on_limit": loss.on(limit)}
    if exposure is None:
        return found
    at_default = exposure_at_default(exposure, limit, inputs.usage)
    return {
        **found,
        "at_default": loss.at_default(),
        "exposure_at_default": at_default,
        "secured_at_default": covered(at_default, case.counted),
        "assumptions": list(_assumptions(loss)),
    }


_RANGES = {"lgd": "lgd_range", "cure_rate": "cure_range", "usage": "usage_range"}


def _assumptions(loss: _Loss) -> Iterator[dict[str, Any]]:
    inputs = loss.case.loss
    sources = {"lgd": inputs.lgd_from, "cure_rate": inputs.cure_from}
    for name, key in _RANGES.items():
        ends = getattr(inputs, key)
        told: dict[str, Any] = {
            "name": name,
            "value": getattr(inputs, name),
            "from": sources.get(name, "policy"),
        }
        low, high = (None, None) if ends is None else ends
        losses = [None if end is None else loss.at_default(**{name: end}) for end in (low, high)]
        yield told | {"low": low, "high": high, "loss_at_low": losses[0], "loss_at_high": losses[1]}
