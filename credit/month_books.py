"""The figures of a month end made from dossiers, where no folder holds the whole portfolio."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from credit.book import Book, LossBasis, make_book
from credit.common import Common
from credit.cures import Cures, cures_of, shipped_definition, together
from credit.definition import DefaultDefinition
from credit.dossier import Dossier
from credit.release import Release
from credit.sides import Moment, moment_of
from credit.workout import Cases, cases_of, workout_of_cases
from features.catalog import NAMES
from features.context_files import context_of_blocks
from features.engine.compute import compute
from features.engine.context import Context, MonthEnds
from features.one_subject import Asked, subject_of

__all__ = ["book_of", "context_of"]


class _Known(NamedTuple):
    """A buyer at the month end."""

    buyer_id: str
    values: npt.NDArray[np.float64]
    cases: Cases
    cures: Cures | None


def book_of(
    dossiers: Iterable[Dossier], common: Common, release: Release, month_end: datetime
) -> Book | None:
    """Return the book at a month end, as `credit.books.Books` makes it of a folder.

    Parameters
    ----------
    dossiers : iterable of Dossier
        Of all buyers, in any order; each is read once.
    common : Common
        Whose context has the month ends before `month_end`; its books are not asked.
    release : Release
    month_end : datetime
        Naive UTC, as `features.as_of.last_month_end` gives it; None is returned before the books begin.
    """
    if month_end < common.observed_from:
        return None
    at = moment_of(month_end, common.seller.timezone)
    present = (each for each in dossiers if _is_known(each, at.second))
    model = release.models.get("default")
    definition = "" if model is None else model.spec.outcome
    by = shipped_definition(definition)
    known = [_known(each, common, release, at, by) for each in present]
    known.sort(key=lambda each: each.buyer_id)
    values = np.array([each.values for each in known]).reshape(len(known), len(NAMES))
    workout = workout_of_cases(_together([each.cases for each in known]))
    basis = LossBasis(definition, workout, together(each.cures for each in known))
    # Reason: only who makes a book, once a month, needs pandas.
    import pandas as pd

    index = pd.Index([each.buyer_id for each in known], name="buyer_id", dtype="str")
    frame = pd.DataFrame(values, index=index, columns=list(NAMES))
    pds = _probabilities(values, release)
    return make_book(frame, pds, common.seller, release.policy, basis=basis, as_of=month_end)


def context_of(dossiers: Iterable[Dossier], common: Common, month_ends: Iterable[datetime]) -> Context:
    """Return the figures across buyers at month ends, as `features.context.book_context` of a folder.

    Parameters
    ----------
    dossiers : iterable of Dossier
        Of all buyers, in any order; each is read once.
    common : Common
        Its context is not asked.
    month_ends : iterable of datetime
        Naive UTC, ascending.
    """
    moments = [moment_of(each, common.seller.timezone) for each in month_ends]
    seconds, days = ([getattr(each, name) for each in moments] for name in ("second", "day"))
    months = MonthEnds(np.array(seconds, np.int64), np.array(days, np.int64))
    return context_of_blocks((dossier.block for dossier in dossiers), common.rates, months)


def _is_known(dossier: Dossier, second: int) -> bool:
    # Reason: a buyer of whom nothing was known yet is no part of the book of that day.
    return dossier.known_from is not None and dossier.known_from <= second


def _known(
    dossier: Dossier, common: Common, release: Release, at: Moment, by: DefaultDefinition | None
) -> _Known:
    block, policy = dossier.holding(common.rates, common.members).block, release.policy
    subject = subject_of(0, at.second, common.seller.timezone, Asked())
    values = compute(block, subject, common.context, assumes_usual=True)[0]
    cases = cases_of(block, at.second, at.day, policy.own_recoveries)
    cures = None if by is None else cures_of(block, at.second, at.day, by, policy.own_cures)
    return _Known(dossier.buyer_id, values, cases, cures)


def _together(cases: list[Cases]) -> Cases:
    if not cases:
        return Cases(np.empty(0), np.empty(0), np.empty(0, np.int64))
    buyer = np.repeat(np.arange(len(cases)), [len(each.exposure) for each in cases])
    exposure, lost = (np.concatenate([each[part] for each in cases]) for part in (0, 1))
    return Cases(exposure, lost, buyer)


def _probabilities(values: npt.NDArray[np.float64], release: Release) -> npt.NDArray[np.float64]:
    model = release.models.get("default")
    if model is None or not len(values):
        return np.full(len(values), np.nan)
    said = model.answers(values, release.versions["default"], contributions=False)
    return np.array([np.nan if each.probability is None else each.probability for each in said])
