"""What packed rows say at a moment, told slowly and day by day."""

from __future__ import annotations

import math
from typing import Any

from features.engine.ledger import FOLLOWS, LOSS, MOVES, WHOLE_ITEM
from tests.features.engine.packed import DAY, MEANINGS, Row, Rows

NAN = math.nan
BUCKETS = {
    "open_not_due_amount": (-(10**6), 0), "open_1_30_amount": (1, 30), "open_31_60_amount": (31, 60),
    "open_61_90_amount": (61, 90), "open_91_120_amount": (91, 120), "open_121_180_amount": (121, 180),
    "open_over_180_amount": (181, 10**6),
}  # fmt: skip


class Slow:
    """The rows of a buyer that are in force at a moment, without one item."""

    def __init__(self, rows: Rows, buyer: int, as_of: int, own: int) -> None:
        self.rows, self.buyer, self.as_of, self.today = rows, buyer, as_of, as_of // DAY
        self.items = [
            row for row in self._now(rows.items, "issued") if row["buyer"] == buyer and row["item"] != own
        ]
        self.booked = self._now(rows.allocations, "day")
        self.raised = self._now(rows.disputes, "raised")
        self.payable = [row for row in self.items if row["payable"]]

    def _now(self, rows: list[Row], day: str) -> list[Row]:
        known = [row for row in rows if row["known"] <= self.as_of < row["until"]]
        return [row for row in known if row[day] <= self.today]

    def rate(self, currency: int, day: int) -> float:
        """Return the rate known by the end of a day, or now."""
        until = self.as_of if day == self.today else day * DAY + DAY - 1
        steps = [row for row in self.rows.rates if row["currency"] == currency and row["known"] <= until]
        return max(steps, key=lambda row: row["known"])["rate"] if steps else 0.01 if currency == 0 else NAN

    def money(self, parts: list[tuple[Row, int]], day: int) -> float:
        sums = {c: sum(amount for item, amount in parts if item["currency"] == c) for c in range(3)}
        return sum(amount * self.rate(c, day) for c, amount in sums.items() if amount)

    def _sum(self, item: Row, day: int, mask: int, wanted: int) -> int:
        mine = [row for row in self.booked if row["item"] == item["item"] and row["day"] <= day]
        return sum(row["amount"] for row in mine if MEANINGS[row["kind"]] & mask == wanted)

    def balance(self, item: Row, day: int) -> int:
        return item["amount"] - self._sum(item, day, MOVES, MOVES)

    def disputes(self, item: Row) -> list[Row]:
        return [row for row in self.raised if row["item"] == item["item"]]

    def disputed(self, item: Row, day: int) -> int:
        is_open = [row for row in self.disputes(item) if row["raised"] <= day < row["resolved"]]
        return min(sum(said(item, row) for row in is_open), max(self.balance(item, day), 0))

    def overdue(self, item: Row, day: int) -> int:
        if not max(item["due"] + 1, item["issued"]) <= day:
            return 0
        held = self._sum(item, day, MOVES | FOLLOWS, FOLLOWS)
        return max(self.balance(item, day) - held - self.disputed(item, day), 0)

    def exposure(self, day: int) -> float:
        parts = []
        for item in self.items:
            asked = item["amount"] if item["issued"] <= day else 0
            parts.append((item, item["sign"] * (asked - item["amount"] + self.balance(item, day))))
        return self.money(parts, day)

    def balances(self) -> dict[str, float]:
        if not self.items:
            return {}
        day = self.today
        late = [(item, self.overdue(item, day), day - item["due"]) for item in self.payable]
        late = [(item, amount, days) for item, amount, days in late if amount > 0 and days > 0]
        ledger = [(item, max(self.balance(item, day), 0)) for item in self.payable]
        credits = [(item, max(self.balance(item, day), 0)) for item in self.items if not item["payable"]]
        values = {
            "exposure": self.exposure(day),
            "unapplied_amount": self.money(credits, day),
            "written_off_amount": self.money(
                [(item, self._sum(item, day, LOSS, LOSS)) for item in self.payable], day
            ),
            "disputed_amount": self.money([(item, self.disputed(item, day)) for item in self.payable], day),
            "count_open": sum(amount > 0 for _, amount in ledger),
            "count_overdue": len(late),
            "oldest_open_days_past_due": max([0, *(days for _, _, days in late)]),
        }
        for name, (first, last) in BUCKETS.items():
            mine = [(item, amount) for item, amount in ledger if first <= day - item["due"] <= last]
            values[name] = self.money(mine, day)
        overdue = self.money([(item, amount) for item, amount, _ in late], day)
        weighted = self.money([(item, amount * days) for item, amount, days in late], day)
        values["overdue_amount"] = overdue
        values["mean_days_past_due_open"] = over(weighted, overdue) if late else 0.0
        for name, above in (("overdue", 0), ("overdue_over_30", 30), ("overdue_over_90", 90)):
            part = self.money([(item, amount) for item, amount, days in late if days > above], day)
            values[f"{name}_share"] = share(part, values["exposure"])
        for name in ("disputed", "unapplied"):
            values[f"{name}_share"] = over(values[f"{name}_amount"], self.money(ledger, day))
        return values

    def arrears(self) -> dict[str, float]:
        if not self.items:
            return {}
        first = min([row["issued"] for row in self.items] + [row["day"] for row in self.booked])
        days = list(range(min(first, self.today), self.today + 1))
        exposure = {day: self.exposure(day) for day in days}
        year = range(self.today - 364, self.today + 1)
        run, clean, in_default, is_certain = 0, 0, False, True
        for day in days:
            late = self.money([(item, self.overdue(item, day)) for item in self.payable], day)
            if math.isnan(late) or math.isnan(exposure[day]):
                run, clean, is_certain = 0, 0, False
                continue
            is_material = late > 500 and late > 0.01 * exposure[day]
            run, clean = (run + 1, 0) if is_material else (0, clean + 1)
            in_default = run >= 90 or (in_default and clean <= 90)
            is_certain |= run >= 90 or clean > 90
        used = {day: self.used(day, exposure.get(day, 0.0)) for day in year}
        known = {day: share for day, share in used.items() if share is not None}
        values = {"high_credit_365d": highest([0.0, *(exposure.get(day, 0.0) for day in year)])}
        if is_certain:
            values |= {"days_material_overdue": run, "in_default": float(in_default)}
        if known:
            values["max_utilisation_365d"] = highest(list(known.values()))
            values["mean_utilisation_365d"] = sum(known.values()) / len(known)
        return values | ({"utilisation": known[self.today]} if self.today in known else {})

    def used(self, day: int, exposure: float) -> float | None:
        known = [row for row in self.rows.limits if row["known"] <= self.as_of < row["until"]]
        mine = [row for row in known if row["buyer"] == self.buyer and row["own"]]
        valid = [(row, row["amount"]) for row in mine if row["first"] <= day <= row["last"]]
        limit = self.money(valid, day)
        return None if limit == 0 else exposure / limit

    def dispute_figures(self) -> dict[str, float]:
        if not self.items:
            return {}
        all_ = [
            (item, row, self.today - row["raised"]) for item in self.payable for row in self.disputes(item)
        ]
        year = [(item, row) for item, row, days in all_ if days < 365]
        ends = [(min(row["resolved"], self.today), row) for _, row in year]
        values = {
            "count_disputes_all": len(all_),
            "count_disputes_365d": len(year),
            "count_disputes_90d": sum(days < 90 for _, _, days in all_),
            "disputed_amount_365d": self.money([(item, said(item, row)) for item, row in year], self.today),
        }
        if year:
            values["mean_dispute_days_365d"] = sum(end - row["raised"] for end, row in ends) / len(year)
            after = sum(row["raised"] > item["due"] for item, row in year)
            values["share_disputes_after_due_365d"] = after / len(year)
        return values


def said(item: Row, dispute: Row) -> int:
    return item["amount"] if dispute["amount"] == WHOLE_ITEM else dispute["amount"]


def over(above: float, below: float) -> float:
    return above / below if below > 0 else NAN


def share(part: float, whole: float) -> float:
    return 0.0 if part <= 0 or whole <= 0 else NAN if math.isnan(part + whole) else min(part / whole, 1.0)


def highest(values: list[float]) -> float:
    return NAN if any(math.isnan(value) for value in values) else max(values)


def table(columns: tuple[str, ...], told: list[dict[str, Any]]) -> list[list[float]]:
    return [[values.get(name, NAN) for values in told] for name in columns]
