"""The seller's whole book, as one buyer's limit needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from credit.budget import shadow_price
from credit.cures import Cures
from credit.interval import prudent_pds, worths_of_files
from credit.loss import loss_rate
from credit.need import usual_need, yearly_purchases
from credit.peers import PeerTable, fit_peers, usual_terms
from credit.policy import Policy
from credit.workout import Workout

if TYPE_CHECKING:
    import pandas as pd

    from features.portfolio import Seller

__all__ = ["Book", "LossBasis", "cure_rate_of", "lgd_of", "make_book"]

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
    exposures : mapping of str to float
        What each buyer with items owed, by id; NaN where a part has no rate.
    peers : PeerTable
        High credit by size and industry.
    usual_terms : mapping of int to float
        Median terms in days by industry section.
    workout : Workout or None
        Own losses; None where there are none yet.
    cures : Cures or None
        Own cures; None where no buyer defaulted long enough ago.
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
    exposures: Mapping[str, float] = field(default_factory=dict, repr=False)
    peers: PeerTable = field(default_factory=PeerTable, repr=False)
    usual_terms: Mapping[int, float] = field(default_factory=dict, repr=False)
    workout: Workout | None = None
    cures: Cures | None = None


@dataclass(frozen=True)
class LossBasis:
    """What the losses of a book are told by.

    Parameters
    ----------
    definition : str
        Definition of default that the probabilities are of.
    workout : Workout or None
        Own losses at the book's moment.
    cures : Cures or None
        Own cures at the book's moment.
    """

    definition: str = ""
    workout: Workout | None = None
    cures: Cures | None = None


def make_book(
    values: pd.DataFrame,
    pd_default: Floats,
    seller: Seller,
    policy: Policy,
    *,
    basis: LossBasis | None = None,
    as_of: datetime | None = None,
) -> Book:
    """Add up a book and find its price of risk.

    Parameters
    ----------
    values : DataFrame, one row per buyer, index buyer_id
        Catalog features; used are exposure, count_open, invoiced_amount_365d, tenure_days,
        median_terms_days_365d, peak_month_factor_365d, in_default, has_payments, has_accounts,
        count_settled_365d, high_credit_365d, size_class and industry_section. An absent column is missing
        everywhere.
    pd_default : ndarray, shape (n,)
        Probability of default of each buyer; NaN where the model cannot say. Such buyers, and those in
        default, take no part of the budget.
    seller : Seller
    policy : Policy
    basis : LossBasis or None
        None where neither definition nor own losses are known.
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
    basis = basis or LossBasis()
    rates = _rates(values, live, policy, basis)
    section, terms = _column(values, "industry_section"), _column(values, "median_terms_days_365d")
    return Book(
        as_of=as_of,
        receivables=float(np.nansum(_column(values, "exposure"))),
        yearly_sales=sales,
        margin=margin,
        equity=seller.equity,
        shadow_price=_price(_needs(values, yearly, policy), rates, margin, budget),
        budget=budget,
        reporting_currency=seller.reporting_currency,
        buyers=len(values),
        reference_pds=tuple(np.sort(live[np.isfinite(live)]).tolist()),
        exposures=_exposures(values),
        peers=_peers(values, section),
        usual_terms=usual_terms(section, terms, policy.terms.sector_least_buyers),
        workout=basis.workout,
        cures=basis.cures,
    )


def lgd_of(
    policy: Policy, definition: str, workout: Workout | None
) -> tuple[float, Literal["policy", "own_recoveries"]]:
    """Return the loss given default without securities, and whose it is.

    The seller's own, not below the policy's floor, where enough buyers were written off long enough ago;
    else the policy's.
    """
    rules = policy.own_recoveries
    if workout is None or workout.cases < rules.least_cases:
        return policy.loss_of(definition).lgd, "policy"
    return max(workout.lgd, rules.lgd_floor), "own_recoveries"


def cure_rate_of(
    policy: Policy, definition: str, cures: Cures | None
) -> tuple[float, Literal["policy", "own_cures"]]:
    """Return the share of defaults that pay in full after all, and whose it is.

    The seller's own, weighed against the policy's, where enough buyers defaulted long enough ago by the same
    definition; else the policy's.
    """
    assumed, rules = policy.loss_of(definition).cure_rate, policy.own_cures
    if cures is None or cures.definition != definition or cures.cases < rules.least_cases:
        return assumed, "policy"
    return cures.credible(assumed, rules), "own_cures"


def _column(values: pd.DataFrame, name: str) -> Floats:
    if name not in values:
        return np.full(len(values), np.nan)
    return np.asarray(values[name].to_numpy(np.float64, na_value=np.nan))


def _needs(values: pd.DataFrame, yearly: Floats, policy: Policy) -> Floats:
    terms, peak = _column(values, "median_terms_days_365d"), _column(values, "peak_month_factor_365d")
    return usual_need(yearly, terms, peak, policy.need)


def _rates(values: pd.DataFrame, pds: Floats, policy: Policy, basis: LossBasis) -> Floats:
    """Return loss rates with the probabilities that the limits take, so that the sum keeps to the budget."""
    bounded = np.clip(pds, policy.pd_floor, policy.pd_cap)
    has_payments = _column(values, "has_payments") == 1.0
    has_accounts = _column(values, "has_accounts") == 1.0
    worths = worths_of_files(policy, has_payments, has_accounts, _column(values, "count_settled_365d"))
    prudent = np.clip(prudent_pds(bounded, worths, policy.interval), policy.pd_floor, policy.pd_cap)
    lgd, _ = lgd_of(policy, basis.definition, basis.workout)
    cure_rate, _ = cure_rate_of(policy, basis.definition, basis.cures)
    return loss_rate(prudent, lgd, cure_rate)


def _price(needs: Floats, rates: Floats, margin: float, budget: float) -> float | None:
    if budget <= 0.0 or not np.any(np.isfinite(needs) & np.isfinite(rates)):
        return None
    return shadow_price(needs, rates, margin, budget)


def _exposures(values: pd.DataFrame) -> dict[str, float]:
    owed, has_items = _column(values, "exposure"), _column(values, "count_open") > 0.0
    rows = np.flatnonzero(np.isfinite(owed) & (owed != 0.0) | has_items).tolist()
    ids = values.index
    return {str(ids[row]): float(owed[row]) for row in rows}


def _peers(values: pd.DataFrame, section: Floats) -> PeerTable:
    sound = _column(values, "in_default") != 1.0
    return fit_peers(_column(values, "size_class"), section, _column(values, "high_credit_365d"), sound)
