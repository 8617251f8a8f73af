"""How a load compares with figures from elsewhere: what was compared, and the differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from features.formulas import harmless

__all__ = ["DIFFERENCE_COLUMNS", "Reconciliation"]

DIFFERENCE_COLUMNS = ("figure", "item", "currency", "stated", "computed", "difference", "tolerated")
"""Columns of differences.csv; `tolerated` holds the mapping's reason, empty where there is none."""


@dataclass(frozen=True)
class Reconciliation:
    """How the load compares with figures from elsewhere.

    Parameters
    ----------
    compared : int
        Figures compared; 0 where there is none.
    differences : DataFrame, columns `DIFFERENCE_COLUMNS`
        Amounts as decimal text in currency units.
    without_figure : int
        Accounts (buyer and currency) without a balance, where others have one and nothing else is compared.
    """

    compared: int = 0
    differences: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DIFFERENCE_COLUMNS)))
    without_figure: int = 0

    @property
    def failed(self) -> int:
        """Differences that nothing tolerates."""
        return int((self.differences["tolerated"] == "").sum())

    @property
    def status(self) -> str:
        """The result in words."""
        if not self.compared:
            return "not reconciled: no control figure"
        if self.failed:
            return "differs"
        return "reconciled" if self.differences.empty else "reconciled with tolerated differences"

    def write(self, path: str | Path) -> None:
        """Write the differences as CSV."""
        # Reason: the amounts were computed here, a minus before one is a number; the texts are the export's.
        told = harmless(self.differences, ["figure", "item", "currency", "tolerated"])
        told.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")

    def tolerated(self) -> list[dict[str, Any]]:
        """Return each reason of the mapping with the number of differences that it tolerates."""
        counts = self.differences["tolerated"].value_counts()
        return [{"reason": str(reason), "rows": int(rows)} for reason, rows in counts.items() if reason]
