"""Disputes: invoices that a buyer questions for a reason, or as a pretext for paying late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.health import distress
from features.sources.simulator.intents import Intents
from features.sources.simulator.orders import Invoices
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Flags, Floats, Ints

__all__ = ["REASONS", "Disputes", "draw_disputes"]

REASONS = ("quality", "quantity", "price", "delivery", "documents")

_SHARE_CREDITED = 0.35
_SHARE_CREDITED_PRETEXT = 0.05
_LONGEST_UNPAID_DAYS = 90


@dataclass(frozen=True)
class Disputes:
    """Disputes, shape (d,); ``item`` is a position in the invoices, ``minor`` the amount in question.

    Days are numbers since 1970, ``raised_at`` and ``resolved_at`` seconds.
    """

    item: Ints
    raised: Ints
    resolved: Ints
    minor: Ints
    reason: Ints
    is_credited: Flags
    raised_at: Ints
    resolved_at: Ints


def draw_disputes(rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents) -> Disputes:
    """Draw the disputes: real ones are raised before the due date, pretexts about it and later.

    A dispute ends before the invoice is paid; that of an invoice which is never paid ends unresolved after
    some months. It explains why an invoice is paid late and does not make it so, see `intents`.
    """
    pretext = _draw_pretexts(rng, scene, invoices, intents)
    share = np.where(intents.is_late, scene.knobs.disputes_real, scene.knobs.disputes_on_time)
    real = (rng.random(len(invoices)) < share) & ~pretext
    item = np.flatnonzero(real | pretext)
    is_pretext = pretext[item]
    issued, due = invoices.issued[item], invoices.due[item]
    ends = np.minimum(intents.pays[item], due + _LONGEST_UNPAID_DAYS)
    early = issued + 3 + (rng.random(len(item)) * np.maximum(due - issued - 4, 0)).astype(np.int64)
    raised = np.where(is_pretext, due + rng.integers(-3, 12, len(item)), early)
    raised = np.maximum(raised, issued + 2)
    resolved = np.maximum(ends - rng.integers(1, 5, len(item)), raised + 1)
    kept = resolved < ends
    amount_share = np.where(rng.random(len(item)) < 0.4, 1.0, rng.uniform(0.05, 0.7, len(item)))
    credited = rng.random(len(item)) < np.where(is_pretext, _SHARE_CREDITED_PRETEXT, _SHARE_CREDITED)
    raised_at = np.maximum(_booked(rng, raised), invoices.recorded[item] + 3600)
    drawn = Disputes(
        item=item,
        raised=raised,
        resolved=resolved,
        minor=np.maximum(1, _rounded(amount_share, invoices.minor[item])),
        reason=rng.integers(0, len(REASONS), len(item)),
        is_credited=credited,
        raised_at=raised_at,
        resolved_at=np.maximum(_booked(rng, resolved), raised_at + 3600),
    )
    return Disputes(**{name: values[kept] for name, values in vars(drawn).items()})


def _draw_pretexts(rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents) -> Flags:
    level = scene.level(invoices.buyer, invoices.due)
    share = scene.knobs.disputes_pretext * np.minimum(distress(level), 1.0)
    return np.asarray((rng.random(len(invoices)) < share) & intents.is_late)


def _booked(rng: np.random.Generator, day: Ints) -> Ints:
    lag = rng.integers(0, 2, len(day))
    return (day + lag) * 86400 + rng.integers(7 * 3600, 17 * 3600, len(day))


def _rounded(share: Floats, minor: Ints) -> Ints:
    return np.rint(share * minor).astype(np.int64)
