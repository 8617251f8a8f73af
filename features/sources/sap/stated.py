"""What SAP itself says is open: subtotals and sums of a list, and the table of open items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.sources.listing import SUBTOTAL
from features.sources.prepared import Reader, money_text
from features.sources.reading import SourceFile
from features.sources.rules import Total

__all__ = ["Subtotals", "list_totals", "open_table_balances", "read_subtotals", "subtotal_balances"]

_ACCOUNT = ["KUNNR", "WAERS"]
_BLOCK = ["file", "run", *_ACCOUNT]
_EMPTY = pd.DataFrame(columns=[*_ACCOUNT, "signed", "file", "place"])


class Subtotals(NamedTuple):
    """Subtotals of a file, and the accounts whose lines stand above each.

    Parameters
    ----------
    accounts : DataFrame, columns file, run, KUNNR, WAERS
        One row for each account of each run, the lines between two groups of subtotals; unreadable lines
        included, so that no subtotal is taken for that of the others.
    sums : DataFrame, columns file, run, level, KUNNR, WAERS, signed, place
        `level` is the number of stars; `run` that of the lines above; customer and currency are empty where
        the row does not tell them.
    """

    accounts: pd.DataFrame
    sums: pd.DataFrame


def read_subtotals(source: SourceFile, number: int) -> tuple[Subtotals, SourceFile, npt.NDArray[np.int64]]:
    """Return a file's subtotals, the file without them, and the run of each line that is left.

    A subtotal whose amount cannot be read is set aside as a broken row: it states nothing.
    """
    stars = source.rows[SUBTOTAL] if SUBTOTAL in source.rows else pd.Series("", index=source.rows.index)
    is_sum = (stars != "").to_numpy(bool)
    begins = is_sum & ~np.append(False, is_sum[:-1])
    runs = np.cumsum(begins) - is_sum
    reader = Reader(source, {})
    frame = pd.DataFrame({name: reader.text(name) for name in _ACCOUNT})
    frame = frame.assign(file=number, run=runs, level=stars.str.len().to_numpy())
    accounts = frame[~is_sum]
    accounts = accounts[(accounts[_ACCOUNT] != "").all(axis=1)].drop_duplicates(_BLOCK)[_BLOCK]
    sums, broken = _sums(source, frame, is_sum)
    sums["KUNNR"] = sums["KUNNR"].where(sums["KUNNR"].isin(accounts["KUNNR"]), "")
    count = int(is_sum.sum()) - len(broken)
    rest = replace(
        source,
        rows=source.rows[~is_sum].reset_index(drop=True),
        numbers=source.numbers[~is_sum],
        broken=pd.concat([source.broken, broken], ignore_index=True) if len(broken) else source.broken,
        left_out=source.left_out | ({"subtotals": count} if count else {}),
        rows_read=source.rows_read - count,
    )
    return Subtotals(accounts, sums), rest, runs[~is_sum]


def subtotal_balances(
    subtotals: Sequence[Subtotals], lines: pd.DataFrame, dropped: pd.DataFrame
) -> pd.DataFrame:
    """Return what subtotals state of each account (KUNNR, WAERS, signed, file, place).

    Nothing is stated of an account of which some lines stand above no subtotal of their own.

    Parameters
    ----------
    subtotals : sequence of Subtotals
        Of all files.
    lines, dropped : DataFrame
        Lines that count, and those that the subtotals hold and the load leaves out or counts elsewhere.
    """
    ones = pd.concat([_attributed(found) for found in subtotals])
    accounts = pd.concat([found.accounts for found in subtotals])
    told = _index(accounts, _BLOCK).isin(_index(ones, _BLOCK))
    untold = _index(accounts[~told], _ACCOUNT)
    ones = ones[(ones[_ACCOUNT] != "").all(axis=1) & ~_index(ones, _ACCOUNT).isin(untold)]
    if ones.empty:
        return _EMPTY
    sums = ones.groupby(_ACCOUNT, sort=False).agg(
        signed=("signed", "sum"), file=("file", "first"), place=("place", "first")
    )
    off = dropped.groupby(_ACCOUNT)["signed"].agg(["sum", "size"]).reindex(sums.index).fillna(0)
    sums["signed"] -= off["sum"].astype("int64")
    has_lines = sums.index.isin(_index(lines, _ACCOUNT)) | (off["size"] == 0)
    return sums[has_lines | (sums["signed"] != 0)].reset_index()


def list_totals(subtotals: Sequence[Subtotals], dropped: pd.DataFrame) -> list[Total]:
    """Return the sums over all customers that the lists state, by currency; lines in `dropped` taken off.

    A currency has one only where every file with lines in it states it. Where each subtotal belongs to one
    customer and no row sums them up, there is none.
    """
    stated: dict[str, list[int | None]] = {}
    for found in subtotals:
        sums = _list_sums(found)
        for currency in found.accounts["WAERS"].unique():
            stated.setdefault(str(currency), []).append(sums.get(str(currency)))
    off = dropped.groupby("WAERS")["signed"].sum()
    totals = {
        currency: sum(filter(None, amounts)) - int(off.get(currency, 0))
        for currency, amounts in stated.items()
        if None not in amounts
    }
    texts = money_text(np.array(list(totals.values()), np.int64)).tolist()
    return [
        Total(measure="open", currency=currency, amount=amount)
        for currency, amount in zip(totals, texts, strict=True)
    ]


def open_table_balances(lines: pd.DataFrame, files: Sequence[SourceFile]) -> pd.DataFrame:
    """Return what a table of open items (BSID) states of its accounts beside one of cleared items (BSAD).

    One of them alone states nothing that the load does not sum up itself, nor does a file that holds both.
    The same goes for a table of open items of which lines were set aside.

    Parameters
    ----------
    lines : DataFrame
        With their clearing.
    files : sequence of SourceFile
    """
    is_open = lines["clearing"] == ""
    shares = is_open.groupby(lines["file"]).mean()
    open_files = shares.index[shares == 1]
    is_whole = all(files[number].broken.empty for number in open_files)
    if not is_whole or not len(open_files) or not shares.isin([0, 1]).all() or (shares == 1).all():
        return _EMPTY
    signed = lines["amount"].where(lines["is_debit"], -lines["amount"])
    sums = lines.assign(signed=signed)[is_open].groupby(_ACCOUNT, sort=False)
    return sums.agg(signed=("signed", "sum"), file=("file", "first"), place=("place", "first")).reset_index()


def _sums(
    source: SourceFile, frame: pd.DataFrame, is_sum: npt.NDArray[np.bool_]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the subtotals that state an amount, and as broken rows those whose amount cannot be read."""
    rows = replace(source, rows=source.rows[is_sum], numbers=source.numbers[is_sum])
    reader = Reader(rows, {})
    signed, is_empty = reader.number("WRBTR"), reader.text("WRBTR") == ""
    is_bad = np.logical_or.reduce([np.zeros(len(signed), bool), *reader.bad.values()])
    # Reason: each is told with the line above it, which is a row of the file that was read.
    place = np.maximum(np.cumsum(~is_sum)[is_sum] - 1, 0)
    sums = frame[is_sum].assign(signed=signed, place=place)
    raw = [" | ".join(row) for row in rows.rows[is_bad].itertuples(index=False, name=None)]
    reason = next((f"subtotal: {text}" for text in reader.bad), "")
    broken = pd.DataFrame({"number": rows.numbers[is_bad], "reason": reason, "raw": raw})
    return sums[~is_bad & ~is_empty.to_numpy(bool)], broken


def _attributed(found: Subtotals) -> pd.DataFrame:
    """Return subtotals of one star with the account that they sum; empty where it is none or several."""
    ones = found.sums[found.sums["level"] == 1]
    own = {name: ones[name].mask(ones[name] == "", _only(found, name, ones["run"])) for name in _ACCOUNT}
    return ones.assign(**own)


def _only(found: Subtotals, name: str, runs: pd.Series[Any]) -> pd.Series[Any]:
    """Return for each run the one customer or currency of its lines; empty where there are several."""
    values = found.accounts.drop_duplicates(["run", name]).groupby("run")[name]
    only: pd.Series[Any] = runs.map(values.first().where(values.size() == 1, "")).fillna("")
    return only


def _list_sums(found: Subtotals) -> dict[str, int]:
    """Return the sums over all customers of one list by currency."""
    accounts, top = found.accounts, found.sums["level"].max()
    sums = found.sums[found.sums["level"] == top]
    if top == 1:
        sums = _attributed(found)
        pair = ["run", "WAERS"]
        is_implied = (sums["KUNNR"] != "").all()
        if is_implied or not _index(accounts, pair).isin(_index(sums, pair)).all():
            return {}
    elif sums.empty or sums["run"].nunique() > 1 or accounts["run"].max() > sums["run"].max():
        # Reason: a list that goes on below, or has several of the highest rank, was cut before its sum.
        return {}
    currencies = accounts["WAERS"].unique()
    if len(currencies) == 1:
        sums = sums.assign(WAERS=sums["WAERS"].mask(sums["WAERS"] == "", str(currencies[0])))
    by_currency = sums[sums["WAERS"] != ""].groupby("WAERS")["signed"].sum()
    return {str(currency): int(amount) for currency, amount in by_currency.items()}


def _index(frame: pd.DataFrame, names: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[names])
