"""From the lines of customers' accounts to prepared rows: read, clear, name, sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from features.sources.clearing import clear
from features.sources.prepared import prepared_file, refuse_lacking
from features.sources.reading import SourceFile
from features.sources.rules import PrepareRule
from features.sources.sap.lines import given_once, read_lines, with_headings, without_noted_and_repeated
from features.sources.sap.roles import as_lines, with_inherited_dues, with_roles
from features.sources.sap.rows import balance_rows, item_rows, money_rows, settled_rows
from features.sources.sap.stated import list_totals, open_table_balances, subtotal_balances

__all__ = ["prepare_sap"]

_NEEDED = ("KUNNR", "BELNR", "WRBTR", "WAERS")


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
    sources = [with_headings(source) for source in sources]
    refuse_lacking(sources, _NEEDED)
    read = [read_lines(source, number) for number, source in enumerate(given_once(sources))]
    files, subtotals = [file for _, file, _ in read], [totals for _, _, totals in read]
    kept, dropped = without_noted_and_repeated(
        pd.concat([frame for frame, _, _ in read], ignore_index=True), rule
    )
    files = [_with_dropped(file, dropped[dropped["file"] == number]) for number, file in enumerate(files)]
    totals = list_totals(subtotals, dropped)
    files[0] = replace(files[0], totals=tuple(totals))
    lines = with_roles(kept, rule.words)
    settlements, on_account = clear(as_lines(lines))
    lines = with_inherited_dues(lines, settlements)
    stated = subtotal_balances(subtotals, lines, dropped)
    if stated.empty and not totals:
        stated = open_table_balances(lines, files)
    parts = [item_rows(lines), settled_rows(lines, settlements), money_rows(lines, on_account)]
    rows = pd.concat([*parts, balance_rows(lines, stated)], ignore_index=True)
    return [
        prepared_file(file, mine.drop(columns=["file", "place"]), mine["place"].to_numpy(np.int64))
        for number, file in enumerate(files)
        for mine in [rows[rows["file"] == number]]
    ]


def _with_dropped(file: SourceFile, dropped: pd.DataFrame) -> SourceFile:
    counts = {str(reason): int(rows) for reason, rows in dropped["reason"].value_counts().items()}
    return replace(file, left_out=file.left_out | counts)
