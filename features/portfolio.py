"""A portfolio: the tables of one seller, checked, typed and with every knowledge time filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import pandas as pd

from features.checks import Checked, Finding, check_table
from features.codes import CURRENCIES
from features.columns import TABLES, Table
from features.errors import InputError, Problem
from features.grades import check_grade_maps, check_ratings
from features.instants import end_of_day, is_day, parse_as_of, start_of_day
from features.keys import contradictions, repeats
from features.links import check_links, item_currencies

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

STATEMENT_DELAY_MONTHS = 6
"""Months after the period's end at which accounts are taken as received where nobody says when they were."""


@dataclass(frozen=True)
class Seller:
    """The company whose ledger this is.

    Parameters
    ----------
    seller_id : str
        Name of the seller in registry and store; set by the user or the mapping.
    reporting_currency : str
        ISO 4217 code in which sums over currencies are told.
    timezone : str
        IANA name; a day ends at midnight there.
    equity, yearly_credit_sales : float or None
        In the reporting currency; None where not stated.
    margin : float or None
        Contribution margin of sales on credit, a share.
    grade_maps : mapping of str to mapping of str to float
        By scheme of outside grades the PD of each grade, in place of `features.grades.shipped_grade_maps`.
    """

    seller_id: str
    name: str = ""
    country: str = ""
    size_class: str = ""
    reporting_currency: str = "XXX"
    timezone: str = "UTC"
    equity: float | None = None
    yearly_credit_sales: float | None = None
    margin: float | None = None
    grade_maps: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.seller_id:
            raise InputError.of(
                "seller_id, a name for the seller", "none", "set it in portfolio.toml or the mapping"
            )
        if self.reporting_currency not in CURRENCIES:
            raise InputError.of(
                "an ISO 4217 reporting_currency", "another word", "set it in portfolio.toml or the mapping"
            )
        parse_as_of("2000-01-01", _zone(self.timezone))
        check_grade_maps(self.grade_maps)


def _zone(name: str) -> str:
    if name not in _zones():
        step = "correct the seller's timezone"
        raise InputError.of("an IANA time zone like Europe/Berlin", f"'{name}'", step)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


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


@dataclass(frozen=True)
class CheckedTables:
    """Tables after all checks, with the rows that are wrong.

    Parameters
    ----------
    tables : mapping of str to Checked
        Typed rows, aligned with the raw ones, with knowledge times filled.
    observed_from, observed_until : Timestamp
    """

    tables: Mapping[str, Checked]
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp

    @property
    def findings(self) -> list[Finding]:
        """Every finding of every table."""
        return [finding for checked in self.tables.values() for finding in checked.findings]


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
        Where there are findings.
    """
    if checked.findings:
        raise InputError(finding.problem for finding in checked.findings)
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


def check_tables(
    raw: Mapping[str, pd.DataFrame],
    seller: Seller,
    *,
    observed_from: str | pd.Timestamp | None = None,
    observed_until: str | pd.Timestamp | None = None,
    rounds: bool = False,
) -> CheckedTables:
    """Check all tables and fill what a row does not say; findings tell which rows are wrong.

    Parameters
    ----------
    raw, seller, observed_from, observed_until :
        As in `from_frames`.
    rounds : bool
        Round amounts that have more decimals than their currency.

    Raises
    ------
    InputError
        Where whole columns or tables are wrong, so that no row can be judged.
    """
    _check_names(raw)
    checked: dict[str, Checked] = {}
    for name in (name for name in TABLES if name in raw):
        currencies = item_currencies(TABLES[name], raw[name], checked.get("invoices"))
        checked[name] = check_table(
            TABLES[name], raw[name], timezone=seller.timezone, currencies=currencies, rounds=rounds
        )
    if "attributes" in checked:
        check_ratings(checked["attributes"], seller.grade_maps)
    start = observed_start(checked, observed_from, seller)
    for table in checked.values():
        fill_knowledge(table, start, seller.timezone)
        find_contradictions(table)
    check_links(checked)
    return CheckedTables(checked, start, observed_end(checked, observed_until, seller))


def _check_names(raw: Mapping[str, pd.DataFrame]) -> None:
    unknown = [name for name in raw if name not in TABLES]
    if unknown:
        raise InputError.of(f"tables among {list(TABLES)}", f"{unknown}", "rename or remove them")
    if not any(len(frame) for frame in raw.values()):
        raise InputError(
            Problem("invoices, or statements and events", "no rows", "check that the export is not empty")
        )


def observed_start(
    checked: Mapping[str, Checked], given: str | pd.Timestamp | None, seller: Seller
) -> pd.Timestamp:
    """Return from when outcomes are complete: as given, or else the first event date."""
    if given is not None:
        if isinstance(given, str) and is_day(given):
            return start_of_day(given, seller.timezone)
        return given if isinstance(given, pd.Timestamp) else parse_as_of(given, seller.timezone)
    firsts = [
        table.frame[table.table.event_date].min()
        for table in checked.values()
        if table.table.event_date and table.table.name != "fx"
    ]
    first = min((day for day in firsts if pd.notna(day)), default=pd.Timestamp("1970-01-01"))
    return start_of_day(first.date(), seller.timezone)


def observed_end(
    checked: Mapping[str, Checked], given: str | pd.Timestamp | None, seller: Seller
) -> pd.Timestamp:
    """Return until when the books are complete: as given, or else the latest knowledge time."""
    if given is not None:
        return given if isinstance(given, pd.Timestamp) else parse_as_of(given, seller.timezone)
    latest = [table.frame[table.table.knowledge].max() for table in checked.values() if len(table.frame)]
    known = (instant for instant in latest if pd.notna(instant))
    return pd.Timestamp(max(known, default=pd.Timestamp("1970-01-01")))


def fill_knowledge(checked: Checked, start: pd.Timestamp, timezone: str) -> None:
    """Fill the knowledge times that rows lack, in place."""
    table, frame = checked.table, checked.frame
    given = frame.get(table.knowledge)
    checked.assumed = np.ones(len(frame), bool) if given is None else given.isna().to_numpy(bool)
    if given is None or checked.assumed.any():
        assumed = _assumed_knowledge(table, frame, start, timezone)
        frame[table.knowledge] = assumed if given is None else given.fillna(assumed)
        checked.knowledge = "assumed"
    frame[table.knowledge] = frame[table.knowledge].astype("datetime64[s]")


def _assumed_knowledge(
    table: Table, frame: pd.DataFrame, start: pd.Timestamp, timezone: str
) -> pd.Series[Any]:
    if not table.event_date:
        return pd.Series(start, index=frame.index, dtype="datetime64[s]")
    days = frame[table.event_date]
    if table.knowledge == "received_at":
        days = days + pd.DateOffset(months=STATEMENT_DELAY_MONTHS)
    return pd.Series(end_of_day(days, timezone), index=frame.index)


def find_contradictions(checked: Checked) -> None:
    """Mark repeated rows of a checked table and add a finding for contradictions, in place."""
    frame, table = checked.frame, checked.table
    checked.repeated = repeats(frame)
    distinct = ~checked.repeated & ~checked.bad
    wrong = np.zeros(len(frame), bool)
    wrong[distinct] = contradictions(frame[distinct], table.key, table.knowledge, checked.assumed[distinct])
    checked.add(
        ", ".join(table.key),
        wrong,
        f"one content for one key and {table.knowledge}",
        "rows with the same key and different content",
        f"remove the wrong rows, or give each version its {table.knowledge}",
    )
