"""Small random ledgers as packed arrays, and as plain rows to look at them slowly."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from features.engine.ledger import BILL, DILUTES, FOLLOWS, LOSS, MOVES, PAID, WHOLE_ITEM, Ledger
from features.engine.moments import Moments

DAY = 86_400
FIRST, LAST = 19_000, 19_500
NEVER = 2**53
MEANINGS = {
    "payment": PAID | MOVES,
    "credit_note": DILUTES | MOVES,
    "write_off": LOSS | MOVES,
    "bill": BILL | FOLLOWS,
    "bill_in_ledger": BILL | FOLLOWS | MOVES,
    "recovery": 0,
}
Row = dict[str, Any]


@dataclass
class Rows:
    """Versions of facts: each row has `known` and `until` (seconds) and its own days."""

    buyers: int = 1
    items: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    disputes: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    limits: list[Row] = field(default_factory=list)
    rates: list[Row] = field(default_factory=list)

    def item(self, item: int, issued: int, due: int, amount: int, **more: Any) -> Row:
        base = {"buyer": 0, "sign": 1, "payable": 1, "currency": 0, "known": issued * DAY, "until": NEVER}
        row = base | {"item": item, "issued": issued, "due": due, "amount": amount} | more
        self.items.append(row)
        return row

    def allocate(self, item: int, day: int, amount: int, kind: str = "payment", **more: Any) -> None:
        row = {"item": item, "day": day, "amount": amount, "kind": kind, "known": day * DAY, "until": NEVER}
        self.allocations.append(row | more)

    def dispute(self, item: int, raised: int, resolved: int, amount: int = WHOLE_ITEM, **more: Any) -> None:
        row = {"item": item, "raised": raised, "resolved": resolved, "amount": amount, "until": NEVER}
        self.disputes.append(row | {"known": raised * DAY} | more)

    def limit(self, amount: int, first: int, last: int, **more: Any) -> None:
        row = {"buyer": 0, "own": 1, "currency": 0, "amount": amount, "first": first, "last": last}
        self.limits.append(row | {"known": first * DAY, "until": NEVER} | more)

    def event(self, day: int, **more: Any) -> None:
        self.events.append(
            {"buyer": 0, "day": day, "insolvency": 0, "known": day * DAY, "until": NEVER} | more
        )

    def known_by(self, as_of: int) -> Rows:
        """Return what books that end at `as_of` would hold."""
        cut: Any = {"buyers": self.buyers}
        for name in ("items", "allocations", "disputes", "events", "limits"):
            rows = [row for row in getattr(self, name) if row["known"] <= as_of]
            cut[name] = [row | {"until": row["until"] if row["until"] <= as_of else NEVER} for row in rows]
        return Rows(**cut, rates=[row for row in self.rates if row["known"] <= as_of])

    def ledger(self) -> Ledger:
        """Pack the rows, in the order that a ledger has."""
        self.items.sort(key=lambda row: (row["buyer"], row["item"], row["known"]))
        self.allocations.sort(key=lambda row: (row["item"], row["day"]))
        self.disputes.sort(key=lambda row: (row["item"], row["raised"]))
        self.events.sort(key=lambda row: row["buyer"])
        self.limits.sort(key=lambda row: row["buyer"])
        items = 1 + max((row["item"] for row in self.items), default=-1)
        rates = sorted([{"currency": 0, "known": -(2**62), "rate": 0.01}, *self.rates], key=_of_rate)
        by_rate = _columns(rates, "known")[0]
        return Ledger(
            _starts(self.items, "buyer", self.buyers), _column(self.items, "item", np.int32),
            *_span(self.items, "issued"), _column(self.items, "issued", np.int32),
            _column(self.items, "due", np.int32), *_columns(self.items, "amount"),
            _column(self.items, "currency", np.int16),
            *_columns(self.items, "sign", "payable", "payable", np.int8),
            _starts(self.allocations, "item", items), *_span(self.allocations, "day"),
            _column(self.allocations, "day", np.int32), *_columns(self.allocations, "amount"),
            np.array([MEANINGS[row["kind"]] for row in self.allocations], np.int16),
            _starts(self.disputes, "item", items), *_span(self.disputes, "raised"),
            _column(self.disputes, "resolved", np.int64) * DAY, _column(self.disputes, "raised", np.int32),
            _column(self.disputes, "resolved", np.int32), *_columns(self.disputes, "amount"),
            _starts(self.events, "buyer", self.buyers), *_span(self.events, "day"),
            _column(self.events, "day", np.int32), _column(self.events, "insolvency", np.int8),
            _starts(self.limits, "buyer", self.buyers), *_columns(self.limits, "known", "until"),
            _column(self.limits, "first", np.int32), _column(self.limits, "last", np.int32),
            *_columns(self.limits, "amount"), _column(self.limits, "currency", np.int16),
            _column(self.limits, "own", np.int8), _starts(rates, "currency", 3), by_rate,
            np.maximum(by_rate // DAY, -(2**31)).astype(np.int32), _column(rates, "rate", np.float64),
        )  # fmt: skip


def _of_rate(row: Row) -> tuple[int, int]:
    return row["currency"], row["known"]


def _column(rows: list[Row], name: str, dtype: Any) -> np.ndarray:
    return np.array([row[name] for row in rows], dtype)


def _columns(rows: list[Row], *names: Any) -> list[np.ndarray]:
    dtype = np.int64 if isinstance(names[-1], str) else names[-1]
    return [_column(rows, name, dtype) for name in names if isinstance(name, str)]


def _span(rows: list[Row], day: str) -> list[np.ndarray]:
    begins = np.maximum(_column(rows, "known", np.int64), _column(rows, day, np.int64) * DAY)
    return [begins, _column(rows, "until", np.int64)]


def _starts(rows: list[Row], name: str, count: int) -> np.ndarray:
    return np.searchsorted(_column(rows, name, np.int64), np.arange(count + 1)).astype(np.int64)


def random_rows(seed: int) -> Rows:
    """Draw the books of two buyers with everything that they can hold."""
    draw = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
    rows = Rows(buyers=2)
    for item in range(draw.randint(1, 14)):
        _draw_item(draw, rows, item)
    for currency in (1, 2):
        day = FIRST + draw.choice([-30, -30, 40])
        while day < LAST:
            rate = draw.choice([0.004, 0.0095, 0.02, 0.011] + [float("nan")] * (seed % 7 == 0))
            rows.rates.append({"currency": currency, "known": day * DAY + draw.randrange(DAY), "rate": rate})
            day += draw.randint(0, 60)
    for _ in range(draw.choice([0, 0, 1, 3])):
        first = draw.randint(FIRST - 700, LAST)
        last = draw.choice([first + 60, first + 300, 100_000])
        row = {"buyer": draw.randrange(2), "own": draw.choice([1, 1, 0]), "currency": draw.choice([0, 0, 1])}
        _versions(draw, rows.limit, first, {"amount": draw.choice([0, 90_000, 400_000]), "first": first,
                                           "last": last, **row}, {"last": first + 30})  # fmt: skip
    for _ in range(draw.randint(0, 4)):
        day = draw.randint(FIRST, LAST)
        row = {"day": day, "buyer": draw.randrange(2), "insolvency": draw.choice([0, 0, 1])}
        _versions(draw, rows.event, day, row, {})
    return rows


def _draw_item(draw: random.Random, rows: Rows, item: int) -> None:
    issued = draw.randint(FIRST, LAST)
    due = issued + draw.choice([-40, 0, 14, 30, 60])
    kind = draw.choice([{}] * 6 + [{"sign": -1, "payable": 0}])
    amount = draw.choice([7, 60_007, 100_000, 450_000])
    row = {"item": item, "issued": issued, "due": due, "amount": amount, "buyer": 0 if item < 9 else 1}
    row |= {"currency": draw.choice([0, 0, 0, 1, 2]), **kind}
    _versions(draw, rows.item, issued, row, {"due": due + 20, "amount": amount // 2 + 1})
    for _ in range(draw.choice([0, 1, 1, 2, 4])):
        day = issued + draw.randint(-10, 250)
        part = {"item": item, "day": day, "amount": int(amount * draw.choice([1, 0.5, 0.3, 1.2, -0.4])) or 1}
        part["kind"] = draw.choice(["payment"] * 6 + list(MEANINGS))
        _versions(draw, rows.allocate, day, part, {"amount": amount // 3 + 1})
    for _ in range(draw.choice([0, 0, 0, 1, 2])):
        raised = issued + draw.randint(-5, 120)
        row = {"item": item, "raised": raised, "resolved": raised + draw.choice([0, 20, 100, 9_000])}
        row["amount"] = draw.choice([WHOLE_ITEM, amount // 2 + 1, 2 * amount])
        _versions(draw, rows.dispute, raised, row, {"resolved": raised + draw.choice([5, 60])})


def _versions(draw: random.Random, add: Any, day: int, row: Row, changed: Row) -> None:
    """Add a fact, known early or late; some are changed or taken back later."""
    known = (day + draw.choice([0, 0, 0, 1, 5, 60, -7])) * DAY + draw.randrange(DAY)
    again = known + draw.randint(1, 90 * DAY)
    ends = draw.random()
    add(**row, known=known, until=again if ends < 0.25 else NEVER)
    if ends < 0.15:
        add(**row | changed, known=again, until=NEVER)


def moments_of(rows: Rows, count: int, seed: int) -> Moments:
    """Draw moments, some of a buyer that nobody knows, some of an item of the buyer's own."""
    draw = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
    drawn = []
    for _ in range(count):
        buyer = draw.choice([0, 0, 0, 1, -1])
        own = draw.choice([-1, draw.choice(rows.items)["item"]])
        drawn.append((buyer, draw.randint((FIRST - 20) * DAY, (LAST + 400) * DAY), own))
    drawn.sort(key=lambda moment: moment[:2])
    buyer, as_of, own = np.array(drawn, np.int64).T
    return Moments(buyer.copy(), as_of.copy(), as_of // DAY, own.copy())


def single(moments: Moments, s: int) -> Moments:
    return Moments(*(column[s : s + 1].copy() for column in moments))
