"""The order book: orders behind the invoices, held, cancelled and open ones, each state when it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.money import text_from_minor
from features.sources.simulator.arrow import Rows, concatenated, ids, rows_where
from features.sources.simulator.fates import NEVER
from features.sources.simulator.fx import BASE_RATES
from features.sources.simulator.health import plain_risk
from features.sources.simulator.orders import (
    AMOUNT_SPREAD,
    PATIENCE_DAYS,
    Invoices,
    amount_minor,
    invoice_currency,
    orders_a_month,
)
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Flags, Ints, next_business_day, to_dates, to_instants

__all__ = ["ORDER_DAYS", "ORDER_STATES", "orders_table"]

ORDER_DAYS = 180
"""Days before the end of the books whose orders are told: older ones are archived, as order systems do."""

ORDER_STATES = ("open", "held", "delivered", "cancelled")
"""What an order is, in each of its versions."""

_OPEN, _HELD, _DELIVERED, _CANCELLED = range(len(ORDER_STATES))
_LONGEST_LEAD_DAYS = 21
_LONGEST_SLIP_DAYS = 5
_SHARE_SLIPPED = 0.1
_SHARE_HELD = 0.5
_SHARE_CANCELLED = 0.03
_REFUSED_A_SPELL = 2.0
_DAYS_OF_REFUSAL = 60
_DAYS_HELD = (20, 46)
_MONTH_DAYS = 365.25 / 12.0
_HOUR, _DAY = 3600, 86400


def orders_table(rng: np.random.Generator, scene: Scene, invoices: Invoices) -> pd.DataFrame:
    """Return the table ``orders`` of the last `ORDER_DAYS`, as the books know it at their end.

    Notes
    -----
    Every invoice answers an order that was placed up to three weeks before; a tenth are delivered days later
    than promised. Where the risk is plain, half of the orders are held before they are delivered. Some are
    cancelled by their buyers. What a buyer orders after the deliveries to it have ended is held, and
    cancelled weeks later. What is to be delivered after the end is open, or held.
    """
    sold = _sold(rng, invoices, int(scene.window.end.astype(np.int64)))
    orders = concatenated([sold, _dropped(rng, scene, sold), _refused(rng, scene), _backlog(rng, scene)])
    orders = _in_order(orders, scene)
    versions = _versions(rng, orders, scene)
    versions = rows_where(versions, scene.window.known(versions["recorded"].astype("datetime64[s]")))
    return _frame(rows_where(versions, np.argsort(versions["recorded"], kind="stable")), scene)


def _sold(rng: np.random.Generator, invoices: Invoices, end: int) -> Rows:
    """Return the orders of the invoices that may have been ordered in time to be told."""
    kept = np.flatnonzero(invoices.issued > end - ORDER_DAYS)
    issued, count = invoices.issued[kept], len(kept)
    slip = rng.integers(1, _LONGEST_SLIP_DAYS + 1, count) * (rng.random(count) < _SHARE_SLIPPED)
    return {
        "buyer": invoices.buyer[kept],
        "ordered": issued - rng.integers(1, _LONGEST_LEAD_DAYS + 1, count),
        "promised": issued - slip,
        "deliver": issued,
        "minor": invoices.minor[kept],
        "currency": invoices.currency[kept],
        "ends": np.full(count, _DELIVERED),
        "ended": invoices.recorded[kept],
        "held": np.zeros(count, np.int64),
    }


def _dropped(rng: np.random.Generator, scene: Scene, sold: Rows) -> Rows:
    """Return orders that buyers cancelled before the delivery, placed beside some of those that were sold."""
    chosen = np.flatnonzero(rng.random(len(sold["buyer"])) < _SHARE_CANCELLED)
    buyer, ordered, deliver = (sold[name][chosen] for name in ("buyer", "ordered", "deliver"))
    day = ordered + 1 + (rng.random(len(chosen)) * (deliver - ordered)).astype(np.int64)
    return _not_sold(rng, scene, buyer, ordered, deliver) | _cancelled(rng, day)


def _refused(rng: np.random.Generator, scene: Scene) -> Rows:
    """Return what buyers ordered when deliveries to them had ended because they did not pay."""
    fates = scene.fates
    buyer, turn = np.nonzero((fates.stops < NEVER) & (scene.profiles.ring == 0)[:, None])
    times = rng.poisson(_REFUSED_A_SPELL, len(buyer))
    buyer, turn = np.repeat(buyer, times), np.repeat(turn, times)
    ordered = fates.stops[buyer, turn] + PATIENCE_DAYS[1] + rng.integers(0, _DAYS_OF_REFUSAL, len(buyer))
    wished = ordered < np.minimum(
        np.minimum(fates.leaves, fates.insolvent)[buyer], fates.resumes[buyer, turn]
    )
    buyer, ordered = buyer[wished], ordered[wished]
    deliver = ordered + rng.integers(1, _LONGEST_LEAD_DAYS + 1, len(buyer))
    end = _cancelled(rng, ordered + rng.integers(*_DAYS_HELD, size=len(buyer)))
    return _not_sold(rng, scene, buyer, ordered, deliver) | end | {"held": np.ones(len(buyer), np.int64)}


def _backlog(rng: np.random.Generator, scene: Scene) -> Rows:
    """Return the orders that are to be delivered after the end of the books."""
    end, fates = int(scene.window.end.astype(np.int64)), scene.fates
    is_served = (np.minimum(fates.leaves, fates.insolvent) > end) & (scene.profiles.joined < scene.window.end)
    is_served &= ~((fates.stops <= end) & (end < fates.resumes)).any(axis=1)
    rate = orders_a_month(scene)[:, -1] * is_served * _LONGEST_LEAD_DAYS / _MONTH_DAYS
    buyer = np.repeat(np.arange(len(rate)), rng.poisson(rate))
    deliver = end + rng.integers(1, _LONGEST_LEAD_DAYS + 1, len(buyer))
    ordered = deliver - rng.integers(1, _LONGEST_LEAD_DAYS + 1, len(buyer))
    kept = ordered <= end
    return _not_sold(rng, scene, buyer[kept], ordered[kept], deliver[kept])


def _not_sold(rng: np.random.Generator, scene: Scene, buyer: Ints, ordered: Ints, deliver: Ints) -> Rows:
    """Return orders without an invoice, of amounts like those of invoices, that have not ended."""
    currency, count = invoice_currency(scene.profiles, buyer), len(buyer)
    day = next_business_day(deliver.astype("datetime64[D]")).astype(np.int64)
    return {
        "buyer": buyer,
        "ordered": ordered,
        "promised": day,
        "deliver": day,
        "minor": amount_minor(scene.profiles, buyer, currency, AMOUNT_SPREAD * rng.standard_normal(count)),
        "currency": currency,
        "ends": np.full(count, _OPEN),
        "ended": np.full(count, NEVER * _DAY),
        "held": np.zeros(count, np.int64),
    }


def _cancelled(rng: np.random.Generator, day: Ints) -> Rows:
    return {"ends": np.full(len(day), _CANCELLED), "ended": _in_the_day(rng, day)}


def _in_the_day(rng: np.random.Generator, day: Ints) -> Ints:
    return day * _DAY + rng.integers(7 * _HOUR, 17 * _HOUR, len(day))


def _in_order(orders: Rows, scene: Scene) -> Rows:
    """Return the orders that are told, numbered by their day, which is after that on which the buyer came."""
    joined = scene.profiles.joined.astype("datetime64[D]").astype(np.int64)[orders["buyer"]]
    orders["ordered"] = np.maximum(scene.calendar.last_workday(orders["ordered"]), joined + 1)
    orders["promised"] = np.maximum(orders["promised"], orders["ordered"])
    orders = rows_where(orders, _is_told(scene, orders))
    orders = rows_where(orders, np.lexsort((orders["buyer"], orders["ordered"])))
    return orders | {"number": np.arange(1, len(orders["buyer"]) + 1)}


def _is_told(scene: Scene, orders: Rows) -> Flags:
    end = scene.window.end.astype(np.int64)
    first = np.maximum(scene.window.start.astype(np.int64), end - ORDER_DAYS + 1)
    # Reason: a buyer that has just come may have an order that was moved behind its end.
    is_possible = orders["ordered"] <= orders["deliver"]
    is_possible &= orders["ordered"] * _DAY + 7 * _HOUR <= orders["ended"]
    return np.asarray((orders["ordered"] >= first) & (orders["ordered"] <= end) & is_possible)


def _versions(rng: np.random.Generator, orders: Rows, scene: Scene) -> Rows:
    """Return the states of each order with the time at which the books knew them, each after the one before.

    Orders come in before the working day, are held in it, and end on a later day, or with their invoice.
    """
    count = len(orders["buyer"])
    came = orders["ordered"] * _DAY + rng.integers(5 * _HOUR, 7 * _HOUR, count)
    placed = orders | {"state": np.full(count, _OPEN), "recorded": came, "deliver": orders["promised"]}
    at_issue = plain_risk(scene.level(orders["buyer"], orders["ordered"]), scene.knobs)
    is_held = (orders["held"] == 1) | (rng.random(count) < _SHARE_HELD * at_issue)
    is_held &= orders["ended"] >= (orders["ordered"] + 1) * _DAY
    stopped_at = _in_the_day(rng, orders["ordered"])
    held = placed | {"state": np.full(count, _HELD), "recorded": stopped_at}
    # Reason: a cancelled order keeps the day that was promised.
    day = np.where(orders["ends"] == _DELIVERED, orders["deliver"], orders["promised"])
    ended = orders | {"state": orders["ends"], "recorded": orders["ended"], "deliver": day}
    return concatenated([placed, rows_where(held, is_held), rows_where(ended, orders["ends"] != _OPEN)])


def _frame(versions: Rows, scene: Scene) -> pd.DataFrame:
    count = len(versions["buyer"])
    return pd.DataFrame(
        {
            "order_id": ids("ORD-", versions["number"]).to_pandas(),
            "buyer_id": scene.profiles.buyer_id[versions["buyer"]],
            "amount": text_from_minor(versions["minor"], np.full(count, 2)),
            "currency": np.array(list(BASE_RATES), dtype=object)[versions["currency"]],
            "ordered_on": to_dates(versions["ordered"].astype("datetime64[D]")),
            "deliver_on": to_dates(versions["deliver"].astype("datetime64[D]")),
            "state": np.array(ORDER_STATES, dtype=object)[versions["state"]],
            "recorded_at": to_instants(versions["recorded"].astype("datetime64[s]")),
        }
    )
