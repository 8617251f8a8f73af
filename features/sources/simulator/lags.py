"""How long after a failure the default definition fires: simulated for every buyer with its own trade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.engine.kernel import kernel, outermost
from features.sources.simulator.fates import CRISIS_DAYS, INSOLVENCY_DAYS, NEVER
from features.sources.simulator.health import moving_sd
from features.sources.simulator.intents import habitual_log_odds, late_probability, mean_delay
from features.sources.simulator.orders import AMOUNT_SPREAD, PATIENCE_DAYS, order_factor
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Floats, Ints

__all__ = ["OBLIGOR_90", "Lags", "Rules", "draw_lags"]

_DRAWS = 32
_STRANGERS = 40
_DAYS_BEFORE, _DAYS_AFTER = 200, 320
_MONTH_DAYS = 365.25 / 12.0


@dataclass(frozen=True)
class Rules:
    """What of a default definition the lag depends on, in the reporting currency."""

    days_past_due: int
    material_amount: float
    material_share: float


OBLIGOR_90 = Rules(90, 500.0, 0.01)
"""Of the default definition that ships."""


@dataclass(frozen=True)
class Lags:
    """Days from a failure to the default, by buyer and draw; `NEVER` where it does not come to one.

    ``as_buyer`` has shape (n, draws); ``as_stranger``, shape (draws,), is of buyers that have left or never
    ordered, who default by an insolvency event or not at all.
    """

    as_buyer: Ints
    as_stranger: Ints


def draw_lags(rng: np.random.Generator, scene: Scene, rules: Rules) -> Lags:
    """Draw lags by nested simulation.

    Notes
    -----
    For each buyer `_DRAWS` failures are simulated on random days of the books: invoices about the failure at
    the buyer's rate and amounts, on its terms and with its payment habit at a health at which it would fail,
    deliveries that go on for some weeks, and the end (payment of all arrears, insolvency event,
    or neither). Then the definition is applied day by day: arrears above both thresholds on as many days in
    a row as it says, or an event.
    """
    ends, events = _draw_ends(rng, len(scene.profiles), scene)
    return Lags(np.minimum(_arrears(rng, scene, ends, rules), events), events[:_STRANGERS].ravel())


def _draw_ends(rng: np.random.Generator, buyers: int, scene: Scene) -> tuple[Ints, Ints]:
    """Return days from the failure to its end (payment of all) and to the insolvency event."""
    shape, knobs = (buyers, _DRAWS), scene.knobs
    passes = rng.random(shape) < knobs.crisis_share
    has_event = ~passes & (rng.random(shape) < knobs.insolvency_share)
    ends = np.where(passes, rng.integers(*CRISIS_DAYS, size=shape), NEVER)
    return ends, np.where(has_event, rng.integers(*INSOLVENCY_DAYS, size=shape) + 1, NEVER)


def _arrears(rng: np.random.Generator, scene: Scene, ends: Ints, rules: Rules) -> Ints:
    profiles, habits, calendar, knobs = scene.profiles, scene.profiles.habits, scene.calendar, scene.knobs
    level = _levels_at_failure(rng, scene)
    usual = np.where(profiles.is_prospect, 0.0, profiles.trade.invoices_a_month / _MONTH_DAYS)
    rate = usual[:, None] * order_factor(level, level, knobs)
    chance = late_probability(level, habitual_log_odds(profiles, knobs)[:, None], knobs)
    delay = mean_delay(level, habits.delay_days[:, None], knobs)
    first = calendar.first
    tables = (calendar.after - first, calendar.before - first, calendar.clears - first, _month_ends(scene))
    return np.asarray(
        _sweep(
            int(rng.integers(2**31)),
            (rate, profiles.trade.invoice_amount, chance, delay),
            (habits.terms_days, habits.due_at_month_end, habits.run, habits.phase),
            (*tables, int(scene.window.start.astype(np.int64)) - first),
            (ends, rules.days_past_due, rules.material_amount, rules.material_share),
        )
    )


def _levels_at_failure(rng: np.random.Generator, scene: Scene) -> Floats:
    """Return levels of health, shape (n, draws).

    A normal level weighted with an exponential hazard is again normal.
    """
    knobs, sd = scene.knobs, moving_sd(scene.knobs)
    mean = scene.profiles.own_health - knobs.failure_slope * sd**2
    return np.asarray(mean[:, None] + sd * rng.standard_normal((len(mean), _DRAWS)))


def _month_ends(scene: Scene) -> Ints:
    day = np.arange(scene.calendar.after.shape[1]) + scene.calendar.first
    months = day.astype("datetime64[D]").astype("datetime64[M]") + 1
    return months.astype("datetime64[D]").astype(np.int64) - 1 - scene.calendar.first


@outermost
def _sweep(seed, flow, habits, tables, rules):  # type: ignore[no-untyped-def]
    ends = rules[0]
    np.random.seed(seed)
    lags = np.full(ends.shape, NEVER)
    room = np.zeros((2, _DAYS_BEFORE + _DAYS_AFTER))
    for buyer in range(ends.shape[0]):
        if flow[0][buyer, 0] > 0.0:
            for draw in range(ends.shape[1]):
                failure = tables[4] + np.random.randint(0, 365)
                _fill(room, (buyer, draw, failure, ends[buyer, draw]), flow, habits, tables)
                lags[buyer, draw] = _fires(room, ends[buyer, draw], rules)
    return lags


@kernel
def _fill(room, case, flow, habits, tables):  # type: ignore[no-untyped-def]
    """Write what is owed and overdue changes by on each day about a failure: rows 0 and 1."""
    for day in range(room.shape[1]):
        room[0, day], room[1, day] = 0.0, 0.0
    buyer, draw, failure, end = case
    place = (buyer, draw)
    rate, amount = flow[0][place], flow[1][buyer]
    patience = PATIENCE_DAYS[0] + np.random.randint(0, PATIENCE_DAYS[1] - PATIENCE_DAYS[0])
    span = _DAYS_BEFORE - 20 + min(patience, end)
    for _ in range(np.random.poisson(rate * span)):
        issued = failure - _DAYS_BEFORE + 20 + np.random.randint(0, span)
        due = issued + habits[0][buyer]
        if habits[1][buyer]:
            due = tables[3][due]
        paid = _planned(place, issued, due, flow, habits, tables)
        if paid >= failure:
            paid = failure + min(end, _DAYS_AFTER - 1)
        worth = amount * np.exp(AMOUNT_SPREAD * np.random.standard_normal())
        base = failure - _DAYS_BEFORE
        room[0, issued - base] += worth
        room[0, min(max(paid, issued), failure + _DAYS_AFTER - 1) - base] -= worth
        if paid > due + 1 and due + 1 - base < room.shape[1]:
            room[1, due + 1 - base] += worth
            room[1, min(paid, failure + _DAYS_AFTER - 1) - base] -= worth


@kernel
def _planned(place, issued, due, flow, habits, tables):  # type: ignore[no-untyped-def]
    """Return the day on which an invoice is paid while its buyer pays."""
    after, before, clears, _, _ = tables
    run, phase = habits[2][place[0]], habits[3][place[0]]
    if np.random.random() < flow[2][place]:
        delay = min(np.random.exponential(flow[3][place]), 200.0)
        return min(after[run, due + 1 + int(delay)], clears[phase, due])
    return max(before[run, due], issued + 1)


@kernel
def _fires(room, end, rules):  # type: ignore[no-untyped-def]
    """Return the days from the failure until the arrears are a default; NEVER if they do not become one."""
    _, days_past_due, material_amount, material_share = rules
    owed, overdue, run = 0.0, 0.0, 0
    for day in range(room.shape[1]):
        owed += room[0, day]
        overdue += room[1, day]
        if day - _DAYS_BEFORE >= end:
            return NEVER
        run = run + 1 if overdue > material_amount and overdue > material_share * owed else 0
        if run >= days_past_due and day > _DAYS_BEFORE:
            return day - _DAYS_BEFORE
    return NEVER
