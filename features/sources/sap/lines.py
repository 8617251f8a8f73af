"""Lines of SAP's lists and tables: read, with what is unreadable, noted or repeated set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.sources.listing import SUBTOTAL
from features.sources.prepared import Reader, read_all
from features.sources.reading import SourceFile
from features.sources.rules import PrepareRule
from features.sources.sap.stated import Subtotals, read_subtotals

__all__ = ["given_once", "read_lines", "with_headings", "without_noted_and_repeated"]

_HEADING = "_heading"
_TEXTS = "KUNNR NAME1 BUKRS BELNR GJAHR BUZEI BLART SHKZG UMSKZ WAERS AUGBL REBZG REBZJ REBZZ".split()
_DAYS = "BLDAT BUDAT CPUDT ZFBDT NETDT AUGDT".split()


def with_headings(source: SourceFile) -> SourceFile:
    """Take customer, company and name from the headings above a list where no column tells them."""
    rows = source.rows
    # Reason: a sum at the end of the list stands below the heading of its last customer.
    is_line = rows[SUBTOTAL] == "" if SUBTOTAL in rows else pd.Series(True, index=rows.index)
    for heading in [name for name in rows.columns if name.endswith(_HEADING)]:
        name = heading.removesuffix(_HEADING)
        own = rows.get(name, pd.Series("", index=rows.index, dtype="str"))
        if name in rows or rows[heading].ne("").any():
            rows = rows.assign(**{name: own.mask((own.str.strip() == "") & is_line, rows[heading])})
    return replace(source, rows=rows)


def given_once(sources: Sequence[SourceFile]) -> list[SourceFile]:
    """Return the files without the rows of those that were given before, which are counted."""
    seen: set[str] = set()
    result = []
    for source in sources:
        if source.sha256 in seen:
            left_out = source.left_out | {"file that was given twice": len(source.rows)}
            source = replace(source, rows=source.rows.iloc[:0], numbers=source.numbers[:0], left_out=left_out)
        seen.add(source.sha256)
        result.append(source)
    return result


def read_lines(source: SourceFile, number: int) -> tuple[pd.DataFrame, SourceFile, Subtotals]:
    """Return the lines of a file, the file with its unreadable rows set aside, and its subtotals.

    Parameters
    ----------
    source : SourceFile
    number : int
        Of the file; it stands in the column ``file`` of the lines. `place` is a line's position in the file,
        `run` the number of subtotals or groups of them above it.
    """
    if not {"BLDAT", "BUDAT"} & set(source.rows.columns):
        step = "export BLDAT or BUDAT too, or add its header to [source.aliases]"
        raise InputError.of("a document or posting date (BLDAT, BUDAT)", f"neither in {source.name}", step)
    subtotals, source, runs = read_subtotals(source, number)
    reader = Reader(source, {})
    lines = _columns(reader)
    for name in ("KUNNR", "BELNR", "WAERS", "BLDAT"):
        nothing = lines[name].isna() | (lines[name] == "")
        reader.bad.update({f"{name}: expected a value; found nothing": nothing.to_numpy(bool)})
    kept, source = read_all(reader, lines.assign(file=number, place=np.arange(len(lines)), run=runs))
    return kept, source, subtotals


def _columns(reader: Reader) -> pd.DataFrame:
    lines = pd.DataFrame({name: reader.text(name) for name in _TEXTS})
    days: dict[str, Any] = {name: reader.day(name) for name in _DAYS}
    terms: dict[str, Any] = {name: reader.number(name) // 10_000 for name in ("ZBD1T", "ZBD2T", "ZBD3T")}
    lines = lines.assign(**days, **terms, signed=reader.number("WRBTR", required=True))
    lines["BLDAT"] = lines["BLDAT"].fillna(lines["BUDAT"])
    lines["BUDAT"] = lines["BUDAT"].fillna(lines["BLDAT"])
    return lines


def without_noted_and_repeated(lines: pd.DataFrame, rule: PrepareRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lines that count, and apart, with a reason, noted items and lines of several files.

    Parameters
    ----------
    lines : DataFrame
        Of all files. Of a line that stands in several the one with the latest clearing counts.
    rule : PrepareRule
    """
    noted = lines["UMSKZ"].isin(rule.words.get("noted", []))
    key = ["BUKRS", "BELNR", "GJAHR", "KUNNR", "line"]
    named = lines.assign(line=_line_names(lines)).sort_values("AUGDT", kind="stable", na_position="first")
    repeated = named.duplicated(key, keep="last").reindex(lines.index) & ~noted
    dropped = lines.assign(reason=np.where(noted, "noted items", "lines given before"))[noted | repeated]
    return lines[~(noted | repeated)].reset_index(drop=True), dropped


def _line_names(lines: pd.DataFrame) -> pd.Series[Any]:
    """Return the number of each line in its document, else its content and its ordinal in the file."""
    document = ["file", "BUKRS", "BELNR", "GJAHR", "KUNNR"]
    content = ["BLART", "SHKZG", "UMSKZ", "WAERS", "signed", "BLDAT"]
    unnamed = lines[lines["BUZEI"] == ""]
    ordinal = unnamed.groupby([*document, *content], sort=False, dropna=False).cumcount()
    made = ordinal.astype("str")
    for name in content:
        made = made + "|" + unnamed[name].astype("str").fillna("")
    return lines["BUZEI"].mask(lines["BUZEI"] == "", made.reindex(lines.index))
