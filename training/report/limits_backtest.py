"""Limits that the policy would have said in the test period, against what buyers owed at default."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.assessor import Assessor
from credit.definition import DefaultDefinition
from credit.release import Release
from credit.spells import day_numbers, default_spells
from features.build import Packed, build_packed
from features.instants import end_of_day, month_ends
from training.bootstrap import FEWEST_BUYERS
from training.report.limit_figures import difference_at_review, limit_figures, too_few
from training.report.study import Study

__all__ = ["MOST_MONTH_ENDS", "limits_backtest_of"]

MOST_MONTH_ENDS = 12
"""Month ends of the test period at most, evenly spaced: each is a review of the whole book."""

_WHY_NOT = {
    "not_default": "Limits rest on the probability of default: they are in the pack of a default model.",
    "no_ledger": "The portfolio has no ledger, so that nobody knows what was owed at default.",
    "no_defaults": "No buyer of the test subjects at these month ends defaulted within the horizon.",
}
_TEXT = (
    "Before hysteresis and growth caps, as the policy would have computed them. The limits did not rule what "
    "was sold then: exposure above a limit is what it would have cut, not what it failed to hold."
)
_EPOCH = pd.Timestamp("1970-01-01")


def limits_backtest_of(study: Study) -> dict[str, Any]:
    """Return the section ``limits_backtest``.

    Parameters
    ----------
    study : Study
        Of a refit the twin makes the limits: the refit knows the outcomes of the test subjects.

    Returns
    -------
    dict
        As `training.report.limit_records.LimitsBacktest`. Each buyer counts once: one that defaulted at the
        last of the month ends from which its default lies in the horizon, and as many of the others at the
        same month end, drawn at random.
    """
    definition = study.recipe.outcome.definition
    if definition is None:
        return _nothing("not_default")
    if not len(study.packed.portfolio.table("invoices")):
        return _nothing("no_ledger")
    ends, rows = _buyers(study, definition)
    if not rows["defaulted"].any():
        return _nothing("no_defaults", ends)
    study.say("back-testing the limits of past month ends")
    rows = _with_limits(study, rows.assign(exposure=_exposures(study.packed, rows)))
    defaulted, others = rows[rows["defaulted"]], rows[~rows["defaulted"]]
    return {
        "status": "ok",
        "text": _TEXT,
        "policy": study.policy.hash,
        "model": study.twin.name,
        "currency": study.packed.seller.reporting_currency,
        "month_ends": _texts(ends),
        "defaulted": limit_figures(defaulted),
        "others": limit_figures(others),
        "difference_at_review": difference_at_review(defaulted, others),
        "grades": _grades(study, rows),
    }


def _nothing(status: str, ends: pd.DatetimeIndex | None = None) -> dict[str, Any]:
    silent = ("policy", "model", "currency", "defaulted", "others", "difference_at_review")
    months = [] if ends is None else _texts(ends)
    return {
        "status": status, "text": _WHY_NOT[status], "month_ends": months, "grades": [],
        **dict.fromkeys(silent),
    }  # fmt: skip


def _texts(ends: pd.DatetimeIndex) -> list[str]:
    return [end.isoformat() for end in ends]


def _buyers(study: Study, definition: DefaultDefinition) -> tuple[pd.DatetimeIndex, pd.DataFrame]:
    """Return the month ends, and the buyers that are compared, in the order of their ids."""
    subjects = study.subjects[study.tested]
    subjects = subjects[~study.judge.was_fitted_on(subjects)]
    known = pd.DatetimeIndex(np.sort(subjects["as_of"].unique()))
    chosen = np.linspace(0, max(len(known) - 1, 0), min(len(known), MOST_MONTH_ENDS)).round()
    ends = known[np.unique(chosen.astype(np.int64))]
    subjects = subjects[subjects["as_of"].isin(ends)].sort_values(["as_of", "buyer_id"], kind="stable")
    subjects = subjects.assign(day=_default_days(study.packed, definition, subjects))
    # Reason: contagion makes a buyer bad that owes as before; it has no day of default of its own.
    defaulted = subjects[subjects["day"].notna()].drop_duplicates("buyer_id", keep="last")
    bad = set(subjects.loc[subjects["outcome"] == 1.0, "buyer_id"])
    others = _as_many(subjects[~subjects["buyer_id"].isin(bad)], defaulted["as_of"].value_counts())
    rows = pd.concat([defaulted.assign(defaulted=True), others.assign(defaulted=False)])
    return ends, rows.sort_values("buyer_id", kind="stable").reset_index(drop=True)


def _as_many(pool: pd.DataFrame, counts: pd.Series[Any]) -> pd.DataFrame:
    """Return as many rows of each month end, drawn at random, no buyer twice."""
    rng, taken = np.random.default_rng(0), [pool.iloc[:0]]
    for end, count in counts.sort_index().items():
        mine = pool[pool["as_of"] == end]
        picked = mine.iloc[np.sort(rng.choice(len(mine), min(int(count), len(mine)), replace=False))]
        taken.append(picked)
        pool = pool[~pool["buyer_id"].isin(picked["buyer_id"])]
    return pd.concat(taken)


def _default_days(
    packed: Packed, definition: DefaultDefinition, subjects: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """Return the first day in default of each bad subject, in days since 1970; NaN without one."""
    spells, timezone = default_spells(packed, definition), packed.seller.timezone
    place = {buyer_id: position for position, buyer_id in enumerate(packed.block.buyer_ids)}
    begin, end = (day_numbers(subjects[name], timezone) for name in ("as_of", "window_end"))
    days = np.full(len(subjects), np.nan)
    for row in np.flatnonzero(subjects["outcome"].to_numpy() == 1.0):
        own = spells.first[spells.buyer == place[subjects["buyer_id"].iloc[row]]]
        ahead = own[(own > begin[row]) & (own <= end[row])]
        days[row] = ahead.min() if len(ahead) else np.nan
    return days


def _exposures(packed: Packed, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return what each buyer owed: at its default, else the most at later month ends of its horizon."""
    timezone, asked = packed.seller.timezone, []
    for row, (end, until, day) in enumerate(zip(rows["as_of"], rows["window_end"], rows["day"], strict=True)):
        second = pd.Timedelta(seconds=1)
        if np.isnan(day):
            moments = month_ends(end + second, until + second, timezone)
        else:
            moments = end_of_day(pd.DatetimeIndex([_EPOCH + pd.Timedelta(days=int(day))]), timezone)
        asked.append(pd.DataFrame({"row": row, "as_of": moments}))
    subjects = pd.concat(asked, ignore_index=True).astype({"as_of": "datetime64[s]"})
    buyers = pd.Series(rows["buyer_id"].to_numpy()[subjects["row"]], dtype="str")
    values = build_packed(packed, subjects[["as_of"]].assign(buyer_id=buyers))
    owed = values["exposure"].where(values["count_open"].notna(), 0.0)
    # Reason: one unknown exposure makes the highest unknown, so NaN is not passed over.
    highest = owed.set_axis(subjects["row"]).groupby(level=0).agg(lambda told: told.max(skipna=False))
    return highest.reindex(range(len(rows))).to_numpy(np.float64)


def _with_limits(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the would-be limit, the grade and what was owed at the month end."""
    name, seller = study.twin.name, study.packed.seller.seller_id
    release = Release("back-test", seller, {"default": study.judge}, {"default": name}, study.policy)
    assessor, told = Assessor(study.packed, release), []
    for end in sorted(rows["as_of"].unique()):
        end, mine = pd.Timestamp(end), set(rows.loc[rows["as_of"] == end, "buyer_id"])
        for facts, said in assessor.limits_at(end, mine):
            amount = said["limit"]["amount"]
            owed = facts.value("exposure")
            told.append(
                (facts.buyer_id, np.nan if amount is None else amount, said["grade"]["computed"], owed)
            )
    columns = ["buyer_id", "limit", "grade", "exposure_at_review"]
    return rows.merge(pd.DataFrame(told, columns=columns), on="buyer_id", how="left", validate="1:1")


def _grades(study: Study, rows: pd.DataFrame) -> list[dict[str, Any]]:
    names = [grade.name for grade in study.policy.master_scale.grades]
    groups: list[tuple[str | None, pd.Series[Any]]] = [(name, rows["grade"] == name) for name in names]
    groups.append((None, ~rows["grade"].isin(names)))
    return [
        {
            "grade": name,
            "defaulted": _of_grade(rows[mine & rows["defaulted"]]),
            "others": _of_grade(rows[mine & ~rows["defaulted"]]),
        }
        for name, mine in groups
        if mine.any()
    ]


def _of_grade(rows: pd.DataFrame) -> dict[str, Any]:
    return limit_figures(rows) if len(rows) >= FEWEST_BUYERS else too_few(rows)
