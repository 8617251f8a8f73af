"""What an import reconciled, kept among a portfolio's sources for the commands that read it later."""

from __future__ import annotations

import re
from dataclasses import replace

from features.portfolio import Portfolio
from features.sources.reconciliation import Reconciliation

__all__ = ["import_result", "import_text", "with_import_result"]

_KEPT_AS = "control figures at the import"
_KEPT = re.compile(r"(\d+) compared, (\d+) differ")


def with_import_result(portfolio: Portfolio, control: Reconciliation) -> Portfolio:
    """Return a portfolio whose sources keep how many control figures the import compared."""
    if not control.compared:
        return portfolio
    told = f"{control.compared} compared, {len(control.differences)} differ"
    return replace(portfolio, sources={**portfolio.sources, _KEPT_AS: told})


def import_result(portfolio: Portfolio) -> tuple[int, int]:
    """Return how many control figures the import compared and how many differed; zeros where none is kept."""
    kept = _KEPT.fullmatch(portfolio.sources.get(_KEPT_AS, ""))
    return (int(kept[1]), int(kept[2])) if kept else (0, 0)


def import_text(portfolio: Portfolio) -> str:
    """Return the result of the import in words; empty where none is kept."""
    compared, differ = import_result(portfolio)
    return f"the import reconciled {compared:,} figures, {differ:,} differ" if compared else ""
