"""Every figure of buyers' accounts, from the statements known at a moment: one compiled sweep."""

from __future__ import annotations

import math

import numpy as np

from features.block import SubjectArrays
from features.engine.account_facts import HAS_MARKET_VALUE, fill_from_items, fill_from_statement
from features.engine.figures import PROGRAM
from features.engine.kernel import kernel, outermost
from features.engine.ledger import Ledger, rate_at
from features.engine.logarithm import log
from features.engine.money import over
from features.engine.statements import NO_STATEMENT, StatementBlock, latest_row, prior_row

__all__ = ["accounts"]


def accounts(statements: StatementBlock, ledger: Ledger, subjects: SubjectArrays, out: np.ndarray) -> None:
    """Fill the figures of the accounts known of each subject's buyer.

    Parameters
    ----------
    statements : StatementBlock
    ledger : Ledger
        Its exchange rates are read.
    subjects : SubjectArrays
        n subjects.
    out : float64 ndarray, shape (len(ACCOUNTS), n), C order
        Rows in the order of `features.engine.figures.ACCOUNTS`; NaN where an item is missing or a denominator
        is not above 0: a ratio over nothing is no number. Flow items are taken to twelve months.
    """
    rates = (ledger.fx_start, ledger.fx_begins, ledger.fx_rate)
    _sweep(PROGRAM, statements, rates, (subjects.buyer, subjects.as_of, subjects.day), out)


@outermost
def _sweep(program, statements, rates, subjects, out):  # type: ignore[no-untyped-def]
    sums = len(program.term_start) - 1 - len(program.derived_slot) - 2 * len(program.scale)
    years = np.empty((2, len(program.flow) + sums))
    levels = np.empty((2, program.first.averaged))
    figures = np.empty(program.first.end)
    for s in range(len(subjects[0])):
        moment = (subjects[0][s], subjects[1][s], subjects[2][s])
        if _figures(program, statements, rates, moment, (years, levels, figures)):
            for column in range(len(program.shown)):
                out[column, s] = figures[program.shown[column]]
        else:
            _fill_nothing(program, out, s)


@kernel
def _figures(program, statements, rates, moment, scratch):  # type: ignore[no-untyped-def]
    """Fill the figures of one subject; return whether any accounts are known."""
    buyer, as_of, day = moment
    years, levels, figures = scratch
    latest = latest_row(statements, buyer, as_of, day)
    if latest == NO_STATEMENT:
        return False
    prior = prior_row(statements, buyer, as_of, latest)
    _fill_year(program, statements, latest, years[0], levels[0])
    _fill_year(program, statements, prior, years[1], levels[1])
    rate = _unit_rate(statements, rates, latest, as_of)
    exchange = _exchange(statements, rates, (latest, prior, rate), as_of)
    for level in range(program.first.averaged):
        figures[level] = levels[0, level]
    _averaged(program, years, exchange, figures)
    _against_prior(program, years, levels, exchange, figures)
    _money(program, years[0], rate, figures)
    special = figures[program.first.special :]
    fill_from_items(program.special_slot, years, (rate, exchange, program.price_index), special)
    fill_from_statement(program.special_slot, statements, (latest, prior, day), special)
    _combined(program, figures)
    return True


@kernel
def _fill_nothing(program, out, s):  # type: ignore[no-untyped-def]
    flags = program.first.special
    for column in range(len(program.shown)):
        is_flag = flags <= program.shown[column] <= flags + HAS_MARKET_VALUE
        out[column, s] = 0.0 if is_flag else np.nan


@kernel
def _fill_year(program, statements, row, values, levels):  # type: ignore[no-untyped-def]
    """Take the items of one statement to twelve months, complete them, and make its ratios."""
    if row == NO_STATEMENT:
        for slot in range(len(values)):
            values[slot] = np.nan
        for level in range(len(levels)):
            levels[level] = np.nan
        return
    items, derived = len(program.flow), len(program.derived_slot)
    yearly = 12.0 / max(statements.months[row], 1)
    for item in range(items):
        value = statements.items[row, item]
        values[item] = value * yearly if program.flow[item] else value
    for number in range(derived):
        if np.isnan(values[program.derived_slot[number]]):
            values[program.derived_slot[number]] = _sum(program, number, values)
    for number in range(len(values) - items):
        values[items + number] = _sum(program, derived + number, values)
    first = derived + len(values) - items
    for level in range(len(levels)):
        above = _sum(program, first + 2 * level, values)
        below = _sum(program, first + 2 * level + 1, values)
        levels[level] = program.scale[level] * over(above, below)


@kernel
def _sum(program, expression, values):  # type: ignore[no-untyped-def]
    total = 0.0
    for term in range(program.term_start[expression], program.term_start[expression + 1]):
        value = values[program.term_slot[term]]
        if not (program.term_optional[term] and np.isnan(value)):
            total += program.term_weight[term] * value
    return total


@kernel
def _unit_rate(statements, rates, row, as_of):  # type: ignore[no-untyped-def]
    """Return the reporting currency for one unit of a statement's currency as known; NaN is none."""
    start, begins, rate = rates
    currency = statements.currency[row]
    return rate_at(start, begins, rate, currency, as_of) * statements.minor_per_unit[currency]


@kernel
def _exchange(statements, rates, rows, as_of):  # type: ignore[no-untyped-def]
    """Return what turns the prior year's money into the currency of the latest accounts."""
    latest, prior, rate = rows
    if prior == NO_STATEMENT or statements.currency[prior] == statements.currency[latest]:
        return 1.0
    return _unit_rate(statements, rates, prior, as_of) / rate


@kernel
def _averaged(program, years, exchange, figures):  # type: ignore[no-untyped-def]
    levels = program.first.averaged
    first = len(program.term_start) - 1 - 2 * (len(program.scale) - levels)
    for number in range(len(program.scale) - levels):
        above = _sum(program, first + 2 * number, years[0])
        below = _sum(program, first + 2 * number + 1, years[0])
        before = _sum(program, first + 2 * number + 1, years[1]) * exchange
        mean = below if np.isnan(before) else (below + before) / 2.0
        figures[levels + number] = program.scale[levels + number] * over(above, mean)


@kernel
def _against_prior(program, years, levels, exchange, figures):  # type: ignore[no-untyped-def]
    at = program.first
    for number in range(len(program.change_level)):
        level = program.change_level[number]
        figures[at.changes + number] = levels[0, level] - levels[1, level]
    for number in range(len(program.growth_slot)):
        slot = program.growth_slot[number]
        before = years[1, slot] * (exchange if program.growth_is_money[number] else 1.0)
        figures[at.growth + number] = log(over(years[0, slot], before))
    for number in range(len(program.index_rule)):
        figures[at.indices + number] = _index(program, program.index_rule[number], levels, figures)


@kernel
def _index(program, rule, levels, figures):  # type: ignore[no-untyped-def]
    figure, is_inverse, is_neutral = rule[0], rule[1], rule[2]
    if figure >= program.first.averaged:
        value = math.exp(figures[figure])
    else:
        value = over(levels[is_inverse, figure], levels[1 - is_inverse, figure])
    return 1.0 if is_neutral and np.isnan(value) else value


@kernel
def _money(program, values, rate, figures):  # type: ignore[no-untyped-def]
    for number in range(len(program.money_slot)):
        figures[program.first.money + number] = values[program.money_slot[number]] * rate
    for number in range(len(program.log_slot)):
        figures[program.first.logs + number] = log(values[program.log_slot[number]] * rate)


@kernel
def _combined(program, figures):  # type: ignore[no-untyped-def]
    for number in range(len(program.score_constant)):
        total = program.score_constant[number]
        for term in range(program.score_start[number], program.score_start[number + 1]):
            total += program.score_weight[term] * figures[program.score_figure[term]]
        figures[program.first.combined + number] = total
