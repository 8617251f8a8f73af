"""The seller: the company whose ledger a portfolio is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import available_timezones

from features.as_of import instant_of
from features.codes import CURRENCIES
from features.errors import InputError
from features.grades import check_grade_maps

__all__ = ["Seller"]


@dataclass(frozen=True)
class Seller:
    """The company whose ledger this is.

    Parameters
    ----------
    seller_id : str
        Name of the seller in registry and store; set by the user or the mapping.
    reporting_currency : str
        ISO 4217 code in which sums over currencies are told.
    timezone : str
        IANA name; a day ends at midnight there.
    equity, yearly_credit_sales : float or None
        In the reporting currency; None where not stated.
    margin : float or None
        Contribution margin of sales on credit, a share.
    grade_maps : mapping of str to mapping of str to float
        By scheme of outside grades the PD of each grade, in place of `features.grades.shipped_grade_maps`.
    """

    seller_id: str
    name: str = ""
    country: str = ""
    size_class: str = ""
    reporting_currency: str = "XXX"
    timezone: str = "UTC"
    equity: float | None = None
    yearly_credit_sales: float | None = None
    margin: float | None = None
    grade_maps: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.seller_id:
            raise InputError.of(
                "seller_id, a name for the seller", "none", "set it in portfolio.toml or the mapping"
            )
        if self.reporting_currency not in CURRENCIES:
            raise InputError.of(
                "an ISO 4217 reporting_currency", "another word", "set it in portfolio.toml or the mapping"
            )
        instant_of("2000-01-01", _zone(self.timezone))
        check_grade_maps(self.grade_maps)


def _zone(name: str) -> str:
    if name not in _zones():
        step = "correct the seller's timezone"
        raise InputError.of("an IANA time zone like Europe/Berlin", f"'{name}'", step)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
