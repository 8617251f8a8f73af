"""What was sold and what was paid in a window, by issue and by settlement date."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from tests.features.oracle_books import DAY, NAN, Books, Row
from tests.features.oracle_items import amount_of, paid_rows
from tests.features.oracle_statistics import WINDOWS, mean, over, percentile, spread

Paid = list[tuple[Row, Row]]


def sales(books: Books, sold: list[Row]) -> dict[str, Any]:
    """Return the figures by issue date."""
    age = {id(item): (books.day - item["issued_on"]).days for item in sold}
    within = {code: [item for item in sold if age[id(item)] < days] for code, days in WINDOWS.items()}
    values: dict[str, Any] = {}
    for code, mine in within.items():
        values[f"count_invoices_{code}"] = len(mine)
        values[f"invoiced_amount_{code}"] = _amount(books, mine)
    first = min((item["issued_on"] for item in sold), default=books.day)
    terms = {code: _terms(mine) for code, mine in within.items()}
    diluted = [(item["currency"], amount_of(item, books.day, dilutes=True)) for item in within["365d"]]
    return values | {
        **_year(books, within["365d"]),
        "median_terms_days_365d": median(terms["365d"]) if terms["365d"] else NAN,
        "change_mean_terms_days_90d_365d": mean(terms["90d"]) - mean(terms["365d"]),
        "share_diluted_amount_365d": over(books.money(diluted), values["invoiced_amount_365d"]),
        "days_since_last_invoice": min(age.values(), default=NAN),
        "count_invoices_first_90d": sum((item["issued_on"] - first).days < 90 for item in sold),
    }


def _terms(sold: list[Row]) -> list[int]:
    return [(item["due_on"] - item["issued_on"]).days for item in sold]


def _amount(books: Books, sold: list[Row]) -> Any:
    return books.money([(item["currency"], item["amount_minor"]) for item in sold])


def _year(books: Books, sold: list[Row]) -> dict[str, Any]:
    amounts = [_amount(books, [item]) for item in sold]
    if not sold or any(math.isnan(amount) for amount in amounts):
        return {}
    months = [Fraction(0)] * 12
    for item, amount in zip(sold, amounts, strict=True):
        months[min(11, (books.day - item["issued_on"]).days * 12 // 365)] += amount
    return {
        "median_invoice_amount_365d": median(amounts),
        "max_invoice_amount_365d": max(amounts),
        "peak_month_factor_365d": percentile(months, 95) / mean(months),
    }


def settlements(books: Books, payable: list[Row]) -> dict[str, Any]:
    """Return the figures by settlement date."""
    booked = [(item, row) for item in payable for row in paid_rows(item)]
    paid = [(item, row) for item, row in booked if row["amount_minor"] > 0]
    values: dict[str, Any] = {}
    for code, days in WINDOWS.items():
        values |= paid_in(books, code, _since(books, paid, days))
        values[f"count_settled_{code}"] = sum(
            any((books.day - row["settled_on"]).days < days for _, row in paid if _ is item)
            for item in payable
        )
    taken_back = [(item, row) for item, row in booked if row["amount_minor"] < 0]
    year = _since(books, paid, 365)
    last = max((row["settled_on"] for _, row in paid), default=None)
    return values | {
        **_kinds(books, payable, paid),
        **_rhythm(sorted({row["settled_on"] for _, row in year})),
        "count_bounced_payments_365d": len(_since(books, taken_back, 365)),
        "days_since_last_settlement": (books.day - last).days if last else NAN,
    }


def _since(books: Books, paid: Paid, days: float) -> Paid:
    return [(item, row) for item, row in paid if (books.day - row["settled_on"]).days < days]


def paid_in(books: Books, code: str, paid: Paid) -> dict[str, Any]:
    late = [(row["settled_on"] - item["due_on"]).days for item, row in paid]
    parts = [(item["currency"], row["amount_minor"]) for item, row in paid]
    amount = books.money(parts)
    days = [(currency, minor * days) for (currency, minor), days in zip(parts, late, strict=True)]
    after = [part for part, days in zip(parts, late, strict=True) if days > 0]
    return {
        f"settled_amount_{code}": amount,
        f"mean_days_late_settled_{code}": over(books.money(days), amount),
        f"share_late_settled_amount_{code}": over(books.money(after), amount),
    }


def _kinds(books: Books, payable: list[Row], paid: Paid) -> dict[str, Any]:
    """Return what was settled by discount and what came as bills."""
    discounts = {}
    for days in (90, 365):
        recent = _since(books, paid, days)
        whole = _sum(books, recent)
        discounts[days] = over(_sum(books, [pair for pair in recent if pair[1]["kind"] == "discount"]), whole)
    bills = [(item, row) for item in payable for row in item["bookings"] if row["kind"] == "bill"]
    bills = _since(books, [(item, row) for item, row in bills if row["amount_minor"] > 0], 365)
    received = _sum(books, bills)
    return {
        "share_discount_amount_365d": discounts[365],
        "change_share_discount_amount_90d_365d": discounts[90] - discounts[365],
        "share_bill_amount_365d": over(received, received + _sum(books, _since(books, paid, 365))),
    }


def _sum(books: Books, paid: Paid) -> Any:
    return books.money([(item["currency"], row["amount_minor"]) for item, row in paid])


def _rhythm(days: list[date]) -> dict[str, Any]:
    """Return what the days of a year with a payment, in order, tell of how a buyer pays."""
    gaps = [(after - before).days for before, after in pairwise(days)]
    weekdays = [day.weekday() for day in days]
    most = max((weekdays.count(weekday) for weekday in weekdays), default=0)
    around_month_end = [day for day in days if day.day <= 2 or (day + 3 * DAY).day <= 3]
    return {
        "count_payment_days_365d": len(days),
        "cv_payment_interval_365d": spread(gaps) / mean(gaps) if len(gaps) >= 3 else NAN,
        "share_main_weekday_365d": Fraction(most, len(days)) if len(days) >= 4 else NAN,
        "share_month_end_365d": Fraction(len(around_month_end), len(days)) if len(days) >= 4 else NAN,
    }
