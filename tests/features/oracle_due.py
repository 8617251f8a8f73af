"""How late items are, by due date."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import Any

from tests.features.oracle_books import NAN, Books, Row
from tests.features.oracle_items import Lateness
from tests.features.oracle_statistics import WINDOWS, mean, over, percentile, slope, spread

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
SEGMENTS = (
    (0, 30, Fraction(15)),
    (30, 90, Fraction(60)),
    (90, 180, Fraction(135)),
    (180, 365, Fraction(545, 2)),
)


def due_dates(books: Books, payable: list[Row]) -> dict[str, Any]:
    """Return the figures by due date; `payable` are in the order of the books."""
    late = [Lateness(item, books.day) for item in payable if item["due_on"] <= books.day]
    late = [each for each in late if each.base > 0]
    values: dict[str, Any] = {}
    for code, days in WINDOWS.items():
        mine = [each for each in late if each.age < days]
        values |= _days_late(books, code, mine) | shares(books, code, mine)
    year = [each for each in late if each.age < 365]
    return values | {
        **_latest(late),
        **_index(books, year),
        "slope_days_late_365d": _slope(books, year),
        "share_partly_paid_count_365d": mean([each.is_partly_paid for each in year]),
    }


def _days_late(books: Books, code: str, late: list[Lateness]) -> dict[str, Any]:
    days = [each.whole_days for each in late]
    return {
        f"count_due_{code}": len(late),
        f"due_amount_{code}": _sum(books, late, lambda each: each.base),
        f"mean_days_late_{code}": _mean_days(books, late),
        f"mean_item_days_late_{code}": mean(days),
        f"p90_days_late_{code}": percentile(days, 90),
        f"sd_days_late_{code}": spread(days),
        f"max_days_late_{code}": max(days, default=NAN),
    }


def shares(books: Books, code: str, late: list[Lateness]) -> dict[str, Any]:
    due = _sum(books, late, lambda each: each.base)
    values = {f"share_early_amount_{code}": over(_sum(books, late, lambda each: each.early), due)}
    for k in (0, 15, 30, 60, 90):
        name = f"late_{k}" if k else "late"
        amount = _sum(books, late, lambda each, k=k: each.late(k))
        values[f"share_{name}_amount_{code}"] = over(amount, due)
        values[f"share_{name}_count_{code}"] = mean([each.late(k) > 0 for each in late])
    return values


def _sum(books: Books, late: list[Lateness], amount: Callable[[Lateness], int]) -> Any:
    return books.money([(each.item["currency"], amount(each)) for each in late])


def _mean_days(books: Books, late: list[Lateness]) -> Any:
    due = _sum(books, late, lambda each: each.base)
    return over(_sum(books, late, lambda each: each.amount_days), due)


def _latest(late: list[Lateness]) -> dict[str, Any]:
    ordered = [each for _, each in sorted(enumerate(late), key=lambda pair: (pair[1].due, pair[0]))]
    back = [each.late(0) > 0 for each in reversed(ordered)][:24]
    return {
        "mean_days_late_last_3": mean([each.whole_days for each in ordered[-3:]]),
        "mean_days_late_last_10": mean([each.whole_days for each in ordered[-10:]]),
        "count_late_streak": len(list(takewhile(lambda is_late: is_late, back))) if back else NAN,
        "count_on_time_streak": len(list(takewhile(lambda is_late: not is_late, back))) if back else NAN,
    }


def _slope(books: Books, year: list[Lateness]) -> Any:
    points = []
    for youngest, oldest, age in SEGMENTS:
        days = _mean_days(books, [each for each in year if youngest <= each.age < oldest])
        if days == days:
            points.append((-age / 30, days))
    return slope(points) if len(points) >= 3 else NAN


def _index(books: Books, year: list[Lateness]) -> dict[str, Any]:
    if len(year) < 3:
        return {}
    points = [_points(each.whole_days) for each in year]
    weights = [books.money([(each.item["currency"], each.base)]) for each in year]
    capped = [min(weight, Fraction(1, 4) * sum(weights)) for weight in weights]
    return {
        "payment_index_365d": _weighted(points, weights),
        "payment_index_unweighted_365d": mean(points),
        "payment_index_capped_365d": NAN if sum(weights) != sum(weights) else _weighted(points, capped),
    }


def _weighted(points: list[Fraction], weights: list[Any]) -> Any:
    return over(sum(weight * point for weight, point in zip(weights, points, strict=True)), sum(weights))


def _points(days: int) -> Fraction:
    if days <= KNOTS[0][0]:
        return Fraction(KNOTS[0][1])
    for (x0, y0), (x1, y1) in pairwise(KNOTS):
        if days <= x1:
            return y0 + (days - x0) * Fraction(y1 - y0, x1 - x0)
    return Fraction(KNOTS[-1][1])
