"""Rows as they were read, made tidy: names of columns, rows that are no data, ids that lost their zeros."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import InputError
from features.sources.export import Export, meets
from features.sources.rules import SourceRule

__all__ = ["cleaned", "distinct", "find_header", "folded", "known_names", "refuse_no_header", "renamed"]

Mask = npt.NDArray[np.bool_]

_SEARCHED_ROWS = 60
_MIN_KNOWN = 3
_IGNORED = str.maketrans("", "", " \u00a0\t\r\n._:*\"'/-")


def folded(name: str) -> str:
    """Return a header as it is compared: narrow characters, no case, no blanks and marks.

    Examples
    --------
    >>> folded("Doc. Date") == folded("DocDate"), folded("原币金额（含税）") == folded("原币金额(含税)")
    (True, True)
    """
    return unicodedata.normalize("NFKC", name).casefold().translate(_IGNORED)


def distinct(names: Sequence[str]) -> list[str]:
    """Return names of columns, those that repeat or lack with their place: no column hides another.

    Examples
    --------
    >>> distinct(["no", "name", " name", ""])
    ['no', 'name', 'name#3', '#4']
    """
    seen: set[str] = set()
    result = []
    for position, name in enumerate((name.strip() for name in names), start=1):
        unique = name if name and name not in seen else f"{name}#{position}"
        seen.add(unique)
        result.append(unique)
    return result


def known_names(rule: SourceRule) -> frozenset[str]:
    """Return the folded names that columns of a source may have."""
    return frozenset(folded(name) for key, names in rule.aliases.items() for name in (key, *names))


def find_header(rows: Iterable[Sequence[str]], rule: SourceRule) -> int:
    """Return the number (from 0) of the row that names most columns that are known; -1 where none does.

    Examples
    --------
    >>> rule = SourceRule(header_row="find", aliases={"id": ["No"], "day": ["Date"], "sum": ["Amount"]})
    >>> find_header([["Ledger", ""], ["No", "Date", "Amount"], ["1", "2026-01-05", "10"]], rule)
    1
    """
    known = known_names(rule)
    best, place = 0, -1
    for number, cells in zip(range(_SEARCHED_ROWS), rows, strict=False):
        hits = len({folded(cell) for cell in cells} & known)
        if hits > best:
            best, place = hits, number
    return place if best >= min(_MIN_KNOWN, len(rule.aliases)) else -1


def refuse_no_header(place: int, name: str, rule: SourceRule) -> None:
    """Refuse a file in which `find_header` found none."""
    if place < 0:
        wanted = list(rule.aliases)[:6]
        step = "correct [source] delimiter and sheet, or add its names to [source.aliases]"
        raise InputError.of(f"a row that names columns like {wanted}", f"{name}, which has none", step)


def renamed(names: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return new names of columns; of several aliases the first that is there counts.

    Examples
    --------
    >>> renamed(["Kunde", "Betrag"], {"KUNNR": ["Customer", "Kunde"], "WRBTR": ["Amount"]})
    {'Kunde': 'KUNNR'}
    """
    places = {folded(name): name for name in reversed(names)}
    taken: dict[str, str] = {}
    for key, options in aliases.items():
        found = next((places[f] for f in map(folded, (key, *options)) if f in places), None)
        if found is not None and found not in taken and (found == key or key not in names):
            taken[found] = key
    return {old: new for old, new in taken.items() if old != new}


def cleaned(rows: pd.DataFrame, rule: SourceRule) -> tuple[pd.DataFrame, Mask, dict[str, int]]:
    r"""Apply aliases, rows to leave out, cells to repeat and ids to mend.

    Parameters
    ----------
    rows : DataFrame of str, shape (n, columns)
    rule : SourceRule

    Returns
    -------
    DataFrame of str, shape (k, columns)
        Rows that are data.
    bool ndarray, shape (n,)
        Which rows these are.
    dict of str to int
        Rows left out, by reason.

    Examples
    --------
    >>> rule = SourceRule(pad={"id": 5}, whole=["id"])
    >>> cleaned(pd.DataFrame({"id": ["12.0", "A7", "\uff10\uff1012"]}, dtype="str"), rule)[0]["id"].tolist()
    ['00012', 'A7', '00012']
    """
    rows = rows.rename(columns=renamed(list(rows.columns), rule.aliases))
    kept, left_out = _without_skipped(rows, rule)
    rows = rows[kept]
    changes: dict[str, pd.Series[Any]] = {}
    for name in rule.fill_down:
        if name in rows:
            text = rows[name].str.strip()
            changes[name] = text.mask(text == "").ffill().fillna("")
    for name in [name for name in (*rule.whole, *rule.pad) if name in rows]:
        text = _narrow_digits(changes.get(name, rows[name]))
        if name in rule.whole:
            text = text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
        if name in rule.pad:
            is_number = text.str.fullmatch(r"[0-9]+", na=False)
            text = text.mask(is_number, text.str.zfill(rule.pad[name]))
        changes[name] = text
    return rows.assign(**changes), kept, left_out


def _without_skipped(rows: pd.DataFrame, rule: SourceRule) -> tuple[Mask, dict[str, int]]:
    export = Export(rows, rule, "UTC")
    kept = np.ones(len(rows), bool)
    left_out: dict[str, int] = {}
    for skip in rule.skip:
        if all(condition.from_ in rows for condition in skip.when):
            chosen = meets(skip.when, export) & kept
            kept &= ~chosen
            if chosen.any():
                left_out[skip.reason] = left_out.get(skip.reason, 0) + int(chosen.sum())
    return kept, left_out


def _narrow_digits(text: pd.Series[Any]) -> pd.Series[Any]:
    stripped = text.str.strip()
    is_wide = stripped.str.contains("[\uff0e\uff10-\uff19]", na=False, regex=True)
    return stripped.mask(is_wide, stripped[is_wide].str.normalize("NFKC")) if is_wide.any() else stripped
