"""A proposed mapping: what was found, and what a person must decide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from features.sources.detection.kinds import Varieties
from features.sources.detection.roles import Guess
from features.sources.detection.systems import System
from features.sources.detection.tables import blocks_of
from features.sources.detection.toml import comment, quoted
from features.sources.mapping import mapping_text
from features.sources.rules import SourceRule
from features.sources.vocabulary import TOTALS

__all__ = ["Proposal"]

_LIST = 'layout = "sap_list"'
_KEYS = ("encoding", "delimiter", "header_row", "decimal", "thousands", "date_formats")


@dataclass
class Proposal:
    """A proposed mapping.

    Parameters
    ----------
    file : str
    source : SourceRule
        How to read the file.
    guesses : dict of str to Guess
        By role.
    table : str
        What the rows are.
    warnings : list of str
        What a person must decide, such as ambiguous dates.
    lacking : list of str
        Roles that an import needs and no column has.
    systems : list of System
        Shipped mappings that know the columns, the likeliest first.
    columns : list of str
        The file's.
    formats : dict of str to str
        Date formats of single columns.
    currencies : dict of str to str
        Words in the column of currencies and their codes.
    footers : list of str
        Columns in which rows that sum up others say so.
    footer_date : str
        A column that these rows leave empty.
    varieties : Varieties
        Rows that are not plain invoices.
    is_list : bool
        Whether bars or tabs part the cells.
    """

    file: str
    source: SourceRule
    guesses: dict[str, Guess]
    table: str = "invoices"
    warnings: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    systems: list[System] = field(default_factory=list)
    columns: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    footers: Sequence[str] = ()
    footer_date: str = ""
    varieties: Varieties = field(default_factory=Varieties)
    is_list: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the proposal with its TOML, for JSON."""
        columns = [
            {
                "role": g.role,
                "column": g.column,
                "confidence": round(g.confidence, 2),
                "reasons": list(g.reasons),
            }
            for g in self.guesses.values()
        ]
        sources = [{"name": one.name, "source": one.source, "steps": list(one.steps)} for one in self.systems]
        return {
            "file": self.file, "table": None if self.copied else self.table, "sources": sources,
            "columns": columns, "warnings": self.warnings, "lacking": self.lacking,
            "mapping": self.toml(),
        }  # fmt: skip

    def messages(self) -> list[str]:
        """Return the sources that fit, what a person must decide and what lacks, one line each."""
        lines = [f"SOURCE: {_told(system)}" for system in self.systems]
        lines += [f"WARNING: {text}" for text in self.warnings]
        return lines + [f"LACKING: {name}; correct the line that stands in for it" for name in self.lacking]

    def toml(self) -> str:
        """Return a mapping that ``credence data import --mapping`` takes, with its doubts as comments."""
        copied = self.copied
        if copied:
            head = f"This is a copy of the shipped mapping {copied}; --seller-id names your company."
            lines = [comment(f"Proposed for {self.file}. {head}"), *map(comment, self.messages())]
            return "\n".join([*lines, "", self._adapted(mapping_text(copied))])
        head = "Review every line; the figures say how sure each column is."
        lines = [comment(f"Proposed for {self.file}. {head}"), *map(comment, self.messages())]
        lines += ["", "[seller]", 'seller_id = "my_company"', 'timezone = "UTC"', "", "[source]"]
        lines += [f"{name} = {quoted(value)}" for name, value in self._source().items()]
        for column in self.footers:
            matches = f"{{ from = {quoted(column)}, matches = {quoted(TOTALS)} }}"
            undated = f"{{ from = {quoted(self.footer_date)}, filled = false }}"
            lines += ["[[source.skip]]", 'reason = "subtotals and footers"', f"when = [{matches}, {undated}]"]
        return "\n".join(lines + blocks_of(self)) + "\n"

    @property
    def copied(self) -> str:
        """Name of the shipped mapping that is proposed as it is; empty for none."""
        best = self.systems[0] if self.systems else None
        return best.name if best and best.is_whole else ""

    def _adapted(self, text: str) -> str:
        """Return the text of a mapping of lists with the marks and formats of this file.

        Each user of such a system chooses them; what reads other files knows theirs.
        """
        if _LIST not in text:
            return text
        found = {name: getattr(self.source, name) for name in ("decimal", "thousands", "date_formats")}
        for name, value in found.items():
            is_told = name != "date_formats" or value != SourceRule().date_formats
            if is_told:
                line = f"{name} = {quoted(value)}"
                text = re.sub(rf"(?m)^{name} = .*$", line.replace("\\", r"\\"), text)
        if self.is_list:
            return text
        layout = f'header_row = "find"\ndelimiter = {quoted(self.source.delimiter)}'
        if "sheet" in self.source.model_fields_set:
            layout += f"\nsheet = {quoted(self.source.sheet)}"
        return text.replace(_LIST, layout)

    def _source(self) -> dict[str, Any]:
        found = {name: getattr(self.source, name) for name in _KEYS}
        if "sheet" in self.source.model_fields_set:
            found["sheet"] = self.source.sheet
        if self.source.whole:
            found["whole"] = self.source.whole
        if self.source.pad:
            found["pad"] = self.source.pad
        return found


def _told(system: System) -> str:
    text = f"the columns are those of --source {system.name}"
    return text + (f": {'; '.join(system.steps)}" if system.steps else f" ({system.columns} columns known)")
