"""A simulated seller: buyers with a latent health that drives accounts, orders, payments and insolvencies."""

from __future__ import annotations

from features.sources.simulator.ledger import (
    DEFAULT_END,
    PARTS,
    simulate,
    simulate_portfolio,
    simulated_seller,
)

__all__ = ["DEFAULT_END", "PARTS", "simulate", "simulate_portfolio", "simulated_seller"]
