"""What is on record about buyers beside their ledger: insolvencies, judgments, liens, and credit limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.sources.simulator.fates import NEVER
from features.sources.simulator.health import distress, plain_risk
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import (
    Days,
    Floats,
    Ints,
    Texts,
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
_CUTS_A_MONTH = 0.25


def events_table(rng: np.random.Generator, scene: Scene) -> pd.DataFrame:
    """Return the table ``events``: insolvencies, and judgments and liens, more of them in distress."""
    profiles, fates = scene.profiles, scene.fates
    fails = np.flatnonzero(fates.insolvent < NEVER)
    frames = [_events(rng, profiles, fails, fates.insolvent_on[fails], "insolvency")]
    for kind, rate in _NOTICES_A_MONTH.items():
        buyer, day = _draw_notices(rng, rate, scene)
        frames.append(_events(rng, profiles, buyer, day, kind))
    table = pd.concat(frames, ignore_index=True).sort_values(["recorded_at", "buyer_id"], ignore_index=True)
    table = _known(table, scene).reset_index(drop=True)
    numbers = [f"E{number:06d}" for number in range(1, len(table) + 1)]
    table.insert(0, "event_id", np.array(numbers, dtype=object))
    return table


def limits_table(rng: np.random.Generator, scene: Scene) -> pd.DataFrame:
    """Return the table ``limits``: own and insured limits in EUR, reviewed, and cut where the risk is plain.

    A change replaces a limit by a new one; that the old one ended is a second version of it.
    """
    shares = (("own", _SHARE_OWN_LIMIT), ("insured", _SHARE_INSURED))
    table = pd.concat([_limit_versions(rng, scene, share, kind) for kind, share in shares], ignore_index=True)
    return _known(table, scene)


def _draw_notices(rng: np.random.Generator, rate: float, scene: Scene) -> tuple[Ints, Days]:
    window, fates = scene.window, scene.fates
    months = np.arange(window.first_month, window.last_month + 1)
    chance = rate * (1.0 + _NOTICES_IN_DISTRESS * distress(scene.health.level[:, months]))
    buyer, position = np.nonzero(rng.random(chance.shape) < chance)
    day = later(window.months[months[position]], rng.integers(0, 28, len(buyer)))
    before_the_end = day.astype(np.int64) < fates.insolvent[buyer]
    kept = (day >= window.start) & (day > scene.profiles.joined[buyer]) & before_the_end
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


@dataclass(frozen=True)
class _Limits:
    """Limits that follow one another: buyer, first day and amount in EUR."""

    buyer: Ints
    start: Days
    amount: Floats


def _limit_versions(rng: np.random.Generator, scene: Scene, share: float, kind: str) -> pd.DataFrame:
    limits = _draw_limits(rng, scene, share)
    known_at = booked_at(rng, limits.start, 0)
    count = len(limits.buyer)
    has_next = np.append(limits.buyer[1:] == limits.buyer[:-1], False)[:count]
    follower = np.minimum(np.arange(count) + 1, max(count - 1, 0))
    names = [f"{kind.upper()}-{number:06d}" for number in range(1, count + 1)]
    limit_id = np.array(names, dtype=object)
    never = np.full(count, np.datetime64("NaT", "D"))
    ends = np.maximum(later(limits.start[follower], -1), limits.start)
    first = _rows(limit_id, scene.profiles, limits, never, known_at)
    second = _rows(limit_id, scene.profiles, limits, ends, known_at[follower])[has_next]
    table = pd.concat([first, second], ignore_index=True)
    table.insert(2, "kind", kind)
    return table


def _draw_limits(rng: np.random.Generator, scene: Scene, share: float) -> _Limits:
    """Return first limits, those after a review, and cut ones, by buyer and day."""
    profiles, window = scene.profiles, scene.window
    buyer = np.flatnonzero((rng.random(len(profiles)) < share) & ~profiles.is_prospect)
    joined = next_business_day(profiles.joined[buyer])
    amount = _first_amounts(rng, scene, buyer)
    first_year = np.maximum(joined, window.start)
    review = next_business_day(later(first_year, rng.integers(120, 1100, len(buyer))))
    reviewed = amount * np.exp(rng.normal(0.05, 0.4, len(buyer)))
    has_review = rng.random(len(buyer)) < _SHARE_REVIEWED
    cut_on = _draw_cuts(rng, scene, buyer)
    is_cut = ~np.isnat(cut_on) & (cut_on > first_year)
    before = np.where(has_review & (review < cut_on), reviewed, amount)
    parts = [
        (buyer, joined, amount),
        (buyer[has_review], review[has_review], reviewed[has_review]),
        (buyer[is_cut], cut_on[is_cut], (before * (1.0 - scene.knobs.limit_cuts))[is_cut]),
    ]
    whose, start, amounts = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((start, whose))
    whose, start, amounts = whose[order], start[order], amounts[order]
    # Reason: two changes on one day are one.
    kept = np.append(True, (whose[1:] != whose[:-1]) | (start[1:] != start[:-1]))[: len(whose)]
    return _Limits(whose[kept], start[kept], _rounded(amounts[kept]))


def _first_amounts(rng: np.random.Generator, scene: Scene, buyer: Ints) -> Floats:
    profiles = scene.profiles
    usual = profiles.trade.invoice_amount[buyer] * profiles.trade.invoices_a_month[buyer]
    months_open = (profiles.habits.terms_days[buyer] + 15) / 30.0
    joined = profiles.joined[buyer].astype("datetime64[D]").astype(np.int64)
    level = scene.level(buyer, joined) + rng.normal(0.0, 0.8, len(buyer))
    return np.asarray(usual * months_open * np.clip(1.6 + 0.35 * level, 0.4, 3.0))


def _draw_cuts(rng: np.random.Generator, scene: Scene, buyer: Ints) -> Days:
    """Return the day on which each buyer's limit is cut; NaT where it never is."""
    window = scene.window
    months = np.arange(window.first_month, window.last_month + 1)
    seen = plain_risk(scene.health.level[buyer[:, None], months - 1], scene.knobs)
    is_cut = rng.random(seen.shape) < _CUTS_A_MONTH * seen
    day = next_business_day(
        later(window.months[months[is_cut.argmax(axis=1)]], rng.integers(0, 28, len(buyer)))
    )
    has_cut = is_cut.any(axis=1) & (scene.knobs.limit_cuts > 0.0)
    return np.where(has_cut, day, np.datetime64("NaT", "D"))


def _rows(
    limit_id: Texts, profiles: Profiles, limits: _Limits, valid_to: Days, recorded: Days
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "limit_id": limit_id,
            "buyer_id": profiles.buyer_id[limits.buyer],
            "amount": np.array([f"{value:.2f}" for value in limits.amount], dtype=object),
            "currency": "EUR",
            "valid_from": to_dates(limits.start),
            "valid_to": to_dates(valid_to),
            "recorded_at": to_instants(recorded),
        }
    )


def _known(table: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    return table[scene.window.known(table["recorded_at"].dt.tz_localize(None).to_numpy())]


def _rounded(amount: Floats) -> Floats:
    return np.maximum(500.0, np.rint(amount / 500.0) * 500.0)
