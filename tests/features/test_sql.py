"""Windows once more in SQL: each figure as a plain condition on dates, on ledgers that hide nothing."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from features.build import build
from features.portfolio import Seller, from_frames

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
WINDOWS = {"30d": 30, "90d": 90, "180d": 180, "365d": 365, "all": 100_000}
DATES = {"issued_on", "due_on", "settled_on", "day"}
DELAYS = {"late": 0, "late_15": 15, "late_30": 30, "late_60": 60, "late_90": 90}

IN_FORCE = """
create table known as
    select s.id, s.day, i.* from subjects s join invoices i on i.buyer_id = s.buyer_id
    where i.issued_on <= s.day and i.invoice_id <> s.own;
create table asked as select distinct id, day, code, days from known, windows;
create table booked as
    select k.id, k.day, k.invoice_id, k.due_on, a.settled_on, a.amount, a.kind = 'credit_note' as dilutes
    from known k join allocations a using (invoice_id) where a.settled_on <= k.day;
create table last_paid as
    select id, invoice_id, max(settled_on) as settled_on from booked where not dilutes group by all;
"""
"""One row a subject and fact that it sees; `asked` has a row a window of each subject that sees an item."""

SALES = """
select q.id, q.code,
    count(k.invoice_id) as count_invoices,
    coalesce(sum(k.amount), 0) / 100 as invoiced_amount
from asked q left join known k on k.id = q.id and k.issued_on > q.day - q.days
group by all
"""

PAID = """
select q.id, q.code,
    coalesce(sum(b.amount), 0) / 100 as settled_amount,
    sum(b.amount * (b.settled_on - b.due_on)) / sum(b.amount) as mean_days_late_settled,
    sum(if(b.settled_on > b.due_on, b.amount, 0)) / sum(b.amount) as share_late_settled_amount
from asked q left join booked b on b.id = q.id and b.settled_on > q.day - q.days and not b.dilutes
group by all
"""

PAID_ITEMS = """
select q.id, q.code, count(l.invoice_id) as count_settled
from asked q left join last_paid l on l.id = q.id and l.settled_on > q.day - q.days
group by all
"""

DUE_ITEMS = """
create table due as
    select k.id, k.invoice_id, k.day, k.due_on,
        any_value(k.amount) - coalesce(sum(b.amount) filter (b.dilutes), 0) as base
    from known k left join booked b on b.id = k.id and b.invoice_id = k.invoice_id
    where k.due_on <= k.day group by k.id, k.invoice_id, k.day, k.due_on;
create table parts as
    select d.id, d.invoice_id, b.amount, b.settled_on - d.due_on as days, true as is_paid
    from due d join booked b on b.id = d.id and b.invoice_id = d.invoice_id and not b.dilutes
    union all
    select d.id, d.invoice_id, any_value(d.base) - coalesce(sum(b.amount), 0),
        any_value(d.day - d.due_on), false
    from due d left join booked b on b.id = d.id and b.invoice_id = d.invoice_id and not b.dilutes
    group by d.id, d.invoice_id;
create table lateness as
    select d.id, d.invoice_id, d.due_on, d.base, sum(p.amount * p.days) as weighted,
        coalesce(sum(p.amount) filter (p.days < 0 and p.is_paid), 0) as early
    from due d join parts p using (id, invoice_id) where d.base > 0
    group by d.id, d.invoice_id, d.due_on, d.base;
create table days_late as
    select *, least(greatest(floor((2 * weighted + base) / (2 * base)), -183), 840) as whole_days
    from lateness;
create table late_parts as
    select l.id, l.due_on, l.base, d.delay, coalesce(sum(p.amount) filter (p.days > d.days), 0) as late
    from lateness l cross join delays d join parts p using (id, invoice_id)
    group by l.id, l.invoice_id, l.due_on, l.base, d.delay;
"""
"""What was paid of each item that fell due and what was not, each part with its days late."""

DUE = """
select q.id, q.code,
    count(l.invoice_id) as count_due,
    coalesce(sum(l.base), 0) / 100 as due_amount,
    sum(l.weighted) / sum(l.base) as mean_days_late,
    avg(l.whole_days) as mean_item_days_late,
    quantile_cont(l.whole_days, 0.9) as p90_days_late,
    stddev_pop(l.whole_days) as sd_days_late,
    max(l.whole_days) as max_days_late,
    sum(l.early) / sum(l.base) as share_early_amount
from asked q left join days_late l on l.id = q.id and l.due_on > q.day - q.days
group by all
"""

LATE = """
select q.id, q.code, d.delay, sum(l.late) / sum(l.base) as amount, avg((l.late > 0)::int) as count
from asked q cross join delays d
left join late_parts l on l.id = q.id and l.delay = d.delay and l.due_on > q.day - q.days
group by all
"""


class Ledger:
    """Buyers who pay once, in parts, not at all, with a discount or a credit note; known on the day."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
        self.invoices: list[dict[str, Any]] = []
        self.allocations: list[dict[str, Any]] = []
        for number in range(120):
            self._invoice(f"{number:03d}")

    def _invoice(self, name: str) -> None:
        issued = FIRST + timedelta(days=self.draw.randint(0, (LAST - FIRST).days))
        due = issued + timedelta(days=self.draw.choice([0, 14, 30, 60]))
        amount = self.draw.randint(1, 500_000)
        row = {"invoice_id": name, "buyer_id": self.draw.choice("AAABC"), "amount": amount}
        self.invoices.append(row | {"issued_on": issued, "due_on": due})
        shares = self.draw.choice([(1.0,), (1.0,), (0.5, 0.5), (0.2, 0.3, 0.4), ()])
        kinds = self.draw.choice(
            [("payment",), ("payment", "payment", "discount"), ("payment", "credit_note")]
        )
        for part, share in enumerate(shares):
            settled = due + timedelta(days=self.draw.choice([-20, -3, 0, 1, 12, 16, 31, 75, 100, 300]))
            row = {"invoice_id": name, "settled_on": settled, "amount": int(amount * share)}
            if row["amount"]:
                self.allocations.append(
                    row | {"kind": self.draw.choice(kinds), "allocation_id": f"{name}/{part}"}
                )

    def frames(self) -> dict[str, pd.DataFrame]:
        tables = {"invoices": self.invoices, "allocations": self.allocations}
        frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
        for frame in frames.values():
            frame["amount"] = [f"{minor // 100}.{minor % 100:02d}" for minor in frame["amount"]]
        return {**frames, "invoices": frames["invoices"].assign(currency="EUR")}

    def subjects(self) -> pd.DataFrame:
        """Return each invoice on the day of its issue, and buyers on other days, without an own invoice."""
        rows = [(row["buyer_id"], row["issued_on"], row["invoice_id"]) for row in self.invoices]
        rows += [(buyer, FIRST + timedelta(days=days), "") for buyer in "ABCD" for days in range(0, 800, 61)]
        frame = pd.DataFrame(rows, columns=["buyer_id", "day", "invoice_id"])
        as_of = pd.to_datetime(frame["day"]) + pd.Timedelta(hours=23, minutes=59, seconds=59)
        return frame.assign(as_of=as_of.astype("datetime64[s]"))


def by_sql(ledger: Ledger, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return the figures, one column a statistic and window; missing for subjects that see no item."""
    base = duckdb.connect()
    asked = subjects.reset_index(names="id").rename(columns={"invoice_id": "own"}).drop(columns="as_of")
    tables = {
        "invoices": pd.DataFrame(ledger.invoices),
        "allocations": pd.DataFrame(ledger.allocations),
        "subjects": asked,
        "windows": pd.DataFrame(WINDOWS.items(), columns=["code", "days"]),
        "delays": pd.DataFrame(DELAYS.items(), columns=["delay", "days"]),
    }
    for name, table in tables.items():
        dates = {column: table[column].map(date.toordinal) for column in DATES & {*table.columns}}
        base.register(name, table.assign(**dates))
    base.execute(IN_FORCE + DUE_ITEMS)
    found = [base.execute(query).df().set_index(["id", "code"]) for query in (SALES, PAID, PAID_ITEMS, DUE)]
    late = base.execute(LATE).df().pivot(index=["id", "code"], columns="delay")
    late.columns = [f"share_{delay}_{measure}" for measure, delay in late.columns]
    table = pd.concat([*found, late], axis=1).unstack("code").astype("float64")
    table.columns = [f"{statistic}_{code}" for statistic, code in table.columns]
    return table.reindex(subjects.index)


@pytest.mark.parametrize("seed", range(3))
def test_every_window_is_what_plain_sql_says(seed):
    # given a ledger in one currency of which every fact is known on its day, and nothing changes later
    ledger = Ledger(seed)
    subjects = ledger.subjects()
    seller = Seller("me", reporting_currency="EUR")
    portfolio = from_frames(ledger.frames(), seller, observed_from="2024-01-01", observed_until="2026-12-31")
    # when both compute the figures over windows
    expected = by_sql(ledger, subjects)
    values = build(portfolio, subjects[["buyer_id", "as_of", "invoice_id"]])
    # then they agree, and enough of them are known to say so
    assert len(expected.columns) == 24 * len(WINDOWS)
    assert expected.notna().mean().min() > 0.1
    np.testing.assert_allclose(values[expected.columns], expected, rtol=1e-9, atol=1e-9)
