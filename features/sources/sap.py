"""SAP: lines of FBL5N or of BSID and BSAD as items, settlements, money on account and balances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.sources.clearing import Line, OnAccount, Settlement, clear
from features.sources.listing import SUBTOTAL
from features.sources.prepared import Reader, money_text, prepared_file, read_all, refuse_lacking
from features.sources.reading import SourceFile
from features.sources.rules import PrepareRule

__all__ = ["due_days", "prepare_sap"]

_NEEDED = ("KUNNR", "BELNR", "WRBTR", "WAERS")
_HEADING = "_heading"
_TEXTS = "KUNNR NAME1 BUKRS BELNR GJAHR BUZEI BLART SHKZG UMSKZ WAERS AUGBL REBZG REBZJ REBZZ".split()
_DAYS = "BLDAT BUDAT CPUDT ZFBDT NETDT AUGDT".split()
_DAY = pd.Timedelta(days=1)
_FIRST = pd.Timestamp("1970-01-01")
_MAX_CHAIN = 10
_KINDS = {"debit": "invoice", "credit": "credit_memo"}


def prepare_sap(sources: Sequence[SourceFile], rule: PrepareRule) -> list[SourceFile]:
    """Make prepared rows of the lines of customers' accounts.

    Parameters
    ----------
    sources : sequence of SourceFile
        Columns are named as in the tables (KUNNR, BELNR, ...).
    rule : PrepareRule
        Words: ``payment`` and ``clearing`` (document types), ``prepayment``, ``bill`` and ``noted`` (special
        G/L indicators).

    Raises
    ------
    InputError
        Where a file lacks customer, document, amount or currency, or any date.
    """
    sources = [_with_headings(source) for source in sources]
    refuse_lacking(sources, _NEEDED)
    once = _given_once(sources)
    read = [_read(source, number) for number, source in enumerate(once)]
    files = [file for _, file, _ in read]
    lines = pd.concat([frame for frame, _, _ in read], ignore_index=True)
    lines, dropped = _without_noted_and_repeated(lines, rule)
    for number, reasons in dropped.items():
        files[number] = replace(files[number], left_out=files[number].left_out | reasons)
    lines = _with_roles(lines, rule.words)
    settlements, on_account = clear(_as_lines(lines))
    lines = _with_inherited_dues(lines, settlements)
    parts = [_items(lines), _settled(lines, settlements), _money(lines, on_account), _balances(lines, read)]
    rows = pd.concat(parts, ignore_index=True)
    return [
        prepared_file(file, mine.drop(columns=["file", "place"]), mine["place"].to_numpy(np.int64))
        for number, file in enumerate(files)
        for mine in [rows[rows["file"] == number]]
    ]


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


def _with_headings(source: SourceFile) -> SourceFile:
    """Take customer, company and name from the headings above a list where no column tells them."""
    rows = source.rows
    for heading in [name for name in rows.columns if name.endswith(_HEADING)]:
        name = heading.removesuffix(_HEADING)
        own = rows.get(name, pd.Series("", index=rows.index, dtype="str"))
        if name in rows or rows[heading].ne("").any():
            rows = rows.assign(**{name: own.mask(own.str.strip() == "", rows[heading])})
    return replace(source, rows=rows)


def _given_once(sources: Sequence[SourceFile]) -> list[SourceFile]:
    seen: set[str] = set()
    result = []
    for source in sources:
        if source.sha256 in seen:
            left_out = source.left_out | {"file that was given twice": len(source.rows)}
            source = replace(source, rows=source.rows.iloc[:0], numbers=source.numbers[:0], left_out=left_out)
        seen.add(source.sha256)
        result.append(source)
    return result


def _read(source: SourceFile, number: int) -> tuple[pd.DataFrame, SourceFile, pd.DataFrame]:
    """Return the lines of a file, the file with its unreadable rows set aside, and its subtotals."""
    if not {"BLDAT", "BUDAT"} & set(source.rows.columns):
        step = "export BLDAT or BUDAT too, or add its header to [source.aliases]"
        raise InputError.of("a document or posting date (BLDAT, BUDAT)", f"neither in {source.name}", step)
    stars = source.rows[SUBTOTAL] if SUBTOTAL in source.rows else pd.Series("", index=source.rows.index)
    totals = _subtotals(source, stars)
    chosen = (stars == "").to_numpy(bool)
    left_out = source.left_out | ({"subtotals": int((~chosen).sum())} if not chosen.all() else {})
    read_rows = source.rows_read - int((~chosen).sum())
    places = np.flatnonzero(chosen)
    source = replace(
        source,
        rows=source.rows[chosen].reset_index(drop=True),
        numbers=source.numbers[chosen],
        left_out=left_out,
        rows_read=read_rows,
    )
    reader = Reader(source, {})
    lines = pd.DataFrame({name: reader.text(name) for name in _TEXTS})
    days = {name: reader.day(name) for name in _DAYS}
    terms = {name: reader.number(name) // 10_000 for name in ("ZBD1T", "ZBD2T", "ZBD3T")}
    lines = lines.assign(**days, **terms, signed=reader.number("WRBTR", required=True))
    lines["BLDAT"] = lines["BLDAT"].fillna(lines["BUDAT"])
    lines["BUDAT"] = lines["BUDAT"].fillna(lines["BLDAT"])
    for name in ("KUNNR", "BELNR", "WAERS", "BLDAT"):
        nothing = lines[name].isna() | (lines[name] == "")
        reader.bad.update({f"{name}: expected a value; found nothing": nothing.to_numpy(bool)})
    lines = lines.assign(file=number, place=np.arange(len(lines)))
    kept, source = read_all(reader, lines)
    return kept, source, totals.assign(file=number, place=_before(places, totals["place"].to_numpy(np.int64)))


def _before(places: Any, ends: Any) -> Any:
    """Return which line stands before each subtotal."""
    return np.maximum(np.searchsorted(places, ends) - 1, 0)


def _subtotals(source: SourceFile, stars: pd.Series[Any]) -> pd.DataFrame:
    """Return sums of one star: account and currency are their own or those of the line above."""
    reader = Reader(source, {})
    frame = pd.DataFrame({name: reader.text(name) for name in ("KUNNR", "WAERS")})
    frame = frame.mask(frame == "").ffill()
    frame = frame.assign(signed=reader.number("WRBTR"), place=np.arange(len(stars)))
    return frame[(stars == "*").to_numpy(bool)]


def _without_noted_and_repeated(
    lines: pd.DataFrame, rule: PrepareRule
) -> tuple[pd.DataFrame, dict[int, dict[str, int]]]:
    """Leave out noted items, which no balance holds, and lines that stand in several files."""
    noted = lines["UMSKZ"].isin(rule.words.get("noted", []))
    key = ["BUKRS", "BELNR", "GJAHR", "BUZEI", "KUNNR"]
    has_key = (lines["BUZEI"] != "").to_numpy(bool)
    last = lines.sort_values("AUGDT", kind="stable", na_position="first").duplicated(key, keep="last")
    repeated = last.reindex(lines.index) & has_key & ~noted
    dropped: dict[int, dict[str, int]] = {}
    for reason, rows in (("noted items", noted), ("lines given before", repeated)):
        for number, count in lines.loc[rows, "file"].value_counts().items():
            dropped.setdefault(int(str(number)), {})[reason] = int(count)
    return lines[~(noted | repeated)].reset_index(drop=True), dropped


def _with_roles(lines: pd.DataFrame, words: Mapping[str, list[str]]) -> pd.DataFrame:
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


def _numbers(days: pd.Series[Any]) -> list[int]:
    return [int(day) for day in ((days - _FIRST) // _DAY).fillna(0).tolist()]


def _as_lines(lines: pd.DataFrame) -> list[Line]:
    group = (lines["owner"] + "|" + lines["clearing"] + "|" + lines["AUGDT"].astype("str")).where(
        lines["clearing"] != "", ""
    )
    columns = [
        range(len(lines)), lines["role"], lines["kind"], lines["owner"], lines["document"], lines["WAERS"],
        lines["amount"].tolist(), _numbers(lines["BUDAT"]), _numbers(_known(lines)), _numbers(lines["due"]),
        group, _numbers(lines["AUGDT"]), lines["clearing"], lines["ref"].tolist(),
    ]  # fmt: skip
    return [Line(*values) for values in zip(*columns, strict=True)]


def _known(lines: pd.DataFrame) -> pd.Series[Any]:
    known: pd.Series[Any] = lines["CPUDT"].fillna(lines["BUDAT"])
    return known


def _with_inherited_dues(lines: pd.DataFrame, settlements: Sequence[Settlement]) -> pd.DataFrame:
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


def _text_of(days: pd.Series[Any]) -> pd.Series[Any]:
    text: pd.Series[Any] = days.dt.strftime("%Y-%m-%d").fillna("")
    return text


def _day_text(number: int) -> str:
    return str((_FIRST + number * _DAY).date()) if number else ""


def _items(lines: pd.DataFrame) -> pd.DataFrame:
    items = lines[lines["role"].isin(["debit", "credit"])]
    return pd.DataFrame(
        {
            "makes": "item",
            "item_id": items["item"],
            "instalment": items["instalment"].astype("str"),
            "buyer_id": items["KUNNR"],
            "buyer_name": items["NAME1"],
            "entity": items["BUKRS"],
            "issued_on": _text_of(items["BLDAT"].where(~items["counter"], items["BUDAT"])),
            "due_on": _text_of(items["due"]),
            "amount": money_text(items["amount"].to_numpy(np.int64)),
            "currency": items["WAERS"],
            "kind": items["kind"],
            "known_on": _text_of(_known(items)),
            "file": items["file"],
            "place": items["place"],
        }
    )


def _settled(lines: pd.DataFrame, settlements: Sequence[Settlement]) -> pd.DataFrame:
    rows = pd.DataFrame(settlements, columns=list(Settlement._fields))
    item = lines.iloc[rows["item"]].reset_index(drop=True)
    names = lines["item"].to_numpy(object)
    documents = lines["document"].to_numpy(object)
    receipts = [documents[row] if lines["role"].iat[row] == "paid_in" else "" for row in rows["receipt"]]
    return pd.DataFrame(
        {
            "makes": "settlement",
            "item_id": item["item"],
            "instalment": item["instalment"].astype("str"),
            "amount": money_text(rows["amount"].to_numpy(np.int64)),
            "kind": rows["kind"],
            "settled_on": rows["settled"].map(_day_text),
            "known_on": rows["known"].map(_day_text),
            "receipt_id": receipts,
            "successor_id": [names[row] if row >= 0 else "" for row in rows["successor"]],
            "file": item["file"],
            "place": item["place"],
        }
    )


def _money(lines: pd.DataFrame, on_account: Sequence[OnAccount]) -> pd.DataFrame:
    rows = pd.DataFrame(on_account, columns=list(OnAccount._fields))
    line = lines.iloc[rows["row"]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "makes": "on_account",
            "buyer_id": line["KUNNR"],
            "currency": line["WAERS"],
            "amount": money_text(rows["amount"].to_numpy(np.int64)),
            "kind": "payment",
            "settled_on": rows["settled"].map(_day_text),
            "known_on": rows["known"].map(_day_text),
            "withdrawn_on": rows["withdrawn"].map(_day_text),
            "receipt_id": line["document"],
            "file": line["file"],
            "place": line["place"],
        }
    )


def _balances(
    lines: pd.DataFrame, read: Sequence[tuple[pd.DataFrame, SourceFile, pd.DataFrame]]
) -> pd.DataFrame:
    """Stated balances: the list's own subtotals, or else what the tables hold as open."""
    stated = pd.concat([totals for _, _, totals in read])
    if stated.empty:
        signed = lines["amount"].where(lines["is_debit"], -lines["amount"])
        stated = lines.assign(signed=signed.where(lines["clearing"] == "", 0))
    sums = stated.groupby(["KUNNR", "WAERS"], sort=False).agg(
        signed=("signed", "sum"), file=("file", "first"), place=("place", "first")
    )
    sums = sums.reset_index()
    days = [day for name in ("BUDAT", "AUGDT", "BLDAT") for day in [lines[name].max()] if not pd.isna(day)]
    if not days:
        step = "set date_formats in a copy of the mapping"
        raise InputError.of("posting dates in a known format", f"none in {len(lines)} lines", step)
    return pd.DataFrame(
        {
            "makes": "balance",
            "buyer_id": sums["KUNNR"],
            "currency": sums["WAERS"],
            "amount": money_text(sums["signed"].to_numpy(np.int64)),
            "settled_on": str(max(days).date()),
            "file": sums["file"],
            "place": sums["place"],
        }
    )
