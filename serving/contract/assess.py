"""What a call for an assessment says, of one subject or of many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from credit.extras import Extras
from credit.request import Request
from serving.contract.parts import Amount, AsOf, Currency, Day, Id, Part, Terms, validated, wrong
from serving.errors import CallError

__all__ = ["LARGEST_BATCH", "AssessCall", "BatchCall", "RequestPart"]

MOST_FACTS = 1000
"""Facts that a call may bring along."""

LARGEST_BATCH = 1000
"""Subjects of a batch."""


class RequestPart(Part):
    """What is asked for, in a call."""

    kind: Literal["order", "limit", "terms"]
    amount: Amount | None = None
    currency: Currency | None = None
    terms_days: Terms | None = None
    due_on: Day | None = None


class AssessCall(Part):
    """Body of ``POST /v1/assess``.

    Examples
    --------
    >>> AssessCall.parsed({"buyer_id": "B000001"}).lang
    'en'
    >>> AssessCall.parsed({"buyer_id": "B000001", "request": {"kind": "order", "amount": -1}})
    Traceback (most recent call last):
    serving.errors.CallError: request.amount: expected a finite amount above 0 ...; found ...
    """

    buyer_id: Id
    as_of: AsOf | None = None
    request: RequestPart | None = None
    lang: Literal["en", "zh"] = "en"
    parts: Literal["all", "score"] = "all"
    offers: bool = False
    peers: bool = False
    raises: bool = False
    since: AsOf | None = None
    store: bool = True
    facts: Annotated[list[dict[str, Any]], Field(max_length=MOST_FACTS)] | None = None

    @classmethod
    def parsed(cls, said: Any) -> AssessCall:
        """Return what was read as a call.

        Raises
        ------
        CallError
            ``invalid_field``.
        """
        return validated(said, cls).together()

    def together(self) -> AssessCall:
        """Return the call; refuse fields that do not go together."""
        if self.facts is not None and self.since is not None:
            step = "leave one of them out"
            raise CallError("invalid_field", "facts or since", "both", step, path="since")
        if self.parts == "score" and (self.also != Extras() or self.facts is not None):
            raise CallError(
                "invalid_field", "no further parts beside the score", "some", "leave them out", path="parts"
            )
        part = self.request
        if part is None:
            return self
        if part.kind != "terms" and part.amount is None:
            raise wrong("request.amount", "nothing")
        if part.amount is not None and part.currency is None:
            raise wrong("request.currency", "nothing")
        if part.terms_days is not None and part.due_on is not None:
            step = "leave one of them out"
            raise CallError("invalid_field", "terms_days or due_on", "both", step, path="request.due_on")
        return self

    @property
    def also(self) -> Extras:
        """Parts of the assessment that are told only where they are asked for."""
        return Extras(offers=self.offers, peers=self.peers, raises=self.raises, since=self.since)

    @property
    def is_kept(self) -> bool:
        """Whether the answer is kept: a whole one of kept facts, unless the caller says no."""
        return self.store and self.parts == "all" and not self.facts

    @property
    def is_short(self) -> bool:
        """Whether the answer takes no more than about a millisecond."""
        return not (self.offers or self.raises or self.since)

    def asked(self, reporting_currency: str) -> Request | None:
        """Return the request as the assessment takes it; None where there is none.

        Parameters
        ----------
        reporting_currency : str
            Stands in where terms alone are asked for, without money.
        """
        if self.request is None:
            return None
        part = self.request
        return Request(
            part.kind,
            part.amount,
            part.currency or reporting_currency,
            terms_days=part.terms_days,
            due_on=part.due_on,
        )


class BatchCall(Part):
    """Body of ``POST /v1/assess_batch``: each item is what ``/v1/assess`` takes."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=LARGEST_BATCH)]
    store: bool = True
