"""What is on record about buyers beside their ledger: insolvencies, judgments, liens, and credit limits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.sources.simulator.health import Health
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import (
    Days,
    Flags,
    Floats,
    Ints,
    Texts,
    Window,
    booked_at,
    later,
    next_business_day,
    to_dates,
    to_instants,
)

__all__ = ["events_table", "limits_table"]

_NOTICES_A_MONTH = {"judgment": 0.0008, "lien": 0.0004}
_NOTICES_IN_DISTRESS = 14.0
_SHARE_OWN_LIMIT = 0.6
_SHARE_INSURED = 0.2
_SHARE_REVIEWED = 0.45


def events_table(
    rng: np.random.Generator, profiles: Profiles, health: Health, window: Window
) -> pd.DataFrame:
    """Return the table ``events``: insolvencies, and judgments and liens, more of them in distress."""
    fails = np.flatnonzero(~np.isnat(health.insolvent_on))
    frames = [_events(rng, profiles, fails, health.insolvent_on[fails], "insolvency")]
    for kind, rate in _NOTICES_A_MONTH.items():
        buyer, day = _draw_notices(rng, rate, profiles, health, window)
        frames.append(_events(rng, profiles, buyer, day, kind))
    table = pd.concat(frames, ignore_index=True).sort_values(["recorded_at", "buyer_id"], ignore_index=True)
    table = table[window.known(table["recorded_at"].dt.tz_localize(None).to_numpy())].reset_index(drop=True)
    table.insert(
        0, "event_id", np.array([f"E{number:06d}" for number in range(1, len(table) + 1)], dtype=object)
    )
    return table


def limits_table(
    rng: np.random.Generator, profiles: Profiles, health: Health, window: Window
) -> pd.DataFrame:
    """Return the table ``limits``: own and insured limits in EUR.

    A review replaces a limit by a new one; that the old one ended is a second version of it.
    """
    frames = [
        _limits(rng, profiles, window, _draw_limits(rng, profiles, health, window, share), kind)
        for kind, share in (("own", _SHARE_OWN_LIMIT), ("insured", _SHARE_INSURED))
    ]
    return pd.concat(frames, ignore_index=True)


def _draw_notices(
    rng: np.random.Generator, rate: float, profiles: Profiles, health: Health, window: Window
) -> tuple[Ints, Days]:
    every = np.arange(len(profiles))[:, None]
    months = np.arange(window.first_month, len(window.months))
    chance = rate * (1.0 + _NOTICES_IN_DISTRESS * health.distress(every, months[None, :]))
    buyer, position = np.nonzero(rng.random(chance.shape) < chance)
    day = later(window.months[months[position]], rng.integers(0, 28, len(buyer)))
    failed = health.insolvent_on[buyer]
    kept = (day >= window.start) & (day > profiles.joined[buyer]) & (np.isnat(failed) | (day < failed))
    return buyer[kept], next_business_day(day[kept])


def _events(rng: np.random.Generator, profiles: Profiles, buyer: Ints, day: Days, kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buyer_id": profiles.buyer_id[buyer],
            "kind": kind,
            "occurred_on": to_dates(day),
            "recorded_at": to_instants(booked_at(rng, day, 12)),
        }
    )


def _draw_limits(
    rng: np.random.Generator, profiles: Profiles, health: Health, window: Window, share: float
) -> tuple[Ints, Days, Floats]:
    """Return buyer, first day and amount in EUR of each limit; lower for buyers that look unwell."""
    buyer = np.flatnonzero((rng.random(len(profiles)) < share) & ~profiles.is_prospect)
    usual = profiles.trade.invoice_amount[buyer] * profiles.trade.invoices_a_month[buyer]
    months_open = (profiles.habits.terms_days[buyer] + 15) / 30.0
    level = health.level[buyer, window.month_of(profiles.joined[buyer])] + rng.normal(0.0, 0.8, len(buyer))
    amount = usual * months_open * np.clip(1.6 + 0.35 * level, 0.4, 3.0)
    return buyer, next_business_day(profiles.joined[buyer]), _rounded(amount)


def _limits(
    rng: np.random.Generator, profiles: Profiles, window: Window, drawn: tuple[Ints, Days, Floats], kind: str
) -> pd.DataFrame:
    buyer, start, amount = drawn
    never = np.full(len(buyer), np.datetime64("NaT", "D"))
    review = next_business_day(later(np.maximum(start, window.start), rng.integers(120, 1100, len(buyer))))
    reviewed_at = booked_at(rng, review, 0)
    is_reviewed = (rng.random(len(buyer)) < _SHARE_REVIEWED) & window.known(reviewed_at)
    changed = _rounded(amount * np.exp(rng.normal(0.05, 0.4, len(buyer))))
    first_id, second_id = (_limit_ids(kind, len(buyer), turn) for turn in (1, 2))
    ids = profiles.buyer_id[buyer]
    parts = [
        _limit_rows(first_id, ids, amount, (start, never), booked_at(rng, start, 0)),
        _limit_rows(first_id, ids, amount, (start, later(review, -1)), reviewed_at)[is_reviewed],
        _limit_rows(second_id, ids, changed, (review, never), reviewed_at)[is_reviewed],
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(2, "kind", kind)
    return table[_known(table, window)]


def _limit_ids(kind: str, count: int, turn: int) -> Texts:
    return np.array([f"{kind.upper()}-{number:05d}-{turn}" for number in range(1, count + 1)], dtype=object)


def _known(table: pd.DataFrame, window: Window) -> Flags:
    return window.known(table["recorded_at"].dt.tz_localize(None).to_numpy())


def _limit_rows(
    limit_id: Texts, buyer_id: Texts, amount: Floats, valid: tuple[Days, Days], recorded: Days
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "limit_id": limit_id,
            "buyer_id": buyer_id,
            "amount": np.array([f"{value:.2f}" for value in amount], dtype=object),
            "currency": "EUR",
            "valid_from": to_dates(valid[0]),
            "valid_to": to_dates(valid[1]),
            "recorded_at": to_instants(recorded),
        }
    )


def _rounded(amount: Floats) -> Floats:
    return np.maximum(500.0, np.rint(amount / 500.0) * 500.0)
