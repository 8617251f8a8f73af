"""The figures of a month end made from dossiers, where no folder holds the whole portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from credit.several import PART, several_of
from credit.sides import Moment, moment_of
from credit.workout import Cases, cases_of, workout_of_cases
from features.catalog import NAMES
from features.context_files import context_of_blocks
from features.engine.context import Context, MonthEnds
from features.parts import parts_of

__all__ = ["book_of", "context_of"]


class _Part(NamedTuple):
    """Some buyers at the month end."""

    buyer_ids: tuple[str, ...]
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
    model = release.models.get("default")
    definition = "" if model is None else model.spec.outcome
    by = shipped_definition(definition)
    present = (each for each in dossiers if _is_known(each, at.second))
    known = _in_order([_part(each, common, release, at, by) for each in parts_of(present, PART)])
    basis = LossBasis(definition, workout_of_cases(known.cases), known.cures)
    # Reason: only who makes a book, once a month, needs pandas.
    import pandas as pd

    index = pd.Index(known.buyer_ids, name="buyer_id", dtype="str")
    frame = pd.DataFrame(known.values, index=index, columns=list(NAMES))
    pds = _probabilities(known.values, release)
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


def _part(
    dossiers: Sequence[Dossier], common: Common, release: Release, at: Moment, by: DefaultDefinition | None
) -> _Part:
    known, policy = several_of(dossiers, common, at), release.policy
    cases = cases_of(known.block, at.second, at.day, policy.own_recoveries)
    cures = None if by is None else cures_of(known.block, at.second, at.day, by, policy.own_cures)
    return _Part(known.block.buyer_ids, known.values, cases, cures)


def _in_order(parts: Sequence[_Part]) -> _Part:
    """Return all parts as one, in the order of the buyers' ids: sums are then the same in whatever order."""
    ids = [buyer_id for part in parts for buyer_id in part.buyer_ids]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    values = np.concatenate([np.empty((0, len(NAMES))), *(part.values for part in parts)])
    cases = _laid_together([part.cases for part in parts], [len(part.buyer_ids) for part in parts])
    place = np.empty(len(ids), np.int64)
    place[order] = np.arange(len(ids))
    rank = place[cases.buyer]
    rows = np.argsort(rank, kind="stable")
    return _Part(
        tuple(ids[row] for row in order),
        values[order],
        Cases(cases.exposure[rows], cases.lost[rows], rank[rows]),
        together(part.cures for part in parts),
    )


def _laid_together(cases: Sequence[Cases], buyers: Sequence[int]) -> Cases:
    """Return the cases of all parts; buyers, whom each part counts from 1, are counted on from 0."""
    if not cases:
        return Cases(np.empty(0), np.empty(0), np.empty(0, np.int64))
    firsts = np.cumsum([0, *buyers[:-1]])
    buyer = np.concatenate([each.buyer - 1 + first for each, first in zip(cases, firsts, strict=True)])
    exposure, lost = (np.concatenate([each[part] for each in cases]) for part in (0, 1))
    return Cases(exposure, lost, buyer.astype(np.int64))


def _probabilities(values: npt.NDArray[np.float64], release: Release) -> npt.NDArray[np.float64]:
    model = release.models.get("default")
    if model is None or not len(values):
        return np.full(len(values), np.nan)
    said = model.answers(values, release.versions["default"], contributions=False)
    return np.array([np.nan if each.probability is None else each.probability for each in said])
