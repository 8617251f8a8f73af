"""A buyer's balance day after day: its peak, material arrears, default, and the use of our own limit."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import Any

from features.columns import INVOICE_KINDS
from tests.features.oracle_books import DAY, NAN, Books, Row
from tests.features.oracle_items import gone, overdue, payable_of
from tests.features.oracle_statistics import mean, over

YEAR = 365


def arrears(books: Books, buyer: str, items: list[Row]) -> dict[str, Any]:
    """Return the figures that need every day of the past, converted at the rate of each day."""
    today = books.day
    first = min(
        [item["issued_on"] for item in items] + [row["settled_on"] for i in items for row in i["bookings"]]
    )
    days = [first + n * DAY for n in range((today - first).days + 1)]
    exposure = {day: _exposure(books, items, day) for day in days}
    late = {day: _overdue(books, items, day) for day in days}
    year = [today - n * DAY for n in range(YEAR)]
    return {
        "high_credit_365d": _peak([exposure.get(day, 0) for day in year]),
        **_default(exposure, late),
        **_utilisation(books, buyer, {day: exposure.get(day, 0) for day in year}),
    }


def _exposure(books: Books, items: list[Row], day: date) -> Any:
    parts = []
    for item in items:
        asked = item["amount_minor"] if item["issued_on"] <= day else 0
        parts.append((item["currency"], INVOICE_KINDS[item["kind"]].sign * (asked - gone(item, day))))
    return books.money(parts, day)


def _overdue(books: Books, items: list[Row], day: date) -> Any:
    return books.money([(item["currency"], overdue(item, day)) for item in payable_of(items)], day)


def _peak(values: list[Any]) -> Any:
    return NAN if any(math.isnan(value) for value in values) else max(0, *values)


def _default(exposure: dict[date, Any], late: dict[date, Any]) -> dict[str, Any]:
    run, clean, in_default, is_certain = 0, 0, False, True
    for day, owed in exposure.items():
        if math.isnan(owed) or math.isnan(late[day]):
            run, clean, is_certain = 0, 0, False
            continue
        is_material = late[day] > 500 and late[day] > owed * Fraction(0.01)
        run, clean = (run + 1, 0) if is_material else (0, clean + 1)
        in_default = run >= 90 or (in_default and clean <= 90)
        is_certain |= run >= 90 or clean > 90
    return {"days_material_overdue": run, "in_default": float(in_default)} if is_certain else {}


def _utilisation(books: Books, buyer: str, exposure: dict[date, Any]) -> dict[str, Any]:
    limits = {day: _own_limit(books, buyer, day) for day in exposure}
    used = [over(exposure[day], limit) for day, limit in limits.items() if limit != 0]
    is_known = bool(used) and not any(math.isnan(value) for value in used)
    return {
        "utilisation": over(exposure[books.day], limits[books.day]),
        "max_utilisation_365d": max(used) if is_known else NAN,
        "mean_utilisation_365d": mean(used) if is_known else NAN,
    }


def _own_limit(books: Books, buyer: str, day: date) -> Any:
    """Return the sum of our limits in force on a day; 0 where there is none."""
    mine = [row for row in books.rows("limits") if row["buyer_id"] == buyer and row["kind"] == "own"]
    valid = [row for row in mine if row["valid_from"] <= day <= (row.get("valid_to") or date.max)]
    return books.money([(row["currency"], row["amount_minor"]) for row in valid], day)
