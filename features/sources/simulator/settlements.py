"""How invoices are settled: cash in one or two parts, discounts, credits, bills, write-offs, recoveries."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.columns import ALLOCATION_KINDS
from features.sources.simulator.disputes import Disputes
from features.sources.simulator.fates import NEVER
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.intents import DISCOUNT_DAYS, Intents, pays_by_bill, with_stops
from features.sources.simulator.orders import Invoices
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Flags, Ints

__all__ = ["KINDS", "Settlements", "draw_settlements", "kind_code"]

KINDS = tuple(ALLOCATION_KINDS)

_DISCOUNT = 0.02
_BANK_FEE_MINOR = 1_500
_SHARE_FEE_KEPT = 0.08
_SHARE_OVERPAID = 0.0003
_OVERPAID_MINOR = 10_00
_BOUNCE_DAYS = 8
_WRITE_OFF_DAYS = (30, 240)
_WRITE_OFF_DAYS_WITHOUT_EVENT = (250, 420)
_RECOVERY_DAYS = (270, 600)
_SHARE_RECOVERED = 0.4


def kind_code(name: str) -> int:
    """Return the position of a kind of allocation in `KINDS`."""
    return KINDS.index(name)


@dataclass(frozen=True)
class Settlements:
    """Allocations before they are booked, shape (m,); ``item`` is a position in the invoices.

    ``on`` is a number of days since 1970, ``kind`` a position in `KINDS`, ``over`` what is above the amount
    of the invoice and so money of the buyer.
    """

    item: Ints
    on: Ints
    minor: Ints
    kind: Ints
    over: Ints

    def __len__(self) -> int:
        return len(self.item)

    def where(self, kept: Flags | Ints) -> Settlements:
        """Return the settlements that `kept` marks or numbers."""
        return Settlements(*(values[kept] for values in vars(self).values()))

    def sums(self, items: int) -> Ints:
        """Return what is settled of each of `items` invoices, in minor units."""
        # Reason: sums of weights are exact below 2**53, which is 90 million million units.
        return np.bincount(self.item, weights=self.minor, minlength=items).astype(np.int64)


def joined(parts: list[Settlements]) -> Settlements:
    """Return the settlements of all parts, in this order."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Settlements(*(np.concatenate(column) for column in columns))


def _part(item: Ints, on: Ints, minor: Ints, name: str) -> Settlements:
    return Settlements(item, on, minor, np.full(len(item), kind_code(name)), np.zeros(len(item), np.int64))


def draw_settlements(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents, disputes: Disputes
) -> Settlements:
    """Draw how the invoices are settled, also after the end of the books.

    Returns
    -------
    Settlements
        For each invoice at most its amount, but for a handful of overpayments; nothing of a buyer that has
        stopped paying, but for write-offs and the dividend of the estate. What a bill settles is of kind
        ``bill`` on the day on which it was given, beside the payment of the bill when it matures.
    """
    credits = _draw_credits(rng, scene, invoices, intents, disputes)
    payable = invoices.minor - credits.sums(len(invoices))
    paid = _draw_payments(rng, scene, invoices, intents, payable)
    bounced = _draw_bounces(rng, scene, invoices, intents, payable)
    open_minor = payable - paid.sums(len(invoices))
    lost = _draw_write_offs(rng, scene, invoices, open_minor)
    bills = _draw_bills(rng, scene, invoices, payable)
    return joined([credits, bills, bounced, paid, lost, _draw_recoveries(rng, lost)])


def _draw_credits(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents, disputes: Disputes
) -> Settlements:
    """Draw credit notes, returns and rebates before the payment: some out of disputes, some without."""
    is_free = rng.random(len(invoices)) < scene.knobs.credit_notes
    is_free[disputes.item] = False
    free = np.flatnonzero(is_free & ~pays_by_bill(invoices, scene.profiles))
    share = np.where(rng.random(len(free)) < 0.15, 1.0, rng.uniform(0.03, 0.4, len(free)))
    length = np.minimum(intents.planned[free], invoices.due[free] + 20) - invoices.issued[free]
    on = invoices.issued[free] + 1 + (rng.random(len(free)) * np.maximum(length - 1, 0)).astype(np.int64)
    names = [kind_code(name) for name in ("credit_note", "return", "rebate")]
    granted = np.flatnonzero(disputes.is_credited & ~pays_by_bill(invoices, scene.profiles)[disputes.item])
    minor = np.append(np.rint(share * invoices.minor[free]).astype(np.int64), disputes.minor[granted])
    return Settlements(
        np.append(free, disputes.item[granted]),
        np.append(on, disputes.resolved[granted]),
        minor,
        np.append(
            np.array(names)[rng.choice(3, len(free), p=[0.6, 0.25, 0.15])], np.full(len(granted), names[0])
        ),
        np.zeros(len(minor), np.int64),
    )


def _draw_payments(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents, payable: Ints
) -> Settlements:
    """Draw what each payment consists of: cash in one or two parts, discount, a fee that a bank kept."""
    every = np.arange(len(invoices))
    discount = _discounts(scene, invoices, intents, payable)
    is_foreign = invoices.currency != list(BASE_RATES).index("EUR")
    has_fee = (rng.random(len(every)) < _SHARE_FEE_KEPT) & is_foreign & (payable > 20 * _BANK_FEE_MINOR)
    fee = np.where(has_fee, _BANK_FEE_MINOR, 0)
    cash = payable - discount - fee
    first, first_on = _draw_first_parts(rng, scene, invoices, intents, cash)
    is_over = (rng.random(len(every)) < _SHARE_OVERPAID) & (first == 0) & (cash > 0)
    last = _part(every, intents.pays, cash - first, "payment")
    parts = [
        _part(every, first_on, first, "payment"),
        replace(last, over=np.where(is_over, _OVERPAID_MINOR, 0)),
        _part(every, intents.pays, discount, "discount"),
        _part(every, intents.pays, fee, "bank_fee"),
    ]
    return joined([part.where((part.on < NEVER) & (part.minor > 0)) for part in parts])


def _discounts(scene: Scene, invoices: Invoices, intents: Intents, payable: Ints) -> Ints:
    takes = scene.profiles.habits.takes_discount[invoices.buyer]
    is_early = (intents.pays <= invoices.issued + DISCOUNT_DAYS) & (intents.pays < invoices.due)
    return np.where(takes & is_early, np.rint(_DISCOUNT * payable).astype(np.int64), 0)


def _draw_first_parts(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents, cash: Ints
) -> tuple[Ints, Ints]:
    """Return what of late invoices is paid first, and when: after the due date, before the last part."""
    length = intents.planned - invoices.due
    is_split = (rng.random(len(invoices)) < scene.knobs.part_payments) & intents.is_late & (length > 8)
    first_on = invoices.due + 1 + (rng.uniform(0.1, 0.8, len(invoices)) * length).astype(np.int64)
    first_on = scene.calendar.last_workday(np.minimum(first_on, intents.planned - 3))
    is_split &= first_on > invoices.issued
    share = rng.uniform(0.3, 0.7, len(invoices))
    first = np.where(is_split, np.rint(cash * share).astype(np.int64), 0)
    return first, np.minimum(with_stops(first_on, invoices.buyer, scene.fates), intents.pays)


def _draw_bounces(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, intents: Intents, payable: Ints
) -> Settlements:
    """Draw payments on the due date that the bank takes back some days later."""
    drawn = (rng.random(len(invoices)) < scene.knobs.bounced) & intents.is_late & (payable > 0)
    item = np.flatnonzero(drawn)
    on = scene.calendar.last_workday(invoices.due[item])
    back = on + rng.integers(2, 5, len(item))
    kept = (on > invoices.issued[item]) & (intents.planned[item] > on + _BOUNCE_DAYS)
    kept &= with_stops(on, invoices.buyer[item], scene.fates) == on
    item, on, back = item[kept], on[kept], back[kept]
    return joined([_part(item, on, payable[item], "payment"), _part(item, back, -payable[item], "payment")])


def _draw_bills(rng: np.random.Generator, scene: Scene, invoices: Invoices, payable: Ints) -> Settlements:
    item = np.flatnonzero(pays_by_bill(invoices, scene.profiles) & (payable > 0))
    given = invoices.issued[item] + rng.integers(5, 20, len(item))
    on = scene.calendar.last_workday(given)
    kept = with_stops(on, invoices.buyer[item], scene.fates) == on
    return _part(item[kept], on[kept], payable[item[kept]], "bill")


def _draw_write_offs(
    rng: np.random.Generator, scene: Scene, invoices: Invoices, open_minor: Ints
) -> Settlements:
    """Draw write-offs of what a failed buyer left open, months after its insolvency or its last payment."""
    fates, buyers = scene.fates, len(scene.profiles)
    after_event = fates.insolvent + rng.integers(*_WRITE_OFF_DAYS, size=buyers)
    without = fates.fails + rng.integers(*_WRITE_OFF_DAYS_WITHOUT_EVENT, size=buyers)
    written = np.where(fates.insolvent < NEVER, after_event, without)
    item = np.flatnonzero((open_minor > 0) & (fates.fails < NEVER)[invoices.buyer])
    on = np.busday_offset(written[invoices.buyer[item]].astype("datetime64[D]"), 0, roll="forward")
    return _part(item, on.astype(np.int64), open_minor[item], "write_off")


def _draw_recoveries(rng: np.random.Generator, lost: Settlements) -> Settlements:
    """Draw the estate's dividend on some of the losses, a year and more after the write-off."""
    on = (lost.on + rng.integers(*_RECOVERY_DAYS, size=len(lost))).astype("datetime64[D]")
    share = rng.uniform(0.02, 0.15, len(lost))
    recovered = np.rint(share * lost.minor).astype(np.int64)
    kept = (rng.random(len(lost)) < _SHARE_RECOVERED) & (recovered > 0)
    day = np.busday_offset(on, 0, roll="forward").astype(np.int64)
    return _part(lost.item, day, recovered, "recovery").where(kept)
