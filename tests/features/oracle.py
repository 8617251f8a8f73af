"""Payment features once more, slowly and day by day, from what the catalog says."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from features.columns import ALLOCATION_KINDS, INVOICE_KINDS
from tests.features.oracle_books import DAY, NAN, Books, Lateness, Row, amount_of, gone, on_bills

KNOTS = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (121, 10),
    (211, 1),
)


def payments(books: Books, buyer: str | None) -> dict[str, Any]:
    """Return the payment features of a buyer, or of all for None."""
    items = [item for item in books.items if buyer is None or item["buyer_id"] == buyer]
    items.sort(key=lambda item: (item["buyer_id"], item["invoice_id"] or "", item["instalment"]))
    if not items:
        return {}
    payable = [item for item in items if INVOICE_KINDS[item["kind"]].is_payable]
    values = _balances(books, items, payable)
    values |= _sales(books, [item for item in payable if item["is_sale"]])
    values |= _by_due_date(books, payable)
    values |= _by_settlement(books, payable)
    return values | _arrears(books, items)


def _balances(books: Books, items: list[Row], payable: list[Row]) -> dict[str, Any]:
    today = books.day
    balances = [(item, item["amount_minor"] - gone(item, today)) for item in payable]
    due = [(item, open_ - on_bills(item, today)) for item, open_ in balances if item["due_on"] < today]
    overdue = [(item, amount) for item, amount in due if amount > 0]
    signed = [
        (item["currency"], INVOICE_KINDS[item["kind"]].sign * (item["amount_minor"] - gone(item, today)))
        for item in items
    ]
    lost = [(item["currency"], _of_kind(item, "write_off")) for item in payable]
    return {
        "exposure": books.money(signed),
        "overdue_amount": books.money([(item["currency"], amount) for item, amount in overdue]),
        "written_off_amount": books.money(lost),
        "count_open": sum(open_ > 0 for _, open_ in balances),
        "oldest_open_days_past_due": (
            max([0, *((today - item["due_on"]).days for item, _ in overdue)]) if payable else NAN
        ),
        "tenure_days": (today - min(item["issued_on"] for item in payable)).days if payable else NAN,
    }


def _of_kind(item: Row, kind: str) -> int:
    return sum(row["amount_minor"] for row in item["bookings"] if row["kind"] == kind)


def _sales(books: Books, sales: list[Row]) -> dict[str, Any]:
    today = books.day
    year = [item for item in sales if (today - item["issued_on"]).days < 365]
    quarter = [item for item in sales if (today - item["issued_on"]).days < 90]
    invoiced = books.money([(item["currency"], item["amount_minor"]) for item in year])
    diluted = [(item["currency"], amount_of(item, today, dilutes=True)) for item in year]
    amounts = [books.money([(item["currency"], item["amount_minor"])]) for item in year]
    months = [Fraction(0)] * 12
    for item, amount in zip(year, amounts, strict=True):
        months[min(11, (today - item["issued_on"]).days * 12 // 365)] += amount
    known = bool(year) and not any(math.isnan(amount) for amount in amounts)
    return {
        "invoiced_amount_365d": invoiced,
        "invoiced_amount_90d": books.money([(item["currency"], item["amount_minor"]) for item in quarter]),
        "share_diluted_amount_365d": _over(books.money(diluted), invoiced),
        "count_invoices_365d": len(year),
        "median_invoice_amount_365d": median(amounts) if known else NAN,
        "median_terms_days_365d": median([(i["due_on"] - i["issued_on"]).days for i in year])
        if year
        else NAN,
        "peak_month_factor_365d": percentile(months, 95) / (sum(months) / 12) if known else NAN,
        "days_since_last_invoice": (today - max(i["issued_on"] for i in sales)).days if sales else NAN,
    }


def _by_due_date(books: Books, payable: list[Row]) -> dict[str, Any]:
    late = [Lateness(item, books.day) for item in payable if item["due_on"] <= books.day]
    late = [each for each in late if each.base > 0]
    by_window = {
        "all": late,
        "365d": [each for each in late if (books.day - each.due).days < 365],
        "90d": [each for each in late if (books.day - each.due).days < 90],
    }
    values: dict[str, Any] = {}
    for window, mine in by_window.items():
        due = _money(books, mine, lambda each: each.base)
        values[f"amount_due_{window}"] = due
        values[f"mean_days_late_{window}"] = _over(_money(books, mine, lambda each: each.amount_days), due)
        values[f"share_late_amount_{window}"] = _over(_money(books, mine, lambda each: each.late(0)), due)
        values[f"share_late_30_amount_{window}"] = _over(_money(books, mine, lambda each: each.late(30)), due)
        values[f"share_early_amount_{window}"] = _over(_money(books, mine, lambda each: each.early), due)
    year = by_window["365d"]
    days = [each.mean_days for each in year]
    last = sorted(enumerate(late), key=lambda pair: (pair[1].due, pair[0]))[-3:]
    return values | {
        "count_due_365d": len(year),
        "share_late_count_365d": Fraction(sum(each.late(0) > 0 for each in year), len(year)) if year else NAN,
        "p90_days_late_365d": percentile(days, 90) if year else NAN,
        "max_days_late_365d": max(days) if year else NAN,
        "mean_days_late_last_3": _mean([each.mean_days for _, each in last]),
        "payment_index_365d": _payment_index(books, year),
    }


def _payment_index(books: Books, late: list[Lateness]) -> Any:
    if len(late) < 3:
        return NAN
    weights = [books.money([(each.item["currency"], each.base)]) for each in late]
    points = [_points(each.mean_days) for each in late]
    return _over(sum(w * p for w, p in zip(weights, points, strict=True)), sum(weights))


def _points(days: Fraction) -> Fraction:
    if days <= KNOTS[0][0]:
        return Fraction(KNOTS[0][1])
    for (x0, y0), (x1, y1) in pairwise(KNOTS):
        if days <= x1:
            return y0 + (days - x0) * Fraction(y1 - y0, x1 - x0)
    return Fraction(KNOTS[-1][1])


def _by_settlement(books: Books, payable: list[Row]) -> dict[str, Any]:
    paid = [
        (item, row)
        for item in payable
        for row in item["bookings"]
        if ALLOCATION_KINDS[row["kind"]].counts_as_paid and row["amount_minor"] > 0
    ]
    values: dict[str, Any] = {}
    for window in (365, 90):
        recent = [(item, row) for item, row in paid if (books.day - row["settled_on"]).days < window]
        amount = books.money([(item["currency"], row["amount_minor"]) for item, row in recent])
        days = [
            (item["currency"], row["amount_minor"] * (row["settled_on"] - item["due_on"]).days)
            for item, row in recent
        ]
        values[f"mean_days_late_settled_{window}d"] = _over(books.money(days), amount)
        values[f"count_settled_{window}d"] = len({(i["invoice_id"], i["instalment"]) for i, _ in recent})
    last = max((row["settled_on"] for _, row in paid), default=None)
    return values | {"days_since_last_settlement": (books.day - last).days if last else NAN}


def _arrears(books: Books, items: list[Row]) -> dict[str, Any]:
    if any(books.rate(item["currency"]) is None for item in items):
        return {}
    today = books.day
    first = min(
        [item["issued_on"] for item in items] + [row["settled_on"] for i in items for row in i["bookings"]]
    )
    run, clean, in_default, peak = 0, 0, False, Fraction(0)
    for n in range((today - first).days + 1):
        day = first + n * DAY
        exposure, overdue = _sums_on(books, items, day)
        is_material = overdue > 500 and overdue > exposure * Fraction(0.01)
        run, clean = (run + 1, 0) if is_material else (0, clean + 1)
        in_default = run >= 90 or (in_default and clean <= 90)
        peak = max(peak, exposure) if (today - day).days < 365 else peak
    return {"high_credit_365d": peak, "days_material_overdue": run, "in_default": float(in_default)}


def _sums_on(books: Books, items: list[Row], day: date) -> tuple[Fraction, Fraction]:
    exposure, overdue = [], []
    for item in items:
        kind = INVOICE_KINDS[item["kind"]]
        asked = item["amount_minor"] if item["issued_on"] <= day else 0
        exposure.append((item["currency"], kind.sign * (asked - gone(item, day))))
        if kind.is_payable and item["due_on"] < day and item["issued_on"] <= day:
            left = item["amount_minor"] - gone(item, day) - on_bills(item, day)
            overdue.append((item["currency"], max(left, 0)))
    return books.money(exposure), books.money(overdue)


def _money(books: Books, late: list[Lateness], amount: Any) -> Any:
    return books.money([(each.item["currency"], amount(each)) for each in late])


def _over(above: Any, below: Any) -> Any:
    return above / below if below > 0 else NAN


def _mean(values: list[Fraction]) -> Any:
    return sum(values) / len(values) if values else NAN


def percentile(values: list[Any], percent: int) -> Any:
    """Return a percentile with linear interpolation between ranks."""
    ordered = sorted(values)
    rank = Fraction(percent * (len(ordered) - 1), 100)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)
