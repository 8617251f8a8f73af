"""What the entries of figures from accounts have in common."""

from __future__ import annotations

from typing import Any

from features.catalog.entry import Feature
from features.catalog.formulas import FORMULAS, columns_of

__all__ = ["MARKET", "PRIOR", "SHOWN", "account_feature"]

_MISSING = (
    "an item is missing, the denominator is not above 0, or no accounts younger than 30 months are known"
)
_REASON = {
    "liquidity": "short-term means are what bills are paid from",
    "leverage": "debt and thin equity leave no room for a bad year",
    "profitability": "losses consume equity and cash",
    "activity": "money tied up, or taken from suppliers, is strain",
    "market": "the market prices distress before accounts show it",
    "data_quality": "a buyer of whom less is known must not look better",
    "classic_scores": "the direction of its author",
}

SHOWN: dict[str, Any] = {"models": ()}
"""Told to people, never learned from."""

PRIOR: dict[str, Any] = {"source": "prior_year"}
"""Needs the accounts of the year before."""

MARKET: dict[str, Any] = {"source": "market_value"}
"""Needs a market value."""


def account_feature(
    name: str, unit: str, group: str, sign: int, texts: tuple[str, str], **rest: Any
) -> Feature:
    """Build an entry; its columns and formula follow from the table of figures, its phrase from its label.

    Parameters
    ----------
    name, unit, group, sign :
        As in `Feature`.
    texts : tuple of str
        Label in English and in Chinese.
    **rest
        Other fields of `Feature`; a sign of 0 needs its `sign_reason`.
    """
    english, chinese = texts
    values: dict[str, Any] = {
        "source": "accounts", "sign_reason": _REASON.get(group, "") if sign else "", "models": ("default",),
        "window_days": None, "anchor": "period_end", "reads": columns_of(name), "missing": _MISSING,
        "phrase_en": f"{english}: {{value}} (typical: {{reference}}).",
        "phrase_zh": f"{chinese}为{{value}}（参考值{{reference}}）。", "formula": FORMULAS[name], **rest,
    }  # fmt: skip
    return Feature(name, unit, group, sign=sign, label_en=english, label_zh=chinese, **values)  # type: ignore[arg-type]
