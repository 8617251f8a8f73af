"""What a timing model may not be used for, or only with care, from the facts of its making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from credit.assessor import MAX_DAYS_BEHIND
from training.report.finding import gravest_first
from training.report.timing.study import TimingStudy

__all__ = ["COVERAGE", "FEW_EVENTS", "limits_of"]

COVERAGE = (0.75, 0.85)
"""Shares of pay dates in their 80 % interval between which the interval holds what it says."""

FEW_EVENTS = 60
"""Closings by a cause below which its share is not learned well."""

_LEAST = 20
"""Test subjects below which a part is not proven."""

Pack = Mapping[str, Any]
Told = Iterator[tuple[str, str, str]]


class _Facts(NamedTuple):
    """What limits are derived from."""

    study: TimingStudy
    pack: Pack


def limits_of(study: TimingStudy, pack: Pack) -> list[dict[str, str]]:
    """Return the section ``limits_of_use``, the gravest first.

    Parameters
    ----------
    study : TimingStudy
    pack : mapping
        ``definition``, ``performance``, ``receipts`` and ``purpose``.
    """
    facts = _Facts(study, pack)
    told = [limit for rule in _RULES for limit in rule(facts)]
    found = [dict(zip(("code", "severity", "text"), limit, strict=True)) for limit in told]
    return gravest_first(found)


def _question(facts: _Facts) -> Told:
    days = facts.study.spec.horizon_days
    yield (
        "not_default", "high",
        "A pay date, late or missing, is no probability of default: not for grades, expected loss, "
        "provisions or limits.",
    )  # fmt: skip
    yield (
        "horizon", "high",
        f"Not for any day beyond {days} days after due: what is open then may be paid or lost, and of an "
        f"invoice that is {days} days past due already it says nothing.",
    )  # fmt: skip
    yield (
        "open_ledger", "high",
        "Weekly receipts are those of what is open now: no forecast of sales, nor of all cash that comes in.",
    )  # fmt: skip


def _coverage(facts: _Facts) -> Told:
    told = facts.pack["performance"]["metrics"]["coverage_80"]
    if not COVERAGE[0] <= told["value"] <= COVERAGE[1]:
        yield (
            "interval", "high",
            f"Not where the width of the interval counts: it held {told['value']:.1%} of the pay dates "
            f"instead of {facts.pack['performance']['level']:.0%}.",
        )  # fmt: skip
    for segment, rows in facts.pack["performance"]["segments"].items():
        off = [
            f"{row['category'].replace('_', ' ')} ({row['coverage']['value']:.0%})" for row in rows
            if row["n"] >= _LEAST and row["coverage"] is not None
            and not COVERAGE[0] <= row["coverage"]["value"] <= COVERAGE[1]
        ]  # fmt: skip
        if off:
            yield (
                f"interval_{segment}", "medium",
                f"Interval by {segment.replace('_', ' ')}: it held more or less than it says where "
                f"{', '.join(off)}.",
            )  # fmt: skip


def _causes(facts: _Facts) -> Told:
    few = [row for row in facts.pack["performance"]["causes"] if row["training"] < FEW_EVENTS]
    if few:
        named = ", ".join(f"{row['cause'].replace('_', ' ')} ({row['training']})" for row in few)
        yield (
            "few_causes", "high",
            f"Not for how likely an invoice closes otherwise than by payment where fewer than {FEW_EVENTS} "
            f"did in training: {named}.",
        )  # fmt: skip
    yield (
        "causes", "medium",
        "By what an invoice closes hangs on days from due alone, not on the buyer: not for telling which "
        "invoices will be disputed, credited or written off.",
    )  # fmt: skip


def _buyers(facts: _Facts) -> Told:
    rows = {row["category"]: row for row in facts.pack["performance"]["segments"]["buyer"]}
    new = rows.get("new", {"n": 0})["n"]
    if new < _LEAST:
        yield (
            "new_buyers", "medium",
            f"Not proven for buyers never seen in training: {new} test subjects were of such; their dates "
            f"are those of strangers alike.",
        )  # fmt: skip
    names = "; ".join(
        one.replace("_", " ").replace("+", ", ") or "no source" for one in facts.study.spec.patterns
    )
    yield "patterns", "medium", f"It speaks only of buyers of whom is known: {names}."
    yield (
        "seller", "medium",
        f"Only for the book of seller '{facts.study.spec.seller_id}': other sellers' terms, reminders and "
        f"payment runs differ.",
    )  # fmt: skip


def _receipts(facts: _Facts) -> Told:
    told = facts.pack["receipts"]
    if told is None:
        yield "receipts_unproven", "high", "Weekly receipts were not back-tested: not for planning cash."
    else:
        names = ("weighted_absolute_error", "weighted_absolute_error_terms")
        weak = [
            str(row["week_ahead"]) for row in told["by_week_ahead"]
            if None not in (row[names[0]], row[names[1]]) and row[names[0]] >= row[names[1]]
        ]  # fmt: skip
        if weak:
            yield (
                "receipts_weeks", "medium",
                f"Not for single weeks {', '.join(weak)} ahead: there the forecast was no nearer to what "
                f"came in than the due dates alone.",
            )  # fmt: skip
        yield (
            "receipts_far", "low",
            f"Receipts were tested up to {told['weeks']} weeks ahead from {told['month_ends']} month ends, "
            f"at the rates known then: not for later weeks, nor for what exchange rates do.",
        )  # fmt: skip


def _knowledge(facts: _Facts) -> Told:
    tables = facts.pack["definition"]["assumed_knowledge"]
    if tables:
        yield (
            "assumed_knowledge", "high",
            f"When the books knew the facts of {', '.join(tables)} is assumed, not given: the figures may be "
            f"too good by what was booked late.",
        )  # fmt: skip


def _period(facts: _Facts) -> Told:
    spec, until = facts.study.spec, facts.study.packed.observed_until
    yield (
        "period", "low",
        f"It learned from {spec.fitted_from[:10]} to {spec.fitted_until[:10]}; the books end "
        f"{until:%Y-%m-%d}. A change of terms, of reminders or of how money is booked it has not seen.",
    )  # fmt: skip
    yield (
        "books_behind", "low",
        f"Not more than {MAX_DAYS_BEHIND} days after the books end: what was paid since would look unpaid.",
    )  # fmt: skip
    day = until + pd.DateOffset(years=1)
    yield "expiry", "low", f"Not after {day:%Y-%m-%d} without being validated again."
    if facts.pack["performance"]["is_twin"]:
        twin = facts.study.twin.name
        yield "tested_twin", "medium", f"The figures are those of its tested twin {twin}, not of the refit."


_RULES: tuple[Callable[[_Facts], Told], ...] = (
    _question, _coverage, _causes, _receipts, _knowledge, _buyers, _period,
)  # fmt: skip
