"""The table of figures as arrays for the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.columns import LINE_ITEMS
from features.engine.account_facts import HIDDEN, SPECIAL, SPECIAL_ITEMS
from features.engine.ratio_table import (
    AVERAGED,
    CHANGES,
    DERIVED,
    FLOW_ITEMS,
    GROWTH,
    LOGS,
    MONEY,
    PARTS,
    RATIOS,
    SUMS,
)
from features.engine.score_table import CYCLES, INDICES, PRICE_INDEX, SCORES

__all__ = ["ACCOUNTS", "PROGRAM", "Program"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ACCOUNTS: tuple[str, ...] = (
    *RATIOS,
    *CYCLES,
    "return_on_average_assets",
    *(f"change_{name}_1y" for name in (*CHANGES, *GROWTH)),
    *MONEY,
    *(f"log_{name}" for name in LOGS),
    *(name for name in SPECIAL if name not in HIDDEN),
    *SCORES,
)
"""Columns that `features.engine.accounts.accounts` fills, in order."""


class Sections(NamedTuple):
    """First figure of each kind, in their order; levels come first, from 0 on, and `end` is their number."""

    averaged: int
    changes: int
    growth: int
    money: int
    logs: int
    indices: int
    special: int
    combined: int
    end: int


class Program(NamedTuple):
    """The table as arrays.

    An *expression* is a signed sum of slots; a *slot* holds a line item or one of `SUMS`; a *level* is a
    ratio or part of one year; a *figure* is anything that is computed.

    Parameters
    ----------
    term_start : int64 ndarray, shape (expressions + 1,)
        Of derived items, sums, and above and below of levels and averaged ratios, in this order.
    term_slot, term_optional : int64 ndarray, shape (terms,)
    term_weight : float64 ndarray, shape (terms,)
    flow : int64 ndarray, shape (line items,)
        1 for items taken to twelve months.
    derived_slot : int64 ndarray, shape (derived items,)
    scale : float64 ndarray, shape (levels + averaged,)
    change_level : int64 ndarray, shape (changes,)
    growth_slot, money_slot, log_slot : int64 ndarray
    growth_is_money : int64 ndarray, shape (growth items,)
        1 where the year before must be converted.
    index_rule : int64 ndarray, shape (indices, 3)
        Figure (a level, or a growth figure), inverse or not, neutral or not.
    score_start : int64 ndarray, shape (scores + 1,)
    score_figure : int64 ndarray, shape (score terms,)
    score_weight : float64 ndarray, shape (score terms,)
    score_constant : float64 ndarray, shape (scores,)
    first : Sections
    shown : int64 ndarray, shape (len(ACCOUNTS),)
        Figure of each column.
    special_slot : tuple of int
        Of `SPECIAL_ITEMS`.
    price_index : float
    """

    term_start: Ints
    term_slot: Ints
    term_optional: Ints
    term_weight: Floats
    flow: Ints
    derived_slot: Ints
    scale: Floats
    change_level: Ints
    growth_slot: Ints
    growth_is_money: Ints
    money_slot: Ints
    log_slot: Ints
    index_rule: Ints
    score_start: Ints
    score_figure: Ints
    score_weight: Floats
    score_constant: Floats
    first: Sections
    shown: Ints
    special_slot: tuple[int, ...]
    price_index: float


_SLOTS = {name: slot for slot, name in enumerate((*LINE_ITEMS, *SUMS))}
_LEVELS = {**RATIOS, **PARTS}
_COMBINED = {**CYCLES, **SCORES}
_SECTIONS: tuple[tuple[str, ...], ...] = (
    tuple(_LEVELS),
    tuple(AVERAGED),
    tuple(f"change_{name}_1y" for name in CHANGES),
    tuple(f"change_{name}_1y" for name in GROWTH),
    MONEY,
    tuple(f"log_{name}" for name in LOGS),
    tuple(INDICES),
    SPECIAL,
    (*CYCLES, *SCORES),
)
_FIGURES = {name: number for number, name in enumerate(name for part in _SECTIONS for name in part)}


def _terms(expression: str) -> list[tuple[int, int, float]]:
    """Return slot, optional or not, and sign of each term."""
    terms, sign = [], 1.0
    for word in expression.split():
        if word in ("+", "-"):
            sign = 1.0 if word == "+" else -1.0
        else:
            terms.append((_SLOTS[word.removesuffix("?")], int(word.endswith("?")), sign))
    return terms


def _index_rows() -> list[tuple[int, int, int]]:
    rows = []
    for index in INDICES.values():
        name = f"change_{index.ratio}_1y" if index.ratio in GROWTH else index.ratio
        rows.append((_FIGURES[name], int(index.is_inverse), int(index.neutral)))
    return rows


def _starts(lengths: Iterable[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(list(lengths))]).astype(np.int64)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _program() -> Program:
    sides = [side for ratio in (*_LEVELS.values(), *AVERAGED.values()) for side in ratio[:2]]
    expressions = [_terms(text) for text in (*DERIVED.values(), *SUMS.values(), *sides)]
    terms = [term for expression in expressions for term in expression]
    weights = [term for score in _COMBINED.values() for term in score.terms]
    return Program(
        term_start=_starts(len(expression) for expression in expressions),
        term_slot=_ints(slot for slot, _, _ in terms),
        term_optional=_ints(optional for _, optional, _ in terms),
        term_weight=np.array([sign for _, _, sign in terms]),
        flow=_ints(item in FLOW_ITEMS for item in LINE_ITEMS),
        derived_slot=_ints(_SLOTS[item] for item in DERIVED),
        scale=np.array([ratio.scale for ratio in (*_LEVELS.values(), *AVERAGED.values())]),
        change_level=_ints(_FIGURES[name] for name in CHANGES),
        growth_slot=_ints(_SLOTS[item] for item in GROWTH),
        growth_is_money=_ints(item != "employees" for item in GROWTH),
        money_slot=_ints(_SLOTS[item] for item in MONEY),
        log_slot=_ints(_SLOTS[item] for item in LOGS),
        index_rule=np.array(_index_rows(), np.int64),
        score_start=_starts(len(score.terms) for score in _COMBINED.values()),
        score_figure=_ints(_FIGURES[name] for _, name in weights),
        score_weight=np.array([weight for weight, _ in weights]),
        score_constant=np.array([score.constant for score in _COMBINED.values()]),
        first=Sections(*_starts(len(part) for part in _SECTIONS)[1:].tolist()),
        shown=_ints(_FIGURES[name] for name in ACCOUNTS),
        special_slot=tuple(_SLOTS[item] for item in SPECIAL_ITEMS),
        price_index=PRICE_INDEX,
    )


PROGRAM: Program = _program()
"""The table as the kernel takes it."""
