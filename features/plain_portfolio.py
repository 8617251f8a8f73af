"""A portfolio of plain tables, read without a pass over rows in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from features.checks import Checked, check_table
from features.columns import TABLES
from features.facts import Facts, FactTables, versioned_rows
from features.grades import check_ratings
from features.keys import contradictions, filled_ids, repeats
from features.plain import NotPlain, decimals_by_row, plain_table, with_money
from features.portfolio import (
    Portfolio,
    Seller,
    fill_knowledge,
    find_contradictions,
    kept_rows,
    observed_end,
    observed_start,
    without_rows,
)
from features.texts import Texts, arrow_texts, texts_of
from features.typed import Coded, Typed, typed_of
from features.versions import starts_of_days

__all__ = ["LARGE_TABLES", "plain_portfolio"]

LARGE_TABLES = ("invoices", "allocations")
"""Tables that are read as columns; the others are frames."""

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Observed = str | pd.Timestamp | None

_NOT_KNOWN = np.iinfo(np.int64).min


def plain_portfolio(
    large: Mapping[str, Callable[[], pa.Table]],
    small: Mapping[str, pd.DataFrame],
    seller: Seller,
    observed: tuple[Observed, Observed],
) -> Portfolio:
    """Return a portfolio with all its checks passed; the same as `features.portfolio.from_frames` gives.

    Parameters
    ----------
    large : mapping of str to callable
        Reads the raw invoices, and the allocations if there are any.
    small : mapping of str to DataFrame
        The other raw tables.
    seller : Seller
    observed : pair of str, Timestamp or None
        ``observed_from`` and ``observed_until`` where they are given.

    Raises
    ------
    NotPlain
        Where any row of any table is wrong.
    """
    facts = _read(large, seller.timezone)
    _check_rows(facts)
    checked = _checked(small, facts, seller.timezone)
    if "attributes" in checked:
        check_ratings(checked["attributes"], seller.grade_maps)
        _refuse(bool(checked["attributes"].findings))
    start = observed_start({**checked, **_extremes(facts, large, "event")}, observed[0], seller)
    knowledge = {name: _knowledge(getattr(facts, name)) for name in large}
    repeated, facts = _with_knowledge(facts, seller.timezone)
    _check_links(facts)
    for table in checked.values():
        fill_knowledge(table, start, seller.timezone)
        find_contradictions(table)
        _refuse(bool(table.findings))
    _check_disputes(checked.get("disputes"), facts)
    until = observed_end({**checked, **_extremes(facts, large, "knowledge")}, observed[1], seller)
    names = tuple(name for name in TABLES if name in checked or name in large)
    frames = {name: kept_rows(table) for name, table in checked.items()}
    knowledge |= {name: table.knowledge for name, table in checked.items()}
    repeated |= {name: int(table.repeated.sum()) for name, table in checked.items()}
    return Portfolio(
        seller,
        FactTables(names, frames, facts),
        start,
        until,
        {name: knowledge[name] for name in names},
        {},
        {name: repeated[name] for name in names if repeated.get(name)},
    )


def _refuse(wrong: bool) -> None:
    if wrong:
        raise NotPlain


def _read(large: Mapping[str, Callable[[], pa.Table]], timezone: str) -> Facts:
    # Reason: reading waits for the widest column of a file; the other table's columns fill that time.
    with ThreadPoolExecutor(len(LARGE_TABLES)) as pool:
        tables = {name: pool.submit(_typed, read, name, timezone) for name, read in large.items()}
    invoices, amounts = tables["invoices"].result()
    _refuse(not invoices.rows)
    invoices = with_money(
        invoices, amounts, TABLES["invoices"].column("amount"), decimals_by_row(invoices.coded("currency"))
    )
    if "allocations" not in large:
        return Facts(invoices, typed_of("allocations", without_rows("allocations")))
    allocations, amounts = tables["allocations"].result()
    facts = Facts(invoices, allocations)
    decimals = _allocation_decimals(facts)
    allocations = with_money(allocations, amounts, TABLES["allocations"].column("amount"), decimals)
    facts.allocations = _with_ids(allocations)
    return facts


def _typed(read: Callable[[], pa.Table], name: str, timezone: str) -> tuple[Typed, pa.ChunkedArray]:
    raw = read()
    return plain_table(raw, TABLES[name], timezone), raw.column("amount")


def _allocation_decimals(facts: Facts) -> npt.NDArray[np.int8]:
    """Return decimals of each allocation's currency: its own, or else that of its invoice."""
    by_invoice = decimals_by_row(facts.invoices.coded("currency"))
    own = facts.allocations.coded("currency")
    row = facts.allocation_invoice
    decimals = np.append(by_invoice, np.int8(2))[row]
    return decimals if not own.labels else np.where(own.codes >= 0, decimals_by_row(own), decimals)


def _with_ids(allocations: Typed) -> Typed:
    missing = allocations.missing("allocation_id")
    if not missing.any():
        return allocations
    frame = allocations.frame()
    content = frame.drop(columns=["allocation_id", "withdrawn"], errors="ignore")
    ids = filled_ids(frame.get("allocation_id"), content)
    return replace(allocations, columns={**allocations.columns, "allocation_id": arrow_texts(ids)})


def _check_rows(facts: Facts) -> None:
    _refuse(bool((facts.invoices.numbers("due_on") < facts.invoices.numbers("issued_on")).any()))
    booked = facts.allocations
    unnamed = booked.missing("buyer_id") | booked.missing("currency")
    _refuse(bool((booked.missing("invoice_id") & unnamed).any()))


def _checked(small: Mapping[str, pd.DataFrame], facts: Facts, timezone: str) -> dict[str, Checked]:
    checked = {}
    for name in (name for name in TABLES if name in small):
        currencies = _currencies(small[name], facts) if name == "disputes" else None
        checked[name] = check_table(TABLES[name], small[name], timezone=timezone, currencies=currencies)
        _refuse(bool(checked[name].findings))
    return checked


def _currencies(raw: pd.DataFrame, facts: Facts) -> pd.Series[Any] | None:
    if "invoice_id" not in raw:
        return None
    ids = raw["invoice_id"].reset_index(drop=True).astype("str").str.strip()
    currency = facts.invoices.coded("currency")
    rows = facts.currency_rows(texts_of(ids))
    words = np.array([*currency.labels, None], object)
    return pd.Series(words[np.append(currency.codes, np.int32(-1))[rows]], dtype="str")


def _extremes(facts: Facts, given: Mapping[str, Any], what: str) -> dict[str, Checked]:
    """Return outlines of the large tables: the first event date, or the latest knowledge time."""
    outlines = {}
    for name in given:
        table, typed = TABLES[name], getattr(facts, name)
        rows = slice(None if typed.rows else 0, None)
        if what == "event":
            day = typed.numbers(table.event_date)
            frame = pd.DataFrame({table.event_date: _least(day).astype("datetime64[D]")})
        else:
            known = typed.numbers(table.knowledge)
            frame = pd.DataFrame({table.knowledge: (-_least(-known)).astype("datetime64[s]")})
        outlines[name] = Checked(table, frame.astype("datetime64[s]")[rows])
    return outlines


def _least(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values.min(keepdims=True) if len(values) else values


def _knowledge(typed: Typed) -> str:
    given = typed.columns.get("recorded_at")
    return "assumed" if given is None or bool(np.any(given == _NOT_KNOWN)) else "given"


def _with_knowledge(facts: Facts, timezone: str) -> tuple[dict[str, int], Facts]:
    """Fill knowledge times, drop repeated rows and refuse contradictions."""
    invoices, is_assumed = _filled(facts.invoices, "issued_on", timezone)
    allocations, is_assumed_too = _filled(facts.allocations, "settled_on", timezone)
    facts.invoices, facts.allocations = invoices, allocations
    again = _repeated(invoices, facts.invoice_fact, is_assumed)
    again_too = _repeated(allocations, facts.allocation_key, is_assumed_too)
    counts = {"invoices": len(again), "allocations": len(again_too)}
    if any(counts.values()):
        facts = Facts(_dropped(invoices, again), _dropped(allocations, again_too))
    return counts, facts


def _filled(typed: Typed, event_date: str, timezone: str) -> tuple[Typed, Mask]:
    given = typed.columns.get("recorded_at")
    assumed = np.ones(typed.rows, bool) if given is None else typed.numbers("recorded_at") == _NOT_KNOWN
    if given is not None and not assumed.any():
        return typed, assumed
    ends = starts_of_days(typed.numbers(event_date) + np.int32(1), timezone) - 1
    known = ends if given is None else np.where(assumed, ends, typed.numbers("recorded_at"))
    return replace(typed, columns={**typed.columns, "recorded_at": known}), assumed


def _repeated(typed: Typed, first: npt.NDArray[np.int32], assumed: Mask) -> npt.NDArray[np.int64]:
    """Return rows that repeat an earlier one; versions of one key must be told apart by their times."""
    rows, known = versioned_rows(first), typed.numbers("recorded_at")
    order = rows[np.lexsort((known[rows], first[rows]))]
    same = (first[order[1:]] == first[order[:-1]]) & (known[order[1:]] == known[order[:-1]])
    if not same.any() and not assumed[rows].any():
        return rows[:0]
    table, frame = TABLES[typed.name], typed.take(rows).frame()
    again = repeats(frame)
    wrong = contradictions(frame[~again], table.key, table.knowledge, assumed[rows][~again])
    _refuse(bool(wrong.any()))
    return rows[again]


def _dropped(typed: Typed, rows: npt.NDArray[np.int64]) -> Typed:
    return typed.take(np.delete(np.arange(typed.rows), rows)) if len(rows) else typed


def _check_links(facts: Facts) -> None:
    booked = facts.allocations
    _refuse(bool(((facts.allocation_fact < 0) & ~booked.missing("invoice_id")).any()))
    _refuse(bool(((facts.successor < 0) & ~booked.missing("successor_id")).any()))
    for column in ("buyer_id", "currency"):
        _refuse(_disagrees(booked.coded(column), facts.invoices.coded(column), facts.allocation_invoice))


def _disagrees(own: Coded, of_invoices: Coded, row: npt.NDArray[np.int32]) -> bool:
    if not own.labels:
        return False
    theirs = own.numbers({word: code for code, word in enumerate(of_invoices.labels)}, np.int32, -1)
    return bool(((own.codes >= 0) & (row >= 0) & (theirs != np.append(of_invoices.codes, -1)[row])).any())


def _check_disputes(disputes: Checked | None, facts: Facts) -> None:
    if disputes is not None:
        ids: Texts = texts_of(disputes.frame["invoice_id"])
        _refuse(bool((facts.find(ids, disputes.frame["instalment"].to_numpy(np.int64)) < 0).any()))
