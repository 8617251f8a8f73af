"""What was sold and what was paid in a window, worked out by hand."""

from __future__ import annotations

import math

from tests.features.cases.making import NAN, Case, ago, dispute, item, paid, windows

SALES = Case(
    {
        "invoices": [
            item("1", "2026-03-20", "2026-04-19", 100),  # 12 days ago
            item("2", "2026-02-01", "2026-03-03", 200),  # 59
            item("3", "2025-11-01", "2025-12-31", 300),  # 151
            item("4", "2025-06-01", "2025-07-31", 400),  # 304
            item("5", "2025-03-01", "2025-03-31", 25),  # 396, the 91st day of the relationship
            item("6", "2025-02-28", "2025-03-31", 50),  # 397, the 90th
            item("7", "2024-12-01", "2025-01-30", 500),  # 486
        ],
        "allocations": [paid("4", "2025-06-30", 60, "credit_note")],
    },
    {
        **windows("count_invoices", 1, 2, 3, 4, 7),
        **windows("invoiced_amount", 100, 300, 600, 1000, 1575),
        "median_invoice_amount_365d": 250,
        "max_invoice_amount_365d": 400,
        "median_terms_days_365d": 45,
        # 90 days: terms of 30 and 30; the year: 30, 30, 60 and 60
        "change_mean_terms_days_90d_365d": 30 - 45,
        "change_invoiced_amount_90d_365d": math.log(300 * 365 / 90 / 1000),
        # months: 100, 200, 300, 400 and eight without; rank 10.45 of 0 to 11 lies between 300 and 400
        "peak_month_factor_365d": 345 / (1000 / 12),
        "tenure_days": 486,
        "days_since_last_invoice": 12,
        "count_invoices_first_90d": 2,
        "share_diluted_amount_365d": 0.06,
        "has_payments": 1,
    },
)

SETTLEMENTS = Case(
    {
        "invoices": [
            item("1", "2026-02-01", "2026-03-01", 1000),
            item("2", "2026-01-01", "2026-02-01", 500),
            item("3", "2025-10-01", "2025-10-31", 400),
            item("4", "2025-07-01", "2025-08-01", 300),
            item("5", "2025-04-01", "2025-05-01", 600),
            item("6", "2025-01-01", "2025-01-15", 250),
        ],
        "allocations": [
            paid("1", "2026-03-11", 980),  # a Wednesday, 10 days late
            paid("1", "2026-03-11", 20, "discount"),
            paid("2", "2026-01-27", 500),  # a Tuesday, 5 days early
            paid("3", "2025-10-31", 400, "bill"),
            paid("4", "2025-08-29", 300),  # a Friday at the month's end, 28 days late
            paid("5", "2025-05-02", 600),  # a Friday at the month's beginning, a day late
            paid("5", "2025-05-09", -600),
            paid("5", "2025-06-06", 600),  # a Friday, 36 days late
            paid("6", "2025-01-15", 250),
        ],
    },
    {
        **windows("settled_amount", 1000, 1500, 1500, 3000, 3250),
        **windows("mean_days_late_settled", 10, 5, 5, 38100 / 3000, 38100 / 3250),
        **windows("share_late_settled_amount", 1, 2 / 3, 2 / 3, 2500 / 3000, 2500 / 3250),
        **windows("count_settled", 1, 2, 2, 4, 5),
        "share_discount_amount_365d": 20 / 3000,
        "change_share_discount_amount_90d_365d": 20 / 1500 - 20 / 3000,
        "share_bill_amount_365d": 400 / 3400,
        "count_bounced_payments_365d": 1,
        "count_payment_days_365d": 5,
        # gaps of 35, 84, 151 and 43 days: mean 78.25, squares of deviations 8438.75
        "cv_payment_interval_365d": math.sqrt(8438.75 / 4) / 78.25,
        "share_main_weekday_365d": 3 / 5,
        "share_month_end_365d": 2 / 5,
        "days_since_last_settlement": 21,
    },
)

OWN_LEFT_OUT = Case(
    {
        "invoices": [item("1", "2026-01-01", ago(40), 1000), item("2", "2026-01-01", ago(40), 10)],
        "allocations": [paid("1", ago(40), 1000), paid("2", ago(35), 10)],
        "disputes": [dispute("1", ago(40))],
    },
    {
        "count_invoices_all": 1,
        "settled_amount_all": 10,
        "mean_days_late_all": 5,
        "high_credit_365d": 10,
        "count_disputes_all": 0,
    },
    own="1",
)

UNKNOWN = Case(
    {"invoices": [item("1", "2026-01-01", ago(40), 1000)]},
    {
        "has_payments": 0,
        "exposure": NAN,
        "count_open": NAN,
        "count_invoices_all": NAN,
        "count_disputes_365d": NAN,
        "in_default": NAN,
        "utilisation": NAN,
    },
    buyer_id="nobody",
)
