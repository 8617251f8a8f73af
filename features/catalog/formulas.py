"""Formulas of the figures of accounts as text, and the columns that each reads, from the table of figures."""

from __future__ import annotations

from collections.abc import Iterable

from features.engine.ratio_table import (
    AVERAGED,
    CHANGES,
    GROWTH,
    LOGS,
    MONEY,
    PARTS,
    RATIOS,
    SUMS,
    Ratio,
)
from features.engine.score_table import CYCLES, INDICES, PRICE_INDEX, SCORES, Score

__all__ = ["FORMULAS", "columns_of"]

_SPECIAL: dict[str, tuple[str, str]] = {
    "has_accounts": ("", "period_end"),
    "has_prior_year": ("", "period_end"),
    "has_market_value": ("", "market_value"),
    "accounts_year": ("year of period_end", "period_end"),
    "statement_age_days": ("as_of - period_end", "period_end"),
    "statement_months": ("months", "months"),
    "filing_delay_days": ("first received_at - period_end", "received_at"),
    "is_consolidated": ("", "consolidated"),
    "is_audited": ("", "audited"),
    "negative_equity": ("1 if equity < 0, else 0", "equity"),
    "zero_interest": ("1 if interest_expense <= 0, else 0", "interest_expense"),
    "balance_sheet_error_share": (
        "abs(total_assets - total_liabilities - equity) / total_assets, all as given",
        "total_assets total_liabilities equity",
    ),
    "loss_years_last_2": ("years with net_income < 0, of this one and the one before", "net_income"),
    "employees": ("employees", "employees"),
    "dpo_on_purchases_days": (
        "365 × accounts_payable / (cost_of_goods_sold + inventory - prior inventory)",
        "accounts_payable cost_of_goods_sold inventory",
    ),
    "log_real_assets": (f"ln(total_assets in the reporting currency / {PRICE_INDEX:g})", "total_assets"),
    "liabilities_exceed_assets": (
        "1 if total_liabilities > total_assets, else 0",
        "total_liabilities total_assets",
    ),
    "two_losses": ("1 if net_income < 0 in both years, else 0", "net_income"),
    "net_income_change_share": (
        "(net_income - prior net_income) / (abs(net_income) + abs(prior net_income))",
        "net_income",
    ),
}

_EVERY_RATIO: dict[str, Ratio] = {**RATIOS, **PARTS, **AVERAGED}
_COMBINED: dict[str, Score] = {**CYCLES, **SCORES}


def columns_of(figure: str) -> tuple[str, ...]:
    """Return the columns of statements without which a figure does not exist.

    Examples
    --------
    >>> columns_of("quick_ratio")
    ('statements.current_assets', 'statements.inventory', 'statements.current_liabilities')
    >>> columns_of("change_equity_1y")
    ('statements.equity',)
    """
    return tuple(f"statements.{item}" for item in _items(figure))


def _items(figure: str) -> list[str]:
    """Return each item once, in the order of the formula; optional ones are left out."""
    if figure in _SPECIAL:
        return _SPECIAL[figure][1].split()
    if figure in _COMBINED:
        return _once(item for _, term in _COMBINED[figure].terms for item in _items(term))
    if figure in _EVERY_RATIO:
        ratio = _EVERY_RATIO[figure]
        return _once(item for side in (ratio.above, ratio.below) for item in _items_of(side))
    if figure in INDICES:
        return _items(INDICES[figure].ratio)
    inner = figure.removeprefix("change_").removesuffix("_1y").removeprefix("log_")
    return _items(inner) if inner in _EVERY_RATIO else _items_of(inner)


def _items_of(expression: str) -> list[str]:
    words = [word for word in expression.split() if word not in ("+", "-") and not word.endswith("?")]
    return [item for word in words for item in (_items_of(SUMS[word]) if word in SUMS else [word])]


def _once(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _ratio_text(ratio: Ratio) -> str:
    scale = "" if ratio.scale == 1.0 else f"{ratio.scale:g} × "
    return f"{scale}{_side(ratio.above)} / {_side(ratio.below)}"


def _averaged_text(ratio: Ratio) -> str:
    mean = f"mean of {ratio.below} at both year ends, at this one where no other is known"
    return f"{_side(ratio.above)} / {mean}"


def _side(expression: str) -> str:
    return f"({expression})" if " " in expression else expression


def _change_text(name: str) -> str:
    return f"ln({name} / prior {name})" if name in GROWTH else f"{name} - prior {name}"


def _index_text(name: str) -> str:
    index = INDICES[name]
    above, below = ("prior ", "") if index.is_inverse else ("", "prior ")
    return f"{above}{index.ratio} / {below}{index.ratio}" + (", 1 if missing" if index.neutral else "")


def _combined_text(score: Score) -> str:
    parts = [f"{'+' if weight > 0 else '-'} {abs(weight):g} {figure}" for weight, figure in score.terms]
    constant = [f"{score.constant:g}"] if score.constant else []
    text = " ".join([*constant, *parts]).removeprefix("+ ").replace(" 1 ", " ").removeprefix("1 ")
    return f"{text} ({score.source})" if score.source else text


FORMULAS: dict[str, str] = {
    **{name: _ratio_text(ratio) for name, ratio in RATIOS.items()},
    **{name: _averaged_text(ratio) for name, ratio in AVERAGED.items()},
    **{f"change_{name}_1y": _change_text(name) for name in (*CHANGES, *GROWTH)},
    **{name: SUMS.get(name, name) for name in (*MONEY, *SUMS)},
    **{f"log_{name}": f"ln({name})" for name in LOGS},
    **{name: text for name, (text, _) in _SPECIAL.items()},
    **{name: _combined_text(score) for name, score in _COMBINED.items()},
    **{name: _ratio_text(ratio) for name, ratio in PARTS.items()},
    **{name: _index_text(name) for name in INDICES},
}
"""Formula of every figure, sums and parts of scores among them; empty where the name says it all."""
