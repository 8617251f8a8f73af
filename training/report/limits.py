"""What a version may not be used for, or only with care, from the facts of its making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from credit.assessor import MAX_DAYS_BEHIND
from credit.states import STATES
from features.industries import SECTIONS
from training.report.definition import outcome_text
from training.report.figure_rules import SLOPE, figure_of, surely_off
from training.report.finding import gravest_first
from training.report.limit_texts import TEXTS
from training.report.study import Study

__all__ = ["limits_of"]


_FEW_EVENTS = 60
"""Bad outcomes in training below which a model has learned little, and bad buyers of a test below which its
figures say little."""

_FEW_OF_STATE = 10
_MANY_CANNOT_SAY = 0.05
_LONG_BEHIND_MONTHS = 12
_DAYS_A_MONTH = 365.25 / 12

_PARTS = {"country": "countries", "industry_section": "industries", "size_class": "size classes"}


class _Facts(NamedTuple):
    """What limits are derived from."""

    study: Study
    sections: Mapping[str, Any]

    @property
    def performance(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.sections["performance"]
        return told

    @property
    def missing(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.sections["missing_data"]
        return told


Told = Iterator[dict[str, str]]


def limits_of(study: Study, sections: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the section ``limits_of_use``, the gravest first.

    Parameters
    ----------
    study : Study
    sections : mapping
        ``performance``, ``missing_data`` and ``knowledge_time``.
    """
    facts = _Facts(study, sections)
    told = [limit for rule in _RULES for limit in rule(facts)]
    return gravest_first(told)


def _limit(code: str, severity: str, suffix: str = "", **facts: Any) -> dict[str, str]:
    return {"code": code + suffix, "severity": severity, "text": TEXTS[code].format(**facts)}


def _definition(facts: _Facts) -> Told:
    spec = facts.study.model.spec
    late = spec.model == "late"
    text = outcome_text(facts.study.recipe.outcome)
    after = " after the due date" if late else ""
    yield _limit("definition", "high", id=spec.outcome, text=text, days=spec.horizon_days, after=after)
    yield _limit("late_is_not_default", "high") if late else _limit("no_request", "medium")


def _persons(facts: _Facts) -> Told:
    column = facts.study.values["natural_person"].to_numpy()
    count = int((column == 1.0).sum())
    found = f"{count} of {len(column)} subjects are" if count else "no subject is known as one"
    yield _limit("natural_persons", "high", found=found)


def _prior(facts: _Facts) -> Told:
    spec = facts.study.model.spec
    if spec.prior is not None:
        told: dict[str, Any] = {
            "weight": spec.prior.weight,
            "defaults": spec.prior.own_defaults,
            "years": spec.prior.own_years,
        }
        beside = spec.learner == "blend"
        yield _limit("prior_beside" if beside else "prior", "high", **told, share=spec.prior.share)


def _knowledge(facts: _Facts) -> Told:
    tables = facts.sections["knowledge_time"]["tables"]
    if tables:
        yield _limit("assumed_knowledge", "high", tables=", ".join(tables))


def _events(facts: _Facts) -> Told:
    spec, buyers = facts.study.model.spec, facts.performance["bad_buyers"]
    if spec.learner != "scorecard" and spec.events < _FEW_EVENTS:
        yield _limit("few_training_events", "high", events=spec.events)
    if buyers < _FEW_EVENTS:
        yield _limit("few_test_events", "medium", buyers=buyers)


def _calibration(facts: _Facts) -> Told:
    slope = figure_of(facts.performance, "calibration_slope")
    if surely_off(slope) and not SLOPE[0] <= slope["value"] <= SLOPE[1]:
        yield _limit("calibration", "high", how="timid" if slope["value"] > 1 else "bold", **slope)
    ratio = facts.performance["views"]["per_subject"].get("observed_to_expected") or {}
    if surely_off(ratio):
        yield _limit("level", "medium", **ratio)


def _ranks(facts: _Facts) -> Told:
    few, auc = facts.performance["few_defaults"], figure_of(facts.performance, "auc")
    if few:
        yield _limit("no_ranks", "high", why=few)
    elif auc["low"] is not None and auc["low"] <= 0.5:
        yield _limit("no_ranks", "high", why=f"its AUC {auc['value']:.2f} is not surely above 0.5")


def _patterns(facts: _Facts) -> Told:
    unseen = sum(row["test"] for row in facts.missing["patterns"] if not row["is_trained"])
    patterns = "; ".join(
        pattern.replace("_", " ").replace("+", ", ") or "no source"
        for pattern in facts.study.model.spec.patterns
    )
    some = f" {unseen} test subjects were so." if unseen else ""
    yield _limit("patterns", "medium" if unseen else "low", patterns=patterns, some=some)
    share = facts.missing["cannot_say_share"]
    if share > _MANY_CANNOT_SAY:
        yield _limit("cannot_say", "medium", share=share)


def _states(facts: _Facts) -> Told:
    rows = facts.performance["segments"].get("information_state", [])
    bad = dict.fromkeys(STATES, 0) | {row["category"]: row["bad_buyers"] for row in rows}
    thin = [f"{state.replace('_', ' ')} ({bad[state]})" for state in STATES if bad[state] < _FEW_OF_STATE]
    if thin:
        yield _limit("states", "medium", states=", ".join(thin), least=_FEW_OF_STATE)


def _segments(facts: _Facts) -> Told:
    for segment, words in _PARTS.items():
        rows = facts.performance["segments"].get(segment, [])
        if not rows or {row["category"] for row in rows} == {"unknown"}:
            yield _limit("unknown", "low", f"_{segment}", words=words)
            continue
        silent = [SECTIONS.get(row["category"], row["category"]) for row in rows if not row["bad"]]
        if silent:
            yield _limit("no_events", "medium", f"_{segment}", words=words, names=", ".join(silent))


def _selection(facts: _Facts) -> Told:
    yield _limit("selection", "medium")
    yield _limit("seller", "medium", seller=facts.study.model.spec.seller_id)
    left = {step["step"]: step["left_out"] for step in facts.study.sample.waterfall if step["left_out"]}
    if left:
        counts = ", ".join(f"{str(name).replace('_', ' ')} ({count})" for name, count in left.items())
        yield _limit("left_out", "low", counts=counts)


def _period(facts: _Facts) -> Told:
    spec, until = facts.study.model.spec, facts.study.packed.observed_until
    months = (until - pd.Timestamp(spec.fitted_until)).days / _DAYS_A_MONTH
    yield _limit(
        "period",
        "medium" if months > _LONG_BEHIND_MONTHS else "low",
        first=spec.fitted_from[:10],
        last=spec.fitted_until[:10],
        until=f"{until:%Y-%m-%d}",
        months=months,
    )
    yield _limit("books_behind", "low", days=MAX_DAYS_BEHIND)
    yield _limit("expiry", "low", day=f"{until + pd.DateOffset(years=1):%Y-%m-%d}")
    if facts.performance["is_twin"]:
        yield _limit("tested_twin", "medium", twin=facts.study.twin.name)


def _level(facts: _Facts) -> Told:
    calibration = facts.study.model.spec.calibration
    if calibration.population_rate is None:
        yield _limit("population_rate", "low", rate=calibration.sample_rate)


def _currency(facts: _Facts) -> Told:
    packed = facts.study.packed
    seen = sorted(packed.portfolio.table("invoices")["currency"].dropna().unique())
    if seen:
        told = ", ".join(map(str, seen))
        yield _limit("currency", "low", reporting=packed.seller.reporting_currency, seen=told)


_RULES: tuple[Callable[[_Facts], Told], ...] = (
    _definition, _persons, _prior, _calibration, _ranks, _knowledge, _events, _patterns, _states, _segments,
    _selection, _period, _level, _currency,
)  # fmt: skip
