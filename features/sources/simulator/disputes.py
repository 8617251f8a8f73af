"""Disputes: a few invoices that the buyer questions, and how these end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.money import text_from_minor
from features.sources.simulator.orders import Invoices
from features.sources.simulator.window import (
    Days,
    Flags,
    Ints,
    Window,
    booked_at,
    days,
    next_business_day,
    to_dates,
    to_instants,
)

__all__ = ["Disputes", "disputes_table", "draw_disputes"]

_SHARE_DISPUTED = 0.012
_SHARE_CREDITED = 0.35
_REASONS = ("quality", "quantity", "price", "delivery", "documents")


@dataclass(frozen=True)
class Disputes:
    """Disputes by invoice; ``item`` is a position in the invoices, ``minor`` the amount in question."""

    item: Ints
    raised: Days
    resolved: Days
    minor: Ints
    reason: Ints
    is_credited: Flags
    raised_at: Days
    resolved_at: Days


def draw_disputes(rng: np.random.Generator, invoices: Invoices) -> Disputes:
    """Draw which invoices are disputed, from when to when, and whether the buyer gets a credit in the end."""
    item = np.flatnonzero(rng.random(len(invoices)) < _SHARE_DISPUTED)
    issued, due = invoices.issued[item], invoices.due[item]
    raised = issued + days(4 + rng.random(len(item)) * (due - issued).astype(np.int64))
    raised = np.maximum(next_business_day(raised), invoices.recorded[item].astype("datetime64[D]") + days(1))
    resolved = next_business_day(raised + days(6 + np.minimum(rng.gamma(1.6, 11.0, len(item)), 45.0)))
    share = np.where(rng.random(len(item)) < 0.4, 1.0, rng.uniform(0.05, 0.7, len(item)))
    raised_at = booked_at(rng, raised, 1)
    return Disputes(
        item=item,
        raised=raised,
        resolved=resolved,
        minor=np.maximum(1, np.rint(share * invoices.minor[item]).astype(np.int64)),
        reason=rng.integers(0, len(_REASONS), len(item)),
        is_credited=rng.random(len(item)) < _SHARE_CREDITED,
        raised_at=raised_at,
        resolved_at=np.maximum(booked_at(rng, resolved, 2), raised_at + np.timedelta64(1, "h")),
    )


def disputes_table(disputes: Disputes, invoices: Invoices, window: Window) -> pd.DataFrame:
    """Return the table ``disputes``: the end of a dispute is a second version, known when it was booked."""
    never = np.full(len(disputes.item), np.datetime64("NaT", "D"))
    first = _frame(disputes, invoices, never, disputes.raised_at)[window.known(disputes.raised_at)]
    second = _frame(disputes, invoices, disputes.resolved, disputes.resolved_at)[
        window.known(disputes.resolved_at)
    ]
    return pd.concat([first, second], ignore_index=True)


def _frame(disputes: Disputes, invoices: Invoices, resolved: Days, recorded: Days) -> pd.DataFrame:
    count = len(disputes.item)
    return pd.DataFrame(
        {
            "dispute_id": np.array([f"D{number:06d}" for number in range(1, count + 1)], dtype=object),
            "invoice_id": invoices.invoice_id[disputes.item],
            "instalment": 1,
            "raised_on": to_dates(disputes.raised),
            "resolved_on": to_dates(resolved),
            "amount": text_from_minor(disputes.minor, np.full(count, 2)),
            "reason": np.array(_REASONS, dtype=object)[disputes.reason],
            "recorded_at": to_instants(recorded),
        }
    )
