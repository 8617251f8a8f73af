"""Figures of accounts that no table of ratios tells: flags, ages, and what both years say together."""

from __future__ import annotations

import numpy as np

from features.engine.civil import civil
from features.engine.kernel import kernel
from features.engine.logarithm import log
from features.engine.money import over
from features.engine.statements import NO_STATEMENT

__all__ = ["HAS_MARKET_VALUE", "HIDDEN", "SPECIAL", "SPECIAL_ITEMS", "fill_from_items", "fill_from_statement"]

SPECIAL: tuple[str, ...] = (
    "has_accounts",
    "has_prior_year",
    "has_market_value",
    "accounts_year",
    "statement_age_days",
    "statement_months",
    "filing_delay_days",
    "is_consolidated",
    "is_audited",
    "negative_equity",
    "zero_interest",
    "balance_sheet_error_share",
    "loss_years_last_2",
    "employees",
    "dpo_on_purchases_days",
    "log_real_assets",
    "liabilities_exceed_assets",
    "two_losses",
    "net_income_change_share",
)
"""Figures that the kernel makes by hand, in its order; the last four only for scores."""

HIDDEN = SPECIAL[-4:]
"""Figures that only scores read."""

SPECIAL_ITEMS: tuple[str, ...] = (
    "market_value",
    "equity",
    "interest_expense",
    "total_assets",
    "total_liabilities",
    "net_income",
    "employees",
    "accounts_payable",
    "cost_of_goods_sold",
    "inventory",
)
"""Items that those figures read, in the kernel's order."""

# Reason: a compiled function takes names of this file as constants; they are the positions in SPECIAL.
(
    _HAS_ACCOUNTS,
    _HAS_PRIOR_YEAR,
    HAS_MARKET_VALUE,
    _ACCOUNTS_YEAR,
    _STATEMENT_AGE,
    _MONTHS,
    _FILING_DELAY,
    _IS_CONSOLIDATED,
    _IS_AUDITED,
    _NEGATIVE_EQUITY,
    _ZERO_INTEREST,
    _BALANCE_ERROR,
    _LOSS_YEARS,
    _EMPLOYEES,
    _DPO_ON_PURCHASES,
    _LOG_REAL_ASSETS,
    _LIABILITIES_EXCEED_ASSETS,
    _TWO_LOSSES,
    _INCOME_CHANGE,
) = range(len(SPECIAL))


@kernel
def fill_from_items(slots, years, factors, figures):  # type: ignore[no-untyped-def]
    """Fill the figures of `SPECIAL` that read line items."""
    rate, exchange, price_index = factors
    now, before = years[0], years[1]
    market, equity, interest, assets, debts, income, employees, payable, cost, stock = slots
    figures[HAS_MARKET_VALUE] = 0.0 if np.isnan(now[market]) else 1.0
    figures[_NEGATIVE_EQUITY] = _flag(now[equity], now[equity] < 0.0)
    figures[_ZERO_INTEREST] = _flag(now[interest], now[interest] <= 0.0)
    figures[_LOSS_YEARS] = _flag(now[income], now[income] < 0.0) + (1.0 if before[income] < 0.0 else 0.0)
    figures[_EMPLOYEES] = now[employees]
    purchases = now[cost] + now[stock] - before[stock] * exchange
    figures[_DPO_ON_PURCHASES] = 365.0 * over(now[payable], purchases)
    figures[_LOG_REAL_ASSETS] = log(now[assets] * rate / price_index)
    figures[_LIABILITIES_EXCEED_ASSETS] = _flag(now[assets] + now[debts], now[debts] > now[assets])
    figures[_TWO_LOSSES] = _flag(now[income] + before[income], now[income] < 0.0 and before[income] < 0.0)
    earlier = before[income] * exchange
    figures[_INCOME_CHANGE] = over(now[income] - earlier, abs(now[income]) + abs(earlier))


@kernel
def fill_from_statement(slots, statements, rows, figures):  # type: ignore[no-untyped-def]
    """Fill the figures of `SPECIAL` that tell what the accounts are."""
    latest, prior, day = rows
    ended = statements.period_end[latest]
    figures[_HAS_ACCOUNTS] = 1.0
    figures[_HAS_PRIOR_YEAR] = 0.0 if prior == NO_STATEMENT else 1.0
    figures[_ACCOUNTS_YEAR] = civil(ended)[0]
    figures[_STATEMENT_AGE] = day - ended
    figures[_MONTHS] = statements.months[latest]
    figures[_FILING_DELAY] = statements.received_day[latest] - ended
    figures[_IS_CONSOLIDATED] = statements.consolidated[latest]
    figures[_IS_AUDITED] = np.nan if statements.audited[latest] < 0 else statements.audited[latest]
    figures[_BALANCE_ERROR] = _balance_error(slots, statements.items[latest])


@kernel
def _balance_error(slots, items):  # type: ignore[no-untyped-def]
    """Return by what share of total assets the balance sheet as given does not balance."""
    _, equity, _, assets, debts, _, _, _, _, _ = slots
    return over(abs(items[assets] - items[debts] - items[equity]), items[assets])


@kernel
def _flag(known, is_set):  # type: ignore[no-untyped-def]
    return np.nan if np.isnan(known) else (1.0 if is_set else 0.0)
