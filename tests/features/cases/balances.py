"""What is open, overdue and disputed, now and on past days, worked out by hand."""

from __future__ import annotations

from tests.features.cases.making import NAN, Case, Row, ago, dispute, item, paid

_AGES = (-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 180, 181)

AGEING = Case(
    {
        "invoices": [
            *(item(f"{days}", "2025-06-01", ago(days), 100) for days in _AGES),
            item("memo", "2026-03-01", "2026-03-01", 130, kind="credit_memo"),
        ],
        "allocations": [
            paid("", "2026-03-05", 65) | {"invoice_id": None, "buyer_id": "A", "currency": "EUR"},
        ],
    },
    {
        "open_not_due_amount": 200,
        "open_1_30_amount": 200,
        "open_31_60_amount": 200,
        "open_61_90_amount": 200,
        "open_91_120_amount": 200,
        "open_121_180_amount": 200,
        "open_over_180_amount": 100,
        "exposure": 1300 - 195,
        "unapplied_amount": 195,
        "unapplied_share": 0.15,
        "overdue_amount": 1100,
        "overdue_share": 1100 / 1105,
        "overdue_over_30_share": 900 / 1105,
        "overdue_over_90_share": 500 / 1105,
        "oldest_open_days_past_due": 181,
        "mean_days_past_due_open": 966 / 11,
        "count_open": 13,
        "count_overdue": 11,
        "disputed_amount": 0,
        "count_disputes_all": 0,
        "mean_dispute_days_365d": NAN,
    },
)

PEAKS = Case(
    {
        "invoices": [
            item("1", "2025-05-01", "2025-05-31", 1000),
            item("2", "2025-06-01", "2025-07-01", 600),
            item("3", "2026-03-01", "2026-05-01", 400),
            item("4", "2024-12-01", "2024-12-31", 500),
        ],
        "allocations": [
            paid("1", "2025-06-15", 1000),
            paid("2", "2025-07-01", 600),
            paid("4", "2024-12-31", 300),
            paid("4", "2025-02-01", 200, "write_off"),
        ],
        "limits": [
            {"kind": "own", "amount": "2000", "valid_from": "2025-06-01", "valid_to": "2025-06-10"},
            {"kind": "own", "amount": "800", "valid_from": "2026-03-01", "valid_to": None},
            {"kind": "own", "amount": "0", "valid_from": "2025-08-01", "valid_to": "2025-08-31"},
            {"kind": "insured", "amount": "1", "valid_from": "2025-01-01", "valid_to": None},
        ],
    },
    {
        "high_credit_365d": 1600,
        "exposure_to_high_credit_365d": 0.25,
        "exposure_to_invoiced_365d": 0.2,
        "written_off_amount": 200,
        "share_written_off_amount_all": 200 / 2500,
        "utilisation": 0.5,
        "max_utilisation_365d": 0.8,
        # ten days at 1,600 of 2,000 and 32 days at 400 of 800
        "mean_utilisation_365d": (10 * 0.8 + 32 * 0.5) / 42,
    },
)

_DOLLARS: dict[str, list[Row]] = {
    "invoices": [item("1", "2025-05-01", "2025-05-31", 800, currency="USD")],
    "fx": [
        {"currency": "USD", "on_date": "2025-04-01", "rate": 1.0},
        {"currency": "USD", "on_date": "2026-01-01", "rate": 0.5},
    ],
}

RATE_OF_THE_DAY = Case(
    _DOLLARS,
    # 800 until the end of the year, more than the 500 that are material, and 400 since then
    {"exposure": 400, "high_credit_365d": 800, "days_material_overdue": 0, "in_default": 1},
    "2026-03-31 12:00:00",
)

CURED_BY_A_RATE = Case(_DOLLARS, {"days_material_overdue": 0, "in_default": 0})

_LATE_RATE: dict[str, list[Row]] = {**_DOLLARS, "fx": _DOLLARS["fx"][1:]}

NO_RATE_THEN = Case(
    _LATE_RATE,
    {"exposure": 400, "high_credit_365d": NAN, "days_material_overdue": NAN, "in_default": NAN},
    "2026-03-31 12:00:00",
)

# 91 days with a rate and without material arrears leave nothing of what nobody can tell of the days before
NO_RATE_LONG_AGO = Case(
    _LATE_RATE, {"high_credit_365d": NAN, "days_material_overdue": 0, "in_default": 0}, "2026-04-01 12:00:00"
)

DISPUTES = Case(
    {
        "invoices": [
            item("1", "2026-01-01", "2026-01-31", 1000),
            item("2", "2026-03-01", "2026-03-31", 500),
            item("3", "2025-08-01", "2025-08-31", 400),
            item("4", "2025-01-01", "2025-02-28", 200),
        ],
        "allocations": [paid("3", "2025-08-31", 400), paid("4", "2025-02-28", 200)],
        "disputes": [
            dispute("1", "2026-02-10", amount="300"),
            dispute("2", "2026-03-01", resolved_on="2026-03-11"),
            dispute("3", "2025-08-01", resolved_on="2025-08-21"),
            dispute("4", "2025-02-01"),
        ],
    },
    {
        "count_disputes_90d": 2,
        "count_disputes_365d": 3,
        "count_disputes_all": 4,
        "disputes_per_invoice_365d": 1,
        "share_disputed_amount_365d": 1200 / 1900,
        "mean_dispute_days_365d": (50 + 10 + 20) / 3,
        "share_disputes_after_due_365d": 1 / 3,
        "disputed_amount": 300,
        "disputed_share": 0.2,
        "overdue_amount": 1200,
        "count_overdue": 2,
    },
)

PAUSED = Case(
    {
        "invoices": [item("1", "2026-01-01", "2026-01-31", 1000)],
        "disputes": [dispute("1", "2026-02-10", resolved_on="2026-03-02")],
    },
    # nine days, a pause of twenty, and 31 days since the dispute ended
    {"days_material_overdue": 31, "oldest_open_days_past_due": 60, "disputed_amount": 0},
)

ENDS_LATER = Case(
    {
        "invoices": [item("1", "2026-01-01", "2026-01-31", 1000)],
        "disputes": [dispute("1", "2026-02-10", resolved_on="2026-05-01", amount="1500")],
    },
    {
        "disputed_amount": 1000,
        "disputed_share": 1,
        "overdue_amount": 0,
        "oldest_open_days_past_due": 0,
        "mean_days_past_due_open": 0,
        "mean_dispute_days_365d": 50,
        "share_disputed_amount_365d": 1,
    },
)

HELD = Case(
    {
        "invoices": [item("1", "2026-01-01", ago(40), 1000)],
        "allocations": [paid("1", ago(40), 400, "bill")],
        "disputes": [dispute("1", ago(40), amount="100")],
    },
    {"exposure": 1000, "open_31_60_amount": 1000, "overdue_amount": 500, "disputed_amount": 100},
)

CREDITS_ONLY = Case(
    {"invoices": [item("memo", "2026-03-01", "2026-03-01", 130, kind="credit_memo")]},
    {
        "exposure": -130,
        "unapplied_amount": 130,
        "unapplied_share": NAN,
        "overdue_share": 0,
        "oldest_open_days_past_due": 0,
        "count_invoices_all": 0,
        "invoiced_amount_all": 0,
        "due_amount_all": 0,
        "mean_days_late_all": NAN,
        "count_on_time_streak": NAN,
        "days_since_last_invoice": NAN,
        "tenure_days": NAN,
        "count_payment_days_365d": 0,
        "high_credit_365d": 0,
        "has_payments": 0,
    },
)
