"""What the timing model says of a request: when it would be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from credit.facts import SubjectFacts

if TYPE_CHECKING:
    from credit.timing.dates import PayDates
    from credit.timing.model import TimingModel

__all__ = ["DAYS_PAST_DUE", "INTERVAL", "TimingAnswer", "timing_answers"]

INTERVAL = 0.8
"""Probability that a pay date lies inside the interval that is told."""

DAYS_PAST_DUE = (0, 30, 60, 90)
"""Days after due of which is told how probable payment by then is."""

_EPOCH = date(1970, 1, 1).toordinal()

_USUAL_TERMS = "median_terms_days_365d"


@dataclass(frozen=True)
class TimingAnswer:
    """A timing model's answer about one subject.

    Parameters
    ----------
    status : str
        ``ok``, or ``no_timing_model``, ``no_request`` (nothing tells when it would be due),
        ``unseen_pattern``, ``beyond_horizon`` (payment within the horizon is less likely than not).
    due_on : date or None
    assumed : bool
        The request, or its terms, are the buyer's usual ones.
    median_on, low_on, high_on : date or None
        Median pay date and the ends of its interval; None where it lies beyond the horizon.
    interval_probability : float or None
        Probability that it is paid from `low_on` to `high_on`, or from `low_on` on: whole days seldom allow
        what `INTERVAL` names.
    paid_by : sequence of (int, float)
        Days past due and the probability that it is paid by then.
    credited, written_off : float or None
        Probability that it is closed so by the horizon.
    horizon_days : int or None
        Days after due up to which the model sees.
    """

    status: str
    due_on: date | None = None
    assumed: bool = False
    median_on: date | None = None
    low_on: date | None = None
    high_on: date | None = None
    interval_probability: float | None = None
    paid_by: Sequence[tuple[int, float]] = field(default_factory=tuple)
    credited: float | None = None
    written_off: float | None = None
    horizon_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the assessment tells it."""
        return {
            "status": self.status,
            "due_on": _text(self.due_on),
            "median_on": _text(self.median_on),
            "low_on": _text(self.low_on),
            "high_on": _text(self.high_on),
            "interval": INTERVAL if self.paid_by else None,
            "interval_probability": self.interval_probability,
            "paid_by": [
                {
                    "on": _text(_after(self.due_on, days)),
                    "days_past_due": days,
                    "probability": probability,
                }
                for days, probability in self.paid_by
            ],
            "credited": self.credited,
            "written_off": self.written_off,
            "horizon_days": self.horizon_days,
            "assumed": self.assumed,
        }


def timing_answers(
    model: TimingModel,
    values: npt.NDArray[np.float64],
    subjects: Sequence[SubjectFacts],
    today: date,
) -> list[TimingAnswer]:
    """Return what a model says of each subject's request, or of its usual invoice.

    Parameters
    ----------
    model : TimingModel
    values : float64 ndarray, shape (n, len(NAMES))
    subjects : sequence of SubjectFacts, length n
        Of one moment.
    today : date
        Its day where the seller is.
    """
    dues = [_due(subject, today) for subject in subjects]
    days = {row: due_on for row, (due_on, _) in enumerate(dues) if due_on is not None}
    told = [TimingAnswer("no_request")] * len(subjects)
    if not days:
        return told
    asked = list(days)
    due_day = np.array([_number(due_on) for due_on in days.values()])
    as_of_day = np.full(len(asked), _number(today))
    # Reason: online, frames of dates would cost more than the model.
    said = _Said(model.predict_days(values[asked], as_of_day, due_day), model.spec.horizon_days)
    for place, row in enumerate(asked):
        told[row] = said.answer(place, *dues[row])
    return told


class _Said:
    """What a model said of several subjects; each is read by its row."""

    def __init__(self, said: PayDates, horizon_days: int) -> None:
        self._said, self._horizon_days = said, horizon_days
        self._median, (self._low, self._high, self._mass) = said.median, said.interval(INTERVAL)
        self._paid_by = {days: said.paid_by(days) for days in DAYS_PAST_DUE}

    def answer(self, row: int, due_on: date | None, assumed: bool) -> TimingAnswer:
        status, horizon_days = str(self._said.status[row]), self._horizon_days
        if status != "ok":
            return TimingAnswer(status, due_on, assumed, horizon_days=horizon_days)
        median = _on(due_on, self._median[row])
        return TimingAnswer(
            "beyond_horizon" if median is None else "ok",
            due_on,
            assumed,
            median,
            _on(due_on, self._low[row]),
            _on(due_on, self._high[row]),
            float(self._mass[row]),
            tuple((days, float(said[row])) for days, said in self._paid_by.items()),
            float(self._said.credited[row, -1]),
            float(self._said.written_off[row, -1]),
            horizon_days,
        )


def _due(subject: SubjectFacts, today: date) -> tuple[date | None, bool]:
    """Return when the request is due, and whether that is assumed from what is usual."""
    request, usual = subject.request, subject.known(_USUAL_TERMS)
    if request is None:
        return None, False
    if request.due_on is not None:
        return request.due_on, request.assumed
    if request.terms_days is not None:
        return today + timedelta(days=request.terms_days), request.assumed
    return (None, request.assumed) if usual is None else (today + timedelta(days=round(usual)), True)


def _number(day: date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - _EPOCH


def _on(due_on: date | None, days_past_due: float) -> date | None:
    return None if np.isnan(days_past_due) else _after(due_on, round(float(days_past_due)))


def _after(due_on: date | None, days: int) -> date | None:
    return None if due_on is None else due_on + timedelta(days=days)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
