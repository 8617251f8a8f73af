"""All features of subjects from a packed block: the one path of batch and online."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from features.block import Block, SubjectArrays
from features.catalog import NAMES
from features.codes import decimals_of
from features.engine.accounts import accounts
from features.engine.context import CONTEXT, Context, peers
from features.engine.derived import DERIVED, RULES, derive, steps_of
from features.engine.figures import ACCOUNTS
from features.engine.flows import FLOW_WINDOWS, FLOWS
from features.engine.ledger import rates_over_time
from features.engine.moments import Moments
from features.engine.profile import PROFILE, profile
from features.engine.requests import HISTORY, REQUESTS, requests
from features.engine.sweeps import OF_ITEMS, SWEPT, sweep

__all__ = ["COLUMNS", "compute", "compute_columns", "needs_peers", "rates_of"]

Floats = npt.NDArray[np.float64]

_ITEMS = "count_items"
"""Inner column: items known. Of a buyer without any, nothing is known of its payments."""

_SECTION = "industry_section"

_CONTEXT = tuple(f"{group}_{name}" for group in ("book", "industry") for name in CONTEXT)

_CATALOG = frozenset(NAMES)

_TABLES: tuple[tuple[str, ...], ...] = (*SWEPT, ACCOUNTS, PROFILE)
_OTHERS: tuple[tuple[str, ...], ...] = (_CONTEXT, DERIVED, REQUESTS)

COLUMNS: tuple[str, ...] = tuple(name for group in (*_TABLES, *_OTHERS) for name in group)
"""Everything that the engine computes: the catalog's features, and some that only others are made from."""


@dataclass(frozen=True)
class _Plan:
    """Which groups of columns are needed and where they stand in the table."""

    groups: tuple[tuple[str, ...], ...]
    row_of: dict[str, int]

    @cached_property
    def positions(self) -> npt.NDArray[np.int64]:
        """Rows of all features in the order of the catalog."""
        return np.array([self.row_of[name] for name in NAMES])

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """First row and end of the columns of each sweep, shape (sweeps, 2); both 0: not needed."""
        found = np.zeros((len(SWEPT), 2), np.int64)
        for number, names in enumerate(SWEPT):
            if names[0] in self.row_of:
                found[number] = self.row_of[names[0]], self.row_of[names[0]] + len(self._placed(names))
        return found

    @cached_property
    def of_items(self) -> npt.NDArray[np.int64]:
        """Rows of what is missing for a buyer without items."""
        return np.array([self.row_of[name] for group in OF_ITEMS for name in self._placed(group)], np.int64)

    @cached_property
    def steps(self) -> npt.NDArray[np.int64]:
        """How derived features follow from others."""
        return steps_of(self.row_of)

    @cached_property
    def history(self) -> npt.NDArray[np.int64]:
        """Rows of what requests are compared with."""
        return np.array([self.row_of[name] for name in HISTORY])

    def _placed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.row_of)

    def rows(self, group: tuple[str, ...]) -> slice:
        first = self.row_of[group[0]]
        return slice(first, first + len(group))


def compute(
    block: Block, subjects: SubjectArrays, context: Context, *, assumes_usual: bool = False
) -> Floats:
    """Compute every feature of the catalog.

    Parameters
    ----------
    block : Block
        Packed facts of one or many buyers.
    subjects : SubjectArrays
        n subjects, in any order; sorted by buyer and as_of they cost least.
    context : Context
    assumes_usual : bool
        Where a subject has no request, take the buyer's usual invoice (median amount and terms of 365 days)
        for one.

    Returns
    -------
    float64 ndarray, shape (n, len(NAMES))
        Columns in the order of the catalog, each contiguous; NaN is missing, with the meaning that the
        catalog gives.
    """
    order = _order(subjects)
    plan = _plan(_CATALOG)
    table = _table(block, subjects if order is None else subjects.take(order), context, plan, assumes_usual)
    out = np.empty((len(NAMES), len(subjects)))
    if order is None:
        np.take(table, plan.positions, axis=0, out=out, mode="clip")
    else:
        out[:, order] = table[plan.positions]
    return out.T


def compute_columns(
    block: Block,
    subjects: SubjectArrays,
    context: Context,
    names: Collection[str] = NAMES,
    *,
    assumes_usual: bool = False,
    room: Floats | None = None,
) -> dict[str, Floats]:
    """Compute some features, running only the sweeps that they need.

    Parameters
    ----------
    block, subjects, context, assumes_usual :
        As in `compute`; the context is only read where `needs_peers`.
    names : collection of str
        Features of the catalog.
    room : float64 ndarray, shape (len(COLUMNS) * n,) or longer, optional
        Memory to work in: who computes block after block saves the cost of ever new pages.

    Returns
    -------
    dict of str to float64 ndarray, shape (n,)
        In `room`, where there is one: valid until it is used again.
    """
    order, plan = _order(subjects), _plan(frozenset(names))
    sorted_subjects = subjects if order is None else subjects.take(order)
    table = _table(block, sorted_subjects, context, plan, assumes_usual, room)
    if order is None:
        return {name: table[plan.row_of[name]] for name in names}
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return {name: table[plan.row_of[name]][back] for name in names}


def needs_peers(names: Collection[str]) -> bool:
    """Whether any of some features asks for the context.

    Examples
    --------
    >>> needs_peers(["count_invoices_90d"]), needs_peers(["mean_days_late_vs_book_90d"])
    (False, True)
    """
    return _CONTEXT in _plan(frozenset(names)).groups


def _table(
    block: Block,
    subjects: SubjectArrays,
    context: Context,
    plan: _Plan,
    assumes_usual: bool,
    room: Floats | None = None,
) -> Floats:
    """Return the planned columns of sorted subjects, a row each."""
    size = len(plan.row_of) * len(subjects)
    table = (np.empty(size) if room is None else room[:size]).reshape(len(plan.row_of), len(subjects))
    _fill(block, subjects, context, plan, table)
    _fill_others(subjects, plan, table, assumes_usual)
    return table


def _order(subjects: SubjectArrays) -> npt.NDArray[np.int64] | None:
    """Return the order by buyer and as_of; None where the subjects stand in it."""
    buyer, as_of = subjects.buyer, subjects.as_of
    if len(buyer) == 1:
        return None
    later = (buyer[1:] > buyer[:-1]) | ((buyer[1:] == buyer[:-1]) & (as_of[1:] >= as_of[:-1]))
    return None if later.all() else np.lexsort((as_of, buyer))


@cache
def _plan(names: frozenset[str]) -> _Plan:
    wanted = _with_sources(names)
    groups = [FLOW_WINDOWS if group is FLOWS and wanted <= set(FLOW_WINDOWS) else group for group in _TABLES]
    chosen = tuple(group for group in (*groups, *_OTHERS) if wanted & set(group))
    placed = [name for group in chosen for name in group]
    return _Plan(chosen, {name: row for row, name in enumerate(placed)})


def _with_sources(names: Iterable[str]) -> set[str]:
    """Return names with those from which they follow."""
    wanted = set(names)
    if wanted & set(REQUESTS):
        wanted |= set(HISTORY)
    for name, _, one, other in RULES:
        if name in wanted:
            wanted |= {one, other}
    if wanted & {name for group in OF_ITEMS for name in group}:
        wanted.add(_ITEMS)
    if wanted & set(_CONTEXT):
        wanted.add(_SECTION)
    if "has_payments" in wanted:
        wanted |= {"mean_days_late_all", "days_since_last_settlement"}
    return wanted


def _fill(block: Block, subjects: SubjectArrays, context: Context, plan: _Plan, table: Floats) -> None:
    """Fill what comes straight from facts: sweeps over the ledger, records, accounts, profile and context."""
    moments = Moments(subjects.buyer, subjects.as_of, subjects.day, subjects.own_item)
    sweep(block.ledger, moments, plan.places, table)
    if _ITEMS in plan.row_of:
        nothing = ~(table[plan.row_of[_ITEMS]] > 0)
        if nothing.any():
            table[np.ix_(plan.of_items, nothing)] = np.nan
    if ACCOUNTS in plan.groups:
        accounts(block.statements, block.ledger, subjects, table[plan.rows(ACCOUNTS)])
    if PROFILE in plan.groups:
        profile(block.profiles, subjects, table[plan.rows(PROFILE)])
    if _CONTEXT in plan.groups:
        known = (subjects.as_of, table[plan.row_of[_SECTION]])
        peers(context.month_end, context.values, known, table[plan.rows(_CONTEXT)])


def _fill_others(subjects: SubjectArrays, plan: _Plan, table: Floats, assumes_usual: bool) -> None:
    """Fill what follows from other features."""
    derive(plan.steps, table)
    if REQUESTS in plan.groups:
        requests(table, plan.history, subjects, table[plan.rows(REQUESTS)], assumes_usual=assumes_usual)


def rates_of(block: Block, position: int, as_of: npt.NDArray[np.int64]) -> Floats:
    """Return the reporting currency for one unit of a currency as known at each instant; NaN is none."""
    ledger, per_minor = block.ledger, np.empty(len(as_of))
    rates_over_time((ledger.fx_start, ledger.fx_begins, ledger.fx_rate), position, as_of, per_minor)
    return per_minor * 10.0 ** decimals_of(block.currencies[position])
