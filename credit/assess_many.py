"""Assessments of many buyers at one moment, from their dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from credit.assess import assess
from credit.desk import Desk
from credit.dossier import Dossier
from credit.several import PART, several_of
from credit.sides import SideReader
from features.parts import parts_of

__all__ = ["assess_many"]


def assess_many(
    dossiers: Iterable[Dossier], desk: Desk, moment: datetime, *, now: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the assessment of each buyer, without a request, as `credit.desk.Desk.assess` gives it.

    Engine and models take some hundred buyers at a time.

    Parameters
    ----------
    dossiers : iterable of Dossier
        Each is read once.
    desk : Desk
    moment, now :
        As in `Desk.assess`.
    """
    for part in parts_of(dossiers, PART):
        yield from _of_part(part, desk, moment, now)


def _of_part(
    dossiers: Sequence[Dossier], desk: Desk, moment: datetime, now: datetime | None
) -> Iterator[dict[str, Any]]:
    common, policy, at = desk.common, desk.release.policy, desk.at(moment)
    known, book = several_of(dossiers, common, at), common.book(moment)
    exposures = {} if book is None else book.exposures
    reader = SideReader(policy.orders, common.seller.reporting_currency, common.rates, common.members)
    asked = at if now is None else desk.at(now)
    facts = [
        desk.facts(
            holding.buyer_id, moment, values, None, reader.of(holding, at, exposures, asked=asked.second), now
        )
        for holding, values in zip(known.holdings, known.values, strict=True)
    ]
    answers, timing = desk.answers(known.values), desk.timing(known.values, facts, moment)
    for subject, said, paid in zip(facts, answers, timing, strict=True):
        yield assess(subject, said, book, policy, timing=paid)
