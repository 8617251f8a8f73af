"""A portfolio: the tables of one seller, checked, typed and with every knowledge time filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pandas as pd

from features.checks import Checked, check_table
from features.columns import TABLES
from features.errors import InputError
from features.knowledge import (
    STATEMENT_DELAY_MONTHS,
    fill_knowledge,
    find_contradictions,
    observed_end,
    observed_start,
)
from features.seller import Seller
from features.table_checks import CheckedTables, check_tables

__all__ = [
    "STATEMENT_DELAY_MONTHS",
    "CheckedTables",
    "Portfolio",
    "Seller",
    "assemble",
    "check_tables",
    "fill_knowledge",
    "find_contradictions",
    "from_frames",
    "kept_rows",
    "observed_end",
    "observed_start",
    "without_rows",
]


@dataclass(frozen=True)
class Portfolio:
    """The tables of one seller in the types described in `features.columns`.

    Parameters
    ----------
    seller : Seller
    tables : mapping of str to DataFrame
        Only tables that have a file; money as ``<column>_minor``.
    observed_from, observed_until : Timestamp
        Instants (naive UTC) between which outcomes are complete.
    knowledge : mapping of str to {"given", "assumed"}
        By table, whether the source said when it knew each fact.
    sources : mapping of str to str
        Names of files to sha256 of their content.
    repeated : mapping of str to int
        By table, rows that repeated another row and count once.
    """

    seller: Seller
    tables: Mapping[str, pd.DataFrame]
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp
    knowledge: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; one without rows where the portfolio has none of this name."""
        if name in self.tables:
            return self.tables[name]
        return without_rows(name).copy()

    def has(self, reference: str) -> bool:
        """Whether a column (``invoices.recorded_at``) or a table (``invoices``) was given by the source."""
        name, _, column = reference.partition(".")
        if name not in self.tables:
            return False
        if column == TABLES[name].knowledge:
            return True
        return not column or column in self.tables[name] or f"{column}_minor" in self.tables[name]

    def cut(self, as_of: pd.Timestamp) -> Portfolio:
        """Return the portfolio as known at `as_of`: later rows are gone, older versions in force again."""
        tables = {name: frame[frame[TABLES[name].knowledge] <= as_of] for name, frame in self.tables.items()}
        return replace(self, tables=tables, observed_until=min(self.observed_until, as_of))

    def without(self, *references: str) -> Portfolio:
        """Return the portfolio without some columns (``statements.market_value``) that are not required."""
        tables = dict(self.tables)
        for reference in references:
            name, _, column = reference.partition(".")
            tables[name] = tables[name].drop(columns=[column, f"{column}_minor"], errors="ignore")
        return replace(self, tables=tables)

    def buyer_ids(self) -> list[str]:
        """Return every buyer that any table names, sorted."""
        frames = [frame["buyer_id"].dropna() for frame in self.tables.values() if "buyer_id" in frame]
        return sorted(pd.unique(pd.concat(frames))) if frames else []


@cache
def without_rows(name: str) -> pd.DataFrame:
    """Return a table without rows."""
    table = TABLES[name]
    frame = check_table(table, pd.DataFrame(columns=list(table.required))).frame
    return frame.assign(**{table.knowledge: pd.Series(dtype="datetime64[s]")})


def from_frames(
    raw: Mapping[str, pd.DataFrame],
    seller: Seller,
    *,
    observed_from: str | pd.Timestamp | None = None,
    observed_until: str | pd.Timestamp | None = None,
    sources: Mapping[str, str] | None = None,
    knowledge: Mapping[str, str] | None = None,
) -> Portfolio:
    """Build a portfolio from raw frames, refusing them whole where a row is wrong.

    Parameters
    ----------
    raw : mapping of str to DataFrame
        By table, text or typed columns under the names of files (``amount`` in currency units).
    seller : Seller
    observed_from, observed_until : str or Timestamp, optional
        Default: the first event date; the latest knowledge time.
    sources : mapping of str to str, optional
        Hashes of the files that the frames came from.
    knowledge : mapping of str to {"given", "assumed"}, optional
        What the source says of knowledge times; otherwise taken from the rows.

    Raises
    ------
    InputError
        Names every table, column and row count that is wrong.

    Examples
    --------
    >>> invoices = pd.DataFrame(
    ...     {
    ...         "invoice_id": ["1"],
    ...         "buyer_id": ["B"],
    ...         "issued_on": ["2026-01-05"],
    ...         "due_on": ["2026-02-04"],
    ...         "amount": ["12.50"],
    ...         "currency": ["EUR"],
    ...     }
    ... )
    >>> portfolio = from_frames({"invoices": invoices}, Seller("me"))
    >>> int(portfolio.tables["invoices"]["amount_minor"][0]), portfolio.knowledge["invoices"]
    (1250, 'assumed')
    >>> str(portfolio.observed_until)
    '2026-01-05 23:59:59'
    """
    checked = check_tables(raw, seller, observed_from=observed_from, observed_until=observed_until)
    return assemble(checked, seller, sources=sources, knowledge=knowledge)


def assemble(
    checked: CheckedTables,
    seller: Seller,
    *,
    sources: Mapping[str, str] | None = None,
    knowledge: Mapping[str, str] | None = None,
) -> Portfolio:
    """Make a portfolio of tables that `check_tables` found nothing wrong with.

    Parameters
    ----------
    checked : CheckedTables
    seller, sources, knowledge :
        As in `from_frames`.

    Raises
    ------
    InputError
        Where there are findings, or no date from which the books could begin.
    """
    if checked.findings:
        raise InputError(finding.problem for finding in checked.findings)
    if not checked.has_start:
        step = "correct the dates, or name observed_from"
        raise InputError.of("a date in some table, or observed_from", "neither", step)
    kept = {name: kept_rows(table) for name, table in checked.tables.items()}
    return Portfolio(
        seller,
        kept,
        checked.observed_from,
        checked.observed_until,
        {name: (knowledge or {}).get(name, table.knowledge) for name, table in checked.tables.items()},
        dict(sources or {}),
        {name: int(table.repeated.sum()) for name, table in checked.tables.items() if table.repeated.any()},
    )


def kept_rows(checked: Checked) -> pd.DataFrame:
    """Return the typed columns of a checked table without its repeated rows."""
    columns = [column.stored_as for column in checked.table.columns if column.stored_as in checked.frame]
    return checked.frame.loc[~checked.repeated, columns].reset_index(drop=True)
