"""Which shipped mapping reads a file: by the columns that its systems export."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from features.sources.cleaning import distinct, find_header, folded, renamed
from features.sources.detection.sample import Sample
from features.sources.intake import lacks_columns
from features.sources.mapping import Mapping, load_mapping, shipped_mappings
from features.sources.rules import SourceRule

__all__ = ["System", "recognised"]


@dataclass(frozen=True)
class System:
    """A shipped mapping that fits a file.

    Parameters
    ----------
    name : str
        Of the mapping.
    source : str
        Which of its sources the file is.
    columns : int
        How many of the file's columns it knows.
    steps : tuple of str
        What has to be done before it reads the file; empty where it reads it as it is.
    is_whole : bool
        Whether the rows mean something only through this mapping: a generic one would read them wrongly.
    """

    name: str
    source: str
    columns: int
    steps: tuple[str, ...]
    is_whole: bool


_CORES: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("sap_items", "export"): (
        ("BELNR", "WRBTR", "WAERS"),
        ("AUGBL", "UMSKZ", "SHKZG", "REBZG", "ZFBDT"),
    ),
    ("odoo_items", "lines"): (
        ("line_id", "move_name", "move_type", "date_maturity", "partner", "amount_currency"),
        ("journal_type", "journal_code"),
    ),
    ("odoo_items", "matches"): (("debit_line_id", "credit_line_id", "max_date"), ("debit_line_id",)),
}
"""By program and source: columns that a file must have, and columns of which it must have one."""

_MIN_SAP = 7
_OTHERS = {"kingdee": "yonyou", "sap_fbl5n": "sap_tables"}
"""Mappings with the same columns, the usual one first."""


def recognised(sample: Sample) -> list[System]:
    """Return the shipped mappings that know a file's columns, the likeliest first.

    Parameters
    ----------
    sample : Sample
    """
    found = []
    for name in shipped_mappings():
        mapping = load_mapping(name)
        fits = [system for rule in mapping.source if (system := _fit(name, mapping, rule, sample))]
        found += fits[:1]
    # Reason: lines of SE16 carry the names of the table's fields, those of FBL5N headings.
    is_technical = any("BELNR" in (cell.strip() for cell in row) for row in sample.top)
    unlikely = "sap_fbl5n" if is_technical else "sap_tables"
    return sorted(
        (one for one in found if one.name != unlikely),
        key=lambda one: (one.name in _OTHERS.values(), -one.columns, one.name),
    )


def _fit(name: str, mapping: Mapping, rule: SourceRule, sample: Sample) -> System | None:
    columns = _columns(sample.top, rule, mapping)
    if not columns or not _has_all(columns, mapping, rule):
        return None
    known = len(columns & set(rule.aliases)) if rule.aliases else len(columns)
    if mapping.prepare is not None and mapping.prepare.name == "sap_items" and known < _MIN_SAP:
        return None
    is_whole = mapping.prepare is not None or len(mapping.source) == 1
    return System(name, rule.name, known, tuple(_steps(mapping, rule, sample)), is_whole)


def _columns(top: Sequence[Sequence[str]], rule: SourceRule, mapping: Mapping) -> set[str]:
    """Return the columns of a file as a mapping calls them; none where it has no header of this source."""
    if rule.aliases:
        place = find_header(top, rule)
        header = distinct(top[place]) if place >= 0 else []
        return set(header) | set(renamed(header, rule.aliases).values())
    rows = (set(distinct(row)) for row in top)
    return next((row for row in rows if not lacks_columns(list(row), mapping, rule.name)), set())


def _has_all(columns: Collection[str], mapping: Mapping, rule: SourceRule) -> bool:
    if mapping.prepare is None:
        return not lacks_columns(list(columns), mapping, rule.name)
    every, one = _CORES[mapping.prepare.name, rule.name]
    return set(every) <= set(columns) and not set(one).isdisjoint(columns)


def _steps(mapping: Mapping, rule: SourceRule, sample: Sample) -> list[str]:
    steps = []
    name = sample.source.name
    if rule.layout == "sap_list" and not sample.is_list:
        steps.append("that reads lists saved unconverted; this copy of it reads the table")
    if not fnmatch(name.lower(), rule.files.lower()):
        steps.append(f"rename the file so that its name matches {rule.files}")
    others = [other.files for other in mapping.source if other.name != rule.name]
    if others:
        steps.append(f"import it together with a file whose name matches {' and '.join(others)}")
    if rule.encoding != "auto" and folded(sample.source.rule.encoding) != folded(rule.encoding):
        is_text = sample.source.name.lower().endswith((".csv", ".txt", ".gz"))
        steps += ["save it in UTF-8"] if is_text else []
    return steps
