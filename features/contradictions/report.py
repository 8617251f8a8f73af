"""The report of a check: what was looked for, what was found, what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.columns import TABLES
from features.contradictions.entry import ACTIONS
from features.contradictions.findings import Found
from features.contradictions.repairs import Repaired
from features.contradictions.table import CHECKS
from features.portfolio import Portfolio

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """What a check of a portfolio has to tell.

    Parameters
    ----------
    portfolio : Portfolio
        As it was read.
    found : sequence of Found
    reconciliation : str
        Its status in words.
    example_rows : int
        Of how many rows of each finding row number and ids are listed; 0 keeps every id out.
    repaired : Repaired or None
        What the default repair did, where it was asked for.
    """

    portfolio: Portfolio
    found: Sequence[Found]
    reconciliation: str
    example_rows: int = 0
    repaired: Repaired | None = None

    @property
    def verdict(self) -> str:
        """The result in one line."""
        errors, notices = (self._of(severity) for severity in ("error", "notice"))
        worth = f"; {_plural(len(notices), 'kind')} of notices in {_rows(notices)}" if notices else ""
        if not errors:
            return f"no contradictions{worth}"
        return f"{_plural(len(errors), 'kind')} of contradictions in {_rows(errors)}{worth}"

    def text(self) -> str:
        """Return the report as Markdown; names of buyers are never in it."""
        parts = [self._head()]
        for severity, title in (("error", "Contradictions"), ("notice", "Notices")):
            if self._of(severity):
                parts.append(f"## {title}\n")
                parts += [self._section(found) for found in self._of(severity)]
        if self.repaired is not None:
            parts.append(_repairs(self.repaired))
        parts.append(self._looked_for())
        return "\n".join(parts)

    def write(self, path: Path) -> None:
        """Write the report in UTF-8."""
        path.write_text(self.text(), encoding="utf-8")

    def _of(self, severity: str) -> list[Found]:
        return [found for found in self.found if found.check.severity == severity]

    def _head(self) -> str:
        portfolio = self.portfolio
        rows = [
            f"| {name} | {len(frame):,} | {portfolio.knowledge.get(name, '')} |"
            for name, frame in portfolio.tables.items()
        ]
        lines = [
            f"# Check of the portfolio of seller '{portfolio.seller.seller_id}'",
            "",
            f"**{self.verdict[0].upper()}{self.verdict[1:]}.** Reconciliation: {self.reconciliation}.",
            "",
            f"Books from {portfolio.observed_from.isoformat()}Z to {portfolio.observed_until.isoformat()}Z. "
            "Judged are the facts in force at their end.",
            "",
            "| table | rows | knowledge time |",
            "|---|---:|---|",
            *rows,
            "",
        ]
        return "\n".join(lines)

    def _section(self, found: Found) -> str:
        check, frame = found.check, self.portfolio.tables[found.check.table]
        lines = [
            f"### {check.code}: {check.place}, {_plural(found.rows, 'row')} of {len(frame):,}",
            "",
            f"- expected: {check.expected}",
            f"- found: {check.found}",
            *([f"- amounts: {_amounts(found.amounts)}"] if found.amounts else []),
            f"- features as it stands: {check.unrepaired}",
            f"- next step: {check.next_step}",
            f"- default repair: {ACTIONS[check.action]}",
            *self._examples(found),
            "",
        ]
        return "\n".join(lines)

    def _examples(self, found: Found) -> list[str]:
        if not self.example_rows:
            return []
        table = TABLES[found.check.table]
        shown = found.hits.sort_index().index[: self.example_rows]
        rows = self.portfolio.tables[table.name].loc[shown, list(table.key)]
        keys = [_key(row) for row in rows.to_dict("records")]
        named = [f"row {label + 1} ({key})" for label, key in zip(shown, keys, strict=True)]
        more = f", and {found.rows - len(shown):,} more" if len(shown) < found.rows else ""
        return [f"- rows: {', '.join(named)}{more}"]

    def _looked_for(self) -> str:
        rows = {(found.check.code, found.check.table): found.rows for found in self.found}
        present = [check for check in CHECKS if check.table in self.portfolio.tables]
        lines = []
        for check in present:
            lacking = check.lacks(self.portfolio)
            count = f"{rows.get((check.code, check.table), 0):,}"
            told = f"cannot say: no {lacking[0]}" if lacking else count
            lines.append(f"| {check.code} | {check.place} | {check.severity} | {told} |")
        head = "## What was looked for\n\n| check | where | severity | rows |\n|---|---|---|---:|"
        return "\n".join([head, *lines, ""])


def _repairs(repaired: Repaired) -> str:
    kinds = repaired.lines.assign(action=_kind(repaired.lines["action"]))
    counts = kinds.groupby(["code", "table", "action"], sort=False).size().reset_index(name="rows")
    lines = [f"| {one.code} | {one.table} | {one.action} | {one.rows:,} |" for one in counts.itertuples()]
    count = f"{repaired.rows_set_aside:,} of {repaired.rows:,} rows"
    share = f"{count} were set aside ({repaired.share_set_aside:.2%})"
    head = "| check | table | what was done | rows |\n|---|---|---|---:|"
    listed = "Each row that was changed or set aside is in set_aside.csv with its reason."
    return "\n".join(["## Repaired\n", f"{share}. {listed}\n", head, *lines, ""])


def _kind(actions: pd.Series[str]) -> pd.Series[str]:
    """Return actions without the amounts in them."""
    return actions.str.replace(r"^[0-9.]+ of it", "the excess", regex=True)


def _key(row: dict[Any, Any]) -> str:
    texts = [str(value.date()) if isinstance(value, pd.Timestamp) else str(value) for value in row.values()]
    return ", ".join(texts)


def _rows(found: Iterable[Found]) -> str:
    return _plural(sum(one.rows for one in found), "row")


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _amounts(amounts: dict[str, str]) -> str:
    return ", ".join(f"{currency} {amount}" for currency, amount in amounts.items())
