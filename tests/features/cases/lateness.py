"""How late items are, by due date, worked out by hand."""

from __future__ import annotations

import math

from tests.features.cases.making import NAN, Case, ago, item, paid, windows

DUE = Case(
    {
        "invoices": [
            item("1", "2026-02-01", ago(12), 100),
            item("2", "2026-01-01", ago(59), 200),
            item("3", "2025-11-01", ago(121), 300),
            item("4", "2025-07-01", ago(243), 400),
            item("5", "2024-12-01", ago(456), 500),
        ],
        "allocations": [
            paid("2", ago(59), 80),
            paid("2", ago(19), 120),  # 40 days late
            paid("3", ago(131), 300),  # 10 days early
            paid("4", ago(223), 300),  # 20 days late; 100 are unpaid
            paid("5", ago(356), 500),  # 100 days late
        ],
    },
    {
        **windows("count_due", 1, 2, 3, 4, 5),
        **windows("due_amount", 100, 300, 600, 1000, 1500),
        # amount times days: 1,200, 4,800, -3,000, 30,300 and 50,000; whole days: 12, 24, -10, 76 and 100
        **windows("mean_days_late", 12, 20, 5, 33.3, 83300 / 1500),
        **windows("mean_item_days_late", 12, 18, 26 / 3, 25.5, 40.4),
        **windows("p90_days_late", 12, 22.8, 21.6, 60.4, 90.4),
        **windows("sd_days_late", 0, 6, math.sqrt(1784) / 3, math.sqrt(998.75), math.sqrt(1687.04)),
        **windows("max_days_late", 12, 24, 24, 76, 100),
        **windows("share_early_amount", 0, 0, 0.5, 0.3, 0.2),
        **windows("share_late_amount", 1, 220 / 300, 220 / 600, 0.62, 1120 / 1500),
        **windows("share_late_15_amount", 0, 0.4, 0.2, 0.52, 1020 / 1500),
        **windows("share_late_30_amount", 0, 0.4, 0.2, 0.22, 720 / 1500),
        **windows("share_late_60_amount", 0, 0, 0, 0.1, 0.4),
        **windows("share_late_90_amount", 0, 0, 0, 0.1, 0.4),
        **windows("share_late_count", 1, 1, 2 / 3, 0.75, 0.8),
        **windows("share_late_15_count", 0, 0.5, 1 / 3, 0.5, 0.6),
        **windows("share_late_30_count", 0, 0.5, 1 / 3, 0.5, 0.6),
        **windows("share_late_60_count", 0, 0, 0, 0.25, 0.4),
        **windows("share_late_90_count", 0, 0, 0, 0.25, 0.4),
        "mean_days_late_last_3": 26 / 3,
        "mean_days_late_last_10": 40.4,
        "count_late_streak": 2,
        "count_on_time_streak": 0,
        # means of 12, 24, -10 and 75.75 days at ages of 15, 60, 135 and 272.5 days: it gets faster
        "slope_days_late_365d": -30 * 8638.28125 / 38104.6875,
        "change_mean_days_late_90d_365d": 20 - 33.3,
        "share_partly_paid_count_365d": 0.5,
        # points 72, 57.5, 85 and 34 2/3; a quarter of the weights is 250
        "payment_index_365d": (7200 + 11500 + 25500 + 400 * 104 / 3) / 1000,
        "payment_index_unweighted_365d": (72 + 57.5 + 85 + 104 / 3) / 4,
        "payment_index_capped_365d": (7200 + 11500 + 250 * 85 + 250 * 104 / 3) / 800,
    },
)

PROMPT = Case(
    {
        "invoices": [item(f"{n:02d}", "2025-12-01", ago(40 - n), 100) for n in range(30)],
        "allocations": [paid(f"{n:02d}", ago(40 - n), 100) for n in range(30)],
    },
    {"count_on_time_streak": 24, "count_late_streak": 0, "slope_days_late_365d": NAN, "sd_days_late_365d": 0},
)

TEN_LAST = Case(
    {
        "invoices": [item(f"{n:02d}", "2025-12-01", ago(20), 100) for n in range(12)],
        "allocations": [paid(f"{n:02d}", ago(20 - n), 100) for n in range(12)],
    },
    # items of one due date stand in the order of their names: the last ten are 2 to 11 days late
    {"mean_days_late_last_10": 6.5, "mean_days_late_last_3": 10, "count_late_streak": 11},
)

WHOLE_DAYS = Case(
    {
        "invoices": [
            item("1", "2026-01-01", ago(1), 100),
            item("2", "2026-01-01", ago(10), 100),
            item("3", "2023-06-01", ago(1000), 100),
            item("4", "2024-09-01", ago(300), 100),
        ],
        "allocations": [
            paid("1", ago(1), 50),  # and half is open a day after: half a day late, told as one
            paid("2", ago(11), 50),
            paid("2", ago(10), 50),  # half a day early, told as none
            paid("4", ago(500), 100),
        ],
    },
    {
        "mean_days_late_all": (50 - 50 + 100_000 - 20_000) / 400,
        **windows("mean_item_days_late", 0.5, 0.5, 0.5, (1 + 0 - 183) / 3, (1 + 0 - 183 + 840) / 4),
        "max_days_late_all": 840,
        "payment_index_365d": (80 - 10 / 15 + 80 + 100) / 3,
    },
)

TAKEN_BACK = Case(
    {
        "invoices": [item("1", "2026-01-01", ago(40), 100), item("2", "2026-01-01", ago(40), 100)],
        "allocations": [
            paid("1", ago(30), 100),
            paid("1", ago(20), -100),
            paid("2", ago(30), 100),
            paid("2", ago(10), 100),  # paid twice: no second part
        ],
    },
    # item 1 was late from the first day on, but for ten days on which it seemed paid
    {
        "mean_days_late_365d": (10 + 40 - 20 + 10) / 2,
        "share_partly_paid_count_365d": 0,
        "count_bounced_payments_365d": 1,
        "exposure": 0,
        "open_31_60_amount": 100,
        "overdue_amount": 100,
        "overdue_share": 0,
    },
)
