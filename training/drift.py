"""Drift: how far the subjects of a period are from those that a model was trained on, and what that did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import RiskModel
from credit.stability import late_row, months_of, stability_of
from credit.states import STATES, states_of
from credit.timing.model import TimingModel
from features.build import Packed, build_packed
from features.errors import InputError
from features.instants import start_of_day
from training.drift_outcomes import Watched, estimate_of, proxy_of, realised_of
from training.drift_rows import chance_of_states, coloured, mix_of_labels, patterns_told
from training.drift_tests import TESTS, verdict_of
from training.drift_thresholds import Thresholds
from training.evaluate import check_seller
from training.options import check_days
from training.periods import date_text, day_after
from training.run import Recipe
from training.subjects import sample_of, without_flagged
from training.tested import Scored
from training.timing.drift_tests import TIMING_TESTS
from training.timing.watch import watched_dates
from training.versions import Version

__all__ = ["drift", "period_to_watch"]

Floats = npt.NDArray[np.float64]

Model = RiskModel | TimingModel
Period = tuple[pd.Timestamp, pd.Timestamp]

_PAY_DATE = "Median pay date, days from due"


def drift(
    version: Version,
    packed: Packed,
    *,
    start: str | None = None,
    stop: str | None = None,
    thresholds: Thresholds | None = None,
    test: Scored | None = None,
) -> dict[str, Any]:
    """Tell how far the subjects of a period are from those that a version was trained on.

    Parameters
    ----------
    version : Version
    packed : Packed
    start, stop : str, optional
        Days, half-open; default: after the last subject that the version was fitted on, to the end of the
        books.
    thresholds : Thresholds, optional
        Past which the verdict is red.
    test : Scored, optional
        The version's scored test subjects, for the rate that their ranks foresee where the test ended before
        the period.

    Returns
    -------
    dict
        An object of JSON: what was looked at, ``verdict`` (`training.drift_tests.verdict_of`), ``score``,
        ``late`` (of a timing model, whose score is the median pay date; else None) and ``inputs``
        (`credit.stability.stability_of`; grey where there is not enough to tell), ``states``, ``patterns``,
        ``estimate``, ``realised`` and ``proxy`` (`training.drift_outcomes`), ``notes``.

    Raises
    ------
    InputError
        Another seller's portfolio, a model without frozen bins, no subjects in the period.
    """
    thresholds = thresholds or Thresholds()
    model = version.load_timing() if version.is_timing else version.load()
    reference = model.reference
    check_seller(model.spec.seller_id, packed)
    period = period_to_watch(model, packed, start, stop)
    recipe = Recipe.from_json(json.loads(version.tags["recipe"]))
    watched, values, excluded, late = _subjects(version, model, packed, recipe, period)
    buyer, month = watched.subjects["buyer_id"], months_of(watched.subjects["as_of"])
    level = thresholds.level if late is None else thresholds.level_of(others=1)
    rows = stability_of(reference, values, watched.log_odds, buyer, month, level=level)
    told = {
        "score": coloured(rows[0] if late is None else {**rows[0], "label": _PAY_DATE}),
        "late": None if late is None else coloured(late_row(reference, late, buyer, month, level=level)),
        "inputs": [coloured(row) for row in rows[1:]],
        "states": {
            **mix_of_labels(reference.states, np.array(STATES)[states_of(values)]),
            "critical": chance_of_states(reference, watched, thresholds),
        },
        "patterns": patterns_told(model, values),
        "cannot_say": float(np.isnan(watched.log_odds).mean()),
        "estimate": estimate_of(watched, _earlier(test, version, packed, period[0])),
        "realised": realised_of(watched, version),
        "proxy": proxy_of(packed, model, recipe.outcome, watched),
    }
    timezone = packed.portfolio.seller.timezone
    return {
        "model": version.model,
        "version": version.number,
        "outcome": model.spec.outcome,
        "fitted_from": model.spec.fitted_from,
        "fitted_until": model.spec.fitted_until,
        "from": date_text(period[0], timezone),
        "to": date_text(period[1], timezone),
        "observed_until": packed.portfolio.observed_until.isoformat(),
        "n": len(values),
        "buyers": watched.clusters.count,
        "mature": int(watched.is_mature.sum()),
        "in_sample": int(watched.was_fitted.sum()),
        "excluded": excluded if excluded is None else dict(excluded),
        "thresholds": thresholds.told,
        "verdict": verdict_of(told, thresholds, TIMING_TESTS if version.is_timing else TESTS),
        "notes": _notes(watched, model, period, timezone),
        **told,
    }


def period_to_watch(
    model: Model, packed: Packed, start: str | None = None, stop: str | None = None
) -> Period:
    """Return the period that is asked for; by default after what the model was fitted on to the books' end.

    Raises
    ------
    InputError
        Where it ends before it starts, or the books end before it.
    """
    check_days(start, stop)
    timezone, until = packed.portfolio.seller.timezone, packed.portfolio.observed_until
    fitted_until = pd.Timestamp(model.spec.fitted_until)
    first = day_after(fitted_until, timezone) if start is None else start_of_day(start, timezone)
    last = day_after(until, timezone) if stop is None else start_of_day(stop, timezone)
    if first > until:
        found = f"books until {date_text(until, timezone)}"
        step = "load later books, or name an earlier --from"
        raise InputError.of(f"books that reach {date_text(first, timezone)}", found, step)
    if first >= last:
        found = f"{date_text(first, timezone)} and {date_text(last, timezone)}"
        raise InputError.of("--from before --to", found, "name a later --to")
    return first, last


def _subjects(
    version: Version, model: Model, packed: Packed, recipe: Recipe, period: Period
) -> tuple[Watched, Floats, Mapping[str, int] | None, Floats | None]:
    """Return the subjects of a period, their values, who is left out, and of a timing model P(late)."""
    if isinstance(model, RiskModel):
        return (*_watched(model, packed, recipe, period), None)
    told = watched_dates(version, model, packed, recipe, period)
    _check_any(len(told.values))
    # Reason: the invoices left out are counted of the whole book, by training.
    return told.watched, told.values, None, told.late


def _check_any(subjects: int) -> None:
    if not subjects:
        step = "widen --from and --to, or load later books"
        raise InputError.of("subjects in the period", "none", step)


def _watched(
    model: RiskModel, packed: Packed, recipe: Recipe, period: Period
) -> tuple[Watched, Floats, Mapping[str, int]]:
    """Return the subjects of a period as the model scores them, their values and who is left out."""
    sample = sample_of(packed, recipe.outcome, period, immature=True)
    sample, frame = without_flagged(sample, build_packed(packed, sample.subjects), recipe.config.exclude)
    _check_any(len(frame))
    values, subjects = frame.to_numpy(np.float64), sample.subjects
    said = model.predict(values, contributions=False)
    watched = Watched(subjects, said.log_odds, said.probability, model.was_fitted_on(subjects))
    return watched, values, sample.excluded


def _earlier(test: Scored | None, version: Version, packed: Packed, start: pd.Timestamp) -> Scored | None:
    """Return the test where it ended before the period: one that holds its outcomes foresees nothing.

    Of a test of pay dates the days are kept, which have no rate.
    """
    if version.is_timing:
        return None
    stop = version.metrics.get("to")
    timezone = packed.portfolio.seller.timezone
    return test if stop is not None and start_of_day(stop, timezone) <= start else None


def _notes(watched: Watched, model: Model, period: Period, timezone: str) -> list[str]:
    """Return what a reader must know of the period."""
    until, notes = pd.Timestamp(model.spec.fitted_until), []
    if period[0] <= until:
        notes.append(
            f"The period begins before the last subject that was fitted on ({date_text(until, timezone)}): "
            f"{int(watched.was_fitted.sum())} of its {len(watched.subjects)} subjects were fitted on and are "
            "left out of what was realised."
        )
    if isinstance(model, TimingModel):
        notes.append(
            "Rates are of invoices at their issue: unpaid 30 days after due, of those not credited by then. "
            "How right the dates are is told by `credence models evaluate`."
        )
    if watched.clusters.count < 10:
        notes.append("Fewer than ten buyers: chance explains any difference, and nothing has an interval.")
    return notes
