"""Writes docs/features.md, the dictionary of features, from `features.catalog`."""

from __future__ import annotations

from pathlib import Path

from features.catalog import FEATURES, GROUPS, Feature

_TARGET = Path(__file__).parent.parent / "docs" / "features.md"

_HEAD = """# Features

Made from `features/catalog`. Amounts are in the seller's reporting currency. A sign of + means that more of
it means more risk, and the model holds to that; `shown` features are told to people and never learned from. A
missing value of a feature with a sign enters a model as the worst quartile of its training values.
"""

_SIGNS = {1: "+", -1: "−", 0: ""}


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_group(code) for code in GROUPS)])


def _group(code: str) -> str:
    group = GROUPS[code]
    rows = [_row(feature) for feature in FEATURES.values() if feature.group == code]
    columns = "| feature | meaning | 含义 | unit | window | anchor | sign | models | missing means |"
    head = f"## {group.label_en} · {group.label_zh}\n\n{columns}\n|---|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def _row(feature: Feature) -> str:
    window = f"{feature.window_days} days" if feature.window_days else ""
    sign = f"{_SIGNS[feature.sign]} {feature.sign_reason}".strip() if feature.sign else ""
    models = ", ".join(feature.models) or "shown"
    cells = [
        f"`{feature.name}`", feature.label_en, feature.label_zh, feature.unit.replace("_", " "), window,
        f"`{feature.anchor}`", sign, models, feature.missing,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
