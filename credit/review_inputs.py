"""What a review reads of each buyer, from the dossiers of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from credit.assess import limit_of
from credit.desk import Desk
from credit.dossier import Dossier
from credit.identity import assessment_id
from credit.several import parts_of, several_of
from credit.sides import SideReader

__all__ = ["review_inputs"]


def review_inputs(
    dossiers: Iterable[Dossier], desk: Desk, moment: datetime, *, now: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Yield of the assessment of each buyer what a review reads, without the cost of its reasons.

    Parameters
    ----------
    dossiers : iterable of Dossier
        Each is read once.
    desk : Desk
    moment, now :
        As in `credit.desk.Desk.assess`.

    Yields
    ------
    dict
        ``assessment_id``, ``buyer_id`` and what `credit.assess.limit_of` tells, as `Desk.assess` says it.
    """
    for part in parts_of(dossiers):
        yield from _of_part(part, desk, moment, now)


def _of_part(
    dossiers: Sequence[Dossier], desk: Desk, moment: datetime, now: datetime | None
) -> Iterator[dict[str, Any]]:
    common, policy, at = desk.common, desk.release.policy, desk.at(moment)
    known, book = several_of(dossiers, common, at), common.book(moment)
    exposures = {} if book is None else book.exposures
    reader = SideReader(policy.orders, common.seller.reporting_currency, common.rates, common.members)
    answers = desk.answers(known.values, contributions=False)
    for holding, values, said in zip(known.holdings, known.values, answers, strict=True):
        sides = reader.of(holding, at, exposures)
        facts = desk.facts(holding.buyer_id, moment, values, None, sides, now)
        yield {
            "assessment_id": assessment_id(facts, said, book, policy),
            "buyer_id": facts.buyer_id,
            **limit_of(facts, said, book, policy),
        }
