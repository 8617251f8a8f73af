"""Features of accounts, records, requests and the book once more: slow and plain."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from features.portfolio import Portfolio
from tests.features.oracle import payments
from tests.features.oracle_books import NAN, Books, Row

INSOLVENCIES = ("insolvency", "winding_up", "bankruptcy", "administration", "receivership", "liquidation")
FLOWS = (
    "revenue cost_of_goods_sold gross_profit ebitda ebit interest_expense net_income operating_cash_flow "
    "depreciation_amortization"
).split()


def accounts(books: Books, buyer: str) -> dict[str, Any]:
    """Return the features of statements."""
    now, before = pick(books, buyer)
    values = _flags(now, before)
    if now is None:
        return values
    a = _filled(now)
    values |= _ratios(a)
    rate = _unit_rate(books, now["currency"])
    money = ("equity", "tangible_net_worth", "working_capital", "accounts_payable", "revenue")
    values |= {item: a[item] * rate for item in money}
    for item in ("total_assets", "revenue", "market_value"):
        values[f"log_{item}"] = _log(a[item] * rate)
    values["statement_age_days"] = (books.day - now["period_end"]).days
    values["accounts_year"] = now["period_end"].year
    values["loss_years_last_2"] = NAN if math.isnan(a["net_income"]) else float(a["net_income"] < 0)
    if before is not None:
        b = _filled(before)
        values["loss_years_last_2"] += b["net_income"] < 0
        values |= _changes(a, b, _exchange(books, now, before))
    return values


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


def _filled(row: Row) -> dict[str, float]:
    a = {name: NAN if value is None else value for name, value in row.items()}
    a |= {item: a[item] * 12 / row["months"] for item in FLOWS}
    given = dict(a)
    derived = {
        "gross_profit": given["revenue"] - given["cost_of_goods_sold"],
        "ebitda": given["ebit"] + given["depreciation_amortization"],
        "equity": given["total_assets"] - given["total_liabilities"],
        "total_liabilities": given["total_assets"] - given["equity"],
    }
    a |= {item: value for item, value in derived.items() if math.isnan(given[item])}
    optional = "intangible_assets goodwill related_party_receivables short_term_investments prepaid_expenses"
    a |= {item: 0.0 for item in optional.split() if math.isnan(a[item])}
    a["tangible_net_worth"] = (
        a["equity"] - a["intangible_assets"] - a["goodwill"] - a["related_party_receivables"]
    )
    a["working_capital"] = a["current_assets"] - a["current_liabilities"]
    return a


QUOTIENTS = {
    "current_ratio": ("current_assets", "current_liabilities"),
    "working_capital_to_assets": ("working_capital", "total_assets"),
    "liabilities_to_assets": ("total_liabilities", "total_assets"),
    "retained_earnings_to_assets": ("retained_earnings", "total_assets"),
    "long_term_debt_to_assets": ("long_term_debt", "total_assets"),
    "ebitda_to_liabilities": ("ebitda", "total_liabilities"),
    "operating_cash_flow_to_liabilities": ("operating_cash_flow", "total_liabilities"),
    "interest_to_revenue": ("interest_expense", "revenue"),
    "ebit_to_interest": ("ebit", "interest_expense"),
    "ebit_to_assets": ("ebit", "total_assets"),
    "net_income_to_assets": ("net_income", "total_assets"),
    "net_margin": ("net_income", "revenue"),
    "gross_margin": ("gross_profit", "revenue"),
    "gross_profit_to_assets": ("gross_profit", "total_assets"),
    "asset_turnover": ("revenue", "total_assets"),
    "market_value_to_liabilities": ("market_value", "total_liabilities"),
}
DAYS = {
    "dso_days": ("receivables", "revenue"),
    "dio_days": ("inventory", "cost_of_goods_sold"),
    "dpo_days": ("accounts_payable", "cost_of_goods_sold"),
}


def _ratios(a: dict[str, float]) -> dict[str, float]:
    quick = a["current_assets"] - a["inventory"] - a["prepaid_expenses"]
    return {
        **{name: _over(a[above], a[below]) for name, (above, below) in QUOTIENTS.items()},
        **{name: 365 * _over(a[above], a[below]) for name, (above, below) in DAYS.items()},
        "quick_ratio": _over(quick, a["current_liabilities"]),
        "cash_ratio": _over(a["cash"] + a["short_term_investments"], a["current_liabilities"]),
    }


def _changes(a: dict[str, float], b: dict[str, float], exchange: float) -> dict[str, float]:
    now, before = _ratios(a), _ratios(b)
    differences = "net_income_to_assets liabilities_to_assets current_ratio dso_days dpo_days".split()
    growth = ("revenue", "total_assets", "market_value")
    return {
        **{f"change_{name}_1y": now[name] - before[name] for name in differences},
        **{f"change_{item}_1y": _log(_over(a[item], b[item] * exchange)) for item in growth},
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


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else NAN


def _log(value: float) -> float:
    return math.log(value) if value > 0 else NAN


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
    values["count_disputes_365d"] = len(_disputes(books, buyer))
    for kind in ("own", "insured"):
        rows = [row for row in books.rows("limits") if row["buyer_id"] == buyer and row["kind"] == kind]
        valid = [row for row in rows if row["valid_from"] <= books.day <= (row.get("valid_to") or date.max)]
        parts = [(row["currency"], row["amount_minor"]) for row in valid]
        values[f"{kind}_limit"] = books.money(parts) if valid else NAN
    return values


def _disputes(books: Books, buyer: str) -> list[Row]:
    """Return the disputes of a year about a buyer's invoices, but for the subject's own."""
    invoices = books.seen["invoices"]
    owed = {(row["invoice_id"], row["instalment"]) for row in invoices if row["buyer_id"] == buyer} - {
        books.own
    }
    return [
        row
        for row in books.rows("disputes")
        if (row["invoice_id"], row["instalment"]) in owed and 0 <= (books.day - row["raised_on"]).days < 365
    ]


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
        "log_request_amount": _log(amount),
        "log_request_to_usual": _log(_over(amount, usual)),
        "request_terms_days": terms,
        "request_terms_change_days": terms - history.get("median_terms_days_365d", NAN),
        "request_days_until_due": left,
        "request_due_weekday": due.weekday() if due else NAN,
        "request_due_day_of_month": due.day if due else NAN,
    }


def derived(values: dict[str, Any]) -> dict[str, Any]:
    """Return the features that follow from payment features."""

    def get(name: str) -> float:
        return float(values.get(name, NAN))

    overdue, exposure, invoiced = get("overdue_amount"), get("exposure"), get("invoiced_amount_365d")
    share = 0.0 if overdue <= 0 or exposure <= 0 else NAN
    recent = get("invoiced_amount_90d") * 365 / 90
    experience = [get("mean_days_late_all"), get("days_since_last_settlement")]
    return {
        "overdue_share": min(overdue / exposure, 1.0) if overdue > 0 and exposure > 0 else share,
        "exposure_to_invoiced_365d": _over(exposure, invoiced),
        "change_mean_days_late_90d_365d": get("mean_days_late_90d") - get("mean_days_late_365d"),
        "change_invoiced_amount_90d_365d": _log(_over(recent, invoiced)),
        "has_payments": float(not all(math.isnan(value) for value in experience)),
    }


def book(portfolio: Portfolio, as_of: datetime) -> dict[str, Any]:
    """Return the book's figures at the last month end before a moment."""
    zone = ZoneInfo(portfolio.seller.timezone)
    local = as_of.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
    for months_back in range(3):
        month = (local.year * 12 + local.month - 1) - months_back
        year, number = divmod(month, 12)
        last = date(year, number + 1, monthrange(year, number + 1)[1])
        midnight = datetime.combine(last + timedelta(days=1), time(), zone)
        end = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) - timedelta(seconds=1)
        if end < as_of:
            break
    if end < portfolio.observed_from.to_pydatetime():
        return {}
    values = payments(Books(portfolio, end), None)
    names = ("share_late_amount_90d", "share_late_30_amount_90d", "mean_days_late_settled_90d")
    return {f"book_{name}": values.get(name, NAN) for name in names}


def features_of(portfolio: Portfolio, subject: Row) -> dict[str, Any]:
    """Return every feature of a subject that is not missing."""
    own = (subject["invoice_id"], subject["instalment"]) if subject["invoice_id"] else None
    books = Books(portfolio, subject["as_of"], own)
    history = payments(books, subject["buyer_id"])
    recorded = records(books, subject["buyer_id"])
    return {
        **history,
        **derived(history),
        **accounts(books, subject["buyer_id"]),
        **recorded,
        "disputes_per_invoice_365d": _over(
            recorded["count_disputes_365d"], history.get("count_invoices_365d", NAN)
        ),
        **request(books, subject, history),
        **book(portfolio, subject["as_of"]),
    }
