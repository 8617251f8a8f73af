"""Reconciliation of an import with figures that it did not compute: open amounts, stated totals, balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.columns import Column
from features.money import decimals_array, minor_from, text_from_minor
from features.openings import balance_on, open_items, totals
from features.portfolio import Portfolio
from features.sources.evaluate import evaluate
from features.sources.export import Export, meets
from features.sources.reconciliation import DIFFERENCE_COLUMNS, Reconciliation
from features.sources.rules import Control, TableRule, Tolerance, Total

__all__ = [
    "Compared",
    "compare",
    "conclude",
    "reconcile",
    "with_totals",
]

_KEY = ["invoice_id", "instalment"]
_ACCOUNT = ["buyer_id", "currency"]
_MONEY = Column("open_amount", "money")


def reconcile(
    control: Control | None,
    exports: Sequence[tuple[str, Export]],
    refused: pd.Index[Any],
    portfolio: Portfolio,
    frames: Sequence[tuple[TableRule, pd.DataFrame]],
) -> Reconciliation:
    """Compare a portfolio with every control figure that there is.

    Parameters
    ----------
    control : Control or None
        The mapping's figures.
    exports : sequence of (name of source, Export)
    refused : Index
        Rows of the export that were not loaded.
    portfolio : Portfolio
        As loaded; its table ``balances`` is a control figure as well.
    frames : sequence of (TableRule, DataFrame)
        Raw rows by table rule; the index names the export's row that made each.

    Returns
    -------
    Reconciliation
    """
    return conclude(control, [compare(control, exports, refused, portfolio, frames)])


@dataclass(frozen=True)
class Compared:
    """A portfolio, or a part of one, beside the control figures.

    Parameters
    ----------
    balances : Reconciliation
    figures : int
        Open amounts compared.
    items : int
        Items of which the share of tolerated differences is taken.
    differing : DataFrame or None
        Items whose open amount differs; None where the mapping states none.
    sums : dict of (measure, currency) to int
        Minor units.
    """

    balances: Reconciliation
    figures: int
    items: int
    differing: pd.DataFrame | None
    sums: dict[tuple[str, str], int]


def compare(
    control: Control | None,
    exports: Sequence[tuple[str, Export]],
    refused: pd.Index[Any],
    portfolio: Portfolio,
    frames: Sequence[tuple[TableRule, pd.DataFrame]],
) -> Compared:
    """Compare a portfolio, or a part of one that is closed in itself; arguments as in `reconcile`."""
    sums = totals(portfolio) if control is not None and control.total else {}
    if control is None or control.open_amount is None:
        return Compared(_balances(portfolio), 0, 0, None, sums)
    figures, items, differing = _open_amounts(control, exports, refused, portfolio, frames)
    return Compared(_balances(portfolio), figures, items, differing, sums)


def with_totals(control: Control | None, totals: Sequence[Total]) -> Control | None:
    """Return the control with sums that the files state themselves as well."""
    if not totals:
        return control
    if control is None:
        return Control(total=list(totals))
    return control.model_copy(update={"total": [*control.total, *totals]})


def conclude(control: Control | None, parts: Sequence[Compared]) -> Reconciliation:
    """Return the reconciliation of all parts of a portfolio together."""
    found = [part.balances.differences for part in parts]
    compared = sum(part.balances.compared + part.figures for part in parts)
    without = 0 if control is not None else sum(part.balances.without_figure for part in parts)
    differing = [part.differing for part in parts if part.differing is not None]
    if control is not None and differing:
        found.append(_differences(control, differing, sum(part.items for part in parts)))
    if control is not None and control.total:
        compared += len(control.total)
        found.append(_totals(control, [part.sums for part in parts]))
    filled = [lines for lines in found if len(lines)]
    listed = {"differences": pd.concat(filled, ignore_index=True)} if filled else {}
    return Reconciliation(compared, without_figure=without, **listed)


def _open_amounts(
    control: Control,
    exports: Sequence[tuple[str, Export]],
    refused: pd.Index[Any],
    portfolio: Portfolio,
    frames: Sequence[tuple[TableRule, pd.DataFrame]],
) -> tuple[int, int, pd.DataFrame]:
    """Return the number of figures and of items, and the items that differ."""
    invoices = [frame for rule, frame in frames if rule.name == "invoices"]
    parts = []
    for name, export in exports:
        if control.source in (None, name):
            kept = export.where(~export.rows.index.isin(refused))
            parts.append(_stated(control, kept.where(meets(control.when, kept)), invoices))
    stated = (
        pd.concat(parts).drop_duplicates(_KEY, keep="last").rename_axis("label").reset_index()
        if parts
        else pd.DataFrame(columns=["label", *_KEY, "stated"])
    )
    items = open_items(portfolio)
    both = stated.merge(items, on=_KEY, how="outer" if control.complete else "left", validate="one_to_one")
    both["currency"] = both["currency"].fillna("XXX")
    figures = both["stated"].fillna("0") if control.complete else both["stated"]
    minor, unreadable, _ = minor_from(figures, decimals_array(both["currency"]), rounds=True)
    computed = both["open_minor"].fillna(0).to_numpy(np.int64)
    differs = (minor != computed) & figures.notna().to_numpy(bool)
    differs |= unreadable | both["bad"].eq(True).to_numpy(bool)
    both = both.assign(minor=minor, computed=computed)
    return int(figures.notna().sum()), len(both), both[differs]


def _differences(control: Control, differing: Sequence[pd.DataFrame], items: int) -> pd.DataFrame:
    """Return the lines of items that differ, in the order in which one comparison gives them."""
    filled = [rows for rows in differing if len(rows)]
    if not filled:
        return pd.DataFrame()
    rest = pd.concat(filled).sort_values(_KEY if control.complete else ["label"], kind="stable")
    rest = rest.reset_index(drop=True)
    item = rest["invoice_id"] + np.where(rest["instalment"] == 1, "", "/" + rest["instalment"].astype("str"))
    stated, computed = rest["minor"].to_numpy(np.int64), rest["computed"].to_numpy(np.int64)
    lines = _lines("open_amount", item, rest["currency"], stated, computed)
    return lines.assign(tolerated=_tolerated(control.tolerate, rest, items))


def _stated(control: Control, export: Export, invoices: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tell what the export says of each item: key, open amount as text, the tolerances its row meets."""
    nothing = pd.DataFrame(index=export.rows.index)
    assert control.open_amount is not None  # noqa: S101  (the caller asks only then; mypy must know)
    figure = evaluate(control.open_amount, _MONEY, export, nothing)
    if control.invoice_id is None:
        keys = _keys_of_rows(invoices).reindex(export.rows.index)
    else:
        keys = nothing.assign(
            invoice_id=evaluate(control.invoice_id, Column("invoice_id"), export, nothing).values
        )
    keys["instalment"] = keys.get("instalment", "1")
    if control.instalment is not None:
        keys["instalment"] = evaluate(
            control.instalment, Column("instalment", "integer"), export, nothing
        ).values
    keys["instalment"] = pd.to_numeric(keys["instalment"], errors="coerce").fillna(1).astype("int64")
    stated = keys[_KEY].assign(stated=figure.values, bad=figure.bad)
    for number, tolerance in enumerate(control.tolerate):
        stated[f"meets_{number}"] = meets(tolerance.when, export)
    return stated[stated["invoice_id"].notna()]


def _keys_of_rows(invoices: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the item that each row of the export makes; the first where it makes several."""
    if not invoices:
        return pd.DataFrame(columns=_KEY)
    keys = pd.concat([frame[[name for name in _KEY if name in frame]] for frame in invoices])
    return keys[~keys.index.duplicated()]


def _tolerated(tolerances: Sequence[Tolerance], rest: pd.DataFrame, items: int) -> pd.Series[Any]:
    reasons = pd.Series("", index=rest.index, dtype="str")
    for number, tolerance in enumerate(tolerances):
        chosen = (reasons == "").to_numpy(bool) & rest[f"meets_{number}"].eq(True).to_numpy(bool)
        if chosen.sum() <= tolerance.max_share * items:
            reasons = reasons.mask(chosen, tolerance.reason)
    return reasons


def _totals(control: Control, sums: Sequence[dict[tuple[str, str], int]]) -> pd.DataFrame:
    stated = pd.DataFrame([total.model_dump() for total in control.total])
    figures = [(total.measure, total.currency) for total in control.total]
    computed = np.array([sum(part.get(figure, 0) for part in sums) for figure in figures], np.int64)
    minor, unreadable, _ = minor_from(stated["amount"], decimals_array(stated["currency"]), rounds=True)
    lines = _lines("total", stated["measure"], stated["currency"], minor, computed)
    differing: pd.DataFrame = lines[(minor != computed) | unreadable]
    return differing


def _balances(portfolio: Portfolio) -> Reconciliation:
    if "balances" not in portfolio.tables:
        return Reconciliation()
    stated = portfolio.tables["balances"]
    computed = balance_on(portfolio, stated[["buyer_id", "currency", "on_date"]])
    minor = stated["amount_minor"].to_numpy(np.int64)
    item = stated["buyer_id"] + " " + stated["on_date"].dt.strftime("%Y-%m-%d")
    lines = _lines("balance", item, stated["currency"], minor, computed)
    accounts = portfolio.table("invoices")[_ACCOUNT].drop_duplicates()
    has_one = pd.MultiIndex.from_frame(accounts).isin(pd.MultiIndex.from_frame(stated[_ACCOUNT]))
    return Reconciliation(len(lines), lines[minor != computed], int((~has_one).sum()))


def _lines(
    figure: str, item: pd.Series[Any], currency: pd.Series[Any], stated: Any, computed: Any
) -> pd.DataFrame:
    decimals = decimals_array(currency)
    amounts = {"stated": stated, "computed": computed, "difference": computed - stated}
    texts = {name: text_from_minor(values, decimals) for name, values in amounts.items()}
    columns = {"figure": figure, "item": item, "currency": currency, **texts, "tolerated": ""}
    return pd.DataFrame(columns, index=item.index)[list(DIFFERENCE_COLUMNS)]
