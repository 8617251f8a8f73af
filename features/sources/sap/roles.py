"""What each SAP line is: item or payment, its names, what it refers to and when it falls due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.sources.clearing import Line, Settlement

__all__ = ["FIRST_DAY", "as_lines", "due_days", "known_on", "with_inherited_dues", "with_roles"]

FIRST_DAY = pd.Timestamp("1970-01-01")
"""Day 0 of the days that clearings are counted in."""

_DAY = pd.Timedelta(days=1)
_MAX_CHAIN = 10
_KINDS = {"debit": "invoice", "credit": "credit_memo"}


def due_days(lines: pd.DataFrame) -> pd.Series[Any]:
    """Return days from the baseline date to the net due date by the three terms of a line.

    Parameters
    ----------
    lines : DataFrame, columns ZBD1T, ZBD2T, ZBD3T
        Whole days; the last of them that is above 0 is the net term.

    Examples
    --------
    >>> due_days(pd.DataFrame({"ZBD1T": [14, 30, 0], "ZBD2T": [30, 0, 0], "ZBD3T": [60, 0, 0]})).tolist()
    [60, 30, 0]
    """
    second = lines["ZBD2T"].where(lines["ZBD2T"] > 0, lines["ZBD1T"])
    return lines["ZBD3T"].where(lines["ZBD3T"] > 0, second)


def with_roles(lines: pd.DataFrame, words: Mapping[str, list[str]]) -> pd.DataFrame:
    """Add side, role and kind, the names of documents and items, and the due date by the line's terms."""
    is_debit = lines["SHKZG"].eq("S") | (lines["SHKZG"].eq("") & (lines["signed"] >= 0))
    owner = lines["BUKRS"] + "/" + lines["KUNNR"]
    document = lines["BUKRS"] + "-" + lines["BELNR"]
    clearing = (lines["BUKRS"] + "-" + lines["AUGBL"]).where(
        lines["AUGDT"].notna() & (lines["AUGBL"] != ""), ""
    )
    own = (clearing != "") & (clearing == document)
    counter = lines["BLART"].isin([*words.get("payment", []), *words.get("clearing", [])])
    bill, prepaid = (
        lines["UMSKZ"].isin(words.get("bill", [])),
        lines["UMSKZ"].isin(words.get("prepayment", [])),
    )
    clears = (owner + document).isin(set((owner + clearing)[clearing != ""]))
    residual = counter & is_debit & ~own & (clears | (lines["REBZG"] != "")) & ~prepaid
    is_item = (~counter | residual | (bill & is_debit) | (prepaid & ~is_debit)) & ~own
    role = np.where(is_debit, np.where(is_item, "debit", "paid_out"), np.where(is_item, "credit", "paid_in"))
    kind = pd.Series(role, index=lines.index).map(_KINDS).fillna("payment")
    kind = kind.mask(lines["BLART"].isin(words.get("clearing", [])) & ~is_item, "set_off")
    kind = kind.mask(is_item & bill & is_debit, "bill").mask(is_item & prepaid & ~is_debit, "prepayment")
    lines = lines.assign(
        amount=lines["signed"].abs(), is_debit=is_debit, role=role, kind=kind, owner=owner, document=document,
        clearing=clearing, counter=counter,
    )  # fmt: skip
    lines = _with_names(lines)
    return lines.assign(due=_own_due(lines))


def _with_names(lines: pd.DataFrame) -> pd.DataFrame:
    """Name items by company, document and year, residuals by their line too; find what a line refers to."""
    parts = [lines["BUKRS"], lines["BELNR"], lines["GJAHR"]]
    name = pd.Series("", index=lines.index, dtype="str")
    for part in parts:
        name = name.mask(part != "", name.where(name == "", name + "-") + part)
    item = name.mask(lines["counter"], name + "/" + lines["BUZEI"].where(lines["BUZEI"] != "", "1"))
    ordinal = item.groupby([item, lines["owner"]], sort=False).cumcount() + 1
    line = pd.to_numeric(lines["BUZEI"].where(lines["BUZEI"] != ""), errors="coerce")
    instalment = line.where(line > 0).fillna(ordinal).astype("int64").mask(lines["counter"], 1)
    lines = lines.assign(item=item, instalment=instalment)
    return lines.assign(ref=_references(lines))


def _references(lines: pd.DataFrame) -> pd.Series[Any]:
    """Row of the item that each line refers to, by company and document, year and line if told."""
    exact = {
        key: row
        for row, key in enumerate(
            zip(lines["BUKRS"], lines["BELNR"], lines["GJAHR"], lines["BUZEI"], strict=True)
        )
    }
    loose: dict[tuple[str, str], int] = {}
    for row, key in enumerate(zip(lines["BUKRS"], lines["BELNR"], strict=True)):
        loose.setdefault(key, row)
    wanted = zip(lines["BUKRS"], lines["REBZG"], lines["REBZJ"], lines["REBZZ"], strict=True)
    found = [
        exact.get((company, number, year, line), loose.get((company, number), -1)) if number else -1
        for company, number, year, line in wanted
    ]
    return pd.Series(found, index=lines.index, dtype="int64")


def _own_due(lines: pd.DataFrame) -> pd.Series[Any]:
    """Net due date; a credit line without reference is due at its baseline."""
    base = lines["ZFBDT"].fillna(lines["BLDAT"])
    days = due_days(lines).where(lines["is_debit"], 0)
    due: pd.Series[Any] = lines["NETDT"].fillna(base + days * _DAY)
    inherits = ~lines["is_debit"] & (lines["ref"] >= 0) & lines["NETDT"].isna()
    return due.mask(inherits, due.reindex(lines["ref"]).set_axis(lines.index))


def as_lines(lines: pd.DataFrame) -> list[Line]:
    """Return the lines with their roles as clearings need them."""
    group = (lines["owner"] + "|" + lines["clearing"] + "|" + lines["AUGDT"].astype("str")).where(
        lines["clearing"] != "", ""
    )
    columns = [
        range(len(lines)), lines["role"], lines["kind"], lines["owner"], lines["document"], lines["WAERS"],
        lines["amount"].tolist(), _numbers(lines["BUDAT"]), _numbers(known_on(lines)), _numbers(lines["due"]),
        group, _numbers(lines["AUGDT"]), lines["clearing"], lines["ref"].tolist(),
    ]  # fmt: skip
    return [Line(*values) for values in zip(*columns, strict=True)]


def with_inherited_dues(lines: pd.DataFrame, settlements: Sequence[Settlement]) -> pd.DataFrame:
    """Residual items keep the due date of what they go on for; nothing is due before it is issued."""
    before = {s.successor: s.item for s in settlements if s.kind == "transfer" and s.successor >= 0}
    due = lines["due"].tolist()
    for row in before:
        first = row
        for _ in range(_MAX_CHAIN):
            first = before.get(first, first)
        due[row] = due[first]
    kept = pd.Series(due, index=lines.index, dtype="datetime64[s]")
    # Reason: a residual is posted after it fell due; the engine takes the first due date from the transfer.
    late = kept.mask((kept < lines["BLDAT"]) & (lines["counter"] | ~lines["is_debit"]), lines["BLDAT"])
    return lines.assign(due=late)


def known_on(lines: pd.DataFrame) -> pd.Series[Any]:
    """Return the day on which the books knew each line: of its entry, else of its posting."""
    known: pd.Series[Any] = lines["CPUDT"].fillna(lines["BUDAT"])
    return known


def _numbers(days: pd.Series[Any]) -> list[int]:
    return [int(day) for day in ((days - FIRST_DAY) // _DAY).fillna(0).tolist()]
