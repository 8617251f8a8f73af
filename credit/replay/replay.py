"""Two policies over one history, compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from credit.assess import models_say
from credit.assessor import Assessor
from credit.definition import DefaultDefinition
from credit.policy_lines import differences
from credit.replay.bands import banded
from credit.replay.course import Course, check_invoices, limits_in_force, published_limits
from credit.replay.history import Defaults, History, defaults_of, history_of
from credit.replay.measures import buyer_sums, measured, sales_by_step
from credit.replay.stopped import Stopped
from features.errors import InputError
from features.instants import month_end_before, month_ends

__all__ = ["Period", "Replay", "period_of", "replay"]

Progress = Callable[[int], None]

DEFAULT_MONTHS = 24
"""Months before the end of the books that are replayed where nobody names a period."""

_WORST = 10


@dataclass(frozen=True)
class Period:
    """Invoices with ``start <= as_of < stop``, and the month ends whose reviews set their limits."""

    start: pd.Timestamp
    stop: pd.Timestamp
    ends: tuple[pd.Timestamp, ...]


@dataclass(frozen=True)
class Replay:
    """What two policies did.

    Parameters
    ----------
    told : dict
        Plain Python types: see `replay`.
    buyers : DataFrame
        Sums by buyer and policy (columns ``a_*`` and ``b_*``), index buyer_id.
    """

    told: dict[str, Any]
    buyers: pd.DataFrame


def period_of(assessor: Assessor, start: pd.Timestamp | None, stop: pd.Timestamp | None) -> Period:
    """Return the period of a replay: by default the last 24 months of the books.

    Raises
    ------
    InputError
        Where the period is empty, or begins before a first review could have been held.
    """
    portfolio = assessor.packed.portfolio
    zone, after = portfolio.seller.timezone, portfolio.observed_until + pd.Timedelta(seconds=1)
    stop = after if stop is None else min(stop, after)
    firsts = month_ends(portfolio.observed_from, stop, zone)
    if not len(firsts) or (start is not None and start >= stop):
        step = "name a period of at least a month within the books"
        raise InputError.of("a period with month ends in the books", "an empty one", step)
    if start is None:
        earliest = month_end_before(stop - pd.DateOffset(months=DEFAULT_MONTHS), zone)
        start = max(earliest, firsts[0]) + pd.Timedelta(seconds=1)
    review = month_end_before(start, zone)
    if review < firsts[0]:
        found = f"the first review that the books allow is at {firsts[0]:%Y-%m-%d}"
        raise InputError.of("a period that begins after a review", found, "begin later", column="from")
    return Period(start, stop, tuple(month_ends(review, stop, zone)))


def replay(
    a: Assessor, b: Assessor, definition: DefaultDefinition, period: Period, progress: Progress | None = None
) -> Replay:
    """Run two policies over a period.

    Parameters
    ----------
    a, b : Assessor
        Of the same books and models: ``b = a.under(policy)``.
    definition : DefaultDefinition
        When an invoice's buyer is in default, and what of it is then open.
    period : Period
    progress : callable, optional
        Called with 1 after each month end.

    Returns
    -------
    Replay
        ``told`` has ``measures`` (by name ``a``, ``b`` and paired ``difference`` a less b, each with the 95 %
        band of draws of whole buyers), ``stopped_by`` (invoices by the first step in the way),
        ``sales_by_step`` (see `credit.replay.measures.sales_by_step`), ``counts``,
        ``worst`` (buyers, the worst first), ``differences`` of the policies and ``warnings``.

    Notes
    -----
    Limits are published at month ends from what was known then, by the path of an assessment. Each invoice
    that was really issued is checked at its issue by the steps of an order against the limit then in force.
    What a policy held is not owed in what follows (`credit.replay.stopped`); its limits and the models see
    the facts as they were.
    """
    packed = a.packed
    history = history_of(packed, definition, period.start, period.stop)
    defaults = defaults_of(packed, definition, period.start, period.stop)
    courses = _courses((a, b), history, defaults, period, progress)
    sums = _aligned([buyer_sums(history, defaults, course) for course in courses])
    told = {
        "seller_id": packed.portfolio.seller.seller_id,
        "currency": packed.portfolio.seller.reporting_currency,
        "from": _text(period.start),
        "to": _text(period.stop),
        "reviews": len(period.ends),
        "definition": definition.tag,
        "release": a.release.release_id,
        "versions": dict(a.release.versions),
        "policies": {"a": _policy(a), "b": _policy(b)},
        "differences": [each.as_json() for each in differences(a.release.policy, b.release.policy)],
        "counts": _counts(history, sums[0]),
        "measures": banded(measured(sums[0]), measured(sums[1])),
        "stopped_by": {name: _stopped(course) for name, course in zip("ab", courses, strict=True)},
        "sales_by_step": {
            name: sales_by_step(history, course) for name, course in zip("ab", courses, strict=True)
        },
        "worst": _worst(*sums),
        "warnings": _warnings(a, history, period, sums),
    }
    return Replay(told, pd.concat([sums[0].add_prefix("a_"), sums[1].add_prefix("b_")], axis=1))


def _courses(
    assessors: tuple[Assessor, Assessor],
    history: History,
    defaults: Defaults,
    period: Period,
    progress: Progress | None,
) -> list[Course]:
    first = assessors[0]
    zone = first.packed.portfolio.seller.timezone
    asked = first.without_sides(
        history.invoices["buyer_id"].tolist(), history.invoices["as_of"].tolist(), history.values
    )
    subjects = [(facts, models_say(facts, answers)) for facts, answers in asked]
    courses = []
    for assessor, months in zip(assessors, published_limits(assessors, period.ends, progress), strict=True):
        stopped = Stopped(first.packed, history)
        policy = assessor.release.policy
        decision, by = check_invoices(history, subjects, months, policy, zone, stopped=stopped)
        ids = pd.Series(defaults.buyer_ids, dtype="object")
        courses.append(Course(months, decision, by, limits_in_force(months, ids, defaults.warned, zone)))
    return courses


def _aligned(sums: list[pd.DataFrame]) -> list[pd.DataFrame]:
    index = sums[0].index.union(sums[1].index)
    return [frame.reindex(index, fill_value=0.0) for frame in sums]


def _policy(assessor: Assessor) -> dict[str, Any]:
    policy = assessor.release.policy
    return {"id": policy.id, "version": policy.version, "hash": policy.hash}


def _counts(history: History, sums: pd.DataFrame) -> dict[str, int]:
    return {
        "buyers": len(sums),
        "invoices": len(history.amount),
        "without_rate": int(np.isnan(history.amount).sum()),
        "outcome_not_known_yet": int((~history.is_mature).sum()),
        "buyer_months": int(sums["months"].sum()),
        "defaults": int(sums["defaults"].sum()),
    }


def _stopped(course: Course) -> dict[str, int]:
    steps, counts = np.unique(course.decided_by.astype(str), return_counts=True)
    return {step or "released": int(count) for step, count in zip(steps, counts, strict=True)}


def _worst(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the buyers with most of what a policy should not have, and where the two differ most."""
    cases = {
        "losses_incurred_a": a["unpaid_released"],
        "losses_incurred_b": b["unpaid_released"],
        "good_sales_held_a": a["held_good"],
        "good_sales_held_b": b["held_good"],
        "losses_of_a_above_b": a["unpaid_released"] - b["unpaid_released"],
        "losses_of_b_above_a": b["unpaid_released"] - a["unpaid_released"],
    }
    return {name: _largest(amounts) for name, amounts in cases.items()}


def _largest(amounts: pd.Series[Any]) -> list[dict[str, Any]]:
    top = amounts[amounts > 0.0].sort_values(ascending=False, kind="stable").head(_WORST)
    return [{"buyer_id": str(buyer_id), "amount": float(amount)} for buyer_id, amount in top.items()]


def _warnings(
    assessor: Assessor, history: History, period: Period, sums: list[pd.DataFrame]
) -> list[dict[str, Any]]:
    """Return what a reader has to know of the answer, by code."""
    found: list[dict[str, Any]] = [*_in_sample(assessor, history, period)]
    found += [
        {"code": f"no_{name}_model"} for name in ("default", "late") if name not in assessor.release.models
    ]
    found += [{"code": "facts_as_they_were"}, {"code": "open_orders_not_counted"}]
    beyond = [float(each["beyond_seen"].sum()) / max(float(each["limit"].sum()), 1.0) for each in sums]
    found.append({"code": "limits_beyond_what_was_sold", "a": beyond[0], "b": beyond[1]})
    not_known = float(sums[0]["immature"].sum()) / max(float(sums[0]["asked"].sum()), 1.0)
    if not_known > 0.0:
        found.append({"code": "outcome_not_known_yet", "share_of_sales": not_known})
    return found


def _in_sample(assessor: Assessor, history: History, period: Period) -> list[dict[str, Any]]:
    """Return by model the share of the replayed subjects that it was fitted on, where there are any."""
    ids = pd.Series(assessor.buyer_ids, dtype="str")
    months = pd.DataFrame({
        "buyer_id": np.tile(ids, len(period.ends)),
        "as_of": np.repeat(pd.DatetimeIndex(period.ends).as_unit("s"), len(ids)),
    })  # fmt: skip
    subjects: Mapping[str, pd.DataFrame] = {"default": months, "late": history.invoices}
    found = []
    for name, model in assessor.release.models.items():
        fitted = model.was_fitted_on(subjects[name])
        if fitted.any():
            share = float(fitted.mean())
            until = str(model.spec.fitted_until)
            found.append({"code": "in_sample", "model": name, "share": share, "fitted_until": until})
    return found


def _text(moment: pd.Timestamp) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
