"""Prepared rows of SAP lines: items, what closed them, and money that no item explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.sources.clearing import OnAccount, Settlement
from features.sources.prepared import money_text
from features.sources.sap.roles import FIRST_DAY, known_on

__all__ = ["balance_rows", "item_rows", "money_rows", "settled_rows"]

_DAY = pd.Timedelta(days=1)


def item_rows(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that owe or are owed back."""
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
            "known_on": _text_of(known_on(items)),
            "file": items["file"],
            "place": items["place"],
        }
    )


def settled_rows(lines: pd.DataFrame, settlements: Sequence[Settlement]) -> pd.DataFrame:
    """Return what closed the items; `settlements` name lines by their position."""
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


def money_rows(lines: pd.DataFrame, on_account: Sequence[OnAccount]) -> pd.DataFrame:
    """Return money without an item; `on_account` names lines by their position."""
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


def balance_rows(lines: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Return balances that SAP states, on the last day that the lines name.

    Parameters
    ----------
    lines : DataFrame
    stated : DataFrame, columns KUNNR, WAERS, signed, file, place
    """
    days = [day for name in ("BUDAT", "AUGDT", "BLDAT") for day in [lines[name].max()] if not pd.isna(day)]
    if not days:
        step = "set date_formats in a copy of the mapping"
        raise InputError.of("posting dates in a known format", f"none in {len(lines)} lines", step)
    return pd.DataFrame(
        {
            "makes": "balance",
            "buyer_id": stated["KUNNR"],
            "currency": stated["WAERS"],
            "amount": money_text(stated["signed"].to_numpy(np.int64)),
            "settled_on": str(max(days).date()),
            "file": stated["file"],
            "place": stated["place"],
        }
    )


def _text_of(days: pd.Series[Any]) -> pd.Series[Any]:
    text: pd.Series[Any] = days.dt.strftime("%Y-%m-%d").fillna("")
    return text


def _day_text(number: int) -> str:
    return str((FIRST_DAY + number * _DAY).date()) if number else ""
