"""All features of subjects from a packed block: the one path of batch and online."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.block import Block, StatementBlock, SubjectArrays
from features.catalog import NAMES
from features.codes import decimals_of
from features.columns import LINE_ITEMS
from features.engine.ledger import Ledger, ledger_of
from features.engine.payments import PAYMENTS, payments
from features.engine.ratios import FLOW_ITEMS, Accounts, changes, complete, levels, log
from features.engine.records import RECORDS, records
from features.engine.statements import NO_STATEMENT, pick

__all__ = ["BOOK", "Context", "compute", "rates_of"]

Floats = npt.NDArray[np.float64]
Columns = dict[str, Floats]

BOOK: tuple[str, ...] = ("share_late_amount_90d", "share_late_30_amount_90d", "mean_days_late_settled_90d")
"""Payment features of the whole book that a `Context` holds; subjects get them with the prefix ``book_``."""


@dataclass(frozen=True)
class Context:
    """Figures across buyers, one row a month end, as they were known then.

    Parameters
    ----------
    month_end : int64 ndarray, shape (m,)
        Seconds since 1970, ascending.
    values : float64 ndarray, shape (m, len(BOOK))
    """

    month_end: npt.NDArray[np.int64]
    values: Floats


def compute(
    block: Block,
    subjects: SubjectArrays,
    context: Context,
    out: Floats | None = None,
    *,
    assumes_usual: bool = False,
) -> Floats:
    """Compute every feature of the catalog.

    Parameters
    ----------
    block : Block
        Packed facts of one or many buyers.
    subjects : SubjectArrays
        n subjects.
    context : Context
    out : float64 ndarray, shape (n, len(NAMES)), optional
        Filled and returned.
    assumes_usual : bool
        Where a subject has no request, take the buyer's usual invoice (median amount and terms of 365 days)
        for one.

    Returns
    -------
    float64 ndarray, shape (n, len(NAMES))
        Columns in the order of the catalog; NaN is missing, with the meaning that the catalog gives.
    """
    ledger = ledger_of(block)
    columns = _payment_columns(ledger, subjects)
    columns.update(_record_columns(ledger, subjects))
    disputes, invoices = columns["count_disputes_365d"], columns["count_invoices_365d"]
    columns["disputes_per_invoice_365d"] = disputes / _above_zero(invoices)
    columns.update(_statement_columns(block, subjects))
    columns.update(_request_columns(columns, subjects, assumes_usual))
    columns.update(_book_columns(context, subjects))
    if out is None:
        out = np.empty((len(subjects), len(NAMES)))
    for position, name in enumerate(NAMES):
        out[:, position] = columns[name]
    return out


def _payment_columns(ledger: Ledger, subjects: SubjectArrays) -> Columns:
    values = np.empty((len(subjects), len(PAYMENTS)))
    payments(ledger, subjects, values)
    columns = {name: values[:, position] for position, name in enumerate(PAYMENTS)}
    invoiced = _above_zero(columns["invoiced_amount_365d"])
    columns["overdue_share"] = _above_zero_or_nothing(columns["overdue_amount"], columns["exposure"])
    columns["exposure_to_invoiced_365d"] = columns["exposure"] / invoiced
    columns["change_mean_days_late_90d_365d"] = columns["mean_days_late_90d"] - columns["mean_days_late_365d"]
    columns["change_invoiced_amount_90d_365d"] = log(columns["invoiced_amount_90d"] * (365 / 90) / invoiced)
    known = ~np.isnan(columns["mean_days_late_all"]) | ~np.isnan(columns["days_since_last_settlement"])
    columns["has_payments"] = known.astype(np.float64)
    return columns


def _above_zero_or_nothing(part: Floats, whole: Floats) -> Floats:
    """Return a share; of a buyer that owes nothing on balance nothing is overdue: 0, not missing."""
    return np.where((part <= 0) | (whole <= 0), 0.0, np.minimum(part / _above_zero(whole), 1.0))


def _record_columns(ledger: Ledger, subjects: SubjectArrays) -> Columns:
    values = np.empty((len(subjects), len(RECORDS)))
    records(ledger, subjects, values)
    return {name: values[:, position] for position, name in enumerate(RECORDS)}


def _statement_columns(block: Block, subjects: SubjectArrays) -> Columns:
    statements = block.statements
    latest, prior = pick(statements, subjects)
    to_reporting = _statement_rates(block, latest, subjects)
    now, before = (complete(_accounts(statements, rows)) for rows in (latest, prior))
    same = _take(statements.currency, latest) == _take(statements.currency, prior)
    exchange = np.where(same, 1.0, _statement_rates(block, prior, subjects) / to_reporting)
    known = latest != NO_STATEMENT
    ended = np.where(known, _take(statements.period_end, latest), 0)
    money = {item: now[item] * to_reporting for item in _MONEY}
    return {
        **levels(now),
        **changes(now, before, exchange),
        **money,
        "log_total_assets": log(now["total_assets"] * to_reporting),
        "log_revenue": log(money["revenue"]),
        "log_market_value": log(now["market_value"] * to_reporting),
        "loss_years_last_2": _losses(now["net_income"], before["net_income"]),
        "statement_age_days": np.where(known, subjects.day - ended, np.nan),
        "accounts_year": np.where(
            known, ended.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970, np.nan
        ),
        "has_accounts": known.astype(np.float64),
        "has_prior_year": (prior != NO_STATEMENT).astype(np.float64),
        "has_market_value": (~np.isnan(now["market_value"])).astype(np.float64),
    }


def _losses(now: Floats, before: Floats) -> Floats:
    """Count years with a loss; a year before that nobody knows counts as none, which its own flag tells."""
    return np.where(np.isnan(now), np.nan, (now < 0) + 1.0 * (before < 0))


_MONEY = ("equity", "tangible_net_worth", "working_capital", "accounts_payable", "revenue")


def _take(values: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return values[rows] if len(values) else np.zeros(len(rows), np.int64)


def _accounts(statements: StatementBlock, rows: npt.NDArray[np.int64]) -> Accounts:
    items = statements.items[rows] if len(statements.items) else np.full((len(rows), len(LINE_ITEMS)), np.nan)
    items = np.where((rows != NO_STATEMENT)[:, None], items, np.nan)
    yearly = 12.0 / np.maximum(_take(statements.months, rows), 1)
    return {
        item: items[:, position] * yearly if item in FLOW_ITEMS else items[:, position]
        for position, item in enumerate(LINE_ITEMS)
    }


def _statement_rates(block: Block, rows: npt.NDArray[np.int64], subjects: SubjectArrays) -> Floats:
    """Return reporting currency for one unit of each statement's currency, as known at each as_of."""
    currency = _take(block.statements.currency, rows)
    rates = np.full(len(rows), np.nan)
    for position in np.unique(currency[rows != NO_STATEMENT]):
        mine = np.flatnonzero((currency == position) & (rows != NO_STATEMENT))
        rates[mine] = rates_of(block, int(position), subjects.as_of[mine])
    return rates


def rates_of(block: Block, position: int, as_of: npt.NDArray[np.int64]) -> Floats:
    """Return the reporting currency for one unit of a currency as known at each instant; NaN is none."""
    first, last = block.fx_start[position], block.fx_start[position + 1]
    known = np.searchsorted(block.fx_known_from[first:last], as_of, side="right")
    per_minor = np.append(np.nan, block.fx_rate[first:last])[known]
    return per_minor * 10.0 ** decimals_of(block.currencies[position])


def _request_columns(columns: Mapping[str, Floats], subjects: SubjectArrays, assumes_usual: bool) -> Columns:
    amount, terms, left, due = subjects.amount, subjects.terms_days, subjects.days_until_due, subjects.due_day
    assumed = np.isnan(amount) & assumes_usual & ~np.isnan(columns["median_invoice_amount_365d"])
    amount = np.where(assumed, columns["median_invoice_amount_365d"], amount)
    usual = np.isnan(terms) & ~np.isnan(columns["median_terms_days_365d"]) & ~np.isnan(amount) & assumes_usual
    terms = np.where(usual, columns["median_terms_days_365d"], terms)
    left = np.where(usual, terms, left)
    due = np.where(usual, subjects.day + terms, due)
    return {
        "request_amount": amount,
        "request_assumed": (assumed | usual).astype(np.float64),
        "log_request_amount": log(amount),
        "log_request_to_usual": log(amount / _above_zero(columns["median_invoice_amount_365d"])),
        "request_terms_days": terms,
        "request_terms_change_days": terms - columns["median_terms_days_365d"],
        "request_days_until_due": left,
        # Reason: 1970-01-01 was a Thursday; 0 is Monday.
        "request_due_weekday": (due + 3) % 7,
        "request_due_day_of_month": _day_of_month(due),
    }


def _day_of_month(days: Floats) -> Floats:
    dates = np.nan_to_num(days).astype(np.int64).astype("datetime64[D]")
    return np.where(np.isnan(days), np.nan, (dates - dates.astype("datetime64[M]")).astype(np.float64) + 1)


def _book_columns(context: Context, subjects: SubjectArrays) -> Columns:
    """Return the book as of the last month end before each as_of."""
    before = np.searchsorted(context.month_end, subjects.as_of, side="left")
    table = np.vstack([np.full(len(BOOK), np.nan), context.values])
    return {f"book_{name}": table[before, position] for position, name in enumerate(BOOK)}


def _above_zero(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)
