"""One policy over a history: limits published month by month, and each invoice checked against them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.assessor import Assessor
from credit.facts import SubjectFacts
from credit.order_steps import OrderCase, steps_of
from credit.orders import decision_of
from credit.policy import Policy
from credit.publish import Published, publish
from credit.replay.history import History
from credit.replay.stopped import Stopped
from features.instants import local_days

__all__ = ["DECISIONS", "Course", "Months", "check_invoices", "published_limits"]

DECISIONS = ("release", "hold", "refer")
"""What a check may say, in the order of their numbers in `Course.decision`."""

Facts = Sequence[tuple[SubjectFacts, dict[str, Any]]]


@dataclass(frozen=True)
class Months:
    """Limits in force after each month's review: one row a buyer and month.

    Parameters
    ----------
    rows : DataFrame
        ``buyer_id``, ``as_of``, ``limit`` (NaN: none can be said), ``exposure``, ``own_limit`` (what was
        really in force), ``valid_until``.
    """

    rows: pd.DataFrame


@dataclass(frozen=True)
class Course:
    """What a policy did.

    Parameters
    ----------
    months : Months
    decision : int8 ndarray, shape (invoices,)
        Index of `DECISIONS`.
    decided_by : ndarray of str, shape (invoices,)
        First step that stood in the way; empty for a release.
    limit_at_default : float64 ndarray, shape (defaults,)
        Limit in force while was still delivered as if nothing were wrong; NaN without one.
    """

    months: Months
    decision: npt.NDArray[np.int8]
    decided_by: npt.NDArray[Any]
    limit_at_default: npt.NDArray[np.float64]


def published_limits(
    assessors: Sequence[Assessor], ends: Sequence[pd.Timestamp], progress: Callable[[int], None] | None = None
) -> list[Months]:
    """Review every buyer at each month end under each policy, with the hysteresis of `credit.publish`.

    Parameters
    ----------
    assessors : sequence of Assessor
        Of the same books and models (`Assessor.under`), so that features and probabilities are made once.
    ends : sequence of Timestamp
        Month ends, ascending.
    progress : callable, optional
        Called with 1 after each month.
    """
    in_force: list[dict[str, Published]] = [{} for _ in assessors]
    rows: list[list[tuple[Any, ...]]] = [[] for _ in assessors]
    for end in ends:
        for number, assessor in enumerate(assessors):
            rows[number] += _review(assessor, end, in_force[number])
        if progress is not None:
            progress(1)
    names = ["buyer_id", "as_of", "limit", "exposure", "own_limit", "valid_until"]
    return [Months(pd.DataFrame(found, columns=names)) for found in rows]


def _review(assessor: Assessor, end: pd.Timestamp, in_force: dict[str, Published]) -> list[tuple[Any, ...]]:
    found = []
    for facts, computed in assessor.limits_at(end):
        buyer_id = facts.buyer_id
        now = publish(in_force.get(buyer_id), computed, assessor.release.policy).published
        in_force[buyer_id] = now
        amount = np.nan if now.amount is None else now.amount
        own = facts.value("own_limit")
        found.append((buyer_id, end, amount, facts.value("exposure"), own, now.valid_until))
    return found


def check_invoices(
    history: History,
    subjects: Facts,
    months: Months,
    policy: Policy,
    timezone: str,
    *,
    stopped: Stopped | None = None,
) -> tuple[npt.NDArray[np.int8], npt.NDArray[Any]]:
    """Check each invoice at its issue by the steps of an order, against the limit then published.

    Parameters
    ----------
    history : History
    subjects : sequence of (SubjectFacts, dict)
        Of each invoice, with the status and probability of each model: see `models_say`.
    months : Months
    policy : Policy
    timezone : str
        Of the seller: a limit holds to the end of its last local day.
    stopped : Stopped, optional
        Leaves what was held before out of what is owed; without it everything stays as it was.

    Returns
    -------
    decision : int8 ndarray, shape (n,)
    decided_by : ndarray of str, shape (n,)
    """
    limits = limits_in_force(months, history.invoices["buyer_id"], history.invoices["as_of"], timezone)
    decision, decided_by = np.empty(len(limits), np.int8), np.empty(len(limits), object)
    for row, (facts, said) in enumerate(subjects):
        limit = None if np.isnan(limits[row]) else float(limits[row])
        facts = facts if stopped is None else stopped.without(row, facts)
        steps = list(steps_of(OrderCase(facts, None, said, policy, limit, "published")))
        found, step = decision_of(steps, is_person=facts.flag("natural_person"))
        decision[row], decided_by[row] = DECISIONS.index(found), step or ""
        if stopped is not None and found == "hold":
            stopped.hold(row)
    return decision, decided_by


def limits_in_force(
    months: Months, buyer_ids: pd.Series[Any], moments: pd.Series[Any] | pd.DatetimeIndex, timezone: str
) -> npt.NDArray[np.float64]:
    """Return the limit of the last review before each moment; NaN without one, or where it has expired.

    Parameters
    ----------
    months : Months
    buyer_ids, moments : shape (n,)
    timezone : str
    """
    asked = pd.DataFrame({
        "buyer_id": pd.Series(list(buyer_ids), dtype="str"),
        "as_of": pd.DatetimeIndex(moments).as_unit("s"),
        "row": np.arange(len(buyer_ids)),
    }).sort_values("as_of", kind="stable")  # fmt: skip
    told = months.rows.astype({"as_of": "datetime64[s]", "buyer_id": "str"}).sort_values(
        "as_of", kind="stable"
    )
    found = pd.merge_asof(asked, told, on="as_of", by="buyer_id", allow_exact_matches=False)
    found = found.sort_values("row")
    today = local_days(found["as_of"].to_numpy().astype("datetime64[s]").astype(np.int64), timezone)
    until = pd.to_datetime(found["valid_until"]).to_numpy().astype("datetime64[D]")
    holds = np.isnat(until) | (until.astype(np.int64) >= today)
    return np.where(holds, found["limit"].to_numpy(np.float64), np.nan)
