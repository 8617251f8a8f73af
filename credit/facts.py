"""What is known of the subject of an assessment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from credit.cover import Security
from credit.request import Request
from credit.states import InformationState, state_of
from features.errors import InputError

__all__ = ["InformationState", "SubjectFacts"]


@dataclass(frozen=True)
class SubjectFacts:
    """A buyer at a moment, with the request if there is one.

    Parameters
    ----------
    buyer_id : str
    as_of : datetime
        Naive UTC.
    values : mapping of str to float
        Feature values by catalog name, and those of `credit.side_facts.Sides`; money in the reporting
        currency; missing is NaN or absent.
    request : Request or None
        Its amount and terms in the reporting currency and in days are the values ``request_amount`` and
        ``request_terms_days``.
    reporting_currency : str
    facts_seq : int or None
        Position of the store that the facts were read at.
    release : str
        Release that serves.
    versions : mapping of str to str
        Further versions to be named: ``catalog``, ``timing``.
    warnings : sequence of mapping
        ``{"code", "field", "date"}`` that the caller adds; codes are those of `credit.texts.WARNINGS`.
    securities : tuple of Security
        In force.
    country : str
        ISO 3166-1 alpha-2 of the buyer; empty where unknown.
    local_day : date or None
        Day of `as_of` where the seller is; that of UTC where None.

    Raises
    ------
    InputError
        An `as_of` with a time zone.
    """

    buyer_id: str
    as_of: datetime
    values: Mapping[str, float]
    request: Request | None = None
    reporting_currency: str = "XXX"
    facts_seq: int | None = None
    release: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    securities: tuple[Security, ...] = ()
    country: str = ""
    local_day: date | None = None

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is not None:
            raise InputError.of(
                "as_of as naive UTC", "one with a time zone", "convert it to UTC", column="as_of"
            )

    def value(self, name: str) -> float:
        """Return a feature value, NaN where it is missing."""
        return float(self.values.get(name, math.nan))

    def known(self, name: str) -> float | None:
        """Return a feature value, None where it is missing (or not finite)."""
        value = float(self.values.get(name, math.nan))
        return value if math.isfinite(value) else None

    def flag(self, name: str) -> bool:
        """Whether a flag is set; missing is not."""
        return self.values.get(name) == 1.0

    @property
    def day(self) -> date:
        """Day of the assessment where the seller is."""
        return self.as_of.date() if self.local_day is None else self.local_day

    @property
    def today(self) -> date:
        """Day on which somebody asks: after that of the assessment where books that are behind speak."""
        return self.day + timedelta(days=int(self.known("days_since_as_of") or 0))

    @property
    def asked(self) -> Request | None:
        """The request, where somebody made it."""
        return None if self.request is None or self.request.assumed else self.request

    @property
    def information_state(self) -> InformationState:
        """Which sources are known of the buyer."""
        return state_of(self.flag("has_payments"), self.flag("has_accounts"))
