"""The true probability of late payment: what the latent state at the issue of an invoice has in store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.sources.simulator.chain import Chain, at_months, months_to_shock
from features.sources.simulator.fates import CRISIS_DAYS, NEVER
from features.sources.simulator.health import moving_sd, shock_position
from features.sources.simulator.intents import (
    circumstances,
    habitual_log_odds,
    late_probability,
    mean_delay,
    pays_by_bill,
)
from features.sources.simulator.orders import Invoices
from features.sources.simulator.rings import LONGEST_DAYS, SHORTEST_DAYS
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Floats, Ints

__all__ = ["LATE_HORIZONS", "bills_truth", "late_truth"]

LATE_HORIZONS = (0, 30)
"""Days after the due date for which the truth is told."""

_NODES = 5
_MONTH_DAYS = 365.25 / 12.0


def late_truth(scene: Scene, chains: Sequence[Chain], invoices: Invoices) -> dict[int, Floats]:
    """Return the true chance that each invoice is unpaid at its due date, and 30 days after it.

    Returns
    -------
    dict of int to float64 ndarray, shape (n,)
        By horizon in days.

    Notes
    -----
    Given the health at issue, the health of the month in which an invoice falls due is normal about what is
    left of it (or lower by a hit); the chance to be paid late, and that of a delay beyond the last run within
    the horizon, are integrated over it by Gauss-Hermite quadrature. An invoice is paid in time where its
    buyer means to and has not failed before: the two are taken as independent given the health at issue.
    """
    late, beyond = _intended(scene, invoices)
    paid_on = _usual_day(scene, invoices)
    survival = _survival(scene, chains)
    on_time = _still_pays(scene, survival, invoices, paid_on)
    after = _still_pays(scene, survival, invoices, np.maximum(invoices.due + 10, paid_on))
    truth = {0: 1.0 - on_time * (1.0 - late), 30: 1.0 - on_time * (1.0 - late) - after * (late - beyond)}
    since = _stopped_since(scene, invoices)
    return {
        days: np.where(since < NEVER, _after_failure(scene, invoices, since, days), chance)
        for days, chance in truth.items()
    }


def bills_truth(scene: Scene, chains: Sequence[Chain], bills: Invoices) -> dict[int, Floats]:
    """Return the true chance that each bill is unpaid at its due date, and 30 days after it, by horizon.

    Notes
    -----
    A bill is honoured on the day on which it matures unless its drawee has failed by then, so the chance is
    that of a failure after it was given; and a crisis is too long to pass within the horizons.
    """
    dishonoured = 1.0 - _still_pays(scene, _survival(scene, chains), bills, bills.due)
    return dict.fromkeys(LATE_HORIZONS, dishonoured)


def _intended(scene: Scene, invoices: Invoices) -> tuple[Floats, Floats]:
    """Return the chances that a buyer which goes on paying pays late, and more than 30 days late."""
    profiles, knobs, buyer = scene.profiles, scene.knobs, invoices.buyer
    log_odds = habitual_log_odds(profiles, knobs)[buyer] + circumstances(invoices, knobs)
    delay_days = profiles.habits.delay_days[buyer]
    last_run = scene.calendar.last_run(profiles.habits.run[buyer], invoices.due + 30)
    wait = np.maximum(last_run - invoices.due, 0)
    clears = scene.calendar.next_clearing(profiles.habits.phase[buyer], invoices.due) <= invoices.due + 30
    late, beyond = np.zeros(len(invoices)), np.zeros(len(invoices))
    for level, weight in _levels_at_due(scene, invoices):
        chance = weight * late_probability(level, log_odds, knobs)
        late += chance
        beyond += chance * np.exp(-wait / mean_delay(level, delay_days, knobs)) * ~clears
    by_bill = pays_by_bill(invoices, profiles)
    return np.where(by_bill, 0.0, late), np.where(by_bill, 0.0, beyond)


def _levels_at_due(scene: Scene, invoices: Invoices) -> list[tuple[Floats, Floats]]:
    """Return nodes of the health in the month of the due date with their weights."""
    knobs, own = scene.knobs, scene.profiles.own_health[invoices.buyer]
    moving = scene.level(invoices.buyer, invoices.issued) - own
    months = (_month(invoices.due) - _month(invoices.issued)).astype(float)
    stays = knobs.health_persistence**months
    sd = moving_sd(knobs) * np.sqrt(1.0 - stays**2)
    hit = np.minimum(knobs.hits_a_month * months, 0.5)
    points, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    expected = own + stays * moving - _shock_at_due(scene, invoices)
    nodes = [
        (expected + sd * point, (1.0 - hit) * weight / weights.sum())
        for point, weight in zip(points.tolist(), weights.tolist(), strict=True)
    ]
    return [*nodes, (expected - knobs.hit_size, hit)]


def _shock_at_due(scene: Scene, invoices: Invoices) -> Floats:
    """Return what a shock after the month of issue takes of the health in the month of the due date."""
    shock, knobs = shock_position(scene.window, scene.knobs), scene.knobs
    if shock is None:
        return np.zeros(len(invoices))
    month = int(scene.window.months[shock].astype(np.int64))
    since = _month(invoices.due) - month
    is_ahead = (_month(invoices.issued) < month) & (since >= 0)
    return np.where(is_ahead, knobs.shock_size * knobs.health_persistence ** np.maximum(since, 0), 0.0)


def _month(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _usual_day(scene: Scene, invoices: Invoices) -> Ints:
    """Return the day on which an invoice is paid that is paid on time."""
    habits = scene.profiles.habits
    wished = np.maximum(invoices.due - habits.lead_days[invoices.buyer], invoices.issued + 2)
    run = scene.calendar.last_run(habits.run[invoices.buyer], np.minimum(wished, invoices.due))
    run = np.where(pays_by_bill(invoices, scene.profiles), invoices.due, run)
    return np.maximum(run, invoices.issued + 1)


def _survival(scene: Scene, chains: Sequence[Chain]) -> Floats:
    """Return logs of the chance not to fail within k months, shape (buyers x months of the books, k)."""
    months = np.arange(scene.window.first_month, scene.window.last_month + 1)
    which = months_to_shock(months, shock_position(scene.window, scene.knobs))
    own, level = scene.profiles.own_health, scene.health.level[:, months]
    table = at_months([chain.survives for chain in chains], which, own, level)
    return np.asarray(table.reshape(-1, table.shape[2]))


def _still_pays(scene: Scene, table: Floats, invoices: Invoices, day: Ints) -> Floats:
    """Return the chance that a buyer which pays at issue has not failed by the day."""
    profiles, buyer, window = scene.profiles, invoices.buyer, scene.window
    month = window.month_of(invoices.issued.astype("datetime64[D]")) - window.first_month
    row = buyer * (window.last_month - window.first_month + 1) + month
    months = np.clip((day - invoices.issued) / _MONTH_DAYS, 0.0, table.shape[1] - 1.000001)
    whole = months.astype(np.int64)
    part = months - whole
    chance = np.exp(table[row, whole] * (1.0 - part) + table[row, whole + 1] * part)
    chance[profiles.public_body[buyer]] = 1.0
    return np.where(profiles.ring[buyer] > 0, _ring_still_pays(scene, invoices, day), chance)


def _ring_still_pays(scene: Scene, invoices: Invoices, day: Ints) -> Floats:
    joined = scene.profiles.joined.astype("datetime64[D]").astype(np.int64)[invoices.buyer]
    earliest = np.maximum(joined + SHORTEST_DAYS, invoices.issued)
    length = np.maximum(joined + LONGEST_DAYS + 1 - earliest, 1)
    return 1.0 - np.clip((day - earliest + 1) / length, 0.0, 1.0)


def _stopped_since(scene: Scene, invoices: Invoices) -> Ints:
    """Return the day since which the buyer of an invoice pays nothing at its issue; `NEVER` where it pays."""
    since = np.full(len(invoices), NEVER)
    for turn in range(scene.fates.stops.shape[1]):
        stops, resumes = scene.fates.stops[invoices.buyer, turn], scene.fates.resumes[invoices.buyer, turn]
        since = np.where((stops <= invoices.issued) & (invoices.issued < resumes), stops, since)
    return since


def _after_failure(scene: Scene, invoices: Invoices, since: Ints, days: int) -> Floats:
    """Return the chance that what was sold after a failure is late: unless a crisis passes in time."""
    shortest, longest = CRISIS_DAYS
    passes = np.clip((invoices.due + days - since - shortest + 1) / (longest - shortest), 0.0, 1.0)
    share = np.where(scene.profiles.ring[invoices.buyer] > 0, 0.0, scene.knobs.crisis_share)
    return 1.0 - share * passes
