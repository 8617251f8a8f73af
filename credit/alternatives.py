"""Alternatives to a larger limit, priced side by side: what each costs whom, what stays at risk."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from credit.limit_case import LimitCase
from credit.loss import pd_turn
from credit.loss_candidates import turn_of
from credit.profit import Turn
from credit.terms import Purchases

__all__ = ["Alternative", "alternatives_of", "best_of"]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Alternative:
    """One way to sell beside a limit that is smaller than the need.

    Parameters
    ----------
    code : {"within_limit", "shorter_terms", "deposit", "split_delivery", "guarantee", "insurance"}
    status : str
        ``ok``, ``not_enough`` (the limit still does not bear all purchases) or a cannot-say code.
    amount, share, days, parts : float or None
        Of the deposit, guarantee or insurance; of a delivery that is paid in advance, or of purchases that
        are served; terms; deliveries instead of one.
    exposure, unsecured_exposure : float
        In the busiest month: all that is owed, and what nobody else answers for.
    cost_to_buyer, cost_to_seller : float
        A year, beside what the sale itself costs.
    yearly_sales : float
    yearly_profit : float or None
        Margin less funding, administration, expected loss and the seller's cost; None without a probability
        of default.
    """

    code: str
    status: str
    exposure: float
    unsecured_exposure: float
    yearly_sales: float
    yearly_profit: float | None
    cost_to_buyer: float = 0.0
    cost_to_seller: float = 0.0
    amount: float | None = None
    share: float | None = None
    days: float | None = None
    parts: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the alternative as the assessment shows it."""
        return asdict(self)


@dataclass(frozen=True)
class _Sale:
    """A year's purchases on credit."""

    case: LimitCase
    purchases: Purchases
    turn: Turn

    @property
    def served(self) -> float:
        return 1.0 - self.purchases.gap_share

    def profit(
        self, sales: float, *, financed: float = 1.0, at_risk: float = 1.0, cost: float = 0.0
    ) -> float | None:
        """Return what sales earn of which shares are financed and at risk."""
        if self.case.pd is None:
            return None
        turn = self.turn
        funding = turn.funding_rate * turn.days / 365.0
        loss = pd_turn(self.case.pd, turn.days) * turn.lgd
        earned = turn.margin - turn.administration_share - financed * funding - at_risk * loss
        return sales * earned - cost


def alternatives_of(case: LimitCase, purchases: Purchases, terms: dict[str, Any]) -> list[Alternative]:
    """Return the alternatives for a buyer whose need is above its limit.

    Parameters
    ----------
    case : LimitCase
    purchases : Purchases
    terms : dict
        As `credit.terms.suggest_terms` gives them.

    Notes
    -----
    A guarantee or an insurance is as large as it takes to cover what lies above the limit, at the share that
    the policy counts of it. Where deliveries are split, the next one waits for the payment of the one before.
    """
    sale = _Sale(case, purchases, turn_of(case, purchases.limit, purchases.terms_days))
    found = [
        _within_limit(sale),
        *_shorter_terms(sale, terms),
        _deposit(sale),
        _guarantee(sale),
        _insurance(sale),
    ]
    if purchases.limit > 0.0:
        found.insert(-2, _split(sale))
    return found


def best_of(found: list[Alternative]) -> str | None:
    """Return the code of what earns most after what it costs the buyer; None without profits."""
    worth = {
        each.code: each.yearly_profit - each.cost_to_buyer
        for each in found
        if each.yearly_profit is not None and each.status == "ok"
    }
    return max(worth, key=lambda code: worth[code], default=None)


def _within_limit(sale: _Sale) -> Alternative:
    limit, sales = sale.purchases.limit, sale.purchases.yearly * sale.served
    profit = sale.profit(sales)
    return Alternative("within_limit", "ok", limit, limit, sales, profit, share=sale.served)


def _shorter_terms(sale: _Sale, terms: dict[str, Any]) -> list[Alternative]:
    option = next((each for each in terms["options"] if each["days"] == terms["days"]), None)
    if option is None or option["days"] >= sale.purchases.terms_days:
        return []
    exposure = min(option["need"], sale.purchases.limit)
    status = "ok" if option["served_share"] >= 1.0 else "not_enough"
    sales, days = sale.purchases.yearly * option["served_share"], float(option["days"])
    profit, cost = option["yearly_profit"], option["cost_to_buyer"]
    return [Alternative("shorter_terms", status, exposure, exposure, sales, profit, cost, days=days)]


def _deposit(sale: _Sale) -> Alternative:
    bought, share = sale.purchases, sale.purchases.gap_share
    rate, days = sale.case.policy.offers.buyer_funding_rate, sale.turn.days
    profit = sale.profit(bought.yearly, financed=1.0 - share, at_risk=1.0 - share)
    cost = share * bought.yearly * rate * days / 365.0
    part = Alternative("deposit", "ok", bought.limit, bought.limit, bought.yearly, profit, cost)
    return replace(part, amount=bought.need - bought.limit, share=share)


def _split(sale: _Sale) -> Alternative:
    bought, turns = sale.purchases, 365.0 / sale.turn.days
    parts = math.ceil(bought.need / bought.limit * (1.0 - _ROUNDING))
    served = min(1.0, bought.limit * turns / bought.yearly)
    cost = (parts - 1) * turns * sale.case.policy.offers.delivery_cost
    sales = bought.yearly * served
    status = "ok" if served >= 1.0 else "not_enough"
    profit = sale.profit(sales, cost=cost)
    part = Alternative("split_delivery", status, bought.limit, bought.limit, sales, profit, 0.0, cost)
    return replace(part, parts=float(parts), share=served)


def _guarantee(sale: _Sale) -> Alternative:
    counted = sale.case.policy.securities.bank_guarantee
    amount, unsecured, status = _amount_to_cover(sale, counted)
    fee = sale.case.policy.offers.guarantee_fee_rate * amount
    profit = sale.profit(sale.purchases.yearly, at_risk=unsecured / sale.purchases.need)
    return _secured(sale, "guarantee", status, unsecured, profit, amount, to_buyer=fee)


def _insurance(sale: _Sale) -> Alternative:
    rules, bought = sale.case.policy.securities, sale.purchases
    amount, unsecured, status = _amount_to_cover(sale, rules.credit_insurance * rules.insured_share)
    insured = sale.case.policy.offers.insurance_premium_share_of_sales * bought.yearly
    premium = insured * min(1.0, amount / bought.need)
    profit = sale.profit(bought.yearly, at_risk=unsecured / bought.need, cost=premium)
    return _secured(sale, "insurance", status, unsecured, profit, amount, to_seller=premium)


def _amount_to_cover(sale: _Sale, counted: float) -> tuple[float, float, str]:
    """Return the amount that covers what is above the limit, what is bare then, and if that is enough."""
    bought = sale.purchases
    gap = bought.need - bought.limit
    amount = min(gap / counted, bought.need) if counted > 0.0 else bought.need
    unsecured = bought.need - counted * amount
    enough = unsecured <= bought.limit + _ROUNDING * bought.need
    return amount, unsecured, "ok" if enough else "not_enough"


def _secured(
    sale: _Sale, code: str, status: str, unsecured: float, profit: float | None, amount: float, **cost: float
) -> Alternative:
    need, sales = sale.purchases.need, sale.purchases.yearly
    to_buyer, to_seller = cost.get("to_buyer", 0.0), cost.get("to_seller", 0.0)
    part = Alternative(code, status, need, unsecured, sales, profit, to_buyer, to_seller)
    return replace(part, amount=amount)
