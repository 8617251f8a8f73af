"""What a version may not be used for, or only with care, from the facts of its making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from credit.assessor import MAX_DAYS_BEHIND
from credit.states import STATES
from training.report.definition import outcome_text
from training.report.study import Study

__all__ = ["limits_of"]

Told = Iterator[tuple[str, str, str]]

_GRAVITY = ("high", "medium", "low")

_FEW_EVENTS = 60
"""Bad outcomes in training below which a model has learned little, and bad buyers of a test below which its
figures say little."""

_FEW_OF_STATE = 10
_MANY_CANNOT_SAY = 0.05
_LONG_BEHIND_MONTHS = 12

_PARTS = {"country": "countries", "industry_section": "industries", "size_class": "size classes"}


def limits_of(study: Study, sections: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the section ``limits_of_use``, the gravest first.

    Parameters
    ----------
    study : Study
    sections : mapping
        ``performance``, ``missing_data`` and ``knowledge_time``.
    """
    told = [limit for rule in _RULES for limit in rule(study, sections)]
    ordered = sorted(told, key=lambda limit: _GRAVITY.index(limit[1]))
    return [{"code": code, "severity": severity, "text": text} for code, severity, text in ordered]


def _definition(study: Study, _: Mapping[str, Any]) -> Told:
    spec = study.model.spec
    yield (
        "definition", "high",
        f"Its probability is that of this outcome alone ({spec.outcome}): {outcome_text(study.recipe.outcome)}. Not "
        f"for any other definition, and not for any time beyond {spec.horizon_days} days"
        f"{' after the due date' if spec.model == 'late' else ''}.",
    )  # fmt: skip
    if spec.model == "late":
        yield (
            "late_is_not_default", "high",
            "Late is not default: not for grades, expected loss, provisions or the loss part of a limit.",
        )  # fmt: skip
    else:
        yield (
            "no_request", "medium",
            "It never sees the request: not for the price or the terms of a single order.",
        )  # fmt: skip


def _persons(study: Study, _: Mapping[str, Any]) -> Told:
    column = study.values["natural_person"].to_numpy()
    found = int((column == 1.0).sum())
    known = f"{found} of {len(column)} subjects are natural persons" if found else "no subject is known as one"
    yield (
        "natural_persons", "high",
        f"Not as the only ground of a decision on a natural person: a person must decide and be able to decide "
        f"otherwise ({known}). Not for consumers.",
    )  # fmt: skip


def _prior(study: Study, _: Mapping[str, Any]) -> Told:
    prior = study.model.spec.prior
    if prior is None:
        return
    yield (
        "prior", "high",
        f"{prior.weight:.0%} of the level is prior knowledge ({prior.own_defaults} own defaults in {prior.own_years} "
        "independent buyer-years): the order of buyers is that of a scorecard, not proven on this book. Not for "
        "regulatory capital, nor for prices that hang on small differences.",
    )  # fmt: skip


def _patterns(study: Study, sections: Mapping[str, Any]) -> Told:
    unseen = [row for row in sections["missing_data"]["patterns"] if not row["is_trained"]]
    trained = "; ".join(pattern.replace("+", ", ").replace("_", " ") or "no source" for pattern in
                        study.model.spec.patterns)  # fmt: skip
    some = f" {sum(row['test'] for row in unseen)} test subjects were so." if unseen else ""
    yield (
        "patterns", "medium" if unseen else "low",
        f"It speaks only of buyers of whom is known: {trained}. Of others it says that it cannot say.{some}",
    )  # fmt: skip
    share = sections["missing_data"]["cannot_say_share"]
    if share > _MANY_CANNOT_SAY:
        yield "cannot_say", "medium", f"It cannot speak of {share:.1%} of the test subjects: have a rule for them."


def _states(study: Study, sections: Mapping[str, Any]) -> Told:
    told = {row["category"]: row for row in sections["performance"]["segments"].get("information_state", [])}
    of_model = STATES
    thin = [state for state in of_model if told.get(state, {}).get("bad_buyers", 0) < _FEW_OF_STATE]
    if thin:
        counts = ", ".join(f"{state.replace('_', ' ')} ({told.get(state, {}).get('bad_buyers', 0)})" for state in thin)
        yield (
            "states", "medium",
            f"Not proven where what is known of the buyer is (bad buyers in the test): {counts}. Fewer than "
            f"{_FEW_OF_STATE} say nothing: judge such buyers by hand, or with a margin.",
        )  # fmt: skip


def _segments(study: Study, sections: Mapping[str, Any]) -> Told:
    for segment, words in _PARTS.items():
        rows = sections["performance"]["segments"].get(segment, [])
        silent = [str(row["category"]) for row in rows if not row["bad"]]
        if silent:
            yield (
                f"no_events_{segment}", "medium",
                f"Not proven for these {words}, without a bad outcome in the test: {', '.join(silent)}.",
            )  # fmt: skip
        if not rows or {row["category"] for row in rows} == {"unknown"}:
            yield f"unknown_{segment}", "low", f"Nobody knows the {words} of buyers: not measured by them."


def _events(study: Study, sections: Mapping[str, Any]) -> Told:
    spec, performance = study.model.spec, sections["performance"]
    if spec.prior is None and spec.events < _FEW_EVENTS:
        yield "few_training_events", "high", f"It learned from {spec.events} bad outcomes only: few can be told apart."
    if performance["bad_buyers"] < _FEW_EVENTS:
        yield (
            "few_test_events", "medium",
            f"{performance['bad_buyers']} buyers had a bad outcome in the test: its intervals are wide; not for "
            "choices that hang on small differences of its figures.",
        )  # fmt: skip


def _level(study: Study, _: Mapping[str, Any]) -> Told:
    calibration = study.model.spec.calibration
    if calibration.population_rate is None:
        yield (
            "population_rate", "low",
            f"Its level is that of this book ({calibration.sample_rate:.2%} of the calibration sample was bad); the "
            "rate of a wider population was not stated: not for buyers of another market.",
        )  # fmt: skip


def _period(study: Study, sections: Mapping[str, Any]) -> Told:
    spec, until = study.model.spec, study.packed.observed_until
    behind = (until - pd.Timestamp(spec.fitted_until)).days / 365.25 * 12
    yield (
        "period", "medium" if behind > _LONG_BEHIND_MONTHS else "low",
        f"It learned from {spec.fitted_from[:10]} to {spec.fitted_until[:10]}; the books end {until:%Y-%m-%d}, "
        f"{behind:.0f} months later. What happened in other times (a recession, a change of terms) it has not seen.",
    )  # fmt: skip
    yield (
        "books_behind", "low",
        f"Not more than {MAX_DAYS_BEHIND} days after the books end: what was paid since would look unpaid.",
    )  # fmt: skip
    if sections["performance"]["is_twin"]:
        yield (
            "tested_twin", "medium",
            f"The figures are those of its tested twin {study.twin.name}; it was itself fitted on the test subjects.",
        )  # fmt: skip


def _knowledge(study: Study, sections: Mapping[str, Any]) -> Told:
    tables = sections["knowledge_time"]["tables"]
    if tables:
        yield (
            "assumed_knowledge", "high",
            f"When the books knew the facts of {', '.join(tables)} is assumed, not given: the figures may be too good "
            "by what was booked late (see knowledge time).",
        )  # fmt: skip


def _currency(study: Study, _: Mapping[str, Any]) -> Told:
    reporting = study.packed.seller.reporting_currency
    seen = sorted(study.packed.portfolio.table("invoices")["currency"].dropna().unique())
    if seen:
        yield (
            "currency", "low",
            f"Amounts are in {reporting}; invoices were in {', '.join(map(str, seen))}: not for sums in other "
            "currencies, nor where no rate is known.",
        )  # fmt: skip


def _selection(study: Study, _: Mapping[str, Any]) -> Told:
    yield (
        "selection", "medium",
        "Only buyers to whom this seller sold on account have outcomes: of those who were refused, or pay in advance, "
        "nothing is known. Not for applicants whom earlier rules would have refused.",
    )  # fmt: skip
    yield (
        "seller", "medium",
        f"Only for the book of seller '{study.model.spec.seller_id}': other sellers' buyers, terms and collection "
        "differ.",
    )  # fmt: skip
    left = {step["step"]: step["left_out"] for step in study.sample.waterfall if step["left_out"]}
    if left:
        told = ", ".join(f"{name.replace('_', ' ')} ({count})" for name, count in left.items())
        yield "left_out", "low", f"It says nothing of subjects that were left out: {told}."


_RULES: tuple[Callable[[Study, Mapping[str, Any]], Told], ...] = (
    _definition, _persons, _prior, _knowledge, _events, _patterns, _states, _segments, _selection, _period, _level,
    _currency,
)  # fmt: skip
