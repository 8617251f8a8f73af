"""Writes docs/features.md, the dictionary of features, from `features.catalog`."""

from __future__ import annotations

from pathlib import Path

from features.catalog import FEATURES, GROUPS, Feature
from features.catalog.formulas import FORMULAS
from features.engine.ratio_table import DERIVED

_TARGET = Path(__file__).parent.parent / "docs" / "features.md"

_HEAD = """# Features

Made from `features/catalog`. Amounts are in the seller's reporting currency. A sign of + means that more of
it means more risk, and the model holds to that; `shown` features are told to people and never learned from. A
missing value of a feature with a sign enters a model as the worst quartile of its training values.

A window of n days holds the n days up to the day of the assessment. Sums of money are converted at the rate
known at the assessment, past days (peak balance, arrears, use of the limit) at the rate known by their own
end; where a rate is missing, the figure is missing too. Items that fell due and are open count at their
current days past due. What is disputed counts neither as overdue nor towards default while the dispute lasts;
days late run on, because the late label ignores disputes. The invoice that is assessed is left out of every
figure.

Days late and shares late are weighted by amount: each part of an invoice counts when it was paid. Figures of
items (means of an invoice, percentiles, spread, longest delay, streaks, payment index) take an invoice by its
whole days late: the amount-weighted days of its parts, rounded, halves up. An invoice counts as late by k
days where any part of it was. A bill of exchange moves the debt to the bill; a bill on which nothing is ever
booked counts as paid when it matures, because many ledgers do not book that: record the payment that
bounced.
"""

_FORMULAS = """## Formulas

Of figures from accounts, as the engine computes them. Items are the columns of [statements](tables.md); flow
items (revenue, costs, income, cash flows) are taken to twelve months first. `item?` counts as 0 where the
accounts leave it out; `prior` is the year before, its money in the currency of the latest accounts. A ratio
whose lower side is not above 0 is missing. Items that follow from others (the first rows) are filled in where
they are left out. Amounts and their logarithms are told in the reporting currency.

| figure | formula |
|---|---|
"""

_ENDLESS = {"_all": "all time"}

_SIGNS = {1: "+", -1: "−", 0: "none:"}


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_group(code) for code in GROUPS), _FORMULAS + _formulas()])


def _formulas() -> str:
    own = {name: feature.formula for name, feature in FEATURES.items() if feature.formula}
    told = {**{f"{item} (if left out)": text for item, text in DERIVED.items()}, **own, **FORMULAS}
    return "\n".join(f"| `{name}` | {text} |" for name, text in told.items() if text and text != name) + "\n"


def _group(code: str) -> str:
    group = GROUPS[code]
    rows = [_row(feature) for feature in FEATURES.values() if feature.group == code]
    columns = "| feature | meaning | 含义 | unit | window | anchor | sign | models | missing means |"
    head = f"## {group.label_en} · {group.label_zh}\n\n{columns}\n|---|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def _row(feature: Feature) -> str:
    window = f"{feature.window_days} days" if feature.window_days else _ENDLESS.get(feature.name[-4:], "")
    sign = f"{_SIGNS[feature.sign]} {feature.sign_reason}"
    models = ", ".join(feature.models) or "shown"
    cells = [
        f"`{feature.name}`", feature.label_en, feature.label_zh, feature.unit.replace("_", " "), window,
        f"`{feature.anchor}`", sign, models, feature.missing,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
