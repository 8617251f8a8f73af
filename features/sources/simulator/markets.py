"""The markets in which the seller sells: countries, industries and sizes of buyers, as tables."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COUNTRIES", "INDUSTRIES", "SIZES"]


@dataclass(frozen=True)
class _Country:
    """A market: share of buyers, currency of accounts, currency and share of invoices not in EUR, terms."""

    share: float
    currency: str
    invoiced_in: str
    share_invoiced_in: float
    terms_days: tuple[int, ...]


COUNTRIES: dict[str, _Country] = {
    "DE": _Country(0.40, "EUR", "EUR", 1.0, (14, 30, 30, 30, 45)),
    "FR": _Country(0.12, "EUR", "EUR", 1.0, (30, 30, 45, 60)),
    "NL": _Country(0.09, "EUR", "EUR", 1.0, (14, 30, 30)),
    "PL": _Country(0.09, "PLN", "EUR", 1.0, (14, 30, 45)),
    "IT": _Country(0.07, "EUR", "EUR", 1.0, (30, 30, 60, 60)),
    "GB": _Country(0.07, "GBP", "EUR", 1.0, (30, 30, 45)),
    "US": _Country(0.07, "USD", "USD", 0.8, (30, 30, 30, 45)),
    "CN": _Country(0.09, "CNY", "CNY", 0.6, (30, 30, 60, 60)),
}
"""Markets by ISO 3166-1 alpha-2."""


@dataclass(frozen=True)
class _Industry:
    """A NACE section: share of the buyers, season's height and peak month, shape of its accounts."""

    share: float
    season: float
    peak_month: int
    gross_margin: float
    inventory_days: float
    fixed_assets_to_revenue: float


INDUSTRIES: dict[str, _Industry] = {
    "C": _Industry(0.34, 0.10, 10, 0.34, 70, 0.28),
    "F": _Industry(0.17, 0.35, 7, 0.27, 35, 0.14),
    "G": _Industry(0.24, 0.20, 11, 0.24, 55, 0.10),
    "H": _Industry(0.09, 0.12, 11, 0.26, 8, 0.40),
    "J": _Industry(0.06, 0.05, 12, 0.52, 5, 0.10),
    "M": _Industry(0.05, 0.05, 12, 0.48, 4, 0.08),
    "A": _Industry(0.05, 0.45, 5, 0.28, 80, 0.60),
}
"""Sections of NACE."""


@dataclass(frozen=True)
class _Size:
    """A size class: share of the buyers, revenue a year and our usual invoice in EUR, invoices a month."""

    share: float
    revenue: float
    invoice_amount: float
    invoices_a_month: float


SIZES: dict[str, _Size] = {
    "micro": _Size(0.34, 0.9e6, 300.0, 0.85),
    "small": _Size(0.36, 5e6, 700.0, 1.45),
    "medium": _Size(0.21, 28e6, 1_450.0, 2.5),
    "large": _Size(0.09, 220e6, 3_300.0, 3.7),
}
"""Size classes of the European Union."""
