"""What is known of the subject of an assessment: from a dossier to its facts, its features and the book."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from credit.book import Book
from credit.common import Common
from credit.dossier import Dossier
from credit.facts import SubjectFacts
from credit.ground import ground_of, warning
from credit.release import TIMING, Release
from credit.request import Request
from credit.sides import Holding, Moment, SideReader, Sides, moment_of
from features.catalog import CATALOG_HASH, NAMES
from features.engine.compute import compute
from features.errors import InputError
from features.one_subject import Asked, subject_of

__all__ = ["Known", "SubjectReader"]

Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """A subject with all that its assessment follows from, beside models and policy.

    Parameters
    ----------
    facts : SubjectFacts
    book : Book or None
    values : float64 ndarray, shape (1, len(NAMES))
        Features as the models take them.
    holding : Holding
    """

    facts: SubjectFacts
    book: Book | None
    values: Floats
    holding: Holding


class SubjectReader:
    """Reads from dossiers what was known of buyers.

    Parameters
    ----------
    common : Common
    release : Release
        Its versions are named, its policy says which orders are open.
    """

    def __init__(self, common: Common, release: Release) -> None:
        self._common, self._release_id = common, release.release_id
        self._sides = SideReader(
            release.policy.orders, common.seller.reporting_currency, common.rates, common.members
        )
        timing = release.versions.get(TIMING)
        self._versions = {"catalog": CATALOG_HASH[:12], **({} if timing is None else {TIMING: timing})}

    def at(self, moment: datetime) -> Moment:
        """Return an instant with its day where the seller is."""
        return moment_of(moment, self._common.seller.timezone)

    def of(
        self,
        dossier: Dossier,
        moment: datetime,
        request: Request | None,
        without_order: str = "",
        now: datetime | None = None,
    ) -> Known:
        """Return what was known of a buyer: see `credit.desk.Desk.assess`.

        Parameters
        ----------
        dossier, moment, request, now :
            As there.
        without_order : str
            Id of an order that is asked about and must not count twice.

        Raises
        ------
        InputError
            Where no rate for the request's currency was known then.
        """
        common, at = self._common, self.at(moment)
        holding = dossier.holding(common.rates, common.members)
        arrays = subject_of(
            0, at.second, common.seller.timezone, _asked(request), self._rate(request, at.second)
        )
        values = compute(holding.block, arrays, common.context, assumes_usual=True)
        book = common.book(moment)
        exposures = {} if book is None else book.exposures
        asked = at if now is None else self.at(now)
        sides = self._sides.of(holding, at, exposures, without_order=without_order, asked=asked.second)
        facts = self.facts(dossier.buyer_id, moment, values[0], request, sides, now)
        return Known(facts, book, values, holding)

    def facts(
        self,
        buyer_id: str,
        moment: datetime,
        values: Floats,
        request: Request | None,
        sides: Sides,
        now: datetime | None = None,
    ) -> SubjectFacts:
        """Return what is known of a subject from its features, shape (len(NAMES),), and its sides."""
        named = dict(zip(NAMES, values.tolist(), strict=True))
        self._put_nothing_owed(named, moment)
        ground = ground_of(self._common, moment, now)
        usual = request or _usual(named, self._common.seller.reporting_currency)
        named |= {**sides.values, **ground.values()}
        warnings = list(ground.warnings())
        if sides.insolvent_since is not None:
            # Reason: what is owed since then nobody knows; that nothing may be, somebody does.
            named["is_insolvent"] = 1.0
            since = self.at(datetime.fromtimestamp(sides.insolvent_since, UTC).replace(tzinfo=None))
            warnings.append(warning("insolvency_since", since.date))
        currency = self._common.seller.reporting_currency
        return SubjectFacts(
            buyer_id=buyer_id,
            as_of=moment,
            values=named,
            request=usual,
            reporting_currency=currency,
            release=self._release_id,
            versions=self._versions,
            facts_seq=self._common.facts_seq,
            warnings=warnings,
            securities=sides.securities,
            country=sides.country,
            local_day=ground.day,
        )

    def _rate(self, request: Request | None, second: int) -> float:
        """Refuse an amount without a rate: the usual invoice must not stand in for it."""
        if request is None or request.amount is None or request.currency is None:
            return 1.0
        rate = self._common.rates.unit(request.currency, second)
        if np.isnan(rate):
            step = f"load rates for {request.currency} into table fx, or ask in the reporting currency"
            expected = "a currency with a rate known at as_of"
            raise InputError.of(expected, "none", step, table="fx", column="currency")
        return rate

    def _put_nothing_owed(self, named: dict[str, float], moment: datetime) -> None:
        """Put an exposure of 0 for a buyer without items in a ledger.

        Without a ledger, or before it begins, nobody knows what a buyer owes. The models see no such zeros:
        a prospect must not look like a buyer that has paid everything.
        """
        is_known = self._common.has_ledger and moment >= self._common.observed_from
        if is_known and math.isnan(named["count_open"]):
            named |= {"exposure": 0.0, "overdue_amount": 0.0}


def _asked(request: Request | None) -> Asked:
    if request is None:
        return Asked()
    return Asked(request.amount, request.currency, request.terms_days, request.due_on)


def _usual(values: dict[str, float], currency: str) -> Request | None:
    """Return the buyer's usual invoice as an assumed request; None where none is known."""
    amount, terms = values["request_amount"], values["request_terms_days"]
    if math.isnan(amount) or amount <= 0:
        return None
    days = None if math.isnan(terms) else round(terms)
    return Request("order", amount, currency, terms_days=days, assumed=True)
