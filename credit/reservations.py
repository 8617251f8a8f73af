"""What released orders take of a limit before the books know of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["Reservation", "with_reservations"]


@dataclass(frozen=True)
class Reservation:
    """An order that was released and is not yet in the books.

    Parameters
    ----------
    order_id : str
    amount : float
        In the reporting currency.
    deliver_on : date or None
        None is at once.
    """

    order_id: str
    amount: float
    deliver_on: date | None = None


def with_reservations(
    values: Mapping[str, float],
    reservations: Sequence[Reservation],
    known_orders: Collection[str],
    horizon: date,
) -> dict[str, float]:
    """Return side facts whose open orders hold what was reserved.

    Parameters
    ----------
    values : mapping of str to float
        With ``open_orders_amount`` and ``open_orders_later_amount``.
    reservations : sequence of Reservation
        Without the order that is asked about.
    known_orders : collection of str
        Orders that the books know, in whatever state: what they say of them counts instead.
    horizon : date
        Last day of the credit horizon; what is delivered later does not count against the limit yet.

    Examples
    --------
    >>> held = [Reservation("A", 100.0), Reservation("B", 50.0), Reservation("C", 7.0, date(2027, 1, 1))]
    >>> values = {"open_orders_amount": 10.0, "open_orders_later_amount": 0.0}
    >>> with_reservations(values, held, {"B"}, date(2026, 12, 1))
    {'open_orders_amount': 110.0, 'open_orders_later_amount': 7.0}
    """
    soon: list[float] = []
    later: list[float] = []
    for each in reservations:
        if each.order_id not in known_orders:
            is_later = each.deliver_on is not None and each.deliver_on > horizon
            (later if is_later else soon).append(each.amount)
    return {
        **values,
        "open_orders_amount": math.fsum([values.get("open_orders_amount", 0.0), *soon]),
        "open_orders_later_amount": math.fsum([values.get("open_orders_later_amount", 0.0), *later]),
    }
