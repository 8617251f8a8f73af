"""Features of accounts, records, requests and the book once more: slow and plain."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from features.portfolio import Portfolio
from tests.features.oracle import payments
from tests.features.oracle_books import NAN, Books, Row
from tests.features.oracle_context import context
from tests.features.oracle_profile import profile
from tests.features.oracle_ratios import Figures, filled, log, over, ratios, scores

INSOLVENCIES = ("insolvency", "winding_up", "bankruptcy", "administration", "receivership", "liquidation")


def accounts(books: Books, buyer: str) -> dict[str, Any]:
    """Return the features of statements."""
    now, before = pick(books, buyer)
    values = _flags(now, before)
    if now is None:
        return values
    a, rate = filled(now), _unit_rate(books, now["currency"])
    b = filled(before) if before else dict.fromkeys(a, NAN)
    exchange = _exchange(books, now, before) if before else 1.0
    money = ("equity", "tangible_net_worth", "working_capital", "accounts_payable", "revenue")
    values |= ratios(a) | _quality(books, now, a) | _against(a, b, exchange)
    values |= {item: a[item] * rate for item in money}
    values |= {f"log_{item}": log(a[item] * rate) for item in ("total_assets", "revenue", "market_value")}
    values["employees"] = a["employees"]
    values["loss_years_last_2"] = (
        NAN if math.isnan(a["net_income"]) else (a["net_income"] < 0) + (b["net_income"] < 0)
    )
    return values | scores(a, b, rate, exchange)


def pick(books: Books, buyer: str) -> tuple[Row | None, Row | None]:
    """Return the latest accounts of at most 30 months and those of about a year before."""
    mine = [row for row in books.rows("statements") if row["buyer_id"] == buyer]
    usable = [row for row in mine if 0 <= (books.day - row["period_end"]).days <= 913]
    now = max(usable, key=lambda row: (row["period_end"], row["months"], row["consolidated"]), default=None)
    if now is None:
        return None, None

    def gap(row: Row) -> int:
        return abs((now["period_end"] - row["period_end"]).days - 365)

    older = [row for row in mine if row["consolidated"] == now["consolidated"] and gap(row) <= 45]
    best: Callable[[Row], Any] = lambda row: (  # noqa: E731
        row["months"] == now["months"], -gap(row), row["period_end"], row["months"],
    )  # fmt: skip
    return now, max(older, key=best, default=None)


def _flags(now: Row | None, before: Row | None) -> dict[str, Any]:
    return {
        "has_accounts": float(now is not None),
        "has_prior_year": float(before is not None),
        "has_market_value": float(now is not None and now["market_value"] is not None),
    }


def _quality(books: Books, now: Row, a: Figures) -> dict[str, Any]:
    """Return what the accounts are and whether they hold together."""
    key = ("buyer_id", "period_end", "months", "consolidated")
    first = min(
        row["received_at"]
        for row in books.portfolio.tables["statements"].to_dict("records")
        if all(row[name] == now[name] or str(row[name])[:10] == str(now[name]) for name in key)
    )
    given = [
        NAN if now[item] is None else now[item] for item in ("total_assets", "total_liabilities", "equity")
    ]
    return {
        "accounts_year": now["period_end"].year,
        "statement_age_days": (books.day - now["period_end"]).days,
        "statement_months": now["months"],
        "filing_delay_days": (books.local_day(first.to_pydatetime()) - now["period_end"]).days,
        "is_consolidated": float(now["consolidated"]),
        "is_audited": NAN if now["audited"] is None else float(now["audited"]),
        "negative_equity": NAN if math.isnan(a["equity"]) else float(a["equity"] < 0),
        "zero_interest": NAN if math.isnan(a["interest_expense"]) else float(a["interest_expense"] <= 0),
        "balance_sheet_error_share": over(abs(given[0] - given[1] - given[2]), given[0]),
    }


def _against(a: Figures, b: Figures, exchange: float) -> dict[str, Any]:
    """Return changes against the year before."""
    now, before = ratios(a), ratios(b)
    differences = """current_ratio liabilities_to_assets gross_margin ebitda_margin net_income_to_assets
        dso_days dio_days dpo_days related_party_receivables_to_assets notes_payable_to_assets
        contract_liabilities_to_assets""".split()
    growth = ("revenue", "total_assets", "equity", "market_value")
    purchases = a["cost_of_goods_sold"] + a["inventory"] - b["inventory"] * exchange
    return {
        **{f"change_{name}_1y": now[name] - before[name] for name in differences},
        **{f"change_{item}_1y": log(over(a[item], b[item] * exchange)) for item in growth},
        "change_employees_1y": log(over(a["employees"], b["employees"])),
        "dpo_on_purchases_days": 365 * over(a["accounts_payable"], purchases),
    }


def _exchange(books: Books, now: Row, before: Row) -> float:
    if now["currency"] == before["currency"]:
        return 1.0
    return _unit_rate(books, before["currency"]) / _unit_rate(books, now["currency"])


def _unit_rate(books: Books, currency: str) -> float:
    minor = books.rate(currency)
    return NAN if minor is None else float(minor * 10 ** _decimals(currency))


def _decimals(currency: str) -> int:
    return {"JPY": 0, "KWD": 3}.get(currency, 2)


def records(books: Books, buyer: str) -> dict[str, Any]:
    """Return the features of events, disputes and limits."""
    events = [
        row for row in books.rows("events") if row["buyer_id"] == buyer and row["occurred_on"] <= books.day
    ]
    recent = [row for row in events if (books.day - row["occurred_on"]).days < 365]
    values: dict[str, Any] = {
        "is_insolvent": float(any(row["kind"] in INSOLVENCIES for row in events)),
        "count_adverse_events_365d": sum(row["kind"] not in INSOLVENCIES for row in recent),
    }
    adverse = [row["occurred_on"] for row in events if row["kind"] not in INSOLVENCIES]
    if adverse:
        values["days_since_last_adverse_event"] = (books.day - max(adverse)).days
    for kind in ("own", "insured"):
        rows = [row for row in books.rows("limits") if row["buyer_id"] == buyer and row["kind"] == kind]
        valid = [row for row in rows if row["valid_from"] <= books.day <= (row.get("valid_to") or date.max)]
        parts = [(row["currency"], row["amount_minor"]) for row in valid]
        values[f"{kind}_limit"] = books.money(parts) if valid else NAN
    return values


def request(books: Books, subject: Row, history: dict[str, Any]) -> dict[str, Any]:
    """Return the features of a request; `history` are the buyer's payment features."""
    amount = subject["amount"] * _unit_rate(books, subject["currency"]) if subject["currency"] else NAN
    due = subject["due_on"] or (
        books.day + timedelta(days=subject["terms_days"]) if subject["terms_days"] else None
    )
    left = (due - books.day).days if due else NAN
    terms = subject["terms_days"] or left
    usual = float(history.get("median_invoice_amount_365d", NAN))
    return {
        "request_amount": amount,
        "request_assumed": 0.0,
        "log_request_amount": log(amount),
        "log_request_to_usual": log(over(amount, usual)),
        "log_request_to_largest_365d": log(over(amount, float(history.get("max_invoice_amount_365d", NAN)))),
        "log_request_to_high_credit_365d": log(over(amount, float(history.get("high_credit_365d", NAN)))),
        "request_terms_days": terms,
        "request_terms_change_days": terms - history.get("median_terms_days_365d", NAN),
        "request_days_until_due": left,
        "request_due_weekday": due.weekday() if due else NAN,
        "request_due_day_of_month": due.day if due else NAN,
        "request_due_is_month_end": float(due.day <= 2 or _is_near_end(due)) if due else NAN,
    }


def _is_near_end(day: date) -> bool:
    return (day + timedelta(days=3)).month != day.month


def features_of(portfolio: Portfolio, subject: Row) -> dict[str, Any]:
    """Return every feature of a subject that is not missing."""
    own = (subject["invoice_id"], subject["instalment"]) if subject["invoice_id"] else None
    books = Books(portfolio, subject["as_of"], own)
    history = payments(books, subject["buyer_id"])
    return {
        **history,
        **accounts(books, subject["buyer_id"]),
        **profile(books, subject["buyer_id"]),
        **records(books, subject["buyer_id"]),
        **request(books, subject, history),
        **context(portfolio, subject, history),
    }
