"""The flow of invoices: how many each month, of what amount, on what terms, and when the books knew them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.money import text_from_minor
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.health import Health
from features.sources.simulator.markets import INDUSTRIES
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import (
    Days,
    Flags,
    Floats,
    Ints,
    Texts,
    Window,
    booked_at,
    days,
    last_day_of_month,
    to_dates,
    to_instants,
)

__all__ = ["Invoices", "draw_invoices", "invoices_table"]

_SHARE_OTHER_TERMS = 0.04
_SHARE_BOOKED_LATE = 0.10
_SHARE_REDATED = 0.004
_SMALLEST_MINOR = 2_000


@dataclass(frozen=True)
class Invoices:
    """Invoices in the order of their issue; every array has shape (n,).

    ``buyer`` is a position in the profiles, ``due`` the due date that is agreed in the end, ``first_due``
    the one on the invoice; ``recorded`` and ``redated`` are instants, the latter NaT where the due date
    never changed.
    """

    invoice_id: Texts
    buyer: Ints
    issued: Days
    first_due: Days
    due: Days
    minor: Ints
    currency: Texts
    recorded: Days
    redated: Days

    def __len__(self) -> int:
        return len(self.buyer)


def draw_invoices(rng: np.random.Generator, profiles: Profiles, health: Health, window: Window) -> Invoices:
    """Draw the invoices of the window.

    Parameters
    ----------
    rng : numpy.random.Generator
    profiles : Profiles
    health : Health
    window : Window

    Notes
    -----
    Their number per buyer and month is Poisson, with growth, the season of the industry and fewer orders in
    bad health; deliveries end some weeks after a buyer stops paying. Amounts are log-normal about the
    buyer's usual one.
    """
    buyer, month = _draw_months(rng, profiles, health, window)
    issued = _draw_issue_days(rng, window.months[month])
    kept = (
        _is_delivered(rng, buyer, issued, profiles, health)
        & (issued >= window.start)
        & (issued <= window.end)
    )
    order = np.lexsort((buyer[kept], issued[kept]))
    buyer, issued = buyer[kept][order], issued[kept][order]
    first_due = _draw_due(rng, buyer, issued, profiles)
    recorded = booked_at(rng, issued, np.where(rng.random(len(buyer)) < _SHARE_BOOKED_LATE, 5, 0))
    due, redated = _draw_redating(rng, issued, first_due)
    currency = profiles.habits.invoiced_in[buyer]
    return Invoices(
        invoice_id=np.array([f"INV-{number:07d}" for number in range(1, len(buyer) + 1)], dtype=object),
        buyer=buyer,
        issued=issued,
        first_due=first_due,
        due=due,
        minor=_draw_minor(rng, profiles.trade.invoice_amount[buyer], currency),
        currency=currency,
        recorded=recorded,
        redated=np.maximum(redated, recorded + np.timedelta64(1, "h")),
    )


def invoices_table(invoices: Invoices, profiles: Profiles, window: Window) -> pd.DataFrame:
    """Return the table ``invoices``; a changed due date is a second version, known when it was agreed."""
    first = _frame(invoices, profiles, invoices.first_due, invoices.recorded)[window.known(invoices.recorded)]
    is_redated = ~np.isnat(invoices.redated) & window.known(invoices.redated)
    second = _frame(invoices, profiles, invoices.due, invoices.redated)[is_redated]
    return pd.concat([first, second], ignore_index=True)


def _frame(invoices: Invoices, profiles: Profiles, due: Days, recorded: Days) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "invoice_id": invoices.invoice_id,
            "instalment": 1,
            "buyer_id": profiles.buyer_id[invoices.buyer],
            "issued_on": to_dates(invoices.issued),
            "due_on": to_dates(due),
            "amount": text_from_minor(invoices.minor, np.full(len(invoices), 2)),
            "currency": invoices.currency,
            "kind": "invoice",
            "recorded_at": to_instants(recorded),
        }
    )


def _draw_months(
    rng: np.random.Generator, profiles: Profiles, health: Health, window: Window
) -> tuple[Ints, Ints]:
    """Return buyer and month of every order."""
    month = np.arange(window.first_month, len(window.months))
    rate = profiles.trade.invoices_a_month[:, None] * _season(profiles, window.months[month])
    rate *= np.exp(profiles.trade.growth_a_year[:, None] * (month - window.first_month) / 12.0)
    rate *= np.exp(0.10 * np.clip(health.level[:, month], -2.5, 2.0))
    rate[profiles.is_prospect] = 0.0
    count = rng.poisson(rate)
    buyer, position = np.nonzero(count)
    times = count[buyer, position]
    return np.repeat(buyer, times), np.repeat(month[position], times)


def _season(profiles: Profiles, months: Days) -> Floats:
    calm = INDUSTRIES["M"]
    sections = [INDUSTRIES.get(name, calm) for name in profiles.industry]
    height = np.array([section.season for section in sections])
    peak = np.array([section.peak_month for section in sections])
    of_year = months.astype(np.int64) % 12 + 1
    return np.asarray(1.0 + height[:, None] * np.cos(2.0 * np.pi * (of_year - peak[:, None]) / 12.0))


def _draw_issue_days(rng: np.random.Generator, month: Days) -> Days:
    start = month.astype("datetime64[D]")
    length = (last_day_of_month(start) - start).astype(np.int64) + 1
    drawn = start + days(rng.random(len(start)) * length)
    return np.busday_offset(drawn, 0, roll="modifiedpreceding")


def _is_delivered(
    rng: np.random.Generator, buyer: Ints, issued: Days, profiles: Profiles, health: Health
) -> Flags:
    patience = rng.integers(25, 75, len(profiles))
    blocked = np.minimum(health.stops_on + days(patience), health.insolvent_on)
    is_served = np.isnat(blocked[buyer]) | (issued < blocked[buyer])
    return is_served & (issued > profiles.joined[buyer]) & (issued < profiles.left[buyer])


def _draw_due(rng: np.random.Generator, buyer: Ints, issued: Days, profiles: Profiles) -> Days:
    other = rng.choice([7, 14, 30, 45, 60, 90], len(buyer))
    terms = np.where(rng.random(len(buyer)) < _SHARE_OTHER_TERMS, other, profiles.habits.terms_days[buyer])
    due = issued + days(terms)
    return np.where(profiles.habits.due_at_month_end[buyer], last_day_of_month(due), due)


def _draw_redating(rng: np.random.Generator, issued: Days, first_due: Days) -> tuple[Days, Days]:
    """Return the due dates agreed in the end, and the instants at which a later one was agreed."""
    is_redated = rng.random(len(issued)) < _SHARE_REDATED
    due = np.where(is_redated, first_due + days(rng.choice([14, 30], len(issued))), first_due)
    half_way = issued + days((first_due - issued).astype(np.int64) // 2)
    agreed = booked_at(rng, half_way, 0)
    return due, np.where(is_redated, agreed, np.datetime64("NaT", "s"))


def _draw_minor(rng: np.random.Generator, usual: Floats, currency: Texts) -> Ints:
    rates = np.array([BASE_RATES[name] for name in currency], dtype=np.float64)
    amount = usual / rates * np.exp(rng.normal(0.0, 0.7, len(usual)))
    return np.maximum(np.rint(amount * 100.0).astype(np.int64), _SMALLEST_MINOR)
