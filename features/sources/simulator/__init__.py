"""A simulated seller: latent health drives accounts, orders, payments and failures, with the truth beside."""

from __future__ import annotations

from features.sources.simulator.knobs import GOLDEN_WORLD, Knobs, World, load_world, world_text
from features.sources.simulator.ledger import DEFAULT_END, PARTS, Simulated, simulate, simulate_portfolio

__all__ = [
    "DEFAULT_END",
    "GOLDEN_WORLD",
    "PARTS",
    "Knobs",
    "Simulated",
    "World",
    "load_world",
    "simulate",
    "simulate_portfolio",
    "world_text",
]
