"""Whether and when a buyer means to pay each invoice: on time with a run, or late with a later one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from features.sources.simulator.calendar import Calendar
from features.sources.simulator.fates import NEVER, Fates
from features.sources.simulator.habits import LATE_SHARES
from features.sources.simulator.health import distress, moving_sd, plain_risk
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.orders import Invoices
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Flags, Floats, Ints

__all__ = [
    "DISCOUNT_DAYS",
    "Intents",
    "circumstances",
    "draw_intents",
    "habitual_log_odds",
    "late_probability",
    "mean_delay",
    "pays_by_bill",
    "with_stops",
]

DISCOUNT_DAYS = 10
"""Days from issue within which the discount may be taken."""

_SLOW_MONTHS = (8, 12)
_LONG_TERMS_DAYS = 55


@dataclass(frozen=True)
class Intents:
    """Plans by invoice, shape (n,); days are numbers since 1970.

    Parameters
    ----------
    is_late : bool
        The invoice is paid late whatever happens.
    planned : int64
        The day on which its buyer means to pay the last part.
    pays : int64
        The day on which it does: later where it has no money then, `NEVER` where it has none any more.
    """

    is_late: Flags
    planned: Ints
    pays: Ints


def draw_intents(rng: np.random.Generator, scene: Scene, invoices: Invoices) -> Intents:
    """Draw what becomes of each invoice.

    Notes
    -----
    A punctual invoice is paid with the last run before the due date (or before the discount ends), a late one
    with the first run after an exponential delay; whoever still pays clears all arrears at every clearing, so
    that no run of arrears reaches the 90 days of a default while a buyer still pays.
    """
    habits, knobs, calendar = scene.profiles.habits, scene.knobs, scene.calendar
    buyer, due = invoices.buyer, invoices.due
    level = scene.level(buyer, due)
    log_odds = habitual_log_odds(scene.profiles, knobs)[buyer] + circumstances(invoices, knobs)
    chance = late_probability(level, log_odds, knobs)
    is_late = rng.random(len(invoices)) < np.where(pays_by_bill(invoices, scene.profiles), 0.0, chance)
    delay = rng.standard_exponential(len(invoices)) * mean_delay(level, habits.delay_days[buyer], knobs)
    run = habits.run[buyer]
    late = np.minimum(
        calendar.next_run(run, due + 1 + np.minimum(delay, 200.0).astype(np.int64)),
        calendar.next_clearing(habits.phase[buyer], due),
    )
    planned = np.where(is_late, late, _punctual(invoices, scene.profiles, level, calendar))
    return Intents(is_late, planned, with_stops(planned, buyer, scene.fates))


def habitual_log_odds(profiles: Profiles, knobs: Knobs) -> Floats:
    """Return each buyer's log-odds of paying late at health above 0.

    The distress that its lasting health makes it expect is taken off, so that over the years it pays late as
    often as its habit says.
    """
    share = profiles.habits.late_share
    sd = max(moving_sd(knobs), 1e-9)
    z = -profiles.own_health / sd
    expected = sd * (np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi) + z * ndtr(z))
    middle = np.log(LATE_SHARES[1][3] / (1.0 - LATE_SHARES[1][3])) + np.log(max(knobs.late_healthy, 1e-9))
    base = middle + knobs.late_spread * (np.log(share / (1.0 - share)) - middle)
    return np.asarray(base - knobs.late_distress * np.minimum(expected, 2.0))


def late_probability(level: Floats, log_odds: Floats, knobs: Knobs) -> Floats:
    """Return the chance that an invoice is paid late at this health in the month of its due date."""
    return np.asarray(1.0 / (1.0 + np.exp(-(log_odds + knobs.late_distress * distress(level)))))


def mean_delay(level: Floats, delay_days: Floats, knobs: Knobs) -> Floats:
    """Return the mean days that late invoices wait: more in distress, less where collectors call."""
    stretch = np.exp(knobs.delay_distress * np.minimum(distress(level), 4.0))
    return np.asarray(delay_days * stretch * (1.0 - knobs.collectors * plain_risk(level, knobs)))


def circumstances(invoices: Invoices, knobs: Knobs) -> Floats:
    """Return what the invoice itself adds to the log-odds: its amount, and the month in which it is due."""
    month = invoices.due.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    return knobs.late_amount * invoices.unusual + knobs.late_year_end * np.isin(month, _SLOW_MONTHS)


def pays_by_bill(invoices: Invoices, profiles: Profiles) -> Flags:
    """Return which invoices are paid by a bill that matures when they are due: those on long terms."""
    is_long = invoices.due - invoices.issued >= _LONG_TERMS_DAYS
    return profiles.habits.uses_bills[invoices.buyer] & is_long


def _punctual(invoices: Invoices, profiles: Profiles, level: Floats, calendar: Calendar) -> Ints:
    habits, buyer = profiles.habits, invoices.buyer
    takes = habits.takes_discount[buyer] & (level > 0.0) & (invoices.due > invoices.issued + DISCOUNT_DAYS)
    lead = np.where(takes, 0, habits.lead_days[buyer])
    soonest = np.maximum(invoices.due - lead, invoices.issued + 2)
    last = np.minimum(np.where(takes, invoices.issued + DISCOUNT_DAYS, soonest), invoices.due)
    run = calendar.last_run(habits.run[buyer], last)
    run = np.where(run > invoices.issued, run, calendar.last_workday(last))
    by_run = np.where(run > invoices.issued, run, invoices.due)
    return np.where(pays_by_bill(invoices, profiles), invoices.due, by_run)


def with_stops(planned: Ints, buyer: Ints, fates: Fates) -> Ints:
    """Return planned days moved to the day on which the buyer has money again."""
    pays = planned.copy()
    for turn in np.flatnonzero((fates.stops < NEVER).any(axis=0)):
        stops, resumes = fates.stops[buyer, turn], fates.resumes[buyer, turn]
        pays = np.where((pays >= stops) & (pays < resumes), resumes, pays)
    return pays
