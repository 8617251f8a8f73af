"""When and how buyers pay: payment runs, stretching in bad health, discounts, parts, credits, write-offs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.disputes import Disputes
from features.sources.simulator.health import Health
from features.sources.simulator.orders import Invoices
from features.sources.simulator.profiles import Profiles
from features.sources.simulator.window import Days, Flags, Floats, Ints, days, last_day_of_month, later

__all__ = ["Settlements", "draw_settlements", "payment_run"]

_NEVER = np.datetime64("NaT", "D")
_SHARE_CREDITED = 0.022
_SHARE_FORGOTTEN = 0.04
_SHARE_OVERPAID = 0.0003
_SHARE_FEE_KEPT = 0.08
_DISCOUNT = 0.02
_DISCOUNT_DAYS = 12
_BANK_FEE_MINOR = 1_500
_STRETCH_DAYS = 55.0
_CLEARS_BELOW_DISTRESS = 1.2


@dataclass(frozen=True)
class Settlements:
    """Allocations before they are booked, shape (m,); ``item`` is a position in the invoices."""

    item: Ints
    on: Days
    minor: Ints
    kind: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.item)

    def where(self, kept: Flags) -> Settlements:
        """Return the settlements that `kept` marks."""
        kinds = np.array(self.kind, dtype=object)[kept]
        return Settlements(self.item[kept], self.on[kept], self.minor[kept], tuple(kinds.tolist()))

    @classmethod
    def joined(cls, parts: list[Settlements]) -> Settlements:
        """Return the settlements of all parts, in this order."""
        return cls(
            np.concatenate([part.item for part in parts]),
            np.concatenate([part.on for part in parts]),
            np.concatenate([part.minor for part in parts]),
            tuple(kind for part in parts for kind in part.kind),
        )

    def sums(self, items: int) -> Ints:
        """Return what is settled of each of `items` invoices, in minor units."""
        sums = np.zeros(items, dtype=np.int64)
        np.add.at(sums, self.item, self.minor)
        return sums


@dataclass(frozen=True)
class _World:
    """All that a payment depends on."""

    invoices: Invoices
    profiles: Profiles
    health: Health
    disputes: Disputes


def draw_settlements(
    rng: np.random.Generator,
    invoices: Invoices,
    profiles: Profiles,
    health: Health,
    disputes: Disputes,
    distress: Floats,
) -> Settlements:
    """Draw how the invoices are settled, also after the end of the books.

    Parameters
    ----------
    rng : numpy.random.Generator
    invoices, profiles, health, disputes
        What was drawn before.
    distress : float64 ndarray, shape (n,)
        The buyer's distress in the month in which each invoice falls due.

    Returns
    -------
    Settlements
        For each invoice at most its amount, but for a handful of overpayments; nothing of a buyer that has
        stopped paying, but for write-offs after its insolvency and the dividend of the estate.
    """
    world = _World(invoices, profiles, health, disputes)
    credits = _draw_credits(rng, world)
    payable = invoices.minor - credits.sums(len(invoices))
    paid_on = _draw_paid_on(rng, world, distress)
    paid = Settlements.joined([credits, *_draw_payments(rng, world, payable, paid_on, distress)])
    stops = health.stops_on[invoices.buyer[paid.item]]
    paid = paid.where((np.isnat(stops) | (paid.on < stops)) & (paid.minor > 0))
    lost = _draw_write_offs(rng, world, paid)
    return Settlements.joined([paid, lost, _draw_recoveries(rng, lost)])


def payment_run(day: Days, run: Ints) -> Days:
    """Return the first payment run on or after each day.

    Parameters
    ----------
    day : datetime64[D] ndarray, shape (n,)
    run : int64 ndarray, shape (n,)
        0 to 4 a weekly run (0 Monday), 7 the middle and the end of the month, 8 its end; runs of months that
        fall on a weekend wait for Monday.

    Examples
    --------
    >>> day = np.array(["2026-01-13", "2026-01-13", "2026-01-17"], "datetime64[D]")
    >>> payment_run(day, np.array([4, 7, 8])).astype(str).tolist()
    ['2026-01-16', '2026-01-15', '2026-02-02']
    """
    weekday = (day.astype(np.int64) + 3) % 7
    weekly = day + days((run - weekday) % 7)
    month_end = last_day_of_month(day)
    middle = later(day.astype("datetime64[M]"), 14)
    of_month = np.where((run == 7) & (day <= middle), middle, month_end)
    return np.where(run < 5, weekly, np.busday_offset(of_month, 0, roll="forward"))


def _draw_credits(rng: np.random.Generator, world: _World) -> Settlements:
    """Draw credit notes, returns and rebates: some out of disputes, some without."""
    invoices, disputes = world.invoices, world.disputes
    free = np.flatnonzero(rng.random(len(invoices)) < _SHARE_CREDITED)
    free = np.setdiff1d(free, disputes.item)
    share = np.where(rng.random(len(free)) < 0.15, 1.0, rng.uniform(0.03, 0.4, len(free)))
    length = (invoices.due[free] - invoices.issued[free]).astype(np.int64)
    on = np.busday_offset(invoices.issued[free] + days(6 + rng.random(len(free)) * length), 0, roll="forward")
    kinds = np.array(["credit_note", "return", "rebate"], dtype=object)[
        rng.choice(3, len(free), p=[0.6, 0.25, 0.15])
    ]
    granted = disputes.is_credited
    return Settlements(
        np.concatenate([free, disputes.item[granted]]),
        np.concatenate([on, disputes.resolved[granted]]),
        np.concatenate([np.rint(share * invoices.minor[free]).astype(np.int64), disputes.minor[granted]]),
        (*kinds.tolist(), *["credit_note"] * int(granted.sum())),
    )


def _draw_paid_on(rng: np.random.Generator, world: _World, distress: Floats) -> Days:
    """Draw the day on which each invoice is paid, in full or its first part."""
    invoices, profiles, count = world.invoices, world.profiles, len(world.invoices)
    run, due = profiles.habits.run[invoices.buyer], invoices.due
    early = payment_run(due - np.where(run < 5, 6, np.where(run == 7, 15, 30)).astype("timedelta64[D]"), run)
    waits = rng.random(count) < profiles.habits.run_tendency[invoices.buyer]
    forgotten = np.where(rng.random(count) < _SHARE_FORGOTTEN, rng.exponential(24.0, count), 0.0)
    stretch = _STRETCH_DAYS * np.power(distress, 1.1) * np.exp(rng.normal(0.0, 0.55, count))
    delay = np.floor(forgotten + stretch)
    is_late = waits | (early > due) | (delay > 0)
    late = np.minimum(payment_run(due + days(delay), run), _draw_clearing_runs(rng, world, distress))
    usual = np.where(is_late, late, early)
    usual = np.where(_takes_discount(rng, world, distress), invoices.issued + days(_DISCOUNT_DAYS), usual)
    resolved = np.full(count, invoices.issued.min() if count else _NEVER)
    resolved[world.disputes.item] = world.disputes.resolved
    usual = np.maximum(usual, resolved + days(3))
    return np.busday_offset(np.maximum(usual, invoices.issued + days(1)), 0, roll="forward")


def _draw_clearing_runs(rng: np.random.Generator, world: _World, distress: Floats) -> Days:
    """Draw the first run from the due date on at which a buyer clears all arrears; far off in deep distress.

    Sellers threaten to stop deliveries, so buyers that stretch but can still pay clear their arrears now and
    then; without that every buyer with frequent invoices and a habit of some days would count as past due
    for ever.
    """
    count = len(world.profiles)
    period, phase = rng.integers(45, 62, count), rng.integers(0, 75, count)
    buyer, due = world.invoices.buyer, world.invoices.due
    wait = (phase[buyer] - due.astype(np.int64)) % period[buyer]
    run = world.profiles.habits.run[buyer]
    last, following = (payment_run(due + days(shift), run) for shift in (wait - period[buyer], wait))
    clears = np.where(last >= due, last, following)
    return np.where(distress < _CLEARS_BELOW_DISTRESS, clears, due + days(9999))


def _takes_discount(rng: np.random.Generator, world: _World, distress: Floats) -> Flags:
    invoices = world.invoices
    is_worth_it = (invoices.due - invoices.issued) > np.timedelta64(_DISCOUNT_DAYS + 4, "D")
    is_usual = world.profiles.habits.takes_discount[invoices.buyer] & (distress < 0.05)
    return is_usual & is_worth_it & (rng.random(len(invoices)) < 0.88)


def _draw_payments(
    rng: np.random.Generator, world: _World, payable: Ints, paid_on: Days, distress: Floats
) -> list[Settlements]:
    """Draw what each payment consists of: cash in one or two parts, discount, a fee that a bank kept."""
    invoices, count = world.invoices, len(world.invoices)
    discount = _discounts(world, payable, paid_on)
    has_fee = (
        (rng.random(count) < _SHARE_FEE_KEPT)
        & (invoices.currency != "EUR")
        & (payable > 20 * _BANK_FEE_MINOR)
    )
    fee = np.where(has_fee, _BANK_FEE_MINOR, 0)
    cash = payable - discount - fee
    is_split = rng.random(count) < 0.005 + 0.10 * np.clip(distress - 0.4, 0.0, 2.0)
    first = np.where(is_split, np.rint(cash * rng.uniform(0.3, 0.7, count)).astype(np.int64), cash)
    rest_on = payment_run(
        paid_on + days(8 + rng.exponential(16.0, count)), world.profiles.habits.run[invoices.buyer]
    )
    over = np.where((rng.random(count) < _SHARE_OVERPAID) & ~is_split, 10_00, 0)
    every = np.arange(count)
    return [
        Settlements(every, paid_on, first + np.where(cash > 0, over, 0), ("payment",) * count),
        Settlements(every, paid_on, discount, ("discount",) * count),
        Settlements(every, paid_on, fee, ("bank_fee",) * count),
        Settlements(every, rest_on, cash - first, ("payment",) * count),
    ]


def _discounts(world: _World, payable: Ints, paid_on: Days) -> Ints:
    invoices = world.invoices
    is_early = (paid_on - invoices.issued <= np.timedelta64(_DISCOUNT_DAYS + 2, "D")) & (
        paid_on < invoices.due
    )
    is_taken = is_early & world.profiles.habits.takes_discount[invoices.buyer]
    return np.where(is_taken, np.rint(_DISCOUNT * payable).astype(np.int64), 0)


def _draw_write_offs(rng: np.random.Generator, world: _World, paid: Settlements) -> Settlements:
    """Draw write-offs of what an insolvent buyer left open, one to eight months after the insolvency."""
    invoices, profiles, health = world.invoices, world.profiles, world.health
    written_on = health.insolvent_on + days(rng.integers(30, 240, len(profiles)))
    open_minor = invoices.minor - paid.sums(len(invoices))
    item = np.flatnonzero((open_minor > 0) & ~np.isnat(health.insolvent_on[invoices.buyer]))
    on = np.busday_offset(written_on[invoices.buyer[item]], 0, roll="forward")
    return Settlements(item, on, open_minor[item], ("write_off",) * len(item))


def _draw_recoveries(rng: np.random.Generator, lost: Settlements) -> Settlements:
    """Draw the estate's dividend on some of the losses, a year and more after the write-off."""
    on = np.busday_offset(lost.on + days(rng.integers(270, 600, len(lost))), 0, roll="forward")
    share = rng.uniform(0.02, 0.15, len(lost))
    recovered = np.rint(share * lost.minor).astype(np.int64)
    kept = (rng.random(len(lost)) < 0.4) & (recovered > 0)
    return Settlements(lost.item, on, recovered, ("recovery",) * len(lost)).where(kept)
