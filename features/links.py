"""Checks between tables: what an allocation or a dispute refers to must exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.columns import Table

if TYPE_CHECKING:
    from features.checks import Checked

__all__ = ["check_links", "item_currencies", "item_names"]

_STEP = "load the invoices they belong to, or remove the rows"


def item_currencies(table: Table, raw: pd.DataFrame, invoices: Checked | None) -> pd.Series[Any] | None:
    """Return the currency of the invoice that each row refers to; None for tables that have their own.

    Parameters
    ----------
    table : Table
        Rules of the rows' table.
    raw : DataFrame, shape (n, columns)
        Raw rows.
    invoices : Checked or None
        The checked invoices.
    """
    refers = any(column.name == "invoice_id" for column in table.columns)
    if not refers or table.name == "invoices" or "invoice_id" not in raw:
        return None
    if invoices is None:
        return pd.Series(pd.NA, index=range(len(raw)), dtype="str")
    currency_by_invoice = invoices.frame.drop_duplicates("invoice_id").set_index("invoice_id")["currency"]
    return raw["invoice_id"].reset_index(drop=True).astype("str").str.strip().map(currency_by_invoice)


def check_links(checked: Mapping[str, Checked]) -> None:
    """Add a finding to each table with rows that refer to invoices of nobody or of somebody else."""
    invoices = checked.get("invoices")
    for name in ("allocations", "disputes"):
        if name in checked:
            _check_items(checked[name], invoices)
    if "allocations" in checked and invoices is not None:
        _check_successors(checked["allocations"], invoices)
        _check_agreement(checked["allocations"], invoices)


def _check_items(rows: Checked, invoices: Checked | None) -> None:
    frame = rows.frame
    if "invoice_id" not in frame:
        return
    named = frame["invoice_id"].notna()
    items = item_names(frame)
    known = items.isin(item_names(invoices.frame)) if invoices is not None else named & False
    rows.add(
        "invoice_id", (named & ~known).to_numpy(bool), "the id of a known invoice", "an unknown one", _STEP
    )


def _check_successors(allocations: Checked, invoices: Checked) -> None:
    successor = allocations.frame.get("successor_id")
    if successor is None:
        return
    unknown = (successor.notna() & ~successor.isin(invoices.frame["invoice_id"])).to_numpy(bool)
    allocations.add("successor_id", unknown, "the id of a known invoice", "an unknown one", _STEP)


def _check_agreement(allocations: Checked, invoices: Checked) -> None:
    """Find allocations that give their invoice another buyer or currency."""
    frame = allocations.frame
    if "invoice_id" not in frame:
        return
    by_invoice = invoices.frame.drop_duplicates("invoice_id").set_index("invoice_id")
    for column in ("buyer_id", "currency"):
        if column in frame:
            of_invoice = frame["invoice_id"].map(by_invoice[column])
            wrong = of_invoice.notna() & frame[column].notna() & (of_invoice != frame[column])
            allocations.add(column, wrong.to_numpy(bool), f"the invoice's {column}", "another one")


def item_names(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return one text for each row that names its item: invoice and instalment."""
    return frame["invoice_id"].astype("str").fillna("") + "\x1f" + frame["instalment"].astype("str")
