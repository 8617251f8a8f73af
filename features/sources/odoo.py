"""Odoo: journal items of the receivable accounts and their partial reconciliations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.sources.prepared import Reader, money_text, prepared_file, read_all, refuse_lacking
from features.sources.reading import SourceFile
from features.sources.rules import PrepareRule

__all__ = ["prepare_odoo"]

_LINE = ("line_id", "move_name", "move_type", "date", "partner", "amount_currency", "currency")
_MATCH = ("debit_line_id", "credit_line_id", "debit_amount_currency", "credit_amount_currency", "max_date")
_ITEMS = {"out_invoice": "invoice", "out_receipt": "invoice", "out_refund": "credit_memo"}

Frame = pd.DataFrame


def prepare_odoo(sources: Sequence[SourceFile], rule: PrepareRule) -> list[SourceFile]:
    """Make prepared rows of journal items and partial reconciliations.

    Parameters
    ----------
    sources : sequence of SourceFile
        Files of the sources ``lines`` and ``matches``.
    rule : PrepareRule
        Words: ``money`` (types of journals with money), ``fx`` and ``write_off`` (codes of journals), and
        by technical name what the export calls the types of moves (``out_invoice``, ``out_refund``).

    Raises
    ------
    InputError
        Where a file lacks a column.
    """
    files = list(sources)
    line_parts: list[Frame] = []
    match_parts: list[Frame] = []
    for number, source in enumerate(files):
        is_lines = source.rule.name == "lines"
        refuse_lacking([source], _LINE if is_lines else _MATCH)
        frame, files[number] = _read_lines(source) if is_lines else _read_matches(source)
        (line_parts if is_lines else match_parts).append(frame.assign(file=number))
    lines = _with_roles(pd.concat(line_parts, ignore_index=True), rule.words)
    lines = lines.drop_duplicates("line_id").reset_index(drop=True)
    matches = pd.concat(match_parts, ignore_index=True).drop_duplicates(["debit_line_id", "credit_line_id"])
    both = _both_sides(matches, lines)
    rows = pd.concat([_items(lines), _settled(both, lines), _money(both, lines)], ignore_index=True)
    return [
        prepared_file(file, mine.drop(columns=["file", "place"]), mine["place"].to_numpy(np.int64))
        for number, file in enumerate(files)
        for mine in [rows[rows["file"] == number]]
    ]


def _read_lines(source: SourceFile) -> tuple[Frame, SourceFile]:
    reader = Reader(source, {})
    texts = "line_id move_name move_type partner partner_name currency journal_type journal_code company"
    frame = pd.DataFrame({name: reader.text(name) for name in texts.split()})
    days = {name: reader.day(name) for name in ("date", "invoice_date", "date_maturity", "create_date")}
    frame = frame.assign(**days, signed=reader.number("amount_currency", required=True))
    frame["residual"] = reader.number("amount_residual_currency")
    frame["has_residual"] = reader.text("amount_residual_currency") != ""
    for name in ("line_id", "move_name", "partner", "currency", "date"):
        nothing = frame[name].isna() | (frame[name] == "")
        reader.bad[f"{name}: expected a value; found nothing"] = nothing.to_numpy(bool)
    return read_all(reader, frame.assign(place=np.arange(len(frame))))


def _read_matches(source: SourceFile) -> tuple[Frame, SourceFile]:
    reader = Reader(source, {})
    frame = pd.DataFrame({name: reader.text(name) for name in ("debit_line_id", "credit_line_id")})
    days = {name: reader.day(name) for name in ("max_date", "create_date")}
    amounts = {name: reader.number(name, required=True) for name in _MATCH[2:4]}
    return read_all(reader, frame.assign(**days, **amounts, place=np.arange(len(frame))))


def _with_roles(lines: Frame, words: Mapping[str, list[str]]) -> Frame:
    """Tell items from money; other entries are debit notes where they owe and set off where they do not."""
    types = {word: kind for kind in _ITEMS for word in (kind, *words.get(kind, []))}
    kind = lines["move_type"].map(types).map(_ITEMS)
    is_money = kind.isna() & lines["journal_type"].isin(["bank", "cash", *words.get("money", [])])
    is_debit = lines["signed"] >= 0
    fx, lost = (lines["journal_code"].isin(words.get(name, [])) for name in ("fx", "write_off"))
    kind = kind.mask(kind.eq("invoice") & ~is_debit, "credit_memo")
    kind = kind.mask(kind.eq("credit_memo") & is_debit & lines["signed"].ne(0), "debit_note")
    is_other = kind.isna() & is_debit & ~is_money & ~fx & ~lost
    kind = kind.mask(is_other, "debit_note")
    is_item = kind.notna()
    kind = kind.mask(kind.isna() & fx, "fx").mask(kind.isna() & lost, "write_off")
    kind = kind.mask(kind.isna() & is_money, "payment").fillna("set_off")
    due = lines["date_maturity"].fillna(lines["invoice_date"]).fillna(lines["date"])
    issued = lines["invoice_date"].fillna(lines["date"])
    order = lines.assign(due=due).sort_values(["move_name", "due", "line_id"], kind="stable")
    ordinal = order.groupby(["company", "move_name"], sort=False).cumcount() + 1
    return lines.assign(
        kind=kind, is_item=is_item, amount=lines["signed"].abs(), is_debit=is_debit, due=due, issued=issued,
        known=lines["create_date"].fillna(lines["date"]), instalment=ordinal.reindex(lines.index),
    )  # fmt: skip


def _items(lines: Frame) -> Frame:
    items = lines[lines["is_item"]]
    stated = pd.Series(money_text(items["residual"].abs().to_numpy(np.int64)), index=items.index)
    due = items["due"].mask((items["due"] < items["issued"]) & ~items["is_debit"], items["issued"])
    return pd.DataFrame(
        {
            "makes": "item",
            "item_id": items["move_name"],
            "instalment": items["instalment"].astype("str"),
            "buyer_id": items["partner"],
            "buyer_name": items["partner_name"],
            "entity": items["company"],
            "issued_on": _text(items["issued"]),
            "due_on": _text(due),
            "amount": money_text(items["amount"].to_numpy(np.int64)),
            "currency": items["currency"],
            "kind": items["kind"],
            "known_on": _text(items["known"]),
            "open_amount": stated.where(items["has_residual"], ""),
            "file": items["file"],
            "place": items["place"],
        }
    )


def _both_sides(matches: Frame, lines: Frame) -> Frame:
    """Return matches as each of their two lines sees them; both lines must be in the export."""
    position = pd.Series(lines.index, index=lines["line_id"])
    debit, credit = (matches[name].map(position) for name in ("debit_line_id", "credit_line_id"))
    lost = int((debit.isna() | credit.isna()).sum())
    if lost:
        step = "export the journal items of all receivable accounts, paid ones too"
        raise InputError.of("both lines of each reconciliation", f"{lost} that name a line not given", step)
    known = matches["create_date"].fillna(matches["max_date"])
    sides = [
        matches.assign(
            line=mine.astype("int64"), other=others.astype("int64"), amount=matches[name], known=known
        )
        for mine, others, name in (
            (debit, credit, "debit_amount_currency"),
            (credit, debit, "credit_amount_currency"),
        )
    ]
    return pd.concat(sides, ignore_index=True)


def _settled(both: Frame, lines: Frame) -> Frame:
    rows = both[lines["is_item"].to_numpy(bool)[both["line"]]].reset_index(drop=True)
    mine, other = (lines.iloc[rows[name]].reset_index(drop=True) for name in ("line", "other"))
    settled = rows["max_date"].where(other["is_item"], other["date"])
    return pd.DataFrame(
        {
            "makes": "settlement",
            "item_id": mine["move_name"],
            "instalment": mine["instalment"].astype("str"),
            "amount": money_text(rows["amount"].to_numpy(np.int64)),
            "kind": other["kind"].mask(other["is_item"], "credit_note"),
            "settled_on": _text(settled),
            "known_on": _text(rows["known"]),
            "receipt_id": other["move_name"].mask(other["is_item"], ""),
            "file": rows["file"],
            "place": rows["place"],
        }
    )


def _money(both: Frame, lines: Frame) -> Frame:
    """Money without an item: all of it when it comes in, less at each match."""
    parts: list[tuple[int, int, Any, Any]] = []
    amounts, entered = lines["amount"].tolist(), lines["known"].tolist()
    matched: dict[Any, Frame] = dict(iter(both.groupby("line")))
    for row in np.flatnonzero(~lines["is_item"]).tolist():
        left, known = int(amounts[row]), entered[row]
        steps = matched.get(row)
        by_day: Any = [] if steps is None else steps.groupby("known")["amount"].sum().items()
        for day, amount in by_day:
            if day > known and left:
                parts.append((row, left, known, day))
            left, known = left - int(amount), max(known, day)
        if left:
            parts.append((row, left, known, pd.NaT))
    rows = pd.DataFrame(parts, columns=["line", "left", "known", "withdrawn"])
    line = lines.iloc[rows["line"].to_numpy(np.int64)].reset_index(drop=True)
    sign = np.where(line["is_debit"], -1, 1)
    return pd.DataFrame(
        {
            "makes": "on_account",
            "buyer_id": line["partner"],
            "currency": line["currency"],
            "amount": money_text(rows["left"].to_numpy(np.int64) * sign),
            "kind": line["kind"],
            "settled_on": _text(line["date"]),
            "known_on": _text(pd.to_datetime(rows["known"])),
            "withdrawn_on": _text(pd.to_datetime(rows["withdrawn"])),
            "receipt_id": line["move_name"],
            "file": line["file"],
            "place": line["place"],
        }
    )


def _text(days: pd.Series[Any]) -> pd.Series[Any]:
    text: pd.Series[Any] = days.dt.strftime("%Y-%m-%d").fillna("")
    return text
