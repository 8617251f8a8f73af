"""The seller's whole book, as one buyer's limit needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from credit.budget import shadow_price
from credit.loss import loss_rate
from credit.need import usual_need, yearly_purchases
from credit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

    from features.portfolio import Seller

__all__ = ["Book", "make_book"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Book:
    """Figures across all buyers at one moment, in the reporting currency.

    Parameters
    ----------
    as_of : datetime or None
        Moment of the figures (naive UTC), where the caller names it.
    receivables : float
        Sum of all exposures.
    yearly_sales : float
        Credit sales of a year: the seller's figure, else what was invoiced in 365 days.
    margin : float
        The seller's contribution margin, else the policy's.
    equity : float or None
        The seller's own.
    shadow_price : float or None
        Price of risk at which the book's expected loss keeps to the budget; None without sales or without
        probabilities.
    budget : float
        Expected loss that the book may have in a year.
    reporting_currency : str
    buyers : int
    reference_pds : tuple of float
        Probabilities of default of all buyers that have one, ascending.
    """

    as_of: datetime | None
    receivables: float
    yearly_sales: float
    margin: float
    equity: float | None
    shadow_price: float | None
    budget: float
    reporting_currency: str
    buyers: int
    reference_pds: tuple[float, ...] = ()


def make_book(
    values: pd.DataFrame,
    pd_default: Floats,
    seller: Seller,
    policy: Policy,
    *,
    definition: str = "",
    as_of: datetime | None = None,
) -> Book:
    """Add up a book and find its price of risk.

    Parameters
    ----------
    values : DataFrame, one row per buyer
        Catalog features; used are exposure, invoiced_amount_365d, tenure_days, median_terms_days_365d,
        peak_month_factor_365d and in_default. An absent column is missing everywhere.
    pd_default : ndarray, shape (n,)
        Probability of default of each buyer; NaN where the model cannot say. Such buyers, and those in
        default, take no part of the budget.
    seller : Seller
    policy : Policy
    definition : str
        Definition of default that the probabilities are of.
    as_of : datetime or None
        Moment of the figures (naive UTC).

    Returns
    -------
    Book
    """
    yearly = yearly_purchases(
        _column(values, "invoiced_amount_365d"), _column(values, "tenure_days"), policy.need
    )
    sales = seller.yearly_credit_sales or float(np.nansum(_column(values, "invoiced_amount_365d")))
    margin = seller.margin or policy.economics.margin
    budget = policy.economics.expected_loss_budget_share_of_sales * sales
    live = np.where(_column(values, "in_default") == 1.0, np.nan, pd_default)
    return Book(
        as_of=as_of,
        receivables=float(np.nansum(_column(values, "exposure"))),
        yearly_sales=sales,
        margin=margin,
        equity=seller.equity,
        shadow_price=_price(_needs(values, yearly, policy), _rates(live, policy, definition), margin, budget),
        budget=budget,
        reporting_currency=seller.reporting_currency,
        buyers=len(values),
        reference_pds=tuple(np.sort(live[np.isfinite(live)]).tolist()),
    )


def _column(values: pd.DataFrame, name: str) -> Floats:
    if name not in values:
        return np.full(len(values), np.nan)
    return np.asarray(values[name].to_numpy(np.float64, na_value=np.nan))


def _needs(values: pd.DataFrame, yearly: Floats, policy: Policy) -> Floats:
    terms, peak = _column(values, "median_terms_days_365d"), _column(values, "peak_month_factor_365d")
    return usual_need(yearly, terms, peak, policy.need)


def _rates(pds: Floats, policy: Policy, definition: str) -> Floats:
    loss = policy.loss_of(definition)
    return loss_rate(np.clip(pds, policy.pd_floor, policy.pd_cap), loss.lgd, loss.cure_rate)


def _price(needs: Floats, rates: Floats, margin: float, budget: float) -> float | None:
    if budget <= 0.0 or not np.any(np.isfinite(needs) & np.isfinite(rates)):
        return None
    return shadow_price(needs, rates, margin, budget)
