"""Measures a registered timing model on a portfolio: pay dates, receipts, and the late model beside it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from credit.model import RiskModel
from credit.timing.model import TimingModel
from features.build import Packed, build_packed
from features.instants import start_of_day
from training.periods import day_after
from training.run import Recipe
from training.timing.against_late import against_late
from training.timing.measure import is_mature, measured
from training.timing.receipts_backtest import backtest
from training.timing.subjects import timing_subjects
from training.unseen import check_mature, check_unseen
from training.versions import Version

__all__ = ["MOST_TESTED", "evaluate_timing", "further_figures", "period_subjects"]

MOST_TESTED = 10_000
"""Subjects that are measured at most; of more, so many are drawn."""


def evaluate_timing(
    version: Version,
    packed: Packed,
    period: tuple[pd.Timestamp, pd.Timestamp],
    *,
    in_sample: bool,
    late: RiskModel | None,
) -> dict[str, Any]:
    """Return the figures of a version on mature subjects of a period.

    Parameters
    ----------
    version : Version
    packed : Packed
    period : tuple of Timestamp
        First as_of, and the first one that is no longer in.
    in_sample : bool
        Accept subjects that the version was fitted on.
    late : RiskModel or None
        The late model that is held beside it.

    Raises
    ------
    InputError
        No subjects in the period, or subjects that the model was fitted on.
    """
    model = version.load_timing()
    inside = period_subjects(packed, version, period)
    check_mature(int(is_mature(inside).sum()))
    remembers = check_unseen(model, inside, in_sample=in_sample)
    told = measured(packed, model, inside, build_packed(packed, inside), period[0])
    return {
        **told.metrics,
        "in_sample": remembers,
        **told.evaluation,
        **further_figures(packed, model, period, late),
    }


def period_subjects(
    packed: Packed, version: Version, period: tuple[pd.Timestamp, pd.Timestamp]
) -> pd.DataFrame:
    """Return subjects with ``start <= as_of < stop``, mature or not (`training.timing.measure.is_mature`).

    Drawn as the test of the version draws them, so that a version is measured again on the same ones.
    """
    recipe = Recipe.from_json(json.loads(version.tags["recipe"]))
    subjects = timing_subjects(packed, recipe.config.seed).subjects
    counts = (subjects["as_of"] >= period[0]) & (subjects["as_of"] < period[1])
    rows = np.flatnonzero(counts.to_numpy())
    if len(rows) > MOST_TESTED:
        rng = np.random.default_rng(recipe.config.seed)
        rows = np.sort(rng.choice(rows, MOST_TESTED, replace=False))
    return subjects.iloc[rows].reset_index(drop=True)


def further_figures(
    packed: Packed,
    model: TimingModel,
    period: tuple[pd.Timestamp, pd.Timestamp] | str,
    late: RiskModel | None,
) -> dict[str, Any]:
    """Return the back-test of receipts and the comparison with a late model.

    Parameters
    ----------
    packed : Packed
    model : TimingModel
    period : tuple of Timestamp, or str
        A day: from then to the end of the books.
    late : RiskModel or None

    Returns
    -------
    dict
        ``receipts`` (`training.timing.receipts_figures.Backtest`) and ``against_late``
        (`training.timing.against_late.against_late`; null without a late model).
    """
    timezone = packed.portfolio.seller.timezone
    if isinstance(period, str):
        period = start_of_day(period, timezone), day_after(packed.portfolio.observed_until, timezone)
    return {
        "receipts": backtest(packed, model, *period).to_json(),
        "against_late": None if late is None else against_late(packed, model, late, *period),
    }
